import FoundationEssentials

/// A folder of backups, each named by when it was made: `room-20261129T031500Z.backup`.
package struct BackupFolder: Sendable {
    private let path: String

    private static let (head, tail) = ("room-", ".backup")
    /// What a backup that was cut short leaves behind.
    private static let rests = [".backup.unfinished", ".backup.copy"].flatMap { rest in Backup.tails.map { rest + $0 } }

    /// Names one.
    package init(path: String) { self.path = path }

    /// Makes a backup, and then lets the oldest go.
    ///
    /// - Parameters:
    ///   - state: The room's state.
    ///   - version: The program that makes it.
    ///   - now: ms since 1970 UTC.
    ///   - kept: So many stay, the new one among them, whatever the clock says; `nil` for all.
    /// - Returns: The backup, what it holds, and the names of those that are gone.
    /// - Throws: ``HistoryError``; then no older one is gone.
    package func make(
        of state: String,
        version: String,
        now: Int64,
        kept: Int?
    ) throws(HistoryError) -> (file: String, contents: Backup.Contents, gone: [String]) {
        let time = Date(timeIntervalSince1970: Double(now / 1_000)).ISO8601Format().filter { $0 != "-" && $0 != ":" }
        let name = Self.head + time + Self.tail
        for rest in try self.names(where: { name in Self.rests.contains { name.hasSuffix($0) } }) {
            try self.remove(rest)
        }
        let contents = try Backup.make(of: state, into: "\(self.path)/\(name)", version: version, now: now)
        guard let kept else { return ("\(self.path)/\(name)", contents, []) }
        let others = try self.names { $0.hasSuffix(Self.tail) && $0 != name }
        let gone = Array(others.dropLast(max(0, kept - 1)))
        for old in gone { try self.remove(old) }
        return ("\(self.path)/\(name)", contents, gone)
    }

    /// Files that this type made, the oldest first.
    private func names(where isMeant: (String) -> Bool) throws(HistoryError) -> [String] {
        do {
            return try FileManager.default.contentsOfDirectory(atPath: self.path)
                .filter { $0.hasPrefix(Self.head) && isMeant($0) }.sorted()
        } catch { throw HistoryError(path: self.path, error) }
    }

    private func remove(_ name: String) throws(HistoryError) {
        do { try FileManager.default.removeItem(atPath: "\(self.path)/\(name)") } catch {
            throw HistoryError(path: "\(self.path)/\(name)", error)
        }
    }
}
