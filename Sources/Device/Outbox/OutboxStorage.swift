import Numbering
import PatrolWire

/// The log on SQLite.
final class OutboxStorage: LogStorage {
    /// The connection.
    let database: SQLite

    private static let insertion = "INSERT INTO record (seq, kind, made, body) VALUES (?, ?, ?, ?)"

    init(_ database: consuming SQLite) throws(OutboxError) {
        self.database = database
        try self.database.keep(Self.insertion)
    }

    func commit(_ changes: [LogChange]) throws(OutboxError) {
        // One statement is a transaction by itself, and a position is one.
        if changes.count == 1, case .insert = changes[0] { return try self.apply(changes[0]) }
        guard !changes.isEmpty else { return }
        try self.database.transaction { () throws(OutboxError) in
            for change in changes { try self.apply(change) }
        }
    }

    private func apply(_ change: LogChange) throws(OutboxError) {
        switch change {
        case .insert(let entry):
            try self.database.run(
                Self.insertion,
                [.integer(entry.sequence), .integer(entry.kind.rawValue), .integer(entry.made), .blob(entry.body)]
            )
        case .delete(let numbers): try self.delete(numbers, from: "record")
        case .deleteAcknowledged:
            try self.database.run(
                "DELETE FROM record WHERE EXISTS (SELECT 1 FROM acknowledged WHERE seq BETWEEN first AND last)"
            )
        case .note(let name, let body):
            try self.database.run("INSERT OR REPLACE INTO note VALUES (?, ?)", [.text(name), .blob(body)])
        case .acknowledged(let ranges): try self.write(ranges, to: "acknowledged")
        case .dropped(let ranges): try self.write(ranges, to: "dropped")
        case .begin(let log): try self.begin(log)
        case .reserve(let numbers): try Self.reserve(numbers, in: self.database)
        case .deleteFormer(let places): try self.delete(places, from: "former")
        case .connections(let count): try self.keep(.connections, "\(count)")
        case .backlogSpent(let day, let bytes): try self.keep(.backlog, "\(day) \(bytes)")
        case .identity(let identity): try self.keep(.file, identity)
        }
    }

    private func begin(_ log: String) throws(OutboxError) {
        try OutboxFile.addFormer(self.database)
        // Those of a log before the last go first, they are older.
        try self.database.run("INSERT INTO former (kind, made, body) SELECT kind, made, body FROM record ORDER BY seq")
        for table in ["record", "acknowledged", "dropped"] { try self.database.run("DELETE FROM \(table)") }
        try self.keep(.log, log)
    }

    private func delete(_ numbers: [Int64], from table: String) throws(OutboxError) {
        for number in numbers { try self.database.run("DELETE FROM \(table) WHERE seq = ?", [.integer(number)]) }
    }

    private func write(_ ranges: SequenceRanges, to table: String) throws(OutboxError) {
        try self.database.run("DELETE FROM \(table)")
        for range in ranges.ranges {
            try self.database.run(
                "INSERT INTO \(table) VALUES (?, ?)",
                [.integer(range.lowerBound), .integer(range.upperBound)]
            )
        }
    }

    // MARK: What stands there

    func state() throws(OutboxError) -> LogState {
        guard let log = try self.database.value(.log) else {
            throw .damaged(path: self.database.path, reason: "it has no log id")
        }
        var state = LogState(log: log)
        state.highest = try self.database.integer("SELECT max(seq) FROM record") ?? 0
        state.acknowledged = try self.ranges("acknowledged")
        state.dropped = try self.ranges("dropped")
        state.reserved = try self.reserved()
        state.connections = Int64(try self.database.value(.connections) ?? "") ?? 0
        state.identity = try self.database.value(.file)
        return state
    }

    /// What was spent of a day's allowance for backlog; zero before the first.
    func backlogSpent() throws(OutboxError) -> (day: Int64, bytes: Int) {
        let numbers = (try self.database.value(.backlog) ?? "").split(separator: " ").compactMap { Int64($0) }
        return numbers.count == 2 ? (numbers[0], Int(numbers[1])) : (0, 0)
    }

    /// What was kept under a name.
    func note(_ name: String) throws(OutboxError) -> [UInt8]? {
        var found: [UInt8]?
        try self.database.run("SELECT body FROM note WHERE name = ?", [.text(name)]) { found = $0.blob(0) }
        return found
    }

