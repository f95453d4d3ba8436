import History
import Ledger
import PatrolWire
import Reporting
import Reports
import Rig
import Testing

@testable import Board

/// A device's log, written by hand: what it says when, numbered as it is said.
struct HandMadeLog {
    let station: String
    let device: String
    let log: String
    var status = UnitStatus.patrol
    private(set) var records: [Record] = []

    init(_ station: String = "jinzhan", _ device: String = "car-01", log: String = "00112233aabbccdd") {
        (self.station, self.device, self.log) = (station, device, log)
    }

    /// Says that something happened at a time, ms.
    mutating func say(_ event: EventKind, at time: Int64, _ data: [String: JSONValue]? = nil) {
        var record = self.record(at: time)
        (record.event, record.data, record.trigger) = (event, data, .event)
        self.records.append(record)
    }

    /// Says that a grid was entered or left.
    mutating func say(_ event: EventKind, _ grid: String, at time: Int64) {
        self.say(event, at: time, ["grid": .string(grid)])
    }

    /// Says where it is.
    mutating func position(at time: Int64, grids: [String]? = nil, latitude: Double = 40, longitude: Double = 116.5) {
        var record = self.record(at: time)
        record.setPlace(latitude: latitude, longitude: longitude)
        record.grids = grids
        self.records.append(record)
    }

    /// Positions from one time to another, a minute apart.
    mutating func positions(_ times: ClosedRange<Int64>, grids: [String]? = nil) {
        for time in stride(from: times.lowerBound, through: times.upperBound, by: 60_000) {
            self.position(at: time, grids: grids)
        }
    }

    private func record(at time: Int64) -> Record {
        Record(
            device: self.device,
            unit: self.device,
            log: self.log,
            sequence: Int64(self.records.count + 1),
            time: time,
            timeQuality: .gnss,
            uptime: time,
            trigger: .time,
            status: self.status
        )
    }

    /// Some of its records as they come to the room.
    func delivery(_ records: [Record]) throws -> LogDelivery {
        let name = LogName(
            station: try #require(Name(self.station)),
            device: try #require(Name.device(self.device)),
            log: self.log
        )
        return LogDelivery(
            name: name,
            records: try records.map {
                StoredRecord(record: $0, body: try WireCoder().encode($0), received: max($0.time, 9))
            }
        )
    }
}

/// The room's own stores in a folder, as reports read them.
struct HandMadeStore {
    let history: History
    let casebook: Casebook

    static func with<R>(_ logs: [HandMadeLog] = [], _ body: (HandMadeStore) async throws -> R) async throws -> R {
        try await withTemporaryFolder("reports") { folder in
            let store = HandMadeStore(history: try History(folder: folder), casebook: try Casebook(folder: folder))
            for log in logs { _ = try await store.history.store([log.delivery(log.records)]) }
            return try await body(store)
        }
    }

    func reading(_ span: Range<Int64>, now: Int64 = 1 << 50) -> ReportReading {
        ReportReading(reader: self.history.reader(), casebook: self.casebook, span: span, now: now)
    }
}
