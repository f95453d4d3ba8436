package import Logging
package import PatrolWire
package import Threading

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
    /// Numbers that are skipped when the file turns out to be an older copy of itself: more than a device can
    /// have used between a backup and its return.
    static let copyGap: Int64 = 10_000_000

    /// Further than this ahead of the log no acknowledgement is believed: no device makes so many records.
    static let longestLeap: Int64 = 1_000_000_000

    /// The outbox's own thread; the chain runs there too, so that a record is handed over without a hop.
    package nonisolated let executor: ThreadExecutor

    static let insertion = "INSERT INTO record (seq, kind, made, body) VALUES (?, ?, ?, ?)"

    let database: SQLite
    private let lock: FolderLock
    let folder: String
    let logger: Logger
    var next: Int64
    var acknowledged: SequenceRanges
    var dropped: SequenceRanges
    var spaceBudget: Int64?
    var appendsSinceCheck = 0
    private var connections: Int64
    /// The numbers of this log that records of an earlier one still get; `nil` when none waits.
    var reserved: ClosedRange<Int64>?

    /// The id of this log: 16 hex digits, made with the file, and anew when its numbers were given twice.
    package internal(set) var log: String

    /// Whether the machine was started anew since this log was last open; true for a new log.
    package nonisolated let isFirstOfBoot: Bool

    /// Runs on the outbox's own thread.
    package nonisolated var unownedExecutor: UnownedSerialExecutor { self.executor.asUnownedSerialExecutor() }

    /// Opens the outbox in a folder, or begins one.
    ///
    /// A damaged file is set aside under a name that the log tells, and a new log begun. A file that is a copy
    /// (a backup that was restored) goes on with numbers that its original cannot have used.
    ///
    /// - Parameters:
    ///   - folder: Where the file is.
    ///   - owner: The device whose records these are; a renamed device begins a new log, as the room knows the old one by the old name.
    ///   - spaceBudget: Bytes that the file may take; `nil` for as many as there are.
    ///   - logger: Told what was set aside, skipped or dropped.
    /// - Throws: ``OutboxError``.
    package init(
        folder: String,
        owner: String? = nil,
        spaceBudget: Int64? = nil,
        logger: Logger
    ) throws(OutboxError) {
        do throws(FolderLock.Failure) {
            self.lock = try FolderLock.take(folder)
        } catch {
            switch error {
            case .inUse(let path): throw .inUse(path: path)
            case .failed(let path, let reason): throw .failed(path: path, reason: reason)
            }
        }
        let database = try OutboxFile.open(folder: folder, owner: owner, logger: logger)
        guard let log = try database.text("SELECT value FROM meta WHERE key = 'log'") else {
            throw .damaged(path: folder, reason: "it has no log id")
        }
        let used = try database.integer("SELECT max(seq) FROM record") ?? 0
        self.acknowledged = try Self.ranges("acknowledged", in: database)
        self.dropped = try Self.ranges("dropped", in: database)
        // The newest records may be gone; then their numbers stand in one of these.
        let gone = [self.acknowledged, self.dropped].compactMap { $0.ranges.last?.upperBound }
        self.reserved = try FormerRecords.reserved(in: database)
        self.next = (gone + [used, self.reserved?.upperBound ?? 0]).reduce(0, max) + 1
        self.connections = try database.integer("SELECT CAST(value AS INTEGER) FROM meta WHERE key = 'connect'") ?? 0
        let identity = OutboxFile.identity(of: folder)
        let known = try database.text("SELECT value FROM meta WHERE key = 'file'")
        try database.run("INSERT OR REPLACE INTO meta VALUES ('file', ?)", [.text(identity)])
        let isCopy = known != nil && known != identity
        let first = self.next
        let last = first + Self.copyGap - 1
        if isCopy {
            try database.run("INSERT OR REPLACE INTO dropped VALUES (?, ?)", [.integer(first), .integer(last)])
            self.dropped.insert(first...last)
            self.next = last + 1
            logger.warning(
                "Outbox \(folder) is a copy: numbers \(first) to \(last) are skipped, its original may have used them"
            )
        }
        let boot = OutboxFile.bootID
        self.isFirstOfBoot = try database.text("SELECT value FROM meta WHERE key = 'boot'") != boot
        try database.run("INSERT OR REPLACE INTO meta VALUES ('boot', ?)", [.text(boot)])
        try database.keep(Self.insertion)
        self.database = database
        self.folder = folder
        self.logger = logger
        self.log = log
        self.spaceBudget = spaceBudget
        self.executor = .start("outbox")
    }

    /// The number that the next record will have.
    package var nextSequence: Int64 { self.next }

    /// A record that is still to be numbered.
    package struct Draft: Sendable {
        /// What it is.
        package let kind: EntryKind
        let made: Int64
        let body: @Sendable (RecordNumber) throws -> [UInt8]

        /// Creates one.
        ///
        /// - Parameters:
        ///   - kind: What it is.
        ///   - made: ms since 1970 UTC.
        ///   - body: Gives the bytes, which carry the number.
        package init(_ kind: EntryKind, made: Int64, body: @escaping @Sendable (RecordNumber) throws -> [UInt8]) {
            (self.kind, self.made, self.body) = (kind, made, body)
        }
    }

    /// Makes a record durable.
    ///
    /// - Returns: The record, on the disk.
    /// - Throws: ``OutboxError``, or what `body` throws; then nothing was stored and the number not used.
    package func append(
        _ kind: EntryKind,
        made: Int64,
        body: @escaping @Sendable (RecordNumber) throws -> [UInt8]
    ) throws -> Entry {
        guard let entry = try self.append([Draft(kind, made: made, body: body)]).first else {
            throw OutboxError.failed(path: self.folder, reason: "a record was not stored")
        }
        return entry
    }

    /// Makes records and notes durable in one transaction: all of them, or none.
    ///
    /// - Parameters:
    ///   - drafts: The records, in order.
    ///   - notes: What is to be found under a name after a restart.
    /// - Returns: The records, on the disk.
    /// - Throws: ``OutboxError``, or what a body throws; then nothing was stored and no number used.
    package func append(_ drafts: [Draft], notes: [String: [UInt8]] = [:]) throws -> [Entry] {
        var entries: [Entry] = []
        for draft in drafts {
            let sequence = self.next + Int64(entries.count)
            let body = try draft.body(RecordNumber(log: self.log, sequence: sequence))
            entries.append(Entry(sequence: sequence, kind: draft.kind, body: body))
        }
        try self.keepBudget()
        if entries.count + notes.count > 1 { try self.database.run("BEGIN IMMEDIATE") }
        do throws(OutboxError) {
            for (entry, draft) in zip(entries, drafts) {
                try self.database.run(
                    Self.insertion,
                    [.integer(entry.sequence), .integer(entry.kind.rawValue), .integer(draft.made), .blob(entry.body)]
                )
            }
            for (name, body) in notes {
                try self.database.run("INSERT OR REPLACE INTO note VALUES (?, ?)", [.text(name), .blob(body)])
            }
            if entries.count + notes.count > 1 { try self.database.run("COMMIT") }
        } catch {
            if entries.count + notes.count > 1 { self.rollback() }
            throw error
        }
        self.next += Int64(entries.count)
        return entries
    }

    /// What was kept under a name.
    package func note(_ name: String) throws(OutboxError) -> [UInt8]? {
        var found: [UInt8]?
        try self.database.run("SELECT body FROM note WHERE name = ?", [.text(name)]) { found = $0.blob(0) }
        return found
    }

    func rollback() {
        // The statement's own error says more than a failed rollback could.
        do throws(OutboxError) { try self.database.run("ROLLBACK") } catch { self.logger.debug("Rollback: \(error)") }
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
    ///
    /// A full disk or a locked file does not keep the device from connecting: the count then goes on in memory.
    package func countConnection() throws(OutboxError) -> Int64 {
        self.connections += 1
        do throws(OutboxError) {
            try self.database.run(
                "INSERT OR REPLACE INTO meta VALUES ('connect', ?)",
                [.text(String(self.connections))]
            )
        } catch {
            guard error.mayPass else { throw error }
            self.logger.debug("Connection \(self.connections) counted in memory only: \(error)")
        }
        return self.connections
    }

    /// What was spent of a day's allowance for backlog; zero before the first.
    package func backlogSpent() throws(OutboxError) -> (day: Int64, bytes: Int) {
        let text = try self.database.text("SELECT value FROM meta WHERE key = 'backlog'") ?? ""
        let numbers = text.split(separator: " ").compactMap { Int64($0) }
        return numbers.count == 2 ? (numbers[0], Int(numbers[1])) : (0, 0)
    }

    /// Keeps what was spent of a day's allowance, so that a restart does not begin a new one.
    package func keepBacklogSpent(day: Int64, bytes: Int) throws(OutboxError) {
        try self.database.run("INSERT OR REPLACE INTO meta VALUES ('backlog', ?)", [.text("\(day) \(bytes)")])
    }

    private static func ranges(_ table: String, in database: borrowing SQLite) throws(OutboxError) -> SequenceRanges {
        var ranges = SequenceRanges()
        try database.run("SELECT first, last FROM \(table) ORDER BY first") { row in
            let (first, last) = (row.integer(0), row.integer(1))
            if first <= last { ranges.insert(first...last) }
        }
        return ranges
    }
}
