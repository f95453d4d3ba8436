package import PatrolWire

/// What the backlog lane sends from: the durable log, whatever it is made of.
package protocol BacklogSource: Sendable {
    /// Returns records that the room has not acknowledged, oldest first, and dropped numbers to declare.
    ///
    /// `checked` is wanted when the room did not take what was sent: a record that is none any more spoils its whole
    /// message, and is set aside.
    func backlog(after: Int64, through: Int64, limit: Int, bytes: Int, checked: Bool) async throws -> BacklogBatch

    /// Takes the room's word for what it has stored; returns how many records it wants again.
    ///
    /// The word on another log than the one in use means nothing.
    func acknowledge(_ acknowledgement: Acknowledgement) async throws -> Int64

    /// What was spent of the day's allowance when it was last kept.
    func spent() async throws -> DaySpending

    /// Keeps what was spent, over restarts.
    func keep(_ spent: DaySpending) async throws
}

/// Bytes of backlog that went out on a day.
package struct DaySpending: Sendable, Hashable {
    /// Days since 1970 UTC.
    package var day: Int64
    /// Bytes.
    package var bytes: Int

    /// Creates one.
    package init(day: Int64, bytes: Int) {
        self.day = day
        self.bytes = bytes
    }
}

/// Records and declarations for one message.
package struct BacklogBatch: Sendable {
    /// The log that numbers them.
    package var log: String
    /// Bytes of each record.
    package var records: [[UInt8]]
    /// Number of the last of them; `nil` when there is none.
    package var last: Int64?
    /// Dropped numbers that the room does not know of yet.
    package var dropped: [ClosedRange<Int64>]

    /// Creates a batch.
    package init(log: String, records: [[UInt8]], last: Int64?, dropped: [ClosedRange<Int64>]) {
        self.log = log
        self.records = records
        self.last = last
        self.dropped = dropped
    }
}
