import COpenSSL
package import PatrolWire

/// The key that a device seals its track with: its own of TLS, so that its authority vouches for it.
package struct SealKey: Sendable, Hashable {
    private let path: String
    /// Its certificate, DER.
    package let certificate: [UInt8]
    /// When the certificate ends, s since 1970 UTC: nobody believes what is signed later.
    package let ends: Int64
    /// What tells it from others: the first 16 hex digits of its certificate's SHA-256.
    package let id: String

    /// Bytes of a certificate at most: no key that TLS is used with needs more.
    private static let mostBytes = 4_096
    /// Bytes of a signature at most: RSA's with 8,192 bits.
    private static let mostSignature = 1_024

    /// Opens a key and its certificate, PEM both; `nil` when they cannot be read or do not belong together.
    package init?(key: String, certificate: String) {
        var der = [UInt8](repeating: 0, count: Self.mostBytes)
        let count = copenssl_certificate_der(certificate, &der, der.count)
        var said = copenssl_certificate()
        guard count > 0, copenssl_key_fits(key, certificate), copenssl_certificate_read(certificate, &said) else {
            return nil
        }
        self.ends = said.ends
        self.path = key
        self.certificate = Array(der.prefix(count))
        self.id = SealCertificate.id(of: self.certificate)
    }

    /// Signs; `nil` when the key cannot be read any more.
    package func sign(_ content: TrackSeal.Content, of device: String, at station: String) -> TrackSeal? {
        let text = TrackSeal.text(content, of: device, at: station, key: self.id)
        var signature = [UInt8](repeating: 0, count: Self.mostSignature)
        let count = copenssl_sign(self.path, text, text.count, &signature, signature.count)
        let seal = TrackSeal(content, key: self.id, signature: Array(signature.prefix(count)))
        // The file may have become another's since the certificate was read.
        guard count > 0, SealCertificate(id: self.id, der: self.certificate).fits(seal, of: device, at: station) else {
            return nil
        }
        return seal
    }

    /// The `data` of the event `track.key`, by which the room knows the key.
    package var data: [String: JSONValue] {
        let text = Array(Base64.encode(self.certificate).utf8)
        // Longer texts do not travel.
        let parts = stride(from: 0, to: text.count, by: 1_500).map { start in
            JSONValue.string(String(decoding: text[start..<min(start + 1_500, text.count)], as: UTF8.self))
        }
        return ["key": .string(self.id), "cert": .array(parts)]
    }
}

/// The certificate of a key that seals were signed with.
package struct SealCertificate: Sendable, Hashable {
    /// ``SealKey/id``.
    package let id: String
    /// DER.
    package let der: [UInt8]

    fileprivate init(id: String, der: [UInt8]) { (self.id, self.der) = (id, der) }

    static func id(of der: [UInt8]) -> String { String(Digest(of: der).hex.prefix(16)) }

    /// Reads the `data` of an event `track.key`; `nil` when it is none, or not of the key that it names.
    package init?(data: [String: JSONValue]?) {
        guard let data, case .string(let id)? = data["key"], case .array(let parts)? = data["cert"] else { return nil }
        var text = ""
        for part in parts {
            guard case .string(let piece) = part else { return nil }
            text += piece
        }
        guard let der = Base64.decode(text), !der.isEmpty, Self.id(of: der) == id else { return nil }
        (self.id, self.der) = (id, der)
    }

    /// What a certificate is not good for.
    package enum Fault: Sendable, Hashable {
        /// The authority did not give it.
        case foreign
        /// The authority's own certificate cannot be read.
        case unknown
        /// It names somebody else.
        case name(String)
        /// It did not hold at that time.
        case time
    }

    /// What speaks against its having vouched for a device at a time.
    ///
    /// - Parameters:
    ///   - device: The device.
    ///   - authority: The authority's certificate, a PEM file.
    ///   - time: ms since 1970 UTC; `nil` where the device's clock was not right.
    /// - Returns: The fault; `nil` when it is good.
    package func fault(of device: String, authority: String, at time: Int64?) -> Fault? {
        var said = copenssl_certificate()
        let origin = copenssl_certificate_of(self.der, self.der.count, authority, &said)
        if origin == copenssl_origin_unknown { return .unknown }
        guard origin == copenssl_origin_own else { return .foreign }
        let name = withUnsafeBytes(of: said.name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
        guard name == device else { return .name(name) }
        guard let time else { return nil }
        return (said.begins...max(said.begins, said.ends)).contains(time / 1_000) ? nil : .time
    }

    /// Whether a file holds a certificate, PEM.
    package static func isThere(_ path: String) -> Bool {
        var said = copenssl_certificate()
        return copenssl_certificate_read(path, &said)
    }

    /// Whether a seal was signed with the key of this certificate.
    package func fits(_ seal: TrackSeal, of device: String, at station: String) -> Bool {
        let text = TrackSeal.text(seal.content, of: device, at: station, key: seal.key)
        return seal.key == self.id
            && copenssl_signature_fits(
                self.der,
                self.der.count,
                text,
                text.count,
                seal.signature,
                seal.signature.count
            )
    }
}
