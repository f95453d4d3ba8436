import CSQLite
import Glibc
import Logging
import Numbering
import SystemErrors

/// Opens the outbox's file: locked, checked, of the right schema, or a fresh one with the damaged one kept.
enum OutboxFile {
    static let schema = 4

    /// Pages that the write-ahead log grows to at once: fewer than SQLite lets it have before it begins anew.
    private static let framesOfLog = 240

    /// Opens `folder/outbox.sqlite`, making folder and file where they are missing.
    ///
    /// A damaged file is renamed, never deleted: it may be the only trace of a patrol.
    static func open(folder: String, owner: String?, logger: Logger) throws(OutboxError) -> SQLite {
        let path = folder + "/outbox.sqlite"
        do {
            let database = try Self.openChecked(path)
            if try Self.belongs(database, to: owner, path: path) { return database }
            // Closed before it is renamed.
            _ = consume database
            let kept = try Self.setAside(path, as: "former")
            logger.notice("Outbox was another device's, all delivered: set aside as \(kept), a new log is begun")
        } catch {
            guard case .damaged(_, let reason) = error else { throw error }
            let kept = try Self.setAside(path, as: "damaged")
            logger.error("Outbox was damaged (\(reason)): set aside as \(kept), a new log is begun")
            let database = try Self.openChecked(path)
            _ = try Self.belongs(database, to: owner, path: path)
            do throws(OutboxError) {
                let count = try Salvage.copy(from: kept, into: database)
                logger.notice("\(count) records could be read out of \(kept) and are sent")
            } catch {
                // The patrol goes on without them; the file is kept.
                logger.error("What is whole in \(kept) could not be read out: \(error)")
            }
            return database
        }
        let database = try Self.openChecked(path)
        _ = try Self.belongs(database, to: owner, path: path)
        return database
    }

    /// Whether a file is this device's; one that is nobody's becomes it.
    ///
    /// - Throws: ``OutboxError/ofAnother(path:owner:unsent:)`` while another's records wait in it.
    private static func belongs(
        _ database: borrowing SQLite,
        to owner: String?,
        path: String
    ) throws(OutboxError) -> Bool {
        guard let owner else { return true }
        if let known = try database.value(.owner), known != owner {
            let unsent = try database.integer(
                "SELECT count(*) FROM record WHERE NOT EXISTS (SELECT 1 FROM acknowledged WHERE seq BETWEEN first AND last)"
            )
            guard unsent == 0 else { throw .ofAnother(path: path, owner: known, unsent: unsent ?? 0) }
            return false
        }
        try database.keep(.owner, owner)
        return true
    }

    private static func openChecked(_ path: String) throws(OutboxError) -> SQLite {
        let database = try SQLite(path: path)
        let version = Int(try database.integer("PRAGMA user_version") ?? 0)
        guard version <= Self.schema else { throw .tooNew(path: path, version: version) }
        let verdict = try database.text("PRAGMA integrity_check(1)") ?? "no answer"
        guard verdict == "ok" else { throw .damaged(path: path, reason: verdict) }
        // FULL: a record that was numbered survives a power cut, not only a crash.
        try database.run("PRAGMA journal_mode = WAL")
        try database.run("PRAGMA synchronous = FULL")
        // A short log is soon written over in place, which the disk does faster than letting it grow.
        try database.run("PRAGMA wal_autocheckpoint = 256")
        if version < 1 { try Self.create(database) }
        if version < 2 { try Self.addDelivery(database) }
        if version < 3 { try Self.addNotes(database) }
        try Self.prepareLog(database)
        return database
    }

    private static func create(_ database: borrowing SQLite) throws(OutboxError) {
        try database.run("BEGIN IMMEDIATE")
        try database.run("CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID, STRICT")
        try database.run(
            """
            CREATE TABLE record (
                seq INTEGER PRIMARY KEY AUTOINCREMENT,
                kind INTEGER NOT NULL,
                made INTEGER NOT NULL,
                body BLOB NOT NULL
            ) STRICT
            """
        )
        try database.keep(.log, Self.newLog)
        try database.run("PRAGMA user_version = 1")
        try database.run("COMMIT")
    }

    /// Version 2: what the room has stored, and what had to be dropped, each as ranges of numbers.
    private static func addDelivery(_ database: borrowing SQLite) throws(OutboxError) {
        try database.run("BEGIN IMMEDIATE")
        for table in ["acknowledged", "dropped"] {
            try database.run("CREATE TABLE \(table) (first INTEGER PRIMARY KEY, last INTEGER NOT NULL) STRICT")
        }
        try database.run("PRAGMA user_version = 2")
        try database.run("COMMIT")
    }

