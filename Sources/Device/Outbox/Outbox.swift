package import Logging
package import Numbering
package import PatrolWire
package import Threading

/// The durable log of records on the device's disk.
///
/// An actor on a thread of its own, because each record waits for the disk; the rules are ``RecordLog``'s.
package actor Outbox {
    /// The outbox's own thread; the chain runs there too, so that a record is handed over without a hop.
    package nonisolated let executor: ThreadExecutor

    private let storage: OutboxStorage
    private let lock: FolderLock
    private let folder: String
    private var records: RecordLog<OutboxStorage>

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
    ///   - codec: Reads the bytes of records.
    ///   - logger: Told what was set aside, skipped or dropped.
    /// - Throws: ``OutboxError``.
    package init(
        folder: String,
        owner: String? = nil,
        spaceBudget: Int64? = nil,
        codec: any RecordCodec = WireRecords(),
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
        let storage = try OutboxStorage(try OutboxFile.open(folder: folder, owner: owner, logger: logger))
        self.records = try RecordLog(
            storage,
            codec: codec,
            identity: OutboxFile.identity(of: folder),
            spaceBudget: spaceBudget,
            newLog: { OutboxFile.newLog },
            notice: { notice in
                switch notice.level {
                case .warning: logger.warning("\(folder): \(notice.text)")
                case .error: logger.error("\(folder): \(notice.text)")
                }
            }
        )
        let boot = OutboxFile.bootID
        self.isFirstOfBoot = try storage.database.value(.boot) != boot
        try storage.keep(.boot, boot)
        (self.storage, self.folder) = (storage, folder)
        self.executor = .start("outbox")
    }

    /// The id of this log: 16 hex digits, made with the file, and anew when its numbers were given twice.
    package var log: String { self.records.log }

    /// The number that the next record will have.
    package var nextSequence: Int64 { self.records.next }

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

    /// Makes records and notes durable in one transaction; see ``RecordLog/append(_:notes:)``.
    package func append(_ drafts: [Draft], notes: [String: [UInt8]] = [:]) throws -> [Entry] {
        try self.records.append(drafts, notes: notes)
    }

    /// Makes records and notes durable, and says in which log: it may be given up before anybody asks.
    package func store(
        _ drafts: [Draft],
        notes: [String: [UInt8]] = [:]
    ) throws -> (log: String, entries: [Entry]) {
        (self.records.log, try self.records.append(drafts, notes: notes))
    }

    /// What was kept under a name.
    package func note(_ name: String) throws(OutboxError) -> [UInt8]? { try self.storage.note(name) }

    /// Returns records from a number on, in order.
    package func entries(from sequence: Int64, limit: Int) throws(OutboxError) -> [Entry] {
        try self.storage.entries(from: sequence, limit: limit)
    }

    /// How many records are kept.
    package func count() throws(OutboxError) -> Int64 { try self.storage.count() }

    /// Bytes of the file that hold something; freed pages are used again.
    package func usedBytes() throws(OutboxError) -> Int64 { try self.storage.usedBytes() }

    /// Counts the connections of this log up by one and returns the new count.
    package func countConnection() throws(OutboxError) -> Int64 { try self.records.countConnection() }

    /// A record goes out; see ``RecordLog/sent(_:)``.
    package func sent(_ number: RecordNumber) { self.records.sent(number) }

    /// What went out may not have arrived; see ``RecordLog/doubtSent()``.
    package func doubtSent() { self.records.doubtSent() }

    /// Takes the room's word for what it has stored; see ``RecordLog/takeOver(_:)``.
    package func takeOver(_ acknowledgement: Acknowledgement) throws(OutboxError) -> Int64 {
        try self.records.takeOver(acknowledgement)
    }

    /// Takes back what the room had acknowledged; see ``RecordLog/resend(_:)``.
    package func resend(_ range: ClosedRange<Int64>) throws(OutboxError) -> Int64 { try self.records.resend(range) }

    /// Gives up a record whose bytes cannot be sent; see ``RecordLog/setAside(_:)``.
    package func setAside(_ entry: Entry) { self.records.setAside(entry) }

    /// Gives records of an earlier log their numbers in this one; see ``RecordLog/adoptFormer(limit:)``.
    package func adoptFormer(limit: Int) throws(OutboxError) { try self.records.adoptFormer(limit: limit) }

    /// Returns what the backlog sends next; see ``RecordLog/backlog(after:through:isChecked:limit:bytes:)``.
    package func backlog(
        after: Int64,
        through last: Int64,
        isChecked: Bool,
        limit: Int,
        bytes: Int
    ) throws(OutboxError) -> BacklogPart {
        try self.records.backlog(after: after, through: last, isChecked: isChecked, limit: limit, bytes: bytes)
    }

    /// Returns what the room has not acknowledged; see ``RecordLog/pending(after:through:limit:bytes:)``.
    package func pending(
        after: Int64,
        through last: Int64,
        limit: Int,
        bytes: Int
    ) throws(OutboxError) -> Backlogged {
        try self.records.pending(after: after, through: last, limit: limit, bytes: bytes)
    }

    /// How many records the room has not acknowledged, and when the oldest of them was made (ms since 1970 UTC).
    package func waiting() throws(OutboxError) -> (count: Int64, oldest: Int64?) { try self.records.waiting() }

    /// What was spent of a day's allowance for backlog; zero before the first.
    package func backlogSpent() throws(OutboxError) -> (day: Int64, bytes: Int) { try self.storage.backlogSpent() }

    /// Keeps what was spent of a day's allowance, so that a restart does not begin a new one.
    package func keepBacklogSpent(day: Int64, bytes: Int) throws(OutboxError) {
        try self.storage.commit([.backlogSpent(day: day, bytes: bytes)])
    }
}
