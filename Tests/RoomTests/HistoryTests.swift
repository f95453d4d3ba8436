import History
import PatrolWire
import Rig
import Testing

@Suite("The room's store")
struct HistoryTests {
    private func items(_ sequences: ClosedRange<Int64>) throws -> [StoredRecord] {
        let station = try #require(Name("jinzhan"))
        return try sequences.map {
            StoredRecord(
                station: station,
                record: record($0, time: $0),
                body: try WireCoder().encode(record($0, time: $0)),
                received: 9
            )
        }
    }

    @Test("stores each record once, however often it comes, also over a restart")
    func once() async throws {
        try await withTemporaryFolder("history") { folder in
            do {
                let history = try History(folder: folder)
                #expect(try await history.store(self.items(1...100)) == 100)
                #expect(try await history.store(self.items(51...150)) == 50)
            }
            let history = try History(folder: folder)
            #expect(try await history.store(self.items(1...150)) == 0)
            #expect(try await history.count() == 150)
        }
    }

    @Test("a folder that cannot be used is one clear line")
    func unusable() {
        let error = #expect(throws: HistoryError.self) { try History(folder: "/proc/nowhere") }
        #expect(error?.description.contains("/proc/nowhere/history.sqlite") == true)
    }
}