    func keep(_ key: OutboxKey, _ value: String) throws(OutboxError) { try self.database.keep(key, value) }

    static func reserve(_ numbers: ClosedRange<Int64>?, in database: borrowing SQLite) throws(OutboxError) {
        try database.keep(.reserved, numbers.map { "\($0.lowerBound) \($0.upperBound)" } ?? "")
    }

    private func reserved() throws(OutboxError) -> ClosedRange<Int64>? {
        let numbers = (try self.database.value(.reserved) ?? "").split(separator: " ").compactMap { Int64($0) }
        return numbers.count == 2 && numbers[0] <= numbers[1] ? numbers[0]...numbers[1] : nil
    }

    private func ranges(_ table: String) throws(OutboxError) -> SequenceRanges {
        var ranges = SequenceRanges()
        try self.database.run("SELECT first, last FROM \(table) ORDER BY first") { row in
            let (first, last) = (row.integer(0), row.integer(1))
            if first <= last { ranges.insert(first...last) }
        }
        return ranges
    }

    // MARK: Records

    func entries(from sequence: Int64, limit: Int) throws(OutboxError) -> [Entry] {
        try self.entries(
            "SELECT seq, kind, made, body FROM record WHERE seq >= ? ORDER BY seq LIMIT ?",
            [.integer(sequence), .integer(Int64(limit))]
        )
    }

    func numbers(in range: ClosedRange<Int64>) throws(OutboxError) -> SequenceRanges {
        var numbers = SequenceRanges()
        try self.database.run(
            "SELECT seq FROM record WHERE seq BETWEEN ? AND ?",
            [.integer(range.lowerBound), .integer(range.upperBound)]
        ) { numbers.insert($0.integer(0)...$0.integer(0)) }
        return numbers
    }

    func lowest(_ kind: EntryKind?, in range: ClosedRange<Int64>, limit: Int) throws(OutboxError) -> [Int64] {
        var numbers: [Int64] = []
        let condition = kind.map { "AND kind = \($0.rawValue)" } ?? ""
        try self.database.run(
            "SELECT seq FROM record WHERE seq BETWEEN ? AND ? \(condition) ORDER BY seq LIMIT ?",
            [.integer(range.lowerBound), .integer(range.upperBound), .integer(Int64(limit))]
        ) { numbers.append($0.integer(0)) }
        return numbers
    }

    func count() throws(OutboxError) -> Int64 { try self.database.integer("SELECT count(*) FROM record") ?? 0 }

    func former(limit: Int) throws(OutboxError) -> [Entry] {
        guard try self.hasFormer else { return [] }
        return try self.entries(
            "SELECT seq, kind, made, body FROM former ORDER BY seq LIMIT ?",
            [.integer(Int64(limit))]
        )
    }

    func formerCount() throws(OutboxError) -> Int64 {
        guard try self.hasFormer else { return 0 }
        return try self.database.integer("SELECT count(*) FROM former") ?? 0
    }

    func formerToDrop(limit: Int) throws(OutboxError) -> [Int64] {
        guard try self.hasFormer else { return [] }
        var places: [Int64] = []
        try self.database.run(
            "SELECT seq FROM former ORDER BY kind, seq LIMIT ?",
            [.integer(Int64(limit))]
        ) { places.append($0.integer(0)) }
        return places
    }

    func usedBytes() throws(OutboxError) -> Int64 {
        let pages = try self.database.integer("PRAGMA page_count") ?? 0
        let free = try self.database.integer("PRAGMA freelist_count") ?? 0
        let size = try self.database.integer("PRAGMA page_size") ?? 4_096
        return (pages - free) * size
    }

    /// The table is made when it is first needed.
    private var hasFormer: Bool {
        get throws(OutboxError) {
            try self.database.integer("SELECT 1 FROM sqlite_schema WHERE name = 'former'") == 1
        }
    }

    private func entries(_ sql: String, _ values: [SQLite.Value]) throws(OutboxError) -> [Entry] {
        var entries: [Entry] = []
        try self.database.run(sql, values) { row in
            let kind = EntryKind(rawValue: row.integer(1)) ?? .position
            entries.append(Entry(sequence: row.integer(0), kind: kind, made: row.integer(2), body: row.blob(3)))
        }
        return entries
    }
}
