import Crypto
package import FoundationEssentials
package import PatrolWire
import Settings
import SwiftASN1
package import X509

/// A device's request: the public half of a key that stays on it, signed with the other half.
package struct EnrolmentRequest: Sendable {
    /// The device.
    package let device: Name
    /// The public half.
    package let publicKey: Certificate.PublicKey
    /// What is handed to the room: a certificate signing request (RFC 2986) as PEM.
    package let pem: String

    /// Asks for a certificate; the key is made where none is yet.
    ///
    /// - Parameters:
    ///   - device: The device.
    ///   - keyPath: Where its key is, or will be.
    /// - Throws: ``AuthorityError``.
    package init(of device: Name, keyPath: String) throws {
        let key = Certificate.PrivateKey(try PrivateFile.key(at: keyPath))
        let request = try CertificateSigningRequest(
            version: .v1,
            subject: DistinguishedName { CommonName(device.text) },
            privateKey: key,
            attributes: CertificateSigningRequest.Attributes(),
            signatureAlgorithm: .ecdsaWithSHA256
        )
        (self.device, self.publicKey) = (device, key.publicKey)
        self.pem = try request.serializeAsPEM().pemString + "\n"
    }

    /// Reads a request.
    ///
    /// - Throws: ``AuthorityError`` for what is none, or was not signed by who holds the key.
    package init(pem: String) throws(AuthorityError) {
        guard pem.utf8.count <= 16_384, let request = try? CertificateSigningRequest(pemEncoded: pem) else {
            throw AuthorityError("this is no request of 'patrolctl enrol request'")
        }
        guard request.publicKey.isValidSignature(request.signature, for: request) else {
            throw AuthorityError("this request was changed on its way; make it anew on the device")
        }
        let names = request.subject.flatMap(\.self).filter { $0.type == .RDNAttributeType.commonName }
        guard names.count == 1, let text = names.first.map({ "\($0.value)" }), let device = Name.device(text) else {
            throw AuthorityError("this request names no device: \(Name.rule)")
        }
        (self.device, self.publicKey, self.pem) = (device, request.publicKey, pem)
    }
}

