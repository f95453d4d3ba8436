import Logging
package import PatrolWire

/// Records of a log that had to be given up: they wait in a table of their own until they get numbers of the new one.
///
/// Their numbers are reserved when the new log begins and lie before all that is made from then on, so that the order of
/// numbers stays the order in which things happened.
enum FormerRecords {
    private static let key = "reserved"

    /// The numbers that are still to be given; `nil` when no record waits.
    static func reserved(in database: borrowing SQLite) throws(OutboxError) -> ClosedRange<Int64>? {
        let text = try database.text("SELECT value FROM meta WHERE key = '\(Self.key)'") ?? ""
        let numbers = text.split(separator: " ").compactMap { Int64($0) }
        return numbers.count == 2 && numbers[0] <= numbers[1] ? numbers[0]...numbers[1] : nil
    }

    static func keep(_ reserved: ClosedRange<Int64>?, in database: borrowing SQLite) throws(OutboxError) {
        let text = reserved.map { "\($0.lowerBound) \($0.upperBound)" } ?? ""
        try database.run("INSERT OR REPLACE INTO meta VALUES ('\(Self.key)', ?)", [.text(text)])
    }

    /// Reads what is whole out of a damaged outbox, and lets it wait in another.
    ///
    /// - Returns: How many records that are.
    static func salvage(from damaged: String, into database: borrowing SQLite) throws(OutboxError) -> Int64 {
        try database.run("BEGIN IMMEDIATE")
        do throws(OutboxError) {
            let count = try Self.copy(Salvage(damaged), into: database)
            try database.run("COMMIT")
            return count
        } catch {
            // A full disk may have ended the transaction already; the first error says what was wrong.
            do throws(OutboxError) { try database.run("ROLLBACK") } catch {}
            throw error
        }
    }

    private static func copy(_ salvage: Salvage, into database: borrowing SQLite) throws(OutboxError) -> Int64 {
        var salvage = salvage
        try OutboxFile.addFormer(database)
        while let rows = salvage.next() {
            for row in rows {
                try database.run(
                    "INSERT OR IGNORE INTO former VALUES (?, ?, ?, ?)",
                    [.integer(row.sequence), .integer(row.kind), .integer(row.made), .blob(row.body)]
                )
            }
        }
        let count = try database.integer("SELECT count(*) FROM former") ?? 0
        try Self.keep(count > 0 ? 1...count : nil, in: database)
        return count
    }
}

/// Reads a damaged file's records: a stretch that cannot be read is halved until what is lost of it is one record.
private struct Salvage {
    struct Row {
        let sequence: Int64
        let kind: Int64
        let made: Int64
        let body: [UInt8]
    }

    /// So many attempts at most: a file whose root is gone gives nothing, however often it is asked.
    private static let mostFailures = 20_000
    private static let chunk: Int64 = 500
    /// More than any device has made.
    private static let highest: Int64 = 1 << 40

    private var waiting: [ClosedRange<Int64>] = [1...Self.highest]
    private var failures = 0
    private let path: String

    init(_ path: String) { self.path = path }

    /// The next records that can be read; `nil` at the end.
    mutating func next() -> [Row]? {
        while let range = self.waiting.popLast(), self.failures < Self.mostFailures {
            do throws(OutboxError) {
                let rows = try self.read(range)
                if rows.count == Int(Self.chunk), let last = rows.last, last.sequence < range.upperBound {
                    self.waiting.append(last.sequence + 1...range.upperBound)
                }
                if !rows.isEmpty { return rows }
            } catch {
                self.failures += 1
                guard range.lowerBound < range.upperBound else { continue }
                let middle = range.lowerBound + (range.upperBound - range.lowerBound) / 2
                self.waiting.append(middle + 1...range.upperBound)
                self.waiting.append(range.lowerBound...middle)
            }
        }
        return nil
    }

    private func read(_ range: ClosedRange<Int64>) throws(OutboxError) -> [Row] {
        // A connection that has met damage may remember it: each stretch is read by a new one.
        let database = try SQLite(path: self.path)
        var rows: [Row] = []
        try database.run(
            "SELECT seq, kind, made, body FROM record WHERE seq BETWEEN ? AND ? ORDER BY seq LIMIT \(Self.chunk)",
            [.integer(range.lowerBound), .integer(range.upperBound)]
        ) {
            rows.append(Row(sequence: $0.integer(0), kind: $0.integer(1), made: $0.integer(2), body: $0.blob(3)))
        }
        return rows
    }
}

