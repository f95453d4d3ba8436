import Crypto
import FoundationEssentials
import GRDB

/// One file that holds what a room has stored, made while it runs, and put back where it does not.
///
/// The file is a SQLite database itself: each store in parts of a megabyte, with its length and its SHA-256. Nothing
/// of it is believed before all of it was looked at.
package enum Backup {
    /// What a backup holds.
    package struct Contents: Sendable, Hashable {
        /// When it was made, ms since 1970 UTC.
        package let made: Int64
        /// The program that made it.
        package let version: String
        /// Its files and their bytes.
        package let files: [String: Int64]
        /// Whether the audit in it is whole, as it was when the backup was made; `nil` of one that was not looked at.
        package var audit: AuditVerdict?
    }

    /// The stores; all other files of the folder are copied as they are.
    static let stores = ["history.sqlite", "casebook.sqlite"]
    /// What is of this run of the room only.
    private static func isPassing(_ name: String) -> Bool {
        name == "sessions.json" || name == "lock" || name.hasPrefix(".") || name.contains(".damaged")
            || name.contains(".before-") || name.contains(".restore-") || name.hasPrefix(UnfinishedRestore.name)
            || Self.stores.contains { name.hasPrefix($0) && name != $0 }
    }

    /// A database and what SQLite keeps beside it.
    static let tails = ["", "-journal", "-wal", "-shm"]

    /// Whether a file of the folder is one that a backup holds.
    static func isStored(_ name: String) -> Bool { !Self.isPassing(name) }

    /// Tells a backup from any other database.
    private static let applicationID: Int32 = 0x5041_424B
    private static let format = 1
    private static let part = 1 << 20

    /// Makes a backup; the room may run, and goes on storing meanwhile.
    ///
    /// - Parameters:
    ///   - folder: The room's state.
    ///   - file: The backup; it must not be there yet.
    ///   - version: The program that makes it.
    ///   - now: ms since 1970 UTC.
    /// - Returns: What it holds.
    /// - Throws: ``HistoryError``; then there is no `file`.
    package static func make(
        of folder: String,
        into file: String,
        version: String,
        now: Int64
    ) throws(HistoryError) -> Contents {
        let files = FileManager.default
        try UnfinishedRestore.refuse(folder)
        guard !files.fileExists(atPath: file) else {
            throw HistoryError(path: file, reason: "is there already", remedy: "name a file that is not")
        }
        guard files.fileExists(atPath: "\(folder)/\(Self.stores[0])") else {
            throw HistoryError(
                path: folder,
                reason: "holds no store",
                remedy: "name the 'state' of a room that has run"
            )
        }
        let resolved = { (path: String) in URL(filePath: path).standardizedFileURL.path }
        guard URL(filePath: file).deletingLastPathComponent().standardizedFileURL.path != resolved(folder) else {
            throw HistoryError(
                path: file,
                reason: "lies in the folder that is backed up",
                remedy: "name a file elsewhere"
            )
        }
        let (unfinished, copy) = ("\(file).unfinished", "\(file).copy")
        do {
            // A journal that was left beside one would be played into the new one.
            for path in [unfinished, copy] {
                for tail in Self.tails where files.fileExists(atPath: path + tail) {
                    try files.removeItem(atPath: path + tail)
                }
            }
            let contents = try Self.write(folder, into: unfinished, copy: copy, version: version, now: now)
            try files.moveItem(atPath: unfinished, toPath: file)
            Self.settle(beside: file)
            return contents
        } catch {
            for path in [unfinished, copy] { Self.discard(path) }
            throw (error as? HistoryError) ?? HistoryError(path: file, error)
        }
    }

    /// The backup is whole: where its folder cannot be waited for, a power cut may take its name, and nothing else.
    private static func settle(beside file: String) {
        let parent = URL(filePath: file).deletingLastPathComponent().path
        do { try UnfinishedRestore.settle(parent.isEmpty ? "." : parent) } catch { return }
    }

    private static func write(
        _ folder: String,
        into file: String,
        copy: String,
        version: String,
        now: Int64
    ) throws -> Contents {
        let queue = try DatabaseQueue(path: file)
        try queue.write { database in
            try database.execute(
                sql: """
                    PRAGMA application_id = \(Self.applicationID);
                    CREATE TABLE backup (format INTEGER, made INTEGER, version TEXT) STRICT;
                    CREATE TABLE file (name TEXT PRIMARY KEY, bytes INTEGER, sum BLOB) STRICT;
                    CREATE TABLE part (name TEXT, number INTEGER, body BLOB, PRIMARY KEY (name, number)) STRICT;
                    """
            )
            try database.execute(sql: "INSERT INTO backup VALUES (?, ?, ?)", arguments: [Self.format, now, version])
        }
        var (sizes, audit): ([String: Int64], AuditVerdict?) = ([:], nil)
        for name in try FileManager.default.contentsOfDirectory(atPath: folder).sorted() where !Self.isPassing(name) {
            let path = "\(folder)/\(name)"
            guard Self.isFile(path) else { continue }
            if Self.stores.contains(name) {
                // One step, so one state of the store, which the room's own writes do not disturb.
                try DatabaseQueue(path: path, configuration: Self.reading).backup(to: DatabaseQueue(path: copy))
                sizes[name] = try queue.write { try Self.put(copy, as: name, in: $0) }
                if name == "casebook.sqlite" { audit = try DatabaseQueue(path: copy).read { try Casebook.verify($0) } }
                try FileManager.default.removeItem(atPath: copy)
            } else {
                sizes[name] = try queue.write { try Self.put(path, as: name, in: $0) }
            }
        }
        try queue.close()
        return Contents(made: now, version: version, files: sizes, audit: audit)
    }

    private static var reading: Configuration {
        var configuration = Configuration()
        configuration.readonly = true
        configuration.busyMode = .timeout(10)
        return configuration
    }

    private static func put(_ path: String, as name: String, in database: Database) throws -> Int64 {
        let file = try InputFile(path)
        var (hash, bytes, number) = (SHA256(), Int64(0), 0)
        while let body = try file.next(Self.part) {
            hash.update(data: body)
            bytes += Int64(body.count)
            try database.execute(sql: "INSERT INTO part VALUES (?, ?, ?)", arguments: [name, number, body])
            number += 1
        }
        let sum = Data(hash.finalize())
        try database.execute(sql: "INSERT INTO file VALUES (?, ?, ?)", arguments: [name, bytes, sum])
        return bytes
    }

    /// Puts a backup back; the room must not run.
    ///
    /// One that was cut short is begun anew: what it left is not in its way.
    ///
    /// - Parameters:
    ///   - file: The backup.
    ///   - folder: The room's state.
    ///   - isForced: Whether stores that are there are set aside, and not a reason to refuse.
    ///   - now: ms since 1970 UTC.
    /// - Returns: What it held.
    /// - Throws: ``HistoryError``; then no file of the room was touched, or the folder says itself that its restore is not
    ///   finished, and no store of it is opened.
    package static func restore(
        _ file: String,
        into folder: String,
        isForced: Bool,
        now: Int64
    ) throws(HistoryError) -> Contents {
        let files = FileManager.default
        guard files.fileExists(atPath: file) else {
            throw HistoryError(
                path: file,
                reason: "is not there",
                remedy: "name a file that 'command-room backup' made"
            )
        }
        let there = Self.stores.filter { files.fileExists(atPath: "\(folder)/\($0)") }
        let unfinished = UnfinishedRestore(in: folder)
        if !there.isEmpty, !isForced, !unfinished.isThere {
            throw HistoryError(
                path: folder,
                reason: "holds \(there.joined(separator: " and ")) already",
                remedy: "say --force to set them aside, or name another 'state'"
            )
        }
        do {
            var state = try Self.begun(unfinished, folder, file, now: now)
            let stamp = state.stamp
            let queue = try DatabaseQueue(path: file, configuration: Self.reading)
            var contents = try queue.read { try Self.contents(of: $0, file) }
            let names = contents.files.keys.sorted()
            try Self.sweep(folder)
            defer { for name in names { Self.discard("\(folder)/\(name).restore-\(stamp)") } }
            for name in names {
                try queue.read { try Self.take(name, of: file, to: "\(folder)/\(name).restore-\(stamp)", from: $0) }
            }
            contents.audit = try Self.refuseNewer(folder, stamp, contents)
            state.puts.formUnion(names)
            try Self.exchange(names, state, in: folder)
            return contents
        } catch let error as HistoryError {
            throw error
        } catch let error as DatabaseError {
            throw HistoryError(
                path: file,
                reason: "is no whole backup (\(error.message ?? "damaged"))",
                remedy: "use another one"
            )
        } catch {
            throw HistoryError(path: file, error)
        }
    }

    private static func contents(of database: Database, _ file: String) throws -> Contents {
        let id = try Int32.fetchOne(database, sql: "PRAGMA application_id")
        guard id == Self.applicationID,
            let row = try Row.fetchOne(database, sql: "SELECT format, made, version FROM backup")
        else {
            throw HistoryError(
                path: file,
                reason: "is no backup of a room",
                remedy: "name a file that 'command-room backup' made"
            )
        }
        let (format, made, version): (Int, Int64, String) = (row[0], row[1], row[2])
        guard format <= Self.format else {
            throw HistoryError(
                path: file,
                reason: "was made by a newer command-room (\(version))",
                remedy: "install that version"
            )
        }
        if let verdict = try String.fetchOne(database, sql: "PRAGMA quick_check(1)"), verdict != "ok" {
            throw HistoryError(path: file, reason: "is damaged (\(verdict))", remedy: "use another one")
        }
        let rows = try Row.fetchAll(database, sql: "SELECT name, bytes FROM file")
        let files = Dictionary(uniqueKeysWithValues: rows.map { ($0[0] as String, $0[1] as Int64) })
        guard Self.stores.allSatisfy({ files[$0] != nil }),
            files.keys.allSatisfy({ !$0.contains("/") && !$0.hasPrefix(".") && !Self.isPassing($0) })
        else { throw HistoryError(path: file, reason: "does not hold a room's stores", remedy: "use another one") }
        return Contents(made: made, version: version, files: files)
    }

    /// Writes one file out and compares it with what was written down of it.
    private static func take(_ name: String, of file: String, to path: String, from database: Database) throws {
        let output = try OutputFile(path)
        var (hash, bytes) = (SHA256(), Int64(0))
        let rows = try Row.fetchCursor(
            database,
            sql: "SELECT body FROM part WHERE name = ? ORDER BY number",
            arguments: [name]
        )
        while let row = try rows.next() {
            let body: Data = row[0]
            hash.update(data: body)
            bytes += Int64(body.count)
            try output.write(body)
        }
        try output.close()
        let wanted = try Row.fetchOne(database, sql: "SELECT bytes, sum FROM file WHERE name = ?", arguments: [name])
        guard let wanted, wanted[0] as Int64 == bytes, wanted[1] as Data == Data(hash.finalize()) else {
            throw HistoryError(path: file, reason: "'\(name)' in it is damaged", remedy: "use another one")
        }
    }

    /// What a restore begins with: what one that was cut short has said, or a number that none has yet.
    private static func begun(
        _ unfinished: UnfinishedRestore,
        _ folder: String,
        _ file: String,
        now: Int64
    ) throws -> UnfinishedRestore.State {
        if let state = try unfinished.state() { return state }
        let names = try FileManager.default.contentsOfDirectory(atPath: folder)
        var stamp = now / 1_000
        while names.contains(where: { $0.contains(".before-\(stamp)") }) { stamp += 1 }
        let path = URL(filePath: file).standardizedFileURL.path
        return UnfinishedRestore.State(
            stamp: stamp,
            backup: path,
            before: try StateExchange.files(of: folder),
            puts: []
        )
    }

    /// Exchanges the files; what goes wrong from here on leaves a folder that is used by nobody, and says so.
    private static func exchange(_ names: [String], _ state: UnfinishedRestore.State, in folder: String) throws {
        let unfinished = UnfinishedRestore(in: folder)
        try unfinished.begin(state)
        do {
            try StateExchange(folder: folder, state: state).run(names)
            try unfinished.end()
        } catch {
            throw HistoryError(
                path: folder,
                reason: "the restore is not finished, and the room does not start on it (\(Self.short(error)))",
                remedy: "mend that and run 'command-room restore' once more; "
                    + "what was there is beside it as '.before-\(state.stamp)'"
            )
        }
    }

    private static func short(_ error: any Error) -> String {
        (error as? HistoryError).map { "\($0.path): \($0.reason)" } ?? "\(error)"
    }

    /// Removes what a restore that was cut short has written and not put in place.
    private static func sweep(_ folder: String) throws {
        for name in try FileManager.default.contentsOfDirectory(atPath: folder) {
            guard let place = name.ranges(of: ".restore-").last else { continue }
            var stamp = name[place.upperBound...]
            for tail in Self.tails where !tail.isEmpty && stamp.hasSuffix(tail) { stamp.removeLast(tail.count) }
            if !stamp.isEmpty, stamp.allSatisfy({ $0.isASCII && $0.isNumber }) { Self.discard("\(folder)/\(name)") }
        }
    }

    /// Returns whether the audit in it is whole.
    private static func refuseNewer(_ folder: String, _ stamp: Int64, _ contents: Contents) throws -> AuditVerdict? {
        var audit: AuditVerdict?
        let migrators = [Self.stores[0]: HistorySchema.migrator, Self.stores[1]: Casebook.migrator]
        for (name, migrator) in migrators {
            let queue = try DatabaseQueue(path: "\(folder)/\(name).restore-\(stamp)")
            let isNewer = try queue.read { try migrator.hasBeenSuperseded($0) }
            if name == Self.stores[1], !isNewer { audit = try queue.read { try Casebook.verify($0) } }
            try queue.close()
            if isNewer {
                throw HistoryError(
                    path: folder,
                    reason: "the backup was made by a newer command-room (\(contents.version))",
                    remedy: "install that version"
                )
            }
        }
        return audit
    }

    static func isFile(_ path: String) -> Bool {
        var isFolder = false
        return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) && !isFolder
    }

    /// Removes what a failure has left; where that fails too, the next try does it.
    private static func discard(_ path: String) {
        for tail in Self.tails where FileManager.default.fileExists(atPath: path + tail) {
            do { try FileManager.default.removeItem(atPath: path + tail) } catch { continue }
        }
    }
}
