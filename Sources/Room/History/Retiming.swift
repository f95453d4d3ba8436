import FoundationEssentials
import GRDB
import PatrolWire

/// Gives records that were made before the clock was right the time at which they were made.
///
/// Each record carries CLOCK_BOOTTIME, which runs on whatever happens to the wall clock. As soon as one record of
/// the same boot has a time that can be trusted, the difference of the two dates its neighbours. A step from record
/// to record stays within a boot while nothing that may still come lies between them, CLOCK_BOOTTIME does not fall,
/// and the later one is not the `device.start` of a machine that was started anew.
struct Retiming {
    /// A record handed over late by the device's own threads may be behind its predecessor by this much, ms.
    private static let disorder: Int64 = 5_000

    private struct Row {
        let sequence: Int64
        let uptime: Int64
        let made: Int64?
        let startsBoot: Bool
    }

    let log: Int64
    let stored: SequenceRanges
    let database: Database

    /// Dates what can be dated after these records were stored; returns how many were.
    func run(after records: [StoredRecord]) throws -> Int {
        var dated = 0
        for item in records {
            guard let row = try self.row(item.record.sequence) else { continue }
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
    private func spread(from anchor: Row, step: (Row) throws -> Row?) throws -> Int {
        guard let made = anchor.made else { return 0 }
        let update = try self.database.cachedStatement(sql: "UPDATE record SET made = ? WHERE log = ? AND seq = ?")
        var (current, count) = (anchor, 0)
        while let next = try step(current), next.made == nil {
            try update.execute(arguments: [made - anchor.uptime + next.uptime, self.log, next.sequence])
            (current, count) = (next, count + 1)
        }
        return count
    }

    private func row(_ sequence: Int64) throws -> Row? { try self.fetch("seq = ?", sequence) }

    /// The record before `row`, if it is of the same boot.
    private func before(_ row: Row) throws -> Row? {
        guard !row.startsBoot, let earlier = try self.fetch("seq < ? ORDER BY seq DESC", row.sequence) else {
            return nil
        }
        return self.isOneBoot(earlier, row) ? earlier : nil
    }

    /// The record after `row`, if it is of the same boot.
    private func after(_ row: Row) throws -> Row? {
        guard let later = try self.fetch("seq > ? ORDER BY seq", row.sequence), !later.startsBoot else { return nil }
        return self.isOneBoot(row, later) ? later : nil
    }

    private func isOneBoot(_ earlier: Row, _ later: Row) -> Bool {
        self.stored.firstMissing(from: earlier.sequence) > later.sequence
            && later.uptime >= earlier.uptime - Self.disorder
    }

    private func fetch(_ condition: String, _ sequence: Int64) throws -> Row? {
        let select = try self.database.cachedStatement(
            sql: "SELECT seq, up, made, event, body FROM record WHERE log = ? AND \(condition) LIMIT 1"
        )
        guard let row = try GRDB.Row.fetchOne(select, arguments: [self.log, sequence]) else { return nil }
        let event: String? = row[3]
        let body: Data = row[4]
        return Row(
            sequence: row[0],
            uptime: row[1],
            made: row[2],
            startsBoot: try event == EventKind.deviceStart.rawValue && Self.isNewBoot([UInt8](body))
        )
    }

    /// A start says `"rebooted": false` when only the program was started anew.
    private static func isNewBoot(_ body: [UInt8]) throws -> Bool {
        try WireCoder().decode(Record.self, from: body).data?["rebooted"] != .bool(false)
    }
}
