import PatrolWire

/// Gives records that were made before the clock was right the time at which they were made.
///
/// Each record carries CLOCK_BOOTTIME, which runs on whatever happens to the wall clock. As soon as one record of
/// the same boot has a time that can be trusted, the difference of the two dates its neighbours. A step from record
/// to record stays within a boot while nothing that may still come lies between them, CLOCK_BOOTTIME does not fall,
/// and the later one is not the `device.start` of a machine that was started anew.
struct Retiming<Storage: LedgerStorage> {
    /// A record handed over late by the device's own threads may be behind its predecessor by this much, ms.
    private static var disorder: Int64 { 5_000 }

    let log: Int64
    let stored: SequenceRanges
    let storage: Storage

    /// Dates what can be dated after these records were stored; returns how many were.
    func run(after records: [StoredRecord]) throws -> Int {
        var dated = 0
        for item in records {
            guard let row = try self.storage.dated(item.record.sequence, in: self.log) else { continue }
            if row.made != nil {
                dated += try self.spread(from: row, step: self.before)
                dated += try self.spread(from: row, step: self.after)
            } else if let later = try self.after(row), later.made != nil {
                dated += try self.spread(from: later, step: self.before)
            } else if let earlier = try self.before(row), earlier.made != nil {
                dated += try self.spread(from: earlier, step: self.after)
            }
        }
        return dated
    }

    /// Walks from a dated record over the undated ones beside it.
    private func spread(from anchor: RecordTiming, step: (RecordTiming) throws -> RecordTiming?) throws -> Int {
        guard let made = anchor.made else { return 0 }
        var (current, count) = (anchor, 0)
        while let next = try step(current), next.made == nil {
            try self.storage.date(next.sequence, in: self.log, made: made - anchor.uptime + next.uptime)
            (current, count) = (next, count + 1)
        }
        return count
    }

    /// The record before `row`, if it is of the same boot.
    private func before(_ row: RecordTiming) throws -> RecordTiming? {
        guard !row.startsBoot, let earlier = try self.storage.dated(before: row.sequence, in: self.log) else {
            return nil
        }
        return self.isOneBoot(earlier, row) ? earlier : nil
    }

    /// The record after `row`, if it is of the same boot.
    private func after(_ row: RecordTiming) throws -> RecordTiming? {
        guard let later = try self.storage.dated(after: row.sequence, in: self.log), !later.startsBoot else {
            return nil
        }
        return self.isOneBoot(row, later) ? later : nil
    }

    private func isOneBoot(_ earlier: RecordTiming, _ later: RecordTiming) -> Bool {
        self.stored.firstMissing(from: earlier.sequence) > later.sequence
            && later.uptime >= earlier.uptime - Self.disorder
    }
}
