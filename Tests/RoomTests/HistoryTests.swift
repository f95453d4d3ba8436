import History
import Ledger
import PatrolWire
import Rig
import Testing

@Suite("The room's store")
struct HistoryTests {
    private func delivery(_ sequences: ClosedRange<Int64>, device: String = "car-01") throws -> LogDelivery {
        let station = try #require(Name("jinzhan"))
        let name = LogName(station: station, device: try #require(Name.device(device)), log: "00112233aabbccdd")
        let records = try sequences.map { sequence in
            let record = record(sequence, time: sequence, device: device)
            return StoredRecord(record: record, body: try WireCoder().encode(record), received: 9)
        }
        return LogDelivery(name: name, records: records)
    }

    @Test("stores each record once, however often it comes, also over a restart")
    func once() async throws {
        try await withTemporaryFolder("history") { folder in
            do {
                let history = try History(folder: folder)
                #expect(try await history.store([self.delivery(1...100)]).added == 100)
                let outcome = try await history.store([self.delivery(51...150), self.delivery(140...160)])
                #expect(outcome.added == 60 && outcome.duplicates == 61)
                #expect(outcome.stored.values.map(\.upTo) == [160])
            }
            let history = try History(folder: folder)
            let outcome = try await history.store([self.delivery(1...160)])
            #expect(outcome.added == 0 && outcome.stored.values.map(\.ranges) == [[1...160]])
            #expect(try await history.count() == 160)
        }
    }

    @Test("the same numbers of another device are other records")
    func otherDevice() async throws {
        try await withTemporaryFolder("history") { folder in
            let history = try History(folder: folder)
            let outcome = try await history.store([self.delivery(1...10), self.delivery(5...14, device: "car-02")])
            #expect(outcome.added == 20 && outcome.stored.count == 2)
        }
    }

    @Test("what a device declares dropped closes the gap")
    func dropped() async throws {
        try await withTemporaryFolder("history") { folder in
            let history = try History(folder: folder)
            let first = try self.delivery(1...10)
            #expect(try await history.store([first, self.delivery(21...30)]).stored[first.name]?.upTo == 10)
            let declared = LogDelivery(name: first.name, records: [], dropped: [11...20])
            #expect(try await history.store([declared]).stored[first.name]?.upTo == 30)
            #expect(try await history.count() == 20)
        }
    }

    @Test("a folder that cannot be used is one clear line")
    func unusable() {
        let error = #expect(throws: HistoryError.self) { try History(folder: "/proc/nowhere") }
        #expect(error?.description.contains("/proc/nowhere/history.sqlite") == true)
    }
}
