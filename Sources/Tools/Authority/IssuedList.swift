import FoundationEssentials
package import PatrolWire

/// Whom the authority gave certificates: one line each, never taken out, so that no number is given twice and who is put
/// out stays out.
package struct IssuedList: Sendable, Hashable {
    /// What a certificate is for.
    package enum Role: String, Sendable, Hashable {
        /// A device: it speaks below its own name.
        case device
        /// The command room: it speaks to all devices.
        case room
        /// A sensor or another system: it tells of incidents and tasks, and hears what became of them.
        case sensor
        /// The broker, or the board.
        case server
    }

    /// A certificate that was given.
    package struct Entry: Sendable, Hashable {
        /// Its number, in hex.
        package let serial: String
        /// What it is for.
        package let role: Role
        /// Stations whose topics it may use; none for a server.
        package let stations: [Name]
        /// The common name.
        package let name: String
        /// SHA-256 of the public key, in hex.
        package let key: String
        /// End, s since 1970 UTC.
        package let until: Int64
        /// When it was put out, s since 1970 UTC; `nil` while it is good.
        package var revoked: Int64?

        /// Whether it is good at a moment, s since 1970 UTC.
        package func isGood(at now: Int64) -> Bool { self.revoked == nil && now < self.until }
    }

    /// The oldest first.
    package internal(set) var entries: [Entry] = []

    private static let head = "# serial role stations name key until revoked: 'patrolctl' writes this file\n"

    init() {}

    /// Reads the list.
    ///
    /// - Throws: ``AuthorityError`` with the line that is none.
    init(_ text: String, path: String) throws(AuthorityError) {
        for (number, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated()
        where !line.isEmpty && !line.hasPrefix("#") {
            let words = line.split(separator: " ", omittingEmptySubsequences: false).map(String.init)
            let stations = words.count == 7 && words[2] != "-" ? words[2].split(separator: ",").map { Name($0) } : []
            guard words.count == 7, let role = Role(rawValue: words[1]), let until = Int64(words[5]),
                !stations.contains(nil),
                words[0].utf8.count <= 40, words[0].allSatisfy(\.isHexDigit),
                words[6] == "-" || Int64(words[6]) != nil
            else {
                throw AuthorityError(
                    "\(path):\(number + 1): is no certificate's line; put the file back from the backup of the authority"
                )
            }
            self.entries.append(
                Entry(
                    serial: words[0],
                    role: role,
                    stations: stations.compactMap(\.self),
                    name: words[3],
                    key: words[4],
                    until: until,
                    revoked: Int64(words[6])
                )
            )
        }
    }

    /// The file.
    var text: String {
        self.entries.reduce(into: Self.head) { text, entry in
            let revoked = entry.revoked.map { "\($0)" } ?? "-"
            let stations = entry.stations.isEmpty ? "-" : entry.stations.map(\.text).joined(separator: ",")
            text += "\(entry.serial) \(entry.role.rawValue) \(stations) \(entry.name) \(entry.key) \(entry.until) "
            text += "\(revoked)\n"
        }
    }

    /// Certificates of a name that are good at a moment, s since 1970 UTC.
    ///
    /// A server's name is nobody's who connects.
    package func good(_ name: String, server isServer: Bool, at now: Int64) -> [Entry] {
        self.entries.filter { $0.name == name && ($0.role == .server) == isServer && $0.isGood(at: now) }
    }

    /// Who may speak at the broker: everybody with a certificate that was not put out, each once.
    ///
    /// A certificate that has ended opens nothing any more, whatever the access list says.
    package var speakers: [Entry] {
        var seen: Set<String> = []
        let standing = self.entries.filter { $0.revoked == nil && $0.role != .server }
        return standing.reversed().filter { seen.insert($0.name).inserted }.sorted { $0.name < $1.name }
    }
}
