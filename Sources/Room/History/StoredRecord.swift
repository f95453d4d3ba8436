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
