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
package struct BacklogBatch: Sendable, Hashable {
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

/// What of the log is wanted for the next message.
package struct BacklogQuery: Sendable, Hashable {
    /// Numbers above this.
    package var after: Int64
    /// Records must still be what they were: the room did not take what was sent, and one that is spoilt costs its whole
    /// message.
    package var isChecked: Bool

    /// Creates a query.
    package init(after: Int64, isChecked: Bool) { (self.after, self.isChecked) = (after, isChecked) }
}

/// How fast the backlog may go, and how much of it a day.
package struct BacklogAllowance: Sendable, Hashable {
    /// Bytes a second; `nil` for as fast as the link is.
    package var bytesPerSecond: Double?
    /// Bytes a day (UTC); `nil` for no limit.
    package var bytesPerDay: Int?

    /// Creates an allowance.
    package init(bytesPerSecond: Double? = nil, bytesPerDay: Int? = nil) {
        self.bytesPerSecond = bytesPerSecond
        self.bytesPerDay = bytesPerDay
    }
}
