package import PatrolWire

/// One record on its way into the store.
package struct StoredRecord: Sendable, Hashable {
    /// What it says.
    package let record: Record
    /// Its bytes as the device wrote them.
    package let body: [UInt8]
    /// When it came, ms since 1970 UTC.
    package let received: Int64

    /// Creates one.
    package init(record: Record, body: [UInt8], received: Int64) {
        self.record = record
        self.body = body
        self.received = received
    }
}

extension StoredRecord {
    /// A record's time may be so far ahead of the room's clock, ms, and no further.
    private static let mostAhead: Int64 = 60_000

    /// What stored bytes say; `nil` when the disk has spoilt them: they were checked when they came.
    package static func decoded(_ body: [UInt8]) -> Record? {
        do { return try WireCoder().decode(record: body) } catch { return nil }
    }

    /// The time that reports go by, ms since 1970 UTC: when it was made by a clock that was right; when it came, where
    /// the device's clock is ahead of the room's, or before all time; `nil` until it is known.
    package var made: Int64? {
        guard self.record.timeQuality.isTrusted else { return nil }
        let isPossible = (0...self.received + Self.mostAhead).contains(self.record.time)
        return isPossible ? self.record.time : self.received
    }
}
