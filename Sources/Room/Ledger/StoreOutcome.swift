package import PatrolWire

/// What became of a batch of deliveries.
package struct StoreOutcome: Sendable, Hashable {
    /// Records that were new.
    package var added = 0
    /// Records that were there already.
    package var duplicates = 0
    /// Records whose true time became known with this batch.
    package var dated = 0
    /// Records that were not stored, because their log has too many gaps.
    package var refused = 0
    /// Logs that gave a number to two different records; both are kept.
    package var forked: Set<LogName> = []
    /// What is now stored of each log that the batch touched.
    package var stored: [LogName: SequenceRanges] = [:]
    /// The bytes of the record before the first gap of each of these logs: the device compares its own with them.
    package var ends: [LogName: [UInt8]] = [:]

    /// Creates the outcome of nothing.
    package init() {}
}
