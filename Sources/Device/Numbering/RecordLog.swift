package import PatrolWire

/// The rules of the durable log: a number and the record it belongs to reach the disk in one transaction, and what the
/// room has is known by ranges of numbers.
///
/// Pure but for its storage: it reads no clock and waits for nothing, so that a life of it can be replayed on a model of a disk.
package struct RecordLog<Storage: LogStorage> {
    /// What is worth a line in the program's log.
    package struct Notice: Sendable, Hashable {
        /// How bad it is.
        package enum Level: Sendable, Hashable { case warning, error }
        /// How bad it is.
        package let level: Level
        /// What it is.
        package let text: String
    }

    /// Further than this ahead of the log no acknowledgement is believed: no device makes so many records.
    static var longestLeap: Int64 { 1_000_000_000 }

    /// The disk.
    package let storage: Storage
    let codec: any RecordCodec
    let newLog: @Sendable () -> String
    let notice: @Sendable (Notice) -> Void
    let spaceBudget: Int64?
    var appendsSinceCheck = 0
    private var connections: Int64
    /// The number that the next record will have.
    package internal(set) var next: Int64
    /// What the room has stored.
    package internal(set) var acknowledged: SequenceRanges
    /// What went out since the log was opened: of nothing else is it known that the room's record under a number is this one.
    var sent = SequenceRanges()
    /// What had to be dropped.
    package internal(set) var dropped: SequenceRanges
    /// The numbers of this log that records of an earlier one still get; `nil` when none waits.
    package internal(set) var reserved: ClosedRange<Int64>?
    /// The id of this log: 16 hex digits, made with the file, and anew when its numbers were given twice.
    package internal(set) var log: String

    /// Opens a log where it stopped.
    ///
    /// One whose file is a copy (a backup that was restored) begins a new log: its original, and every other copy, may use
    /// the numbers of this one.
    ///
    /// - Parameters:
    ///   - storage: The disk.
    ///   - codec: Reads the bytes of records.
    ///   - identity: What tells this file from a copy of it.
    ///   - spaceBudget: Bytes that the file may take; `nil` for as many as there are.
    ///   - newLog: Makes the id of a new log.
    ///   - notice: Told what was skipped, dropped or lost.
    /// - Throws: ``OutboxError``.
    package init(
        _ storage: Storage,
        codec: any RecordCodec = WireRecords(),
        identity: String,
        spaceBudget: Int64? = nil,
        newLog: @escaping @Sendable () -> String,
        notice: @escaping @Sendable (Notice) -> Void
    ) throws(OutboxError) {
        let state = try storage.state()
        (self.storage, self.codec, self.spaceBudget) = (storage, codec, spaceBudget)
        (self.newLog, self.notice) = (newLog, notice)
        (self.log, self.acknowledged, self.dropped) = (state.log, state.acknowledged, state.dropped)
        (self.reserved, self.connections) = (state.reserved, state.connections)
        // The newest records may be gone; then their numbers stand in one of these.
        let gone = [self.acknowledged, self.dropped].compactMap { $0.ranges.last?.upperBound }
        self.next = (gone + [state.highest, state.reserved?.upperBound ?? 0]).reduce(0, max) + 1
        switch state.identity {
        case identity: break
        case nil: try storage.commit([.identity(identity)])
        default: try self.beginCopy(identity)
        }
    }

    func say(_ level: Notice.Level, _ text: String) { self.notice(Notice(level: level, text: text)) }

    /// Makes records and notes durable in one transaction: all of them, or none.
    ///
    /// - Parameters:
    ///   - drafts: The records, in order.
    ///   - notes: What is to be found under a name after a restart.
    /// - Returns: The records, on the disk.
    /// - Throws: ``OutboxError``, or what a body throws; then nothing was stored and no number used.
    package mutating func append(_ drafts: [Draft], notes: [String: [UInt8]] = [:]) throws -> [Entry] {
        var entries: [Entry] = []
        for draft in drafts {
            let sequence = self.next + Int64(entries.count)
            let body = try draft.body(RecordNumber(log: self.log, sequence: sequence))
            entries.append(Entry(sequence: sequence, kind: draft.kind, made: draft.made, body: body))
        }
        try self.keepBudget()
        try self.storage.commit(entries.map { .insert($0) } + notes.map { .note($0.key, $0.value) })
        self.next += Int64(entries.count)
        return entries
    }

    /// Counts the connections of this log up by one and returns the new count.
    ///
    /// A full disk or a locked file does not keep the device from connecting: the count then goes on in memory.
    package mutating func countConnection() throws(OutboxError) -> Int64 {
        self.connections += 1
        do throws(OutboxError) {
            try self.storage.commit([.connections(self.connections)])
        } catch {
            guard error.mayPass else { throw error }
        }
        return self.connections
    }
}
