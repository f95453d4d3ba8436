import Crypto
package import FoundationEssentials
import Glibc
package import PatrolWire
import SwiftASN1
import Threading
package import X509

/// The station's own authority: a key that never leaves its folder, the certificates that it gave, and those that it took back.
///
/// Its folder holds `authority.key`, `ca.crt`, `issued` and `revoked.crl`. Each file is written whole or not at all, and a
/// certificate stands in `issued` before anybody holds it.
package struct StationAuthority: Sendable {
    /// What a new certificate is for.
    package struct Request: Sendable {
        /// What it is for.
        package let role: IssuedList.Role
        /// Stations whose topics it may use; none for a server, one for a device.
        package let stations: [Name]
        /// The common name.
        package let name: String
        /// Names and addresses of a server.
        package let hosts: [String]
        /// Days that it holds.
        package let days: Int

        /// Asks for one.
        package init(role: IssuedList.Role, stations: [Name], name: String, hosts: [String] = [], days: Int) {
            (self.role, self.stations, self.name) = (role, stations, name)
            (self.hosts, self.days) = (hosts, days)
        }
    }

    /// Where it lies.
    package let folder: String
    /// Its own certificate.
    package let certificate: Certificate
    /// The same, as PEM.
    package let pem: String
    /// Whom it gave certificates.
    package private(set) var issued: IssuedList
    private let key: P256.Signing.PrivateKey
    /// Held as long as this value lives: two at a time would each write a list without the other's certificate.
    private let lock: FolderLock?

    /// Years that an authority holds.
    private static let years = 20

    private static func path(_ folder: String, _ name: String) -> String { "\(folder)/\(name)" }

    /// The list of certificates that were put out.
    package var revocationPath: String { Self.path(self.folder, "revoked.crl") }
    /// Its own certificate.
    package var certificatePath: String { Self.path(self.folder, "ca.crt") }

    /// Makes an authority, or goes on where making one was cut short.
    ///
    /// - Parameters:
    ///   - folder: Where to; made when it is not there.
    ///   - name: The station's name, as people write it.
    ///   - now: The clock.
    /// - Returns: The authority.
    /// - Throws: ``AuthorityError`` when there is one already.
    package static func create(in folder: String, name: String, now: Date) throws -> StationAuthority {
        try checkClock(now)
        guard (1...64).contains(name.count), !name.contains(where: \.isNewline) else {
            throw AuthorityError("the authority's name has 1 to 64 characters in one line")
        }
        guard access(Self.path(folder, "ca.crt"), F_OK) != 0 else {
            throw AuthorityError("\(folder): holds an authority already; another one needs another folder")
        }
        try makePrivateFolder(folder)
        let lock = try Self.lock(folder)
        let list = Self.path(folder, "issued")
        if let text = try PrivateFile.text(of: list), try !IssuedList(text, path: list).entries.isEmpty {
            throw AuthorityError("\(folder): this authority has given certificates; put ca.crt back from its backup")
        }
        let key = try PrivateFile.key(at: Self.path(folder, "authority.key"))
        let own = Certificate.PrivateKey(key)
        let subject = try DistinguishedName { CommonName(name) }
        let certificate = try Certificate(
            version: .v3,
            serialNumber: Certificate.SerialNumber(),
            publicKey: own.publicKey,
            notValidBefore: now.addingTimeInterval(-3_600),
            notValidAfter: now.addingTimeInterval(Double(Self.years) * 365.25 * 86_400),
            issuer: subject,
            subject: subject,
            signatureAlgorithm: .ecdsaWithSHA256,
            extensions: Certificate.Extensions {
                Critical(BasicConstraints.isCertificateAuthority(maxPathLength: 0))
                Critical(KeyUsage(keyCertSign: true, cRLSign: true))
                SubjectKeyIdentifier(hash: own.publicKey)
            },
            issuerPrivateKey: own
        )
        let authority = StationAuthority(
            folder: folder,
            certificate: certificate,
            pem: try certificate.serializeAsPEM().pemString + "\n",
            issued: IssuedList(),
            key: key,
            lock: lock
        )
        try authority.save(now)
        // Last: whoever finds it finds a whole authority.
        try PrivateFile.write(authority.pem, to: authority.certificatePath, mode: 0o644)
        return authority
    }

    private init(
        folder: String,
        certificate: Certificate,
        pem: String,
        issued: IssuedList,
        key: P256.Signing.PrivateKey,
        lock: FolderLock?
    ) {
        (self.folder, self.certificate, self.pem) = (folder, certificate, pem)
        (self.issued, self.key, self.lock) = (issued, key, lock)
    }

    /// Opens an authority.
    ///
    /// - Throws: ``AuthorityError`` for a folder that holds none.
    package init(folder: String) throws {
        func read(_ name: String) throws -> String {
            do {
                return String(
                    decoding: try Data(contentsOf: URL(filePath: StationAuthority.path(folder, name))),
                    as: UTF8.self
                )
            } catch {
                throw AuthorityError(
                    "\(StationAuthority.path(folder, name)): cannot be read; 'patrolctl pki init' makes an authority, "
                        + "and only its owner may use it"
                )
            }
        }
        let pem = try read("ca.crt")
        guard let certificate = try? Certificate(pemEncoded: pem) else {
            throw AuthorityError("\(Self.path(folder, "ca.crt")): is no certificate")
        }
        guard let key = try? P256.Signing.PrivateKey(pemRepresentation: try read("authority.key")),
            certificate.publicKey == Certificate.PublicKey(key.publicKey)
        else {
            throw AuthorityError("\(Self.path(folder, "authority.key")): is not the key of ca.crt beside it")
        }
        let lock = try Self.lock(folder)
        let issued = try IssuedList(try read("issued"), path: Self.path(folder, "issued"))
        self.init(folder: folder, certificate: certificate, pem: pem, issued: issued, key: key, lock: lock)
    }

    /// Gives a certificate to whoever holds the other half of a public key.
    ///
    /// - Returns: The certificate as PEM.
    /// - Throws: ``AuthorityError`` when the clock cannot be right, or nothing can be written.
    package mutating func issue(_ request: Request, to publicKey: Certificate.PublicKey, now: Date) throws -> String {
        try checkClock(now)
        guard (1...3_650).contains(request.days) else { throw AuthorityError("a certificate holds 1 to 3650 days") }
        let end = min(now.addingTimeInterval(Double(request.days) * 86_400), self.certificate.notValidAfter)
        let serial = Certificate.SerialNumber()
        let isServer = request.role == .server
        let names = try request.hosts.map { try Self.host($0) }
        let certificate = try Certificate(
            version: .v3,
            serialNumber: serial,
            publicKey: publicKey,
            // A device's clock may be some minutes behind.
            notValidBefore: now.addingTimeInterval(-3_600),
            notValidAfter: end,
            issuer: self.certificate.subject,
            subject: try DistinguishedName { CommonName(request.name) },
            signatureAlgorithm: .ecdsaWithSHA256,
            extensions: Certificate.Extensions {
                Critical(BasicConstraints.notCertificateAuthority)
                Critical(KeyUsage(digitalSignature: true))
                try ExtendedKeyUsage([isServer ? .serverAuth : .clientAuth])
                SubjectKeyIdentifier(hash: publicKey)
                AuthorityKeyIdentifier(
                    keyIdentifier: SubjectKeyIdentifier(hash: self.certificate.publicKey).keyIdentifier
                )
                if !names.isEmpty { SubjectAlternativeNames(names) }
            },
            issuerPrivateKey: Certificate.PrivateKey(self.key)
        )
        self.issued.entries.append(
            IssuedList.Entry(
                serial: hex(serial.bytes),
                role: request.role,
                stations: request.stations,
                name: request.name,
                key: keyPrint(publicKey),
                until: Int64(end.timeIntervalSince1970),
                revoked: nil
            )
        )
        try self.save(now)
        return try certificate.serializeAsPEM().pemString + "\n"
    }

    /// Puts out certificates.
    ///
    /// - Returns: How many were put out now.
    /// - Throws: ``AuthorityError`` when nothing can be written.
    package mutating func revoke(now: Date, _ isMeant: (IssuedList.Entry) -> Bool) throws -> Int {
        var count = 0
        for index in self.issued.entries.indices
        where self.issued.entries[index].revoked == nil && isMeant(self.issued.entries[index]) {
            self.issued.entries[index].revoked = Int64(now.timeIntervalSince1970)
            count += 1
        }
        try self.save(now)
        return count
    }

    /// Takes the folder for this process.
    private static func lock(_ folder: String) throws(AuthorityError) -> FolderLock? {
        do throws(FolderLock.Failure) { return try FolderLock.take(folder) } catch {
            switch error {
            case .inUse(let path):
                throw AuthorityError("\(path): another 'patrolctl' is at work with this authority; try again")
            case .failed(let path, let reason): throw AuthorityError("\(path): \(reason)")
            }
        }
    }

    /// Signs what is sent to a device: it holds the authority's certificate and knows by it that nobody changed it.
    package func sign(_ bytes: [UInt8]) throws -> [UInt8] {
        Array(try self.key.signature(for: bytes).derRepresentation)
    }

    /// Writes the lists: the revocation list first, so that no certificate is taken back on paper only.
    private func save(_ now: Date) throws {
        let revoked = self.issued.entries.compactMap { entry in
            entry.revoked.map { time in
                (
                    serial: Certificate.SerialNumber(bytes: bytes(hex: entry.serial)),
                    time: Date(timeIntervalSince1970: Double(time))
                )
            }
        }
        let list = RevocationList(
            revoked: revoked,
            number: Int(now.timeIntervalSince1970),
            issuer: self.certificate.subject,
            made: self.certificate.notValidBefore,
            until: self.certificate.notValidAfter
        )
        try PrivateFile.write(try list.signed(by: self.key), to: self.revocationPath, mode: 0o644)
        try PrivateFile.write(self.issued.text, to: Self.path(self.folder, "issued"), mode: 0o600)
    }

    /// Whether a text is a host name or an address that a certificate can bear.
    package static func isHost(_ text: String) -> Bool {
        do { _ = try Self.host(text) } catch { return false }
        return true
    }

    private static func host(_ text: String) throws -> GeneralName {
        var four = in_addr()
        if inet_pton(AF_INET, text, &four) == 1 {
            return .ipAddress(ASN1OctetString(contentBytes: ArraySlice(withUnsafeBytes(of: &four) { Array($0) })))
        }
        var six = in6_addr()
        if inet_pton(AF_INET6, text, &six) == 1 {
            return .ipAddress(ASN1OctetString(contentBytes: ArraySlice(withUnsafeBytes(of: &six) { Array($0) })))
        }
        let isName = text.utf8.allSatisfy { byte in
            (0x61...0x7A).contains(byte) || (0x30...0x39).contains(byte) || byte == 0x2D || byte == 0x2E
        }
        guard (1...253).contains(text.utf8.count), isName else {
            throw AuthorityError("'\(text.prefix(64))' is neither a host name in small letters nor an address")
        }
        return .dnsName(text)
    }
}

/// A clock that nobody has set makes certificates that are good for nobody.
///
/// - Throws: ``AuthorityError``.
package func checkClock(_ now: Date) throws {
    // 2024-01-01: no certificate of this program is older.
    guard now.timeIntervalSince1970 >= 1_704_067_200 else {
        throw AuthorityError("the clock of this machine has not been set; set it first ('timedatectl' shows it)")
    }
}

/// The SHA-256 of a public key, as hex.
package func keyPrint(_ key: Certificate.PublicKey) -> String {
    hex(SHA256.hash(data: key.subjectPublicKeyInfoBytes))
}

func hex(_ bytes: some Sequence<UInt8>) -> String {
    bytes.map { byte in
        let digits = String(byte, radix: 16)
        return digits.count == 1 ? "0\(digits)" : digits
    }.joined()
}

func bytes(hex: String) -> [UInt8] {
    stride(from: 0, to: hex.utf8.count - 1, by: 2).map { index in
        let start = hex.index(hex.startIndex, offsetBy: index)
        return UInt8(hex[start..<hex.index(start, offsetBy: 2)], radix: 16) ?? 0
    }
}
