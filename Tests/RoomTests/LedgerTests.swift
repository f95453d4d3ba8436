import BrokerLink
import Ground
import History
import Ledger
import PatrolWire
import Rig
import TestSupport
import Testing

@testable import Intake

@Suite("The room's ledger", .longComputing, .timeLimit(.minutes(15)))
struct LedgerTests {
    private func name(_ log: String = "00112233aabbccdd") throws -> LogName {
        LogName(station: try #require(Name("jinzhan")), device: try #require(Name.device("car-01")), log: log)
    }

    private func stored(_ record: Record, received: Int64 = 1_000_000) throws -> StoredRecord {
        StoredRecord(record: record, body: try WireCoder().encode(record: record), received: received)
    }

    private func made(_ sequence: Int64, _ content: Int64, log: String = "00112233aabbccdd") -> Record {
        record(sequence, time: content, log: log)
    }

    @Test(
        "two records under one number are both kept and the log is said to have forked; the same one twice is a double"
    )
    func fork() async throws {
        try await withTemporaryFolder("ledger") { folder in
            let history = try History(folder: folder)
            let name = try self.name()
            func store(_ records: [Record], of log: LogName) async throws -> StoreOutcome {
                try await history.store([LogDelivery(name: log, records: try records.map { try self.stored($0) })])
            }
            let first = try await store((1...5).map { self.made($0, $0) }, of: name)
            #expect(first.added == 5 && first.forked.isEmpty)
            let again = try await store((1...5).map { self.made($0, $0) }, of: name)
            #expect(again.added == 0 && again.duplicates == 5 && again.forked.isEmpty)
            // Set back to 3: another 4 and 5, and a third 4 of a third copy of the disk.
            let other = try await store([self.made(4, 40), self.made(5, 50), self.made(4, 400)], of: name)
            #expect(other.added == 3 && other.forked == [name])
            #expect(try await store([self.made(4, 40)], of: name).duplicates == 1)
            // The device begins a new log and sends all it has; only what is nowhere is stored.
            let next = try self.name("ffffffffffffffff")
            let resent = [1, 2, 3, 40, 50, 60].enumerated().map { index, content -> Record in
                var record = self.made(Int64(index) + 1, Int64(content), log: next.log)
                record.was = [RecordNumber(log: name.log, sequence: Int64(index) + 1)]
                return record
            }
            let outcome = try await store(resent, of: next)
            #expect(outcome.added == 1 && outcome.duplicates == 5)
            #expect(outcome.stored[next]?.upTo == 6)
            #expect(try await store(resent, of: next).added == 0)
            #expect(try await history.count() == 9)
        }
    }

    @Test(
        "a log with too many gaps gets no more of them, and is heard again when they close; the file says what memory says"
    )
    func ceiling() async throws {
        try await withTemporaryFolder("ledger") { folder in
            let name = try self.name()
            var expected = SequenceRanges()
            do {
                let history = try History(folder: folder)
                let odd = (0..<10_000).map { SequenceRanges([Int64($0) * 2 + 1...Int64($0) * 2 + 1]).ranges[0] }
                for start in stride(from: 0, to: odd.count, by: 64) {
                    let part = Array(odd[start..<min(start + 64, odd.count)])
                    let outcome = try await history.store([LogDelivery(name: name, records: [], dropped: part)])
                    expected = outcome.stored[name] ?? expected
                }
                #expect(expected.ranges.count == 10_000)
                let far = try self.stored(self.made(300_000, 1))
                let refused = try await history.store([LogDelivery(name: name, records: [far])])
                #expect(refused.refused == 1 && refused.added == 0)
                let closing = try self.stored(self.made(2, 1))
                #expect(try await history.store([LogDelivery(name: name, records: [closing])]).added == 1)
                let accepted = try await history.store([LogDelivery(name: name, records: [far])])
                #expect(accepted.added == 1)
                expected = accepted.stored[name] ?? expected
                let message = Acknowledgement(log: name.log, stored: expected)
                #expect(message.have.count == 256 && message.part == true && message.upTo == 3)
                #expect(try WireCoder().encode(message).count < 8_192)
            }
            // Written by difference, and read anew.
            let reopened = try await History(folder: folder).store([LogDelivery(name: name, records: [])])
            #expect(reopened.stored[name] == expected)
        }
    }

    @Test(
        "a record that comes after its own successor, or by way of two copies of its disk, is stored once, also over a restart"
    )
    func successors() async throws {
        try await withTemporaryFolder("ledger") { folder in
            let (first, second, third) = (
                try self.name(), try self.name("aaaaaaaaaaaaaaaa"), try self.name("bbbbbbbbbbbbbbbb")
            )
            func renumbered(_ log: LogName) -> Record {
                var record = self.made(5, 7)
                (record.log, record.sequence) = (log.log, 1)
                record.was = [RecordNumber(log: first.log, sequence: 5)]
                return record
            }
            do {
                let history = try History(folder: folder)
                let stored = try self.stored(renumbered(second))
                #expect(try await history.store([LogDelivery(name: second, records: [stored])]).added == 1)
                let late = try await history.store([
                    LogDelivery(name: first, records: [try self.stored(self.made(5, 7))])
                ])
                #expect(late.added == 0 && late.duplicates == 1 && late.stored[first]?.contains(5) == true)
            }
            let history = try History(folder: folder)
            let other = try await history.store([
                LogDelivery(name: third, records: [try self.stored(renumbered(third))])
            ])
            #expect(other.added == 0 && other.duplicates == 1)
            // Another record under the same number is another.
            let fork = try await history.store([LogDelivery(name: first, records: [try self.stored(self.made(5, 8))])])
            #expect(fork.added == 1)
            #expect(try await history.count() == 2)
        }
    }

    @Test("what was deleted for its age is not stored again, and a younger record under its number is")
    func horizon() async throws {
        try await withTemporaryFolder("ledger") { folder in
            let history = try History(folder: folder)
            let name = try self.name()
            let old = try self.stored(self.made(1, 1_000), received: 1_000)
            _ = try await history.store([LogDelivery(name: name, records: [old])])
            #expect(try await history.forget(before: 500_000, limit: 10) == 1)
            #expect(try await history.store([LogDelivery(name: name, records: [old])]).duplicates == 1)
            // Its disk was set back: the number is another record's now, and nothing else of the log is there.
            let young = try self.stored(self.made(1, 900_000))
            #expect(try await history.store([LogDelivery(name: name, records: [young])]).added == 1)
        }
    }

    @Test("at random, what the file says of a log is what a plain set says")
    func random() async throws {
        for seed in UInt64(1)...40 {
            try await withTemporaryFolder("ledger") { folder in
                var random = SplitMix64(seed: seed)
                let name = try self.name()
                var history = try History(folder: folder)
                var plain: Set<Int64> = []
                for _ in 0..<30 {
                    let numbers = (0..<Int.random(in: 1...20, using: &random)).map { _ in
                        Int64.random(in: 1...200, using: &random)
                    }
                    let outcome = try await history.store([
                        LogDelivery(name: name, records: try numbers.map { try self.stored(self.made($0, $0)) })
                    ])
                    plain.formUnion(numbers)
                    if Bool.random(using: &random) { history = try History(folder: folder) }
                    var expected = SequenceRanges()
                    for number in plain { expected.insert(number...number) }
                    #expect(outcome.stored[name] == expected, "seed \(seed)")
                }
            }
        }
    }

    @Test("a flood of one device does not keep another's message waiting; each device's messages keep their order")
    func fairness() {
        func message(_ device: String, _ number: UInt8) -> ReceivedMessage {
            ReceivedMessage(
                topic: "patrol/1/jinzhan/\(device)/pos",
                payload: [number],
                isRetained: false,
                correlation: nil,
                received: 0
            )
        }
        let flood = (0..<250).map { message("loud", UInt8($0)) } + [message("calm", 1), message("calm", 2)]
        let portions = FairOrder.portions(of: flood, size: 10)
        #expect(portions.joined().count == 252)
        #expect(portions[0].contains { $0.topic.contains("calm") && $0.payload == [2] })
        #expect(
            portions.joined().filter { $0.topic.contains("loud") }.map { $0.payload[0] } == (0..<250).map { UInt8($0) }
        )
    }
}
