import FoundationEssentials
import Ground
import History
import Ledger
import PatrolWire
import Simulation

/// A month of a station, written straight into a room's store: positions, visits of grids, posts, starts and stops, incidents.
struct StoredMonth {
    let units: Int
    let records: Int
    let days: Int
    /// ms since 1970 UTC.
    let now: Int64
    let town: Town
    let station: Name

    private static let day: Int64 = 86_400_000
    private static let incidentsADay = 100

    var span: Range<Int64> { self.now - Int64(self.days) * Self.day..<self.now }

    func write(to folder: String) async throws {
        let history = try History(folder: folder)
        let coder = WireCoder()
        for unit in 0..<self.units {
            guard let device = Name.device("car-\(unit)") else { continue }
            let id = String(unit, radix: 16)
            let log = String(repeating: "0", count: 16 - id.count) + id
            let name = LogName(station: self.station, device: device, log: log)
            var batch: [StoredRecord] = []
            for record in self.life(of: device, log, unit) {
                batch.append(
                    StoredRecord(record: record, body: try coder.encode(record: record), received: record.time)
                )
                if batch.count == 4_096 {
                    _ = try await history.store([LogDelivery(name: name, records: batch)])
                    batch = []
                }
            }
            _ = try await history.store([LogDelivery(name: name, records: batch)])
        }
        try self.writeIncidents(folder)
    }

    /// One unit's month: of 20 records one is an event, and what it did at posts and on lines comes between them.
    private func life(of device: Name, _ log: String, _ unit: Int) -> [Record] {
        let count = self.records / self.units
        let step = max(1, (self.span.upperBound - self.span.lowerBound) / Int64(count + 1))
        var random = SplitMix64(seed: UInt64(unit) + 1)
        var place = self.town.nodes.randomElement(using: &random)?.point ?? PlanePoint(east: 0, north: 0)
        var (lives, isInside, today): ([Record], Bool, Int64) = ([], false, -1)
        lives.reserveCapacity(count)
        var done = StoredDuties(town: self.town).done(by: unit, of: self.units, in: self.span)[...]
        for number in 0..<count {
            let time = self.span.lowerBound + Int64(number) * step
            while let next = done.first, next.time < time {
                var record = self.record(of: device, log, unit, lives.count, at: next.time)
                (record.event, record.data) = (next.event, next.data)
                lives.append(record)
                done.removeFirst()
            }
            var record = self.record(of: device, log, unit, lives.count, at: time)
            place.east += Double.random(in: -40...40, using: &random)
            place.north += Double.random(in: -40...40, using: &random)
            let coordinate = self.town.coordinate(of: place)
            record.setPlace(latitude: coordinate.latitude, longitude: coordinate.longitude)
            (record.accuracy, record.speed, record.course, record.mode, record.satellites) = (3.5, 8.25, 271.5, 3, 11)
            (record.source, record.ignition, record.plan) = (.gnss, true, 7)
            if time / Self.day != today {
                today = time / Self.day
                (record.event, record.data) = (.deviceStart, ["rebooted": .bool(true)])
            } else if number % 20 == 19 {
                isInside.toggle()
                let grid = JSONValue.string("grid-\(unit % 12)")
                (record.event, record.data) = (isInside ? .gridEnter : .gridExit, ["grid": grid, "level": .int(2)])
            }
            record.grids = isInside ? ["grid-\(unit % 12)"] : []
            lives.append(record)
        }
        return lives
    }

    private func record(of device: Name, _ log: String, _ unit: Int, _ before: Int, at time: Int64) -> Record {
        Record(
            device: device.text,
            unit: "\(unit)",
            log: log,
            sequence: Int64(before + 1),
            time: time,
            timeQuality: .gnss,
            uptime: time - self.span.lowerBound,
            trigger: .time,
            status: .patrol
        )
    }

    private func writeIncidents(_ folder: String) throws {
        let casebook = try Casebook(folder: folder)
        for number in 0..<self.days * Self.incidentsADay {
            let received = self.span.lowerBound + Int64(number) * Self.day / Int64(Self.incidentsADay)
            let scene = self.town.coordinate(of: self.town.nodes[number % self.town.nodes.count].point)
            let text =
                #"{"id":"i-\#(number)","station":"\#(self.station.text)","received":\#(received),"actor":"desk","#
                + #""changed":\#(received),"version":1,"state":"cleared","taken":{},"entries":[],"#
                + #""report":{"latitude":\#(scene.latitude),"longitude":\#(scene.longitude),"priority":2},"#
                + #""assignments":[{"station":"\#(self.station.text)","device":"car-\#(number % self.units)","#
                + #""unit":"1","order":"o-\#(number)","actor":"desk","assigned":\#(received),"#
                + #""accepted":\#(received + 9_000),"arrived":\#(received + 150_000),"offered":[]}]}"#
            let item = Casebook.Item(
                kind: "incident",
                id: "i-\(number)",
                time: received,
                isOpen: false,
                version: 1,
                body: Array(text.utf8)
            )
            try casebook.save(item, nil)
        }
    }
}
