package import PatrolWire

/// The room's disk, inside one transaction: what is written there is kept together, or not at all.
package protocol LedgerStorage: AnyObject {
    /// The number under which a log is kept; `nil` when nothing of it came.
    func knownNumber(of name: LogName) throws -> Int64?
    /// The number under which a log is kept; made when it is new.
    func number(of name: LogName) throws -> Int64
    /// What is stored of a log.
    func ledger(of log: Int64) throws -> SequenceRanges
    /// Writes what is stored of a log; `before` is what the disk says, where that is known.
    func write(_ stored: SequenceRanges, insteadOf before: SequenceRanges?, of log: Int64) throws

    /// The bytes of a record; `nil` when it is not there.
    func body(of sequence: Int64, in log: Int64) throws -> [UInt8]?
    /// Adds a record.
    func insert(_ record: StoredRecord, in log: Int64) throws
    /// Whether records of a log came under other numbers, because their device had to begin a new log.
    func isSuperseded(_ log: Int64) throws -> Bool
    /// Where a record is stored that had this number before it got another.
    func successors(of sequence: Int64, in log: Int64) throws -> [StoredNumber]
    /// Notes that a record which had a number before is stored under another.
    func note(_ successor: StoredNumber, of sequence: Int64, in log: Int64) throws
    /// Records that were made before this are deleted for their age, ms since 1970 UTC; `nil` while none was.
    func horizon() throws -> Int64?

    /// Whether a log has a record whose true time is not known.
    func hasUndated(in log: Int64) throws -> Bool
    /// When a record was made.
    func dated(_ sequence: Int64, in log: Int64) throws -> RecordTiming?
    /// The same of the last record before a number.
    func dated(before sequence: Int64, in log: Int64) throws -> RecordTiming?
    /// The same of the first record after a number.
    func dated(after sequence: Int64, in log: Int64) throws -> RecordTiming?
    /// Writes when a record was made, ms since 1970 UTC.
    func date(_ sequence: Int64, in log: Int64, made: Int64) throws

    /// What stored bytes say; `nil` when the disk has spoilt them: they were checked when they came.
    func decoded(_ body: [UInt8]) -> Record?
}

extension LedgerStorage {
    package func decoded(_ body: [UInt8]) -> Record? { StoredRecord.decoded(body) }
}

/// A number in a log, as the store numbers the logs.
package struct StoredNumber: Sendable, Hashable {
    /// The log.
    package let log: Int64
    /// The number.
    package let sequence: Int64

    /// Creates one.
    package init(log: Int64, sequence: Int64) { (self.log, self.sequence) = (log, sequence) }
}

/// What is known of the time of a stored record.
package struct RecordTiming: Sendable, Hashable {
    /// Its number.
    package let sequence: Int64
    /// CLOCK_BOOTTIME of the device, ms.
    package let uptime: Int64
    /// When it was made, ms since 1970 UTC; `nil` until that is known.
    package let made: Int64?
    /// Whether it is the first of a machine that was started anew.
    package let startsBoot: Bool

    /// Creates one.
    package init(sequence: Int64, uptime: Int64, made: Int64?, startsBoot: Bool) {
        (self.sequence, self.uptime, self.made, self.startsBoot) = (sequence, uptime, made, startsBoot)
    }
}
