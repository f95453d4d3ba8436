import FoundationEssentials
import GRDB

/// A file of the room's store: opened when it is whole, set aside and begun anew when it is not.
///
/// A damaged file is renamed, never deleted: what is in it may still be read by hand, and devices send again what
/// their black boxes have.
enum StoreFile {
    /// A file up to so many bytes is read whole at the start; a larger one shows its damage when it is used.
    private static let checkedBytes: Int64 = 64 << 20

    /// Opens `path` by `open`, which makes tables where they are missing.
    ///
    /// - Parameters:
    ///   - path: The file.
    ///   - notice: Told what was set aside.
    ///   - open: Opens it; what it throws as damage sets the file aside once.
    /// - Returns: What `open` returns.
    /// - Throws: ``HistoryError``.
    static func open<Store>(
        _ path: String,
        notice: (String) -> Void,
        _ open: (String) throws -> Store
    ) throws(HistoryError) -> Store {
        let mark = path + ".damaged"
        if FileManager.default.fileExists(atPath: mark) {
            try Self.setAside(path, why: "it was found damaged while it was in use", notice: notice)
            do { try FileManager.default.removeItem(atPath: mark) } catch { throw HistoryError(path: mark, error) }
        }
        do {
            return try Self.checked(path, open)
        } catch let error as DatabaseError where Self.isDamage(error) {
            try Self.setAside(path, why: error.message ?? "SQLite error \(error.resultCode.rawValue)", notice: notice)
        } catch let error as HistoryError {
            throw error
        } catch {
            throw HistoryError(path: path, error)
        }
        do { return try Self.checked(path, open) } catch { throw HistoryError(path: path, error) }
    }

    /// Notes that a file turned out to be damaged, so that the next start sets it aside.
    static func mark(_ path: String) {
        // Where even that is not possible the damage shows again at the next start.
        _ = FileManager.default.createFile(atPath: path + ".damaged", contents: nil)
    }

    /// Whether the file's content is wrong, and not the machine around it.
    static func isDamage(_ error: DatabaseError) -> Bool {
        switch error.resultCode {
        case .SQLITE_CORRUPT, .SQLITE_NOTADB, .SQLITE_SCHEMA, .SQLITE_FORMAT: true
        // A table or column that every version has is missing.
        case .SQLITE_ERROR: true
        default: false
        }
    }

    private static func checked<Store>(_ path: String, _ open: (String) throws -> Store) throws -> Store {
        if let bytes = Self.size(of: path), bytes <= Self.checkedBytes {
            // On a connection of its own, which leaves nothing behind.
            let queue = try DatabaseQueue(path: path)
            let verdict = try queue.read { try String.fetchOne($0, sql: "PRAGMA quick_check(1)") }
            if let verdict, verdict != "ok" { throw DatabaseError(resultCode: .SQLITE_CORRUPT, message: verdict) }
        }
        return try open(path)
    }

    private static func size(of path: String) -> Int64? {
        guard FileManager.default.fileExists(atPath: path) else { return nil }
        do {
            let size = try FileManager.default.attributesOfItem(atPath: path)[.size]
            return (size as? any BinaryInteger).map { Int64(clamping: $0) }
        } catch {
            return nil
        }
    }

    /// Makes the tables that are missing.
    ///
    /// - Throws: ``HistoryError`` when a newer program wrote the file.
    static func migrate(_ writer: any DatabaseWriter, by migrator: DatabaseMigrator, path: String) throws {
        guard try writer.read({ try !migrator.hasBeenSuperseded($0) }) else {
            throw HistoryError(
                path: path,
                reason: "a newer command-room wrote it",
                remedy: "install that version again, or restore a backup"
            )
        }
        try migrator.migrate(writer)
    }

    private static func setAside(_ path: String, why: String, notice: (String) -> Void) throws(HistoryError) {
        let files = FileManager.default
        guard files.fileExists(atPath: path) else { return }
        let stamp = Int64(Date().timeIntervalSince1970)
        var kept = "\(path).damaged-\(stamp)"
        var number = 1
        while files.fileExists(atPath: kept) {
            number += 1
            kept = "\(path).damaged-\(stamp)-\(number)"
        }
        for tail in ["", "-wal", "-shm"] where files.fileExists(atPath: path + tail) {
            do {
                try files.moveItem(atPath: path + tail, toPath: kept + tail)
            } catch {
                throw HistoryError(path: path + tail, error)
            }
        }
        notice("\(path) is damaged (\(why)): set aside as \(kept), a new one is begun")
    }
}

/// Why the store could not be used.
package struct HistoryError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The file.
    package let path: String
    /// What SQLite or the system says.
    package let reason: String
    /// What to do.
    package let remedy: String
    /// Whether the file itself is damaged.
    package let isDamage: Bool

    /// What is wrong and what to do.
    package var description: String { "\(self.path): \(self.reason); \(self.remedy)" }

    /// Creates an error.
    package init(
        path: String,
        reason: String,
        remedy: String = "check space and permissions of its folder",
        isDamage: Bool = false
    ) {
        (self.path, self.reason, self.remedy, self.isDamage) = (path, reason, remedy, isDamage)
    }

    init(path: String, _ error: any Error) {
        guard let error = error as? DatabaseError else {
            self.init(path: path, reason: "\(error)")
            return
        }
        let remedy =
            switch error.resultCode {
            case .SQLITE_CORRUPT, .SQLITE_NOTADB: "it is damaged, and set aside at the next start"
            case .SQLITE_FULL: "make room on its disk"
            case .SQLITE_BUSY, .SQLITE_LOCKED: "another program has locked it; close that program (sqlite3?)"
            case .SQLITE_READONLY:
                "its folder cannot be written; mount it for writing, or give it to the service's user"
            case .SQLITE_CANTOPEN: "give the folder and the file to the service's user; it must be a file"
            case .SQLITE_IOERR: "the disk does not answer; look at 'dmesg'"
            default: "check space and permissions of its folder"
            }
        self.init(
            path: path,
            reason: error.message ?? "SQLite error \(error.resultCode.rawValue)",
            remedy: remedy,
            isDamage: [.SQLITE_CORRUPT, .SQLITE_NOTADB].contains(error.resultCode)
        )
    }
}
