package import PatrolWire

/// One change of what is on the disk.
package enum LogChange: Sendable, Hashable {
    /// A record is added.
    case insert(Entry)
    /// Records are deleted.
    case delete([Int64])
    /// Records that the room has stored are deleted.
    case deleteAcknowledged
    /// What is to be found under a name after a restart.
    case note(String, [UInt8])
    /// What the room has stored of the log, all of it.
    case acknowledged(SequenceRanges)
    /// What had to be dropped of the log, all of it.
    case dropped(SequenceRanges)
    /// A log begins: all records wait behind those that wait already, and nothing is acknowledged or dropped.
    case begin(log: String)
    /// The numbers that records of earlier logs still get; `nil` when none waits.
    case reserve(ClosedRange<Int64>?)
    /// Records of earlier logs are deleted, by their place in the queue.
    case deleteFormer([Int64])
    /// The connections of the log so far.
    case connections(Int64)
    /// What was spent of a day's allowance for backlog.
    case backlogSpent(day: Int64, bytes: Int)
    /// What tells the file from a copy of it.
    case identity(String)
}

/// What stands on the disk when the log is opened.
package struct LogState: Sendable, Hashable {
    /// Id of the log: 16 hex digits.
    package var log: String
    /// The highest number of a record; 0 when there is none.
    package var highest: Int64 = 0
    /// What the room has stored.
    package var acknowledged = SequenceRanges()
    /// What had to be dropped.
    package var dropped = SequenceRanges()
    /// The numbers that records of earlier logs still get; `nil` when none waits.
    package var reserved: ClosedRange<Int64>?
    /// Connections of the log so far.
    package var connections: Int64 = 0
    /// Of the file that this state was last used in; `nil` when it is new.
    package var identity: String?

    /// Creates the state of a new log.
    package init(log: String) { self.log = log }
}

/// The disk under a log.
package protocol LogStorage: AnyObject {
    /// Makes changes durable: all of them, or none.
    func commit(_ changes: [LogChange]) throws(OutboxError)
    /// What stands on the disk.
    func state() throws(OutboxError) -> LogState
    /// Records from a number on, in order.
    func entries(from sequence: Int64, limit: Int) throws(OutboxError) -> [Entry]
    /// The numbers of a range whose records are there.
    func numbers(in range: ClosedRange<Int64>) throws(OutboxError) -> SequenceRanges
    /// The lowest numbers of a range whose records are there, of one kind or of any.
    func lowest(_ kind: EntryKind?, in range: ClosedRange<Int64>, limit: Int) throws(OutboxError) -> [Int64]
    /// How many records are there.
    func count() throws(OutboxError) -> Int64
    /// Records of earlier logs, oldest first; their `sequence` is the place in the queue.
    func former(limit: Int) throws(OutboxError) -> [Entry]
    /// How many records of earlier logs wait.
    func formerCount() throws(OutboxError) -> Int64
    /// Places of records of earlier logs that go first when space ends: positions before events, oldest first.
    func formerToDrop(limit: Int) throws(OutboxError) -> [Int64]
    /// Bytes that hold something.
    func usedBytes() throws(OutboxError) -> Int64
}
