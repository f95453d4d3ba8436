import Ledger
import Numbering
import PatrolWire
import Patrolling
import Threading

/// The records of a night, and bytes that stand for them.
///
/// A body is the place of its record in the table, in decimal digits: how records are written and read is tested elsewhere,
/// and here it would cost more than all the rest.
final class RecordTable: RecordCodec {
    private struct State {
        var records: [Record] = []
        /// The content of each record: it stays the same whatever number the record gets.
        var contents: [Int] = []
        var memories: [PatrolMemory] = []
        var logs = 0
    }

    private let state = Locked(State())

    /// A record that could not be read any more.
    static let spoilt = Array("spoilt".utf8)

    /// Writes a record.
    func write(_ record: Record, content: Int) -> [UInt8] {
        self.state.withLock { state in
            state.records.append(record)
            state.contents.append(content)
            return Array("\(state.records.count - 1)".utf8)
        }
    }

    /// Reads a record; `nil` when the bytes are none.
    func record(_ body: [UInt8]) -> Record? {
        guard let place = Self.place(body) else { return nil }
        return self.state.withLock { $0.records[place] }
    }

    /// The content of the record in these bytes; `nil` when they are none.
    func content(_ body: [UInt8]) -> Int? {
        guard let place = Self.place(body) else { return nil }
        return self.state.withLock { $0.contents[place] }
    }

    /// Keeps the memory of a patrol.
    func write(_ memory: PatrolMemory) -> [UInt8] {
        self.state.withLock { state in
            state.memories.append(memory)
            return Array("\(state.memories.count - 1)".utf8)
        }
    }

    /// The memory of a patrol.
    func memory(_ body: [UInt8]) -> PatrolMemory? {
        guard let place = Self.place(body) else { return nil }
        return self.state.withLock { $0.memories[place] }
    }

    /// The id of a new log.
    func newLog() -> String {
        let number = self.state.withLock { state in
            state.logs += 1
            return state.logs
        }
        let digits = String(number, radix: 16)
        return String(repeating: "0", count: 16 - digits.utf8.count) + digits
    }

    private static func place(_ body: [UInt8]) -> Int? {
        var place = 0
        for byte in body {
            guard (0x30...0x39).contains(byte) else { return nil }
            place = place * 10 + Int(byte - 0x30)
        }
        return body.isEmpty ? nil : place
    }

    // MARK: What the log asks

    func digest(of body: [UInt8]) -> String? { self.content(body).map { "\($0)" } }

    func number(of body: [UInt8]) -> RecordNumber? {
        self.record(body).map { RecordNumber(log: $0.log, sequence: $0.sequence) }
    }

    func renumbered(_ body: [UInt8], as number: RecordNumber) -> [UInt8]? {
        guard let record = self.record(body), let content = self.content(body) else { return nil }
        return self.write(record.renumbered(number), content: content)
    }
}
