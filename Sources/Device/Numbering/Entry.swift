package import PatrolWire

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
    /// When it was made, ms since 1970 UTC.
    package let made: Int64
    /// Its bytes; the log never looks inside.
    package let body: [UInt8]

    /// Creates one.
    package init(sequence: Int64, kind: EntryKind, made: Int64, body: [UInt8]) {
        self.sequence = sequence
        self.kind = kind
        self.made = made
        self.body = body
    }
}

/// A record that is still to be numbered.
package struct Draft: Sendable {
    /// What it is.
    package let kind: EntryKind
    /// When it was made, ms since 1970 UTC.
    package let made: Int64
    /// Gives the bytes, which carry the number.
    package let body: @Sendable (RecordNumber) throws -> [UInt8]

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

/// What still has to reach the room.
package struct Backlogged: Sendable, Hashable {
    /// Records, in order.
    package var entries: [Entry]
    /// Dropped numbers that the room does not know of yet.
    package var dropped: [ClosedRange<Int64>]

    /// Creates one.
    package init(entries: [Entry], dropped: [ClosedRange<Int64>]) {
        (self.entries, self.dropped) = (entries, dropped)
    }
}

/// What of the backlog goes into one message.
package struct BacklogPart: Sendable, Hashable {
    /// Bytes of each record.
    package var bodies: [[UInt8]]
    /// Number of the last record that was looked at; `nil` when there was none.
    package var last: Int64?
    /// Dropped numbers that the room does not know of yet.
    package var dropped: [ClosedRange<Int64>]
}
