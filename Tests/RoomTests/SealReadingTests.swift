import FoundationEssentials
import History
import Ledger
import PatrolWire
import Rig
import Testing

@Suite("Seals and the records around them, in the room's store")
struct SealReadingTests {
    private let log = "00112233aabbccdd"

    private func delivery(_ records: [Record]) throws -> LogDelivery {
        let name = LogName(
            station: try #require(Name("jinzhan")),
            device: try #require(Name.device("car-01")),
            log: records.first?.log ?? self.log
        )
        return LogDelivery(
            name: name,
            records: try records.map {
                StoredRecord(record: $0, body: try WireCoder().encode(record: $0), received: $0.time)
            }
        )
    }

    private func seal(_ sequence: Int64, _ event: EventKind = .trackSeal) -> Record {
        var seal = record(sequence, time: sequence * 1_000)
        (seal.event, seal.trigger, seal.data) = (event, .event, ["mark": .int(sequence)])
        return seal
    }

    private func withReader(_ deliveries: [[Record]], _ body: (HistoryReader, Name, Name) throws -> Void) async throws {
        try await withTemporaryFolder("seals") { folder in
            let history = try History(folder: folder)
            for records in deliveries { _ = try await history.store([self.delivery(records)]) }
            try body(history.reader(), try #require(Name("jinzhan")), try #require(Name.device("car-01")))
        }
    }

    @Test(
        "a disk that was set back has a seal and another record under one number: the seal is found, and both records are"
    )
    func setBack() async throws {
        let first = (1...6).map { record($0, time: $0 * 1_000) }
        var other = record(3, time: 3_000)
        other.latitude = 40
        try await self.withReader([first, [other, self.seal(5)]]) { reader, station, device in
            let number = RecordNumber(log: self.log, sequence: 5)
            let found = try #require(try reader.seal(of: station, device, number))
            #expect(try WireCoder().decode(record: found) == self.seal(5))
            #expect(try reader.seal(of: station, device, RecordNumber(log: self.log, sequence: 4)) == nil)
            let records = try reader.records(of: station, device, log: self.log, 2...5)
            #expect(records.map(\.sequence).sorted() == [2, 3, 3, 4, 5, 5])
        }
    }

    @Test("after a restart the last seals of each log are known, and no others")
    func last() async throws {
        let seals = (1...9).map { self.seal($0) } + [record(10, time: 10_000), self.seal(11, .trackKey)]
        try await self.withReader([seals]) { reader, _, _ in
            let found = try reader.seals(since: 5_000, limit: 3)
            #expect(found.map(\.number.sequence) == [9, 8, 7] && found.allSatisfy { $0.number.log == self.log })
            #expect(try reader.seals(since: 9_001, limit: 3).isEmpty)
        }
    }

    @Test("keys are read newest first, of all logs of the device, and not without end")
    func keys() async throws {
        var deliveries: [[Record]] = []
        for place in 0..<3 {
            deliveries.append(
                (1...10 as ClosedRange<Int64>).map { number in
                    var key = self.seal(number, .trackKey)
                    key.log = "00112233aabbcc0\(place)"
                    return key
                }
            )
        }
        try await self.withReader(deliveries) { reader, station, device in
            let keys = try reader.keys(of: station, device).map { try WireCoder().decode(record: $0) }
            #expect(keys.count == 20)
            #expect(keys.first?.log == "00112233aabbcc02" && keys.first?.sequence == 10)
            #expect(try reader.keys(of: station, device, limit: 5_000).count == 30)
            #expect(keys.last?.log == "00112233aabbcc01" && keys.last?.sequence == 1)
        }
    }

    @Test("all keys of a device are gone through, page by page, also those of long ago; who has enough ends it")
    func allKeys() async throws {
        // More in one log than a page has, and more logs than a page of them.
        let many = (1...1_203).map { self.seal($0, .trackKey) }
        let restarts = (0..<1_005).map { place in
            var key = self.seal(1, .trackKey)
            key.log = "1122334455" + "00000\(place)".suffix(6)
            return [key]
        }
        try await self.withReader([many] + restarts) { reader, station, device in
            var seen: [Record] = []
            try reader.visitKeys(of: station, device) { body in
                if let record = try? WireCoder().decode(record: body) { seen.append(record) }
                return true
            }
            #expect(seen.count == 1_203 + 1_005)
            #expect(seen.suffix(1_203).map(\.sequence) == (1...1_203).reversed().map { Int64($0) })
            var count = 0
            try reader.visitKeys(of: station, device) { _ in
                count += 1
                return count < 1_100
            }
            #expect(count == 1_100)
        }
    }

    @Test("a fault is kept as it was first found, by the device's name")
    func faults() async throws {
        try await withTemporaryFolder("seals") { folder in
            let history = try History(folder: folder)
            let (station, device) = (try #require(Name("jinzhan")), try #require(Name.device("car-01")))
            let number = RecordNumber(log: self.log, sequence: 4)
            let first = TrackFault(station: station, device: device, number: number, what: "altered", found: 10)
            try await history.keep([first])
            try await history.keep([
                TrackFault(station: station, device: device, number: number, what: "missing", found: 20)
            ])
            #expect(try history.reader().trackFaults(since: 10) == [first])
            #expect(try history.reader().trackFaults(since: 11).isEmpty)
        }
    }

    @Test("who only reads the store does not have it set aside")
    func onlyReads() async throws {
        try await withTemporaryFolder("seals") { folder in
            try writeFile("\(folder)/history.sqlite", "")
            let reader = try History.reading(folder)
            #expect(throws: HistoryError.self) { try reader.trackFaults(since: 0) }
            #expect(!FileManager.default.fileExists(atPath: "\(folder)/history.sqlite.damaged"))
        }
    }
}