extension Outbox {
    /// Begins a new log: the records that are kept here get numbers of it as they are sent.
    ///
    /// - Returns: How many records that are; at least 1, so that whoever asks begins to send anew.
    func fork(why: String) throws(OutboxError) -> Int64 {
        let log = OutboxFile.newLog
        try self.database.run("BEGIN IMMEDIATE")
        let count: Int64
        do throws(OutboxError) {
            try OutboxFile.addFormer(self.database)
            // Those of a log before the last go first, they are older.
            try self.database.run(
                "INSERT INTO former (kind, made, body) SELECT kind, made, body FROM record ORDER BY seq"
            )
            try self.database.run("DELETE FROM record")
            try self.database.run("DELETE FROM acknowledged")
            try self.database.run("DELETE FROM dropped")
            count = try self.database.integer("SELECT count(*) FROM former") ?? 0
            try self.database.run("INSERT OR REPLACE INTO meta VALUES ('log', ?)", [.text(log)])
            try FormerRecords.keep(count > 0 ? 1...count : nil, in: self.database)
            try self.database.run("COMMIT")
        } catch {
            self.rollback()
            throw error
        }
        let old = self.log
        (self.log, self.reserved, self.next) = (log, count > 0 ? 1...count : nil, count + 1)
        (self.acknowledged, self.dropped) = (SequenceRanges(), SequenceRanges())
        self.logger.error(
            "Log \(old) has forked: \(why); the disk was set back, or runs in another device too. Log \(log) is begun, and \(count) records are sent again in it"
        )
        return max(1, count)
    }

    /// Gives records of an earlier log their numbers in this one, oldest first.
    ///
    /// - Parameters:
    ///   - limit: So many at most.
    ///   - renumber: Gives the bytes under a new number; `nil` for bytes that are no record any more.
    /// - Throws: ``OutboxError``; then nothing has changed.
    package func adoptFormer(
        limit: Int,
        renumber: @Sendable (_ body: [UInt8], _ number: RecordNumber) -> [UInt8]?
    ) throws {
        guard let reserved else { return }
        let former = try self.former(limit)
        let numbers = reserved.prefix(former.count)
        var dropped = self.dropped
        try self.database.run("BEGIN IMMEDIATE")
        do throws(OutboxError) {
            for (row, sequence) in zip(former, numbers) {
                if let body = renumber(row.body, RecordNumber(log: self.log, sequence: sequence)) {
                    let values: [SQLite.Value] = [
                        .integer(sequence), .integer(row.kind), .integer(row.made), .blob(body),
                    ]
                    try self.database.run(Self.insertion, values)
                } else {
                    dropped.insert(sequence...sequence)
                    let note: [SQLite.Value] = [.text("damaged \(self.log) \(sequence)"), .blob(row.body)]
                    try self.database.run("INSERT OR REPLACE INTO note VALUES (?, ?)", note)
                }
                try self.database.run("DELETE FROM former WHERE seq = ?", [.integer(row.sequence)])
            }
            let next = reserved.lowerBound + Int64(former.count)
            // Fewer may have waited than numbers were kept for: nobody needs to wait for the rest.
            if former.count < limit, next <= reserved.upperBound { dropped.insert(next...reserved.upperBound) }
            let rest = former.count < limit || next > reserved.upperBound ? nil : next...reserved.upperBound
            try FormerRecords.keep(rest, in: self.database)
            if dropped != self.dropped {
                try self.database.run("DELETE FROM dropped")
                for range in dropped.ranges {
                    let values: [SQLite.Value] = [.integer(range.lowerBound), .integer(range.upperBound)]
                    try self.database.run("INSERT INTO dropped VALUES (?, ?)", values)
                }
            }
            try self.database.run("COMMIT")
            (self.dropped, self.reserved) = (dropped, rest)
        } catch {
            self.rollback()
            throw error
        }
    }

    private struct FormerRow {
        let sequence: Int64
        let kind: Int64
        let made: Int64
        let body: [UInt8]
    }

    private func former(_ limit: Int) throws(OutboxError) -> [FormerRow] {
        var rows: [FormerRow] = []
        try self.database.run(
            "SELECT seq, kind, made, body FROM former ORDER BY seq LIMIT ?",
            [.integer(Int64(limit))]
        ) {
            rows.append(
                FormerRow(sequence: $0.integer(0), kind: $0.integer(1), made: $0.integer(2), body: $0.blob(3))
            )
        }
        return rows
    }
}
