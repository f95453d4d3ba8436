import Numbering

/// Reads what is whole out of a damaged outbox.
enum Salvage {
    /// Lets what is whole wait in another outbox, for numbers of its log.
    ///
    /// - Returns: How many records were whole.
    static func copy(from damaged: String, into database: borrowing SQLite) throws(OutboxError) -> Int64 {
        var count: Int64 = 0
        try database.transaction { () throws(OutboxError) in
            count = try Self.copy(DamagedRecords(damaged), into: database)
        }
        return count
    }

    private static func copy(_ damaged: DamagedRecords, into database: borrowing SQLite) throws(OutboxError) -> Int64 {
        var damaged = damaged
        try OutboxFile.addFormer(database)
        while let rows = damaged.next() {
            for row in rows {
                try database.run(
                    "INSERT OR IGNORE INTO former VALUES (?, ?, ?, ?)",
                    [.integer(row.sequence), .integer(row.kind), .integer(row.made), .blob(row.body)]
                )
            }
        }
        let count = try database.integer("SELECT count(*) FROM former") ?? 0
        try OutboxStorage.reserve(count > 0 ? 1...count : nil, in: database)
        return count
    }
}

/// Reads a damaged file's records: a stretch that cannot be read is halved until what is lost of it is one record.
private struct DamagedRecords {
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
