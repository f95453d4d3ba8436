import Ground
import History
import Ledger
import PatrolWire
import Rig
import Testing

@Suite("Records that were made before the clock was right")
struct RetimingTests {
    private struct Made {
        var record: Record
        let truth: Int64
        let boot: Int
    }

    private static let begin: Int64 = 1_795_314_000_000

    /// Some boots of a device, its clock wrong for a while after each, sometimes for good.
    private func life(_ random: inout SplitMix64) -> [Made] {
        var life: [Made] = []
        var truth = Self.begin
        for boot in 0..<Int.random(in: 1...4, using: &random) {
            truth += Int64.random(in: 20_000...9_000_000, using: &random)
            let started = truth - 10_000
            let wrongBy = -Int64.random(in: 100_000_000...900_000_000_000, using: &random)
            let rightFrom = Int.random(in: 0...14, using: &random)
            for index in 0..<Int.random(in: 1...12, using: &random) {
                truth += Int64.random(in: 100...30_000, using: &random)
                let isRight = index >= rightFrom
                var record = record(Int64(life.count + 1), time: isRight ? truth : truth + wrongBy)
                record.timeQuality = isRight ? .gnss : .none
                record.uptime = truth - started
                if index == 0 {
                    record.event = .deviceStart
                    record.data = ["rebooted": .bool(true)]
                } else if index % 5 == 0 {
                    // The program alone was started anew: still the same boot.
                    record.event = .deviceStart
                    record.data = ["rebooted": .bool(false)]
                }
                life.append(Made(record: record, truth: truth, boot: boot))
            }
        }
        return life
    }

    @Test("get their true time whenever one of the same boot has it, in whatever order they come; others get none")
    func random() async throws {
        let station = try #require(Name("jinzhan"))
        let name = LogName(station: station, device: try #require(Name.device("car-01")), log: "00112233aabbccdd")
        for seed in UInt64(1)...120 {
            try await withTemporaryFolder("retiming") { folder in
                var random = SplitMix64(seed: seed)
                let life = self.life(&random)
                let history = try History(folder: folder)
                var waiting = life.shuffled(using: &random)
                while !waiting.isEmpty {
                    let portion = waiting.suffix(Int.random(in: 1...8, using: &random))
                    waiting.removeLast(portion.count)
                    let records = try portion.map {
                        StoredRecord(record: $0.record, body: try WireCoder().encode($0.record), received: $0.truth)
                    }
                    _ = try await history.store([LogDelivery(name: name, records: records)])
                }
                let stored = try await runProgramToEnd(
                    "/usr/bin/sqlite3",
                    ["\(folder)/history.sqlite", "SELECT ifnull(made, '?') FROM record ORDER BY seq"]
                ).output.split(separator: "\n").map { Int64($0) }
                #expect(stored.count == life.count)
                for (item, made) in zip(life, stored) {
                    let isKnown = life.contains { $0.boot == item.boot && $0.record.timeQuality == .gnss }
                    #expect(made == (isKnown ? item.truth : nil), "seed \(seed), record \(item.record.sequence)")
                }
            }
        }
    }

    @Test("what is older than the room keeps is forgotten, and not taken again when it comes late")
    func retention() async throws {
        let station = try #require(Name("jinzhan"))
        let name = LogName(station: station, device: try #require(Name.device("car-01")), log: "00112233aabbccdd")
        try await withTemporaryFolder("retention") { folder in
            let history = try History(folder: folder)
            let records = try (Int64(1)...100).map { number in
                let record = record(number, time: number * 1_000)
                return StoredRecord(record: record, body: try WireCoder().encode(record), received: number * 1_000 + 5)
            }
            _ = try await history.store([LogDelivery(name: name, records: records)])
            #expect(try await history.forget(before: 41_000, limit: 25) == 25)
            #expect(try await history.forget(before: 41_000, limit: 25) == 15)
            #expect(try await history.forget(before: 41_000, limit: 25) == 0)
            #expect(try await history.count() == 60)
            let outcome = try await history.store([LogDelivery(name: name, records: records)])
            #expect(outcome.added == 0 && outcome.stored[name]?.upTo == 100)
        }
    }
}
