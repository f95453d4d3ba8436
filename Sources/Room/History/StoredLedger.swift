import FoundationEssentials
import GRDB
import Ledger
import PatrolWire

/// The ledger and its records on SQLite, inside one transaction.
final class StoredLedger: LedgerStorage {
    private let database: Database
    private let insert: Statement
    private let undated: Statement
    private let body: Statement
    /// Logs of which records came under other numbers: few, and asked for with each record.
    private(set) var superseded: Set<Int64>
    /// The store's numbers of logs, as they are known.
    private let numbers: [LogName: Int64]
    /// Those that were asked for and were not known.
    private(set) var found: [LogName: Int64] = [:]
    /// Hours of which records came, or got their time.
    private(set) var touched: Set<HourMark> = []

    init(_ database: Database, superseded: Set<Int64>, numbers: [LogName: Int64] = [:]) throws {
        (self.database, self.superseded, self.numbers) = (database, superseded, numbers)
        self.insert = try database.cachedStatement(sql: "INSERT INTO record VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)")
        self.undated = try database.cachedStatement(
            sql: "SELECT EXISTS (SELECT 1 FROM record WHERE log = ? AND made IS NULL)"
        )
        self.body = try database.cachedStatement(sql: "SELECT body FROM record WHERE log = ? AND seq = ?")
    }

    func knownNumber(of name: LogName) throws -> Int64? {
        if let number = self.numbers[name] ?? self.found[name] { return number }
        let select = try self.database.cachedStatement(
            sql: "SELECT number FROM log WHERE station = ? AND device = ? AND id = ?"
        )
        let number = try Int64.fetchOne(select, arguments: [name.station.text, name.device.text, name.log])
        if let number { self.found[name] = number }
        return number
    }

    func number(of name: LogName) throws -> Int64 {
        if let number = try self.knownNumber(of: name) { return number }
        let arguments: StatementArguments = [name.station.text, name.device.text, name.log]
        let insert = try self.database.cachedStatement(sql: "INSERT INTO log (station, device, id) VALUES (?, ?, ?)")
        try insert.execute(arguments: arguments)
        let number = self.database.lastInsertedRowID
        self.found[name] = number
        return number
    }

    func ledger(of log: Int64) throws -> SequenceRanges {
        var stored = SequenceRanges()
        let select = try self.database.cachedStatement(
            sql: "SELECT first, last FROM ledger WHERE log = ? ORDER BY first"
        )
        let rows = try Row.fetchCursor(select, arguments: [log])
        while let row = try rows.next() {
            let first: Int64 = row[0]
            let last: Int64 = row[1]
            if first <= last { stored.insert(first...last) }
        }
        return stored
    }

    /// Only what of it changed is written.
    func write(_ stored: SequenceRanges, insteadOf before: SequenceRanges?, of log: Int64) throws {
        let (old, new) = (before?.ranges ?? [], stored.ranges)
        if before == nil {
            try self.database.cachedStatement(sql: "DELETE FROM ledger WHERE log = ?").execute(arguments: [log])
        }
        let delete = try self.database.cachedStatement(sql: "DELETE FROM ledger WHERE log = ? AND first = ?")
        let insert = try self.database.cachedStatement(sql: "INSERT OR REPLACE INTO ledger VALUES (?, ?, ?)")
        var (left, right) = (0, 0)
        // Both are sorted: what stands in one only was taken away or came.
        while left < old.count || right < new.count {
            if left < old.count, right < new.count, old[left].lowerBound == new[right].lowerBound {
                if old[left] != new[right] {
                    try insert.execute(arguments: [log, new[right].lowerBound, new[right].upperBound])
                }
                (left, right) = (left + 1, right + 1)
            } else if right >= new.count || left < old.count && old[left].lowerBound < new[right].lowerBound {
                try delete.execute(arguments: [log, old[left].lowerBound])
                left += 1
            } else {
                try insert.execute(arguments: [log, new[right].lowerBound, new[right].upperBound])
                right += 1
            }
        }
    }

