import Ledger
import PatrolWire

/// What stands in the room's store.
struct StoreImage {
    struct Row {
        let sequence: Int64
        let body: [UInt8]
        let uptime: Int64
        let startsBoot: Bool
        let received: Int64
        var made: Int64?
    }

    struct Log {
        let name: LogName
        var rows: [Row] = []
        var ledger = SequenceRanges()
        /// Rows whose time is not known.
        var undated = 0

        func index(from sequence: Int64) -> Int {
            if let last = self.rows.last, last.sequence < sequence { return self.rows.count }
            var (low, high) = (0, self.rows.count)
            while low < high {
                let middle = (low + high) / 2
                if self.rows[middle].sequence < sequence { low = middle + 1 } else { high = middle }
            }
            return low
        }
    }

    var logs: [Log] = []
    var numbers: [LogName: Int64] = [:]
    /// By log and number.
    var successors: [Int64: [Int64: [StoredNumber]]] = [:]
    /// Rows that were made before this are gone, ms since 1970 UTC.
    var horizon: Int64?
}

/// The store of the room: a transaction is kept as a whole, or not at all.
final class ModelStore: LedgerStorage {
    private(set) var committed = StoreImage()
    private var working = StoreImage()
    private let table: RecordTable
    /// Contents that the transaction under way added.
    private var added: [Int] = []

    init(_ table: RecordTable) { self.table = table }

    /// Ends the transaction; returns the contents that it added.
    func commit() -> [Int] {
        defer { self.added = [] }
        self.committed = self.working
        return self.added
    }

    /// Ends the transaction as if it had not been.
    func rollBack() { (self.working, self.added) = (self.committed, []) }

    /// An older copy of the store comes in place of it.
    func setBack(to image: StoreImage) { (self.committed, self.working) = (image, image) }

    /// Deletes rows that were made, and came, before a moment; returns their contents.
    func forget(before cutoff: Int64) -> [Int] {
        var gone: [Int] = []
        for log in self.working.logs.indices {
            let isOld = { (row: StoreImage.Row) in row.received < cutoff && row.made.map { $0 < cutoff } ?? true }
            let old = self.working.logs[log].rows.filter(isOld)
            self.working.logs[log].rows.removeAll(where: isOld)
            self.working.logs[log].undated -= old.count { $0.made == nil }
            gone += old.compactMap { self.table.content($0.body) }
        }
        if !gone.isEmpty { self.working.horizon = max(self.working.horizon ?? cutoff, cutoff) }
        self.committed = self.working
        return gone
    }

    // MARK: What the ledger asks

    func knownNumber(of name: LogName) -> Int64? { self.working.numbers[name] }

    func number(of name: LogName) -> Int64 {
        if let number = self.working.numbers[name] { return number }
        let number = Int64(self.working.logs.count)
        self.working.logs.append(StoreImage.Log(name: name))
        self.working.numbers[name] = number
        return number
    }

    func ledger(of log: Int64) -> SequenceRanges { self.working.logs[Int(log)].ledger }

    func write(_ stored: SequenceRanges, insteadOf before: SequenceRanges?, of log: Int64) {
        self.working.logs[Int(log)].ledger = stored
    }

    func body(of sequence: Int64, in log: Int64) -> [UInt8]? { self.row(sequence, log)?.body }

    func insert(_ item: StoredRecord, in log: Int64) {
        let record = item.record
        let isStart = record.event == .deviceStart && record.data?["rebooted"] != .bool(false)
        let row = StoreImage.Row(
            sequence: record.sequence,
            body: item.body,
            uptime: record.uptime,
            startsBoot: isStart,
            received: item.received,
            made: item.made
        )
        let index = self.working.logs[Int(log)].index(from: record.sequence)
        self.working.logs[Int(log)].rows.insert(row, at: index)
        if row.made == nil { self.working.logs[Int(log)].undated += 1 }
        if let content = self.table.content(item.body) { self.added.append(content) }
    }

    func isSuperseded(_ log: Int64) -> Bool { self.working.successors[log] != nil }

    func successors(of sequence: Int64, in log: Int64) -> [StoredNumber] {
        self.working.successors[log]?[sequence] ?? []
    }

    func note(_ successor: StoredNumber, of sequence: Int64, in log: Int64) {
        self.working.successors[log, default: [:]][sequence, default: []].append(successor)
    }

    func horizon() -> Int64? { self.working.horizon }

    func hasUndated(in log: Int64) -> Bool { self.working.logs[Int(log)].undated > 0 }

    func dated(_ sequence: Int64, in log: Int64) -> RecordTiming? { self.row(sequence, log).map(RecordTiming.init) }

    func dated(before sequence: Int64, in log: Int64) -> RecordTiming? {
        let index = self.working.logs[Int(log)].index(from: sequence)
        return index > 0 ? RecordTiming(self.working.logs[Int(log)].rows[index - 1]) : nil
    }

    func dated(after sequence: Int64, in log: Int64) -> RecordTiming? {
        let index = self.working.logs[Int(log)].index(from: sequence + 1)
        let rows = self.working.logs[Int(log)].rows
        return index < rows.count ? RecordTiming(rows[index]) : nil
    }

    func date(_ sequence: Int64, in log: Int64, made: Int64) {
        let index = self.working.logs[Int(log)].index(from: sequence)
        self.working.logs[Int(log)].rows[index].made = made
        self.working.logs[Int(log)].undated -= 1
    }

    func decoded(_ body: [UInt8]) -> Record? { self.table.record(body) }

    private func row(_ sequence: Int64, _ log: Int64) -> StoreImage.Row? {
        let rows = self.working.logs[Int(log)].rows
        let index = self.working.logs[Int(log)].index(from: sequence)
        return index < rows.count && rows[index].sequence == sequence ? rows[index] : nil
    }
}

extension RecordTiming {
    fileprivate init(_ row: StoreImage.Row) {
        self.init(sequence: row.sequence, uptime: row.uptime, made: row.made, startsBoot: row.startsBoot)
    }
}