/// What a device gets from its station.
///
/// It has the device's certificate, the authority to trust, the broker's address and the keys of those who sign plans. One file, signed by the authority; it holds no secret.
package struct EnrolmentBundle: Sendable, Hashable, Codable {
    /// The device.
    package let device: String
    /// Its station.
    package let station: String
    /// Its call sign.
    package let unit: String
    /// The hardware profile.
    package let profile: String
    /// The broker.
    package let host: String
    package let port: Int
    /// Public keys of plans, as `patrold.yaml` takes them.
    package let planKeys: [String]
    /// The authority's certificate, PEM.
    package let authority: String
    /// The device's, PEM.
    package let certificate: String

    private enum CodingKeys: String, CodingKey {
        case device, station, unit, profile, host, port, authority, certificate
        case planKeys = "plan_keys"
    }

    /// Puts one together.
    package init(
        device: Name,
        station: Name,
        unit: String,
        profile: String,
        host: String,
        port: Int,
        planKeys: [String],
        authority: String,
        certificate: String
    ) {
        (self.device, self.station, self.unit, self.profile) = (device.text, station.text, unit, profile)
        (self.host, self.port, self.planKeys) = (host, port, planKeys)
        (self.authority, self.certificate) = (authority, certificate)
    }

    /// The file: what is signed, as it was signed, and the signature.
    private struct Envelope: Codable {
        let v: Int
        let content: String
        let signature: String
    }

    /// The file's text.
    ///
    /// - Throws: What the encoder throws.
    package func signed(by authority: StationAuthority) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        let content = try encoder.encode(self)
        let signature = try authority.sign(Array(content))
        let envelope = Envelope(
            v: 1,
            content: content.base64EncodedString(),
            signature: Data(signature).base64EncodedString()
        )
        return String(decoding: try encoder.encode(envelope), as: UTF8.self) + "\n"
    }

    /// By what a device knows its station's authority.
    package enum Trust: Sendable {
        /// Somebody was told the fingerprint and typed it.
        case fingerprint(String)
        /// The certificate that the device took in before.
        case authority(at: String)
    }

    /// Reads a bundle and holds it against the device's key, the authority that it names, and the clock.
    ///
    /// - Parameters:
    ///   - text: The file.
    ///   - keyPath: The device's key.
    ///   - trust: By what the authority is known: a bundle cannot vouch for itself.
    ///   - now: The clock.
    /// - Throws: ``AuthorityError`` that says what does not fit.
    package init(_ text: String, keyPath: String, trust: Trust, now: Date) throws {
        try checkClock(now)
        guard text.utf8.count <= 65_536,
            let envelope = try? JSONDecoder().decode(Envelope.self, from: Data(text.utf8)), envelope.v == 1,
            let content = Data(base64Encoded: envelope.content),
            let signature = Data(base64Encoded: envelope.signature),
            let bundle = try? JSONDecoder().decode(EnrolmentBundle.self, from: content)
        else { throw AuthorityError("this is no bundle of 'patrolctl enrol sign', or only a part of one") }
        guard let authority = try? Certificate(pemEncoded: bundle.authority),
            let certificate = try? Certificate(pemEncoded: bundle.certificate),
            let signer = P256.Signing.PublicKey(authority.publicKey),
            let proof = try? P256.Signing.ECDSASignature(derRepresentation: signature),
            signer.isValidSignature(proof, for: content)
        else { throw AuthorityError("this bundle was changed on its way; fetch it anew") }
        try Self.check(authority, trust)
        guard authority.publicKey.isValidSignature(certificate.signature, for: certificate) else {
            throw AuthorityError("the bundle's certificate was not given by the bundle's authority")
        }
        guard let device = Name.device(bundle.device), let station = Name(bundle.station),
            (1...65_535).contains(bundle.port)
        else { throw AuthorityError("this bundle names no device and station") }
        let key = try PrivateFile.existingKey(at: keyPath)
        guard certificate.publicKey == Certificate.PublicKey(key.publicKey) else {
            throw AuthorityError(
                "this bundle is for another key than \(keyPath); 'patrolctl enrol request' asks for one of this device"
            )
        }
        guard now < certificate.notValidAfter else {
            throw AuthorityError("the bundle's certificate has ended; ask the room for a new one")
        }
        guard now >= certificate.notValidBefore else {
            throw AuthorityError("the bundle's certificate holds only later: look at the clocks of both machines")
        }
        self.init(
            device: device,
            station: station,
            unit: bundle.unit,
            profile: bundle.profile,
            host: bundle.host,
            port: bundle.port,
            planKeys: bundle.planKeys,
            authority: bundle.authority,
            certificate: bundle.certificate
        )
    }

    private static func check(_ authority: Certificate, _ trust: Trust) throws {
        let own = try Self.fingerprint(of: authority)
        switch trust {
        case .fingerprint(let text):
            guard own == text.lowercased().filter(\.isHexDigit) else {
                throw AuthorityError("this bundle is of another authority (\(own)); ask the room for its own")
            }
        case .authority(let path):
            guard let text = try? String(decoding: Data(contentsOf: URL(filePath: path)), as: UTF8.self),
                let known = try? Certificate(pemEncoded: text)
            else {
                throw AuthorityError(
                    "whose is this bundle? Compare \(own) with what 'enrol sign' said in the room, and give it as --fingerprint"
                )
            }
            guard known == authority else {
                throw AuthorityError("this bundle is of another authority (\(own)) than \(path)")
            }
        }
    }

    /// The SHA-256 of an authority's certificate, as hex: what two people can compare over a telephone.
    package static func fingerprint(of certificate: Certificate) throws -> String {
        hex(SHA256.hash(data: try certificate.serializeAsPEM().derBytes))
    }

    /// The device's configuration.
    ///
    /// - Parameter folder: Where certificate and key are.
    /// - Returns: The text of `patrold.yaml`.
    package func configuration(in folder: String) -> String {
        let keys = self.planKeys.map(\.quotedYAML).joined(separator: ", ")
        let plan = keys.isEmpty ? "" : "plan: { keys: [\(keys)] }\n"
        return """
            station: \(self.station)
            device: \(self.device.quotedYAML)
            unit: \(self.unit.quotedYAML)
            profile: \(self.profile.quotedYAML)
            state: /var/lib/patrold
            broker:
              host: \(self.host.quotedYAML)
              port: \(self.port)
              tls:
                ca: \("\(folder)/ca.crt".quotedYAML)
                certificate: \("\(folder)/\(self.device).crt".quotedYAML)
                key: \("\(folder)/\(self.device).key".quotedYAML)
            \(plan)console: { socket: /run/patrold/console.sock, group: patrol }

            """
    }
}