    func body(of sequence: Int64, in log: Int64) throws -> [UInt8]? {
        try Data.fetchOne(self.body, arguments: [log, sequence]).map { Array($0) }
    }

    func insert(_ item: StoredRecord, in log: Int64) throws {
        let record = item.record
        try self.insert.execute(arguments: [
            log, record.sequence, record.time, record.timeQuality.rawValue, record.event?.rawValue,
            item.received, Data(item.body), record.uptime, item.made,
        ])
        if let made = item.made { self.touch(log, made) }
    }

    func isSuperseded(_ log: Int64) throws -> Bool { self.superseded.contains(log) }

    func successors(of sequence: Int64, in log: Int64) throws -> [StoredNumber] {
        let select = try self.database.cachedStatement(
            sql: "SELECT at_log, at_seq FROM successor WHERE log = ? AND seq = ?"
        )
        return try Row.fetchAll(select, arguments: [log, sequence]).map { StoredNumber(log: $0[0], sequence: $0[1]) }
    }

    func note(_ successor: StoredNumber, of sequence: Int64, in log: Int64) throws {
        let insert = try self.database.cachedStatement(sql: "INSERT OR IGNORE INTO successor VALUES (?, ?, ?, ?)")
        try insert.execute(arguments: [log, sequence, successor.log, successor.sequence])
        self.superseded.insert(log)
    }

    func horizon() throws -> Int64? {
        try Int64.fetchOne(self.database.cachedStatement(sql: "SELECT made FROM horizon"))
    }

    func hasUndated(in log: Int64) throws -> Bool { try Bool.fetchOne(self.undated, arguments: [log]) ?? false }

    func dated(_ sequence: Int64, in log: Int64) throws -> RecordTiming? {
        try self.dated("seq = ?", sequence, log)
    }

    func dated(before sequence: Int64, in log: Int64) throws -> RecordTiming? {
        try self.dated("seq < ? ORDER BY seq DESC", sequence, log)
    }

    func dated(after sequence: Int64, in log: Int64) throws -> RecordTiming? {
        try self.dated("seq > ? ORDER BY seq", sequence, log)
    }

    func date(_ sequence: Int64, in log: Int64, made: Int64) throws {
        let update = try self.database.cachedStatement(sql: "UPDATE record SET made = ? WHERE log = ? AND seq = ?")
        try update.execute(arguments: [made, log, sequence])
        self.touch(log, made)
    }

    private func touch(_ log: Int64, _ made: Int64) {
        let (hour, rest) = made.quotientAndRemainder(dividingBy: 3_600_000)
        self.touched.insert(HourMark(log: log, hour: rest < 0 ? hour - 1 : hour))
    }

    /// Marks the hours whose sums are to be made anew.
    ///
    /// - Parameter marked: Those that are marked already.
    /// - Returns: Those that were marked now.
    /// - Throws: What SQLite throws.
    func mark(butNot marked: Set<HourMark>) throws -> Set<HourMark> {
        let new = self.touched.subtracting(marked)
        let insert = try self.database.cachedStatement(
            sql: "INSERT INTO due VALUES (?, ?, 1) ON CONFLICT DO UPDATE SET stamp = stamp + 1"
        )
        for one in new { try insert.execute(arguments: [one.log, one.hour]) }
        return new
    }

    private func dated(_ condition: String, _ sequence: Int64, _ log: Int64) throws -> RecordTiming? {
        let select = try self.database.cachedStatement(
            sql: "SELECT seq, up, made, event, body FROM record WHERE log = ? AND \(condition) LIMIT 1"
        )
        guard let row = try GRDB.Row.fetchOne(select, arguments: [log, sequence]) else { return nil }
        let event: String? = row[3]
        let body: Data = row[4]
        return RecordTiming(
            sequence: row[0],
            uptime: row[1],
            made: row[2],
            startsBoot: event == EventKind.deviceStart.rawValue && self.isNewBoot(Array(body))
        )
    }

    /// A start says `"rebooted": false` when only the program was started anew.
    private func isNewBoot(_ body: [UInt8]) -> Bool { self.decoded(body)?.data?["rebooted"] != .bool(false) }
}
