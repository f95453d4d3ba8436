import COpenSSL

/// Paths of what one side of a TLS connection shows and checks, PEM.
package struct TLSIdentity: Sendable, Hashable {
    /// The certificate, followed by those that lead to its authority.
    package var certificate: String
    /// Its private key.
    package var key: String
    /// The authority that the other side's certificate must come from; `nil` where that is not asked.
    package var authority: String?

    /// Creates one.
    package init(certificate: String, key: String, authority: String? = nil) {
        (self.certificate, self.key, self.authority) = (certificate, key, authority)
    }
}

/// How long a certificate holds.
package enum CertificateLife {
    /// One that ends sooner is to be renewed now, s.
    package static let soon: Int64 = 14 * 86_400

    /// When the first certificate of a PEM file ends, s since 1970 UTC; `nil` where there is none.
    package static func end(of path: String) -> Int64? {
        var certificate = copenssl_certificate()
        return copenssl_certificate_read(path, &certificate) ? certificate.ends : nil
    }
}

extension Findings {
    /// Looks at certificate, key and authority: all are there and can be read, they belong together, none has expired.
    ///
    /// - Parameters:
    ///   - identity: The files.
    ///   - key: The group of the configuration that names them, such as `broker.tls`.
    ///   - service: User that the program usually runs as.
    ///   - name: Common name that the certificate must have; `nil` for any.
    ///   - now: s since 1970 UTC.
    package mutating func identity(_ identity: TLSIdentity, key: String, service: String, name: String?, now: Int64) {
        let hasCertificate = self.readable(identity.certificate, key: "\(key).certificate", service: service)
        let hasKey = self.readable(identity.key, key: "\(key).key", service: service)
        self.secret(identity.key, service: service)
        let isCertificate =
            hasCertificate && self.certificate(identity.certificate, key: "\(key).certificate", name: name, now: now)
        if hasKey {
            if !copenssl_key_read(identity.key) {
                self.fault(
                    "\(identity.key): holds no private key in PEM, or one with a password; give one without in '\(key).key'"
                )
            } else if isCertificate, !copenssl_key_fits(identity.key, identity.certificate) {
                self.fault(
                    "\(identity.key): does not belong to \(identity.certificate); give the key that the certificate was made for"
                )
            }
        }
        if let authority = identity.authority, self.readable(authority, key: "\(key).ca", service: service) {
            _ = self.certificate(authority, key: "\(key).ca", name: nil, now: now)
        }
    }

    /// Looks at the first certificate of a file; returns whether there is one.
    private mutating func certificate(_ path: String, key: String, name: String?, now: Int64) -> Bool {
        var certificate = copenssl_certificate()
        guard copenssl_certificate_read(path, &certificate) else {
            self.fault("\(path): holds no certificate in PEM; give one in '\(key)'")
            return false
        }
        if certificate.ends <= now {
            self.fault("\(path): expired \(Self.days(now - certificate.ends)) ago; renew it")
        } else if certificate.begins > now {
            let days = Self.days(certificate.begins - now)
            self.fault("\(path): begins only in \(days); set this machine's clock, or renew it")
        } else if certificate.ends - now < CertificateLife.soon {
            self.warn("\(path): expires in \(Self.days(certificate.ends - now)); renew it")
        }
        let found = withUnsafeBytes(of: certificate.name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
        if let name, found != name {
            self.fault("\(path): is of '\(found)' and not of '\(name)'; the common name must be the device's name")
        }
        return true
    }

    private static func days(_ seconds: Int64) -> String {
        let days = seconds / 86_400
        return days == 0 ? "less than a day" : days == 1 ? "1 day" : "\(days) days"
    }
}
