import Ledger
import PatrolWire
import Rig
import TestSupport
import Testing
import Threading

@testable import Intake

@Suite("What waits for the store")
struct StoreQueueTests {
    private func items(_ count: Int, from first: Int64 = 1, records: Int = 1) throws -> [StoreQueue.Item] {
        let name = LogName(
            station: try #require(Name("jinzhan")),
            device: try #require(Name.device("car-01")),
            log: "00000000000000aa"
        )
        return (0..<Int64(count)).map { place in
            let stored = (0..<records).map { _ in
                StoredRecord(record: record(first + place, time: 1), body: [], received: 1)
            }
            return StoreQueue.Item(delivery: LogDelivery(name: name, records: stored), isBacklog: false)
        }
    }

    private func numbers(_ items: [StoreQueue.Item]) -> [Int64] {
        items.compactMap { $0.delivery.records.first?.record.sequence }
    }

    @Test("it comes out in the order in which it went in, together, and what waits at the end is still stored")
    func order() async throws {
        let queue = StoreQueue()
        await queue.add(try self.items(3))
        await queue.add(try self.items(2, from: 4))
        await queue.add([])
        #expect(self.numbers(try #require(await queue.next())) == [1, 2, 3, 4, 5])
        await queue.add(try self.items(1, from: 6))
        queue.close()
        #expect(self.numbers(try #require(await queue.next())) == [6])
        #expect(await queue.next() == nil)
    }

    @Test("who stores waits for what comes, and ends when nothing comes any more")
    func waiting() async throws {
        let queue = StoreQueue()
        let taken = Task {
            var all: [Int64] = []
            while let items = await queue.next() { all += self.numbers(items) }
            return all
        }
        for number in 1...200 { await queue.add(try self.items(1, from: Int64(number))) }
        queue.close()
        #expect(await taken.value == Array(1...200))
    }

    @Test("a store that stands still holds up who reads, and no record more is kept; one portion is bounded")
    func full() async throws {
        let queue = StoreQueue()
        let added = Locked(0)
        let portions = try (0..<40).map { try self.items(20, from: Int64($0) * 20 + 1, records: 60) }
        let producer = Task {
            for portion in portions {
                await queue.add(portion)
                added.withLock { $0 += 1 }
            }
            queue.close()
        }
        // 17 portions of 1,200 records are more than 20,000: the last of them waits for room.
        try await eventually("the producer waits") { added.withLock { $0 } == 16 ? () : nil }
        var all: [Int64] = []
        while let items = await queue.next() {
            #expect(items.reduce(0) { $0 + $1.delivery.records.count } <= 20_060)
            all += self.numbers(items)
        }
        await producer.value
        #expect(all == Array(1...800))
    }
}
