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

    /// Gives a certificate, and puts out what the name had before.
    ///
    /// - Parameters:
    ///   - request: For what.
    ///   - publicKey: Whose.
    ///   - renews: Whether the name may have a good one; it is put out.
    ///   - now: The clock.
    /// - Returns: The certificate as PEM.
    /// - Throws: ``AuthorityError`` for a name that is taken.
    package mutating func issue(
        _ request: StationAuthority.Request,
        to publicKey: Certificate.PublicKey,
        renews: Bool,
        now: Date
    ) throws -> String {
        let seconds = Int64(now.timeIntervalSince1970)
        let old = self.authority.issued.good(request.name, at: seconds)
        guard old.isEmpty || renews else {
            throw AuthorityError(
                "'\(request.name)' has a certificate that is good; --renew gives another and puts the old one out"
            )
        }
        let pem = try self.authority.issue(request, to: publicKey, now: now)
        if !old.isEmpty {
            let new = self.authority.issued.entries.last?.serial
            _ = try self.authority.revoke(request.name, but: new, now: now)
        }
        try self.tellBroker()
        return pem
    }

    /// Puts a name out.
    ///
    /// - Returns: How many certificates were put out now.
    /// - Throws: ``AuthorityError``.
    package mutating func revoke(_ name: String, now: Date) throws -> Int {
        let count = try self.authority.revoke(name, now: now)
        try self.tellBroker()
        return count
    }

    /// Writes the broker's lists anew, where there is a broker beside.
    ///
    /// - Throws: ``AuthorityError``.
    package func tellBroker() throws {
        guard access("\(self.brokerFolder)/broker.crt", F_OK) == 0 else { return }
        let revoked = String(
            decoding: try Data(contentsOf: URL(filePath: self.authority.revocationPath)),
            as: UTF8.self
        )
        try PrivateFile.write(revoked, to: "\(self.brokerFolder)/revoked.crl", mode: 0o644)
        try PrivateFile.write(
            BrokerAccess(self.authority.issued).text,
            to: "\(self.brokerFolder)/access",
            mode: 0o640
        )
    }

    /// Sets the broker up beside the authority: certificate, key, lists and configuration.
    ///
    /// - Parameters:
    ///   - hosts: Names and addresses that devices know it by.
    ///   - port: The port of TLS.
    ///   - address: The address that it listens on; `nil` for all of this machine.
    ///   - configuration: The file that mosquitto reads.
    ///   - group: The group that mosquitto runs as; `nil` where there is none.
    ///   - now: The clock.
    /// - Throws: ``AuthorityError``.
    package mutating func setUpBroker(
        hosts: [String],
        port: Int,
        address: String?,
        configuration: String,
        group: gid_t?,
        now: Date
    ) throws {
        guard let name = hosts.first else { throw AuthorityError("--name says how devices know the broker") }
        if mkdir(self.brokerFolder, 0o750) != 0, errno != EEXIST {
            throw AuthorityError("\(self.brokerFolder): cannot be made")
        }
        let key = try EnrolmentKey(at: "\(self.brokerFolder)/broker.key")
        // The room beside it knows it as this machine.
        let all = hosts + ["localhost", "127.0.0.1"].filter { !hosts.contains($0) }
        let request = StationAuthority.Request(role: .server, stations: [], name: name, hosts: all, days: 825)
        let pem = try self.issue(request, to: key.publicKey, renews: true, now: now)
        try PrivateFile.write(self.authority.pem, to: "\(self.brokerFolder)/ca.crt", mode: 0o644)
        try PrivateFile.write(pem, to: "\(self.brokerFolder)/broker.crt", mode: 0o644)
        try self.tellBroker()
        try PrivateFile.write(
            BrokerAccess.configuration(in: self.brokerFolder, port: port, address: address),
            to: configuration,
            mode: 0o644
        )
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
