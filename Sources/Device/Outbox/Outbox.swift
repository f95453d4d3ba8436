package import Logging
import Threading

/// What a record is; positions are the first to go when space ends.
package enum EntryKind: Int64, Sendable, Hashable {
    /// A position.
    case position = 0
    /// An event.
    case event = 1
}

/// One durable record.
package struct Entry: Sendable, Hashable {
    /// Its number in the log.
    package let sequence: Int64
    /// What it is.
    package let kind: EntryKind
    /// Its bytes; the outbox never looks inside.
    package let body: [UInt8]
}

/// The durable log of records: a number and the record it belongs to reach the disk in one transaction.
///
/// An actor on a thread of its own, because each record waits for the disk.
package actor Outbox {
    private let executor: ThreadExecutor
    private let database: SQLite
    private let lock: FolderLock
    private var next: Int64

    /// The id of this log: 16 hex digits, made once with the file.
    package nonisolated let log: String

    /// Runs on the outbox's own thread.
    package nonisolated var unownedExecutor: UnownedSerialExecutor { self.executor.asUnownedSerialExecutor() }

    /// Opens the outbox in a folder, or begins one.
    ///
    /// A damaged file is set aside under a name that the log tells, and a new log begun.
    ///
    /// - Throws: ``OutboxError``.
    package init(folder: String, logger: Logger) throws(OutboxError) {
        self.lock = try FolderLock.take(folder)
        let database = try OutboxFile.open(folder: folder, logger: logger)
        guard let log = try database.text("SELECT value FROM meta WHERE key = 'log'") else {
            throw .damaged(path: folder, reason: "it has no log id")
        }
        let used = try database.integer("SELECT seq FROM sqlite_sequence WHERE name = 'record'") ?? 0
        self.database = database
        self.log = log
        self.next = used + 1
        self.executor = .start("outbox")
    }

    /// The number that the next record will have.
    package var nextSequence: Int64 { self.next }

    /// Makes a record durable.
    ///
    /// - Parameters:
    ///   - kind: What it is.
    ///   - made: ms since 1970 UTC.
    ///   - body: Gives the bytes, which carry the number.
    /// - Returns: The record, on the disk.
    /// - Throws: ``OutboxError``, or what `body` throws; then nothing was stored and the number not used.
    package func append(
        _ kind: EntryKind,
        made: Int64,
        body: @Sendable (Int64) throws -> [UInt8]
    ) throws -> Entry {
        let entry = Entry(sequence: self.next, kind: kind, body: try body(self.next))
        try self.database.run(
            "INSERT INTO record (seq, kind, made, body) VALUES (?, ?, ?, ?)",
            [.integer(entry.sequence), .integer(kind.rawValue), .integer(made), .blob(entry.body)]
        )
        self.next += 1
        return entry
    }

    /// Returns records from a number on, in order.
    package func entries(from sequence: Int64, limit: Int) throws(OutboxError) -> [Entry] {
        var entries: [Entry] = []
        try self.database.run(
            "SELECT seq, kind, body FROM record WHERE seq >= ? ORDER BY seq LIMIT ?",
            [.integer(sequence), .integer(Int64(limit))]
        ) { row in
            let kind = EntryKind(rawValue: row.integer(1)) ?? .position
            entries.append(Entry(sequence: row.integer(0), kind: kind, body: row.blob(2)))
        }
        return entries
    }

    /// How many records are kept.
    package func count() throws(OutboxError) -> Int64 { try self.database.integer("SELECT count(*) FROM record") ?? 0 }

    /// Counts the connections of this log up by one and returns the new count.
    package func countConnection() throws(OutboxError) -> Int64 {
        try self.database.run(
            """
            INSERT INTO meta VALUES ('connect', '1')
            ON CONFLICT (key) DO UPDATE SET value = CAST(value AS INTEGER) + 1
            """
        )
        return try self.database.integer("SELECT CAST(value AS INTEGER) FROM meta WHERE key = 'connect'") ?? 1
    }
}
