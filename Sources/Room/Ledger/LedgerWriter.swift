package import PatrolWire

/// Stores deliveries inside one transaction, and says what became of them.
package struct LedgerWriter<Storage: LedgerStorage> {
    /// A log has so many ranges at most.
    ///
    /// Each message costs by their number, and no fault of an honest device makes more. What would begin another is not stored and so not acknowledged; the device's backlog, which comes oldest
    /// first, joins ranges until there is room again.
    package static var mostRanges: Int { 10_000 }

    /// Branches that are kept beside a log whose numbers were given twice.
    private static var mostBranches: Int { 8 }

    private let storage: Storage
    /// The last record that was written into each log: mostly the one before its first gap.
    private var written: [LogName: StoredRecord] = [:]
    private let known: [LogName: SequenceRanges]
    /// What became of the deliveries so far.
    package private(set) var outcome = StoreOutcome()

    /// Creates a writer for one transaction; `known` is what the ledger says of logs that were touched before.
    package init(_ storage: Storage, known: [LogName: SequenceRanges]) { (self.storage, self.known) = (storage, known) }

    /// Stores what one message brought.
    package mutating func store(_ delivery: LogDelivery) throws {
        let name = delivery.name
        let log = try self.storage.number(of: name)
        var stored =
            try self.outcome.stored[name] ?? self.known[name] ?? self.storage.ledger(of: log)
        for item in delivery.records { try self.store(item, of: name, log, &stored) }
        for range in delivery.dropped where Self.hasRoom(for: range, in: stored) { stored.insert(range) }
        self.outcome.stored[name] = stored
        if try self.storage.hasUndated(in: log) {
            let retiming = Retiming(log: log, stored: stored, storage: self.storage)
            self.outcome.dated += try retiming.run(after: delivery.records)
        }
    }

    /// Writes the ledger of every log that changed, and only what of it changed.
    package mutating func writeLedger() throws {
        for (name, stored) in self.outcome.stored {
            let log = try self.storage.number(of: name)
            self.outcome.ends[name] = try self.end(of: stored, name, log)
            let before = self.known[name]
            guard stored != before else { continue }
            try self.storage.write(stored, insteadOf: before, of: log)
        }
    }

    /// The bytes of the record before the first gap.
    private func end(of stored: SequenceRanges, _ name: LogName, _ log: Int64) throws -> [UInt8]? {
        guard stored.upTo > 0 else { return nil }
        if let last = self.written[name], last.record.sequence == stored.upTo { return last.body }
        return try self.storage.body(of: stored.upTo, in: log)
    }

    private mutating func store(
        _ item: StoredRecord,
        of name: LogName,
        _ log: Int64,
        _ stored: inout SequenceRanges
    ) throws {
        let number = item.record.sequence...item.record.sequence
        if try self.isKnownByAnother(item.record, name, log) {
            self.outcome.duplicates += 1
            if Self.hasRoom(for: number, in: stored) { stored.insert(number) }
            return
        }
        if stored.contains(item.record.sequence) {
            guard let kept = try self.storage.body(of: item.record.sequence, in: log) else {
                return try self.storeAfterAll(item, of: name, log)
            }
            if self.isSame(kept, item) {
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
        try self.write(item, of: name, log)
        self.written[name] = item
        stored.insert(number)
    }

    /// Stores a record that the ledger has and the store has not, unless that was deleted for its age.
    ///
    /// Its number was declared dropped and it is there after all, or it is another than was deleted.
    private mutating func storeAfterAll(_ item: StoredRecord, of name: LogName, _ log: Int64) throws {
        if let made = item.made, let horizon = try self.storage.horizon(), made < horizon {
            self.outcome.duplicates += 1
        } else if try self.isInBranch(item, of: name) {
            self.outcome.duplicates += 1
        } else {
            try self.write(item, of: name, log)
        }
    }

    private func isInBranch(_ item: StoredRecord, of name: LogName) throws -> Bool {
        for branch in 1...Self.mostBranches {
            guard let log = try self.storage.knownNumber(of: name.branch(branch)) else { return false }
            if let kept = try self.storage.body(of: item.record.sequence, in: log), self.isSame(kept, item) {
                return true
            }
        }
        return false
    }

    private mutating func storeInBranch(_ item: StoredRecord, of name: LogName) throws {
        for branch in 1...Self.mostBranches {
            let log = try self.storage.number(of: name.branch(branch))
            guard let kept = try self.storage.body(of: item.record.sequence, in: log) else {
                return try self.write(item, of: name, log)
            }
            if self.isSame(kept, item) {
                self.outcome.duplicates += 1
                return
            }
        }
        self.outcome.refused += 1
    }

    /// Whether the same is stored under another number: one that it had before its device began a new log, or one that
    /// it got when a copy of the device did.
    private func isKnownByAnother(_ record: Record, _ name: LogName, _ log: Int64) throws -> Bool {
        let own = StoredNumber(log: log, sequence: record.sequence)
        if try self.isKnownBySuccessor(of: record.sequence, in: log, record, own: own) { return true }
        for number in record.was ?? [] {
            let former = LogName(station: name.station, device: name.device, log: number.log)
            for branch in 0...Self.mostBranches {
                guard let log = try self.storage.knownNumber(of: former.branch(branch)) else { break }
                if try self.hasContent(of: record, at: StoredNumber(log: log, sequence: number.sequence)) {
                    return true
                }
                guard branch == 0 else { continue }
                if try self.isKnownBySuccessor(of: number.sequence, in: log, record, own: own) { return true }
            }
        }
        return false
    }

    private func isKnownBySuccessor(
        of sequence: Int64,
        in log: Int64,
        _ record: Record,
        own: StoredNumber
    ) throws -> Bool {
        guard try self.storage.isSuperseded(log) else { return false }
        // Its own number is looked at with the ledger.
        for successor in try self.storage.successors(of: sequence, in: log)
        where try successor != own && self.hasContent(of: record, at: successor) { return true }
        return false
    }

    private func hasContent(of record: Record, at number: StoredNumber) throws -> Bool {
        guard let kept = try self.storage.body(of: number.sequence, in: number.log) else { return false }
        return self.storage.decoded(kept)?.hasContent(of: record) ?? false
    }

    private mutating func write(_ item: StoredRecord, of name: LogName, _ log: Int64) throws {
        try self.storage.insert(item, in: log)
        self.outcome.added += 1
        for number in item.record.was ?? [] {
            let former = LogName(station: name.station, device: name.device, log: number.log)
            try self.storage.note(
                StoredNumber(log: log, sequence: item.record.sequence),
                of: number.sequence,
                in: try self.storage.number(of: former)
            )
        }
    }

    /// The bytes decide; another spelling of the same is the same.
    private func isSame(_ kept: [UInt8], _ item: StoredRecord) -> Bool {
        kept == item.body || self.storage.decoded(kept) == item.record
    }

    private static func hasRoom(for range: ClosedRange<Int64>, in stored: SequenceRanges) -> Bool {
        stored.ranges.count < Self.mostRanges || stored.contains(range.lowerBound)
            || stored.contains(range.lowerBound - 1) || stored.contains(range.upperBound + 1)
    }
}
