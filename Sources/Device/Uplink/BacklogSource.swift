package import PatrolWire

/// What the backlog lane sends from: the durable log, whatever it is made of.
package protocol BacklogSource: Sendable {
    /// The id of the log.
    var log: String { get }

    /// Returns records that the room has not acknowledged, oldest first, and dropped numbers to declare.
    func backlog(after: Int64, through: Int64, limit: Int, bytes: Int) async throws -> BacklogBatch

    /// Takes over what the room has stored; returns whether that was news.
    func acknowledge(_ stored: SequenceRanges) async throws -> Bool
}

/// Records and declarations for one message.
package struct BacklogBatch: Sendable {
    /// Bytes of each record.
    package var records: [[UInt8]]
    /// Number of the last of them; `nil` when there is none.
    package var last: Int64?
    /// Dropped numbers that the room does not know of yet.
    package var dropped: [ClosedRange<Int64>]

    /// Creates a batch.
    package init(records: [[UInt8]], last: Int64?, dropped: [ClosedRange<Int64>]) {
        self.records = records
        self.last = last
        self.dropped = dropped
    }
}
