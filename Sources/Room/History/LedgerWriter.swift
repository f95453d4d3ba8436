import FoundationEssentials
import GRDB
import PatrolWire

/// Stores deliveries inside one transaction, and says what became of them.
struct LedgerWriter {
    /// A log has so many ranges at most.
    ///
    /// Each message costs by their number, and no fault of an honest device makes more. What would begin another is not stored and so not acknowledged; the device's backlog, which comes oldest
    /// first, joins ranges until there is room again.
    static let mostRanges = 10_000

    /// Branches that are kept beside a log whose numbers were given twice.
    private static let mostBranches = 8

    private let database: Database
    private let known: [LogName: SequenceRanges]
    private let insert: Statement
    private let undated: Statement
    private let body: Statement
    private(set) var outcome = History.Outcome()

    init(_ database: Database, known: [LogName: SequenceRanges]) throws {
        (self.database, self.known) = (database, known)
        self.insert = try database.cachedStatement(sql: "INSERT INTO record VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)")
        self.undated = try database.cachedStatement(
            sql: "SELECT EXISTS (SELECT 1 FROM record WHERE log = ? AND made IS NULL)"
        )
        self.body = try database.cachedStatement(sql: "SELECT body FROM record WHERE log = ? AND seq = ?")
    }

    /// Stores what one message brought.
    mutating func store(_ delivery: Delivery) throws {
        let name = delivery.name
        let log = try HistorySchema.number(of: name, in: self.database)
        var stored =
            try self.outcome.stored[name] ?? self.known[name] ?? HistorySchema.ledger(of: log, in: self.database)
        for item in delivery.records { try self.store(item, of: name, log, &stored) }
        for range in delivery.dropped where Self.hasRoom(for: range, in: stored) { stored.insert(range) }
        self.outcome.stored[name] = stored
        if try Bool.fetchOne(self.undated, arguments: [log]) == true {
            let retiming = Retiming(log: log, stored: stored, database: self.database)
            self.outcome.dated += try retiming.run(after: delivery.records)
        }
    }

    /// Writes the ledger of every log that changed, and only what of it changed.
    mutating func writeLedger() throws {
        for (name, stored) in self.outcome.stored {
            let log = try HistorySchema.number(of: name, in: self.database)
            self.outcome.sums[name] = try self.sum(log, stored.upTo)
            let before = self.known[name]
            guard stored != before else { continue }
            try HistorySchema.write(stored, insteadOf: before, of: log, in: self.database)
        }
    }

    /// What tells the record of a number from another; `nil` where there is none.
    private func sum(_ log: Int64, _ sequence: Int64) throws -> String? {
        guard sequence >= 1, let body = try self.bytes(log, sequence), let record = StoredRecord.decoded(body) else {
            return nil
        }
        return try WireCoder().digest(of: record)
    }

    private mutating func store(
        _ item: StoredRecord,
        of name: LogName,
        _ log: Int64,
        _ stored: inout SequenceRanges
    ) throws {
        let number = item.record.sequence...item.record.sequence
        if try self.isKnownByFormerNumber(item.record, name) {
            self.outcome.duplicates += 1
            if Self.hasRoom(for: number, in: stored) { stored.insert(number) }
            return
        }
        let kept = stored.contains(item.record.sequence) ? try self.bytes(log, item.record.sequence) : nil
        if stored.contains(item.record.sequence), kept == nil, try self.isForgotten(item, log) {
            self.outcome.duplicates += 1
            return
        }
        if let kept {
            if Self.isSame(kept, item) {
                self.outcome.duplicates += 1
            } else {
                // The number was given twice: a disk was set back, or a disk image runs in two devices.
                try self.storeInBranch(item, of: name)
                self.outcome.forked.insert(name)
            }
            return
        }
        guard Self.hasRoom(for: number, in: stored) else {
            self.outcome.refused += 1
            return
        }
        try self.write(item, log)
        stored.insert(number)
    }

    /// Whether a record that the ledger has is older than all that is kept of its log: it was deleted for its age.
    ///
    /// One that is not had its number declared dropped, and is there after all.
    private func isForgotten(_ item: StoredRecord, _ log: Int64) throws -> Bool {
        guard let made = item.made else { return false }
        let sql = "SELECT NOT EXISTS (SELECT 1 FROM record WHERE log = ? AND made <= ?)"
        return try Bool.fetchOne(self.database.cachedStatement(sql: sql), arguments: [log, made]) ?? true
    }

    private mutating func storeInBranch(_ item: StoredRecord, of name: LogName) throws {
        for branch in 1...Self.mostBranches {
            let log = try HistorySchema.number(of: name.branch(branch), in: self.database)
            guard let kept = try self.bytes(log, item.record.sequence) else { return try self.write(item, log) }
            if Self.isSame(kept, item) {
                self.outcome.duplicates += 1
                return
            }
        }
        self.outcome.refused += 1
    }

    /// Whether the same was stored under a number that the record had before its device began a new log.
    private func isKnownByFormerNumber(_ record: PatrolWire.Record, _ name: LogName) throws -> Bool {
        for number in record.was ?? [] {
            let former = LogName(station: name.station, device: name.device, log: number.log)
            for branch in 0...Self.mostBranches {
                guard let log = try HistorySchema.knownNumber(of: former.branch(branch), in: self.database) else {
                    break
                }
                guard let kept = try self.bytes(log, number.sequence), let known = StoredRecord.decoded(kept) else {
                    continue
                }
                if known.hasContent(of: record) { return true }
            }
        }
        return false
    }

    private mutating func write(_ item: StoredRecord, _ log: Int64) throws {
        let record = item.record
        try self.insert.execute(arguments: [
            log, record.sequence, record.time, record.timeQuality.rawValue, record.event?.rawValue,
            item.received, Data(item.body), record.uptime, item.made,
        ])
        self.outcome.added += 1
    }

    private func bytes(_ log: Int64, _ sequence: Int64) throws -> Data? {
        try Data.fetchOne(self.body, arguments: [log, sequence])
    }

    /// The bytes decide; another spelling of the same is the same.
    private static func isSame(_ kept: Data, _ item: StoredRecord) -> Bool {
        kept.elementsEqual(item.body) || StoredRecord.decoded(kept) == item.record
    }

    private static func hasRoom(for range: ClosedRange<Int64>, in stored: SequenceRanges) -> Bool {
        stored.ranges.count < Self.mostRanges || stored.contains(range.lowerBound)
            || stored.contains(range.lowerBound - 1) || stored.contains(range.upperBound + 1)
    }
}

extension StoredRecord {
    /// A record's time may be so far ahead of the room's clock, ms, and no further.
    private static let mostAhead: Int64 = 60_000

    /// What stored bytes say; `nil` when the disk has spoilt them: they were checked when they came.
    static func decoded(_ body: Data) -> PatrolWire.Record? {
        do { return try WireCoder().decode(PatrolWire.Record.self, from: Array(body)) } catch { return nil }
    }

    /// The time that reports go by, ms since 1970 UTC: when it was made by a clock that was right; when it came, where
    /// the device's clock is ahead of the room's; `nil` until it is known.
    var made: Int64? {
        guard self.record.timeQuality.isTrusted else { return nil }
        return self.record.time > self.received + Self.mostAhead ? self.received : self.record.time
    }
}