    /// Version 3: notes, which are kept together with records; and no counter beside the records.
    ///
    /// The counter's page would be written with each of them. Numbers that are gone stand in `acknowledged` or `dropped`.
    private static func addNotes(_ database: borrowing SQLite) throws(OutboxError) {
        try database.run("BEGIN IMMEDIATE")
        try database.run("CREATE TABLE note (name TEXT PRIMARY KEY, body BLOB NOT NULL) WITHOUT ROWID, STRICT")
        try database.run("ALTER TABLE record RENAME TO counted")
        try database.run(
            """
            CREATE TABLE record (
                seq INTEGER PRIMARY KEY,
                kind INTEGER NOT NULL,
                made INTEGER NOT NULL,
                body BLOB NOT NULL
            ) STRICT
            """
        )
        try database.run("INSERT INTO record SELECT seq, kind, made, body FROM counted ORDER BY seq")
        try database.run("DROP TABLE counted")
        try database.run("PRAGMA user_version = 3")
        try database.run("COMMIT")
    }

    /// Version 4: records of an earlier log, which get numbers of this one as they are sent.
    ///
    /// Made when there are some, and inside the caller's transaction: a full disk must not keep a device from starting.
    static func addFormer(_ database: borrowing SQLite) throws(OutboxError) {
        try database.run(
            """
            CREATE TABLE IF NOT EXISTS former (
                seq INTEGER PRIMARY KEY,
                kind INTEGER NOT NULL,
                made INTEGER NOT NULL,
                body BLOB NOT NULL
            ) STRICT
            """
        )
        try database.run("PRAGMA user_version = 4")
    }

    /// The id of a new log.
    static var newLog: String { (0..<16).map { _ in String(UInt8.random(in: 0..<16), radix: 16) }.joined() }

    /// Lets the write-ahead log grow once, so that from then on it is written over in place: a disk is done with that
    /// sooner than with a file that grows.
    private static func prepareLog(_ database: borrowing SQLite) throws(OutboxError) {
        // What is written here need not survive, so no commit waits for the disk.
        try database.run("PRAGMA synchronous = OFF")
        do throws(OutboxError) {
            for round in 0..<Self.framesOfLog {
                try database.keep(.prepared, "\(round)")
            }
        } catch {
            // A full disk is no reason not to start.
            guard error.mayPass else { throw error }
        }
        try database.run("PRAGMA wal_checkpoint(RESTART)")
        try database.run("PRAGMA synchronous = FULL")
    }

    /// What tells this file from a copy of it: device and inode.
    static func identity(of folder: String) -> String {
        var status = stat()
        guard stat(folder + "/outbox.sqlite", &status) == 0 else { return "none" }
        return "\(status.st_dev):\(status.st_ino)"
    }

    /// What tells one start of this machine from another; empty where the kernel does not say.
    static var bootID: String {
        guard let handle = fopen("/proc/sys/kernel/random/boot_id", "r") else { return Self.toldBootID }
        defer { fclose(handle) }
        var buffer = [CChar](repeating: 0, count: 64)
        guard fgets(&buffer, CInt(buffer.count), handle) != nil else { return "" }
        return String(decoding: buffer.prefix { $0 > 32 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// The same as systemd tells a service that cannot look, written as the kernel does; empty where it does not.
    private static var toldBootID: String {
        guard let told = getenv("BOOT_ID").map({ String(cString: $0) }), told.utf8.count == 32 else { return "" }
        var text = ""
        for (place, digit) in told.enumerated() {
            if [8, 12, 16, 20].contains(place) { text += "-" }
            text.append(digit)
        }
        return text
    }

    private static func setAside(_ path: String, as what: String) throws(OutboxError) -> String {
        var now = time(nil)
        var parts = tm()
        gmtime_r(&now, &parts)
        var stamp = [CChar](repeating: 0, count: 32)
        strftime(&stamp, stamp.count, "%Y%m%dT%H%M%SZ", &parts)
        let suffix =
            ".\(what)-" + String(decoding: stamp.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        var kept = path + suffix
        var number = 1
        while access(kept, F_OK) == 0 {
            number += 1
            kept = "\(path)\(suffix)-\(number)"
        }
        guard rename(path, kept) == 0 else { throw .failed(path: path, reason: SystemError.last.description) }
        for tail in ["-wal", "-shm"] where access(path + tail, F_OK) == 0 {
            guard rename(path + tail, kept + tail) == 0 else {
                throw .failed(path: path + tail, reason: SystemError.last.description)
            }
        }
        return kept
    }
}
