import Crypto
package import FoundationEssentials
package import Glibc
import PatrolWire
package import X509

/// An authority with the broker beside it: what was given or taken back is in force there at once.
package struct Station {
    /// The authority.
    package private(set) var authority: StationAuthority
    /// Where the broker's certificate and lists are.
    package let brokerFolder: String

    /// Opens both.
    ///
    /// - Throws: ``AuthorityError``.
    package init(authority folder: String, broker: String) throws {
        self.authority = try StationAuthority(folder: folder)
        self.brokerFolder = broker
    }

    /// Gives a certificate.
    ///
    /// Who asks again with the key that it has gets another certificate, and the old one stays good: it is carried to a device
    /// that may be on the road meanwhile. Another key under a name that has a good certificate wants `renews`, and the old
    /// one is put out: somebody else may hold it.
    ///
    /// - Parameters:
    ///   - request: For what.
    ///   - publicKey: Whose.
    ///   - renews: Whether another key may take the name.
    ///   - now: The clock.
    /// - Returns: The certificate as PEM.
    /// - Throws: ``AuthorityError`` for a name that is taken.
    package mutating func issue(
        _ request: StationAuthority.Request,
        to publicKey: Certificate.PublicKey,
        renews: Bool,
        now: Date
    ) throws -> String {
        try Self.check(request)
        let isServer = request.role == .server
        let old = self.authority.issued.good(request.name, server: isServer, at: Int64(now.timeIntervalSince1970))
        if let other = old.first(where: { $0.role != request.role || $0.stations != request.stations }) {
            let stations = other.stations.map(\.text).joined(separator: ", ")
            throw AuthorityError(
                "'\(request.name)' is the name of a \(other.role.rawValue) of \(stations); 'patrolctl revoke' puts it out"
            )
        }
        let print = keyPrint(publicKey)
        let strange = old.filter { $0.key != print }
        guard strange.isEmpty || renews else {
            throw AuthorityError(
                "'\(request.name)' has a good certificate for another key; --renew gives another and puts the old one out"
            )
        }
        let pem = try self.authority.issue(request, to: publicKey, now: now)
        if !strange.isEmpty {
            let serials = Set(strange.map(\.serial))
            _ = try self.authority.revoke(now: now) { serials.contains($0.serial) }
        }
        try self.tellBroker()
        return pem
    }

    /// Names that mean something else: `ca.crt` is the authority's, and the room's links to the broker have names of their own.
    private static func check(_ request: StationAuthority.Request) throws {
        let isTaken =
            request.name == "ca"
            || (request.role == .device || request.role == .sensor) && request.name.hasPrefix("command-room")
        guard !isTaken else { throw AuthorityError("'\(request.name)' is a name that nobody may have; take another") }
    }

    /// Puts a name out, but a server of that name.
    ///
    /// - Returns: How many certificates were put out now.
    /// - Throws: ``AuthorityError`` for a name that has none.
    package mutating func revoke(_ name: String, now: Date) throws -> Int {
        guard self.authority.issued.entries.contains(where: { $0.name == name && $0.role != .server }) else {
            throw AuthorityError("'\(name.prefix(64))' has no certificate; 'patrolctl pki list' says who has")
        }
        let count = try self.authority.revoke(now: now) { $0.name == name && $0.role != .server }
        try self.tellBroker()
        return count
    }

    /// Whether there is a broker beside the authority.
    package var hasBroker: Bool { access("\(self.brokerFolder)/broker.crt", F_OK) == 0 }

    /// Writes the broker's lists anew, where there is a broker beside.
    ///
    /// - Throws: ``AuthorityError`` when the broker knows of certificates that were put out and this authority does not: its
    ///   folder is out of an older backup, and would let in again what was lost since.
    package func tellBroker() throws {
        guard self.hasBroker else { return }
        let told = "\(self.brokerFolder)/revoked"
        let revoked = self.authority.issued.entries.filter { $0.revoked != nil }.map(\.serial)
        if let text = try PrivateFile.text(of: told) {
            let known = text.split(separator: "\n").filter { !$0.hasPrefix("#") }.map(String.init)
            let missing = Set(known).subtracting(revoked)
            guard missing.isEmpty else {
                throw AuthorityError(
                    "\(told): \(missing.count) certificates were put out of which \(self.authority.folder) knows nothing: "
                        + "it is older; put its newest backup back"
                )
            }
        }
        let list = String(
            decoding: try Data(contentsOf: URL(filePath: self.authority.revocationPath)),
            as: UTF8.self
        )
        try PrivateFile.write(list, to: "\(self.brokerFolder)/revoked.crl", mode: 0o644)
        try PrivateFile.write(
            BrokerAccess(self.authority.issued).text,
            to: "\(self.brokerFolder)/access",
            mode: 0o640
        )
        let head = "# Certificates that were put out: an authority that does not know them is an old copy.\n"
        try PrivateFile.write(head + revoked.map { "\($0)\n" }.joined(), to: told, mode: 0o600)
    }

    /// Sets the broker up beside the authority: certificate, key, lists and configuration.
    ///
    /// - Parameters:
    ///   - hosts: Names and addresses that devices know it by.
    ///   - port: The port of TLS for devices.
    ///   - roomPort: The port of TLS for the room, on this machine only.
    ///   - address: The address that it listens on; `nil` for all of this machine.
    ///   - configuration: The file that mosquitto reads.
    ///   - group: The group that mosquitto runs as; `nil` where there is none.
    ///   - now: The clock.
    /// - Throws: ``AuthorityError``.
    package mutating func setUpBroker(
        hosts: [String],
        port: Int,
        roomPort: Int,
        address: String?,
        configuration: String,
        group: gid_t?,
        now: Date
    ) throws {
        guard !hosts.isEmpty else { throw AuthorityError("--host says how devices know the broker") }
        if mkdir(self.brokerFolder, 0o750) != 0, errno != EEXIST {
            throw AuthorityError("\(self.brokerFolder): cannot be made")
        }
        let key = try EnrolmentKey(at: "\(self.brokerFolder)/broker.key")
        // The room beside it knows it as this machine.
        let all = hosts + ["localhost", "127.0.0.1"].filter { !hosts.contains($0) }
        let request = StationAuthority.Request(role: .server, stations: [], name: "broker", hosts: all, days: 825)
        let pem = try self.issue(request, to: key.publicKey, renews: true, now: now)
        try PrivateFile.write(self.authority.pem, to: "\(self.brokerFolder)/ca.crt", mode: 0o644)
        try PrivateFile.write(pem, to: "\(self.brokerFolder)/broker.crt", mode: 0o644)
        try self.tellBroker()
        try PrivateFile.write(
            BrokerAccess.configuration(in: self.brokerFolder, port: port, roomPort: roomPort, address: address),
            to: configuration,
            mode: 0o644
        )
        // Whatever the umask is: mosquitto gives up root before it reads them.
        chmod(self.brokerFolder, 0o750)
        guard let group else { return }
        chown(self.brokerFolder, 0, group)
        for secret in ["broker.key", "access"] {
            chown("\(self.brokerFolder)/\(secret)", 0, group)
            chmod("\(self.brokerFolder)/\(secret)", 0o640)
        }
    }
}

/// A key in a file, made where none is yet.
package struct EnrolmentKey {
    /// Its public half.
    package let publicKey: Certificate.PublicKey

    /// Reads or makes it.
    ///
    /// - Throws: ``AuthorityError``.
    package init(at path: String) throws(AuthorityError) {
        self.publicKey = Certificate.PublicKey(try PrivateFile.key(at: path).publicKey)
    }
}
