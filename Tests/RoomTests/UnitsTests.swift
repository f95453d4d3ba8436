import Dispatching
import Ground
import PatrolWire
import RoadMap
import RoadSearch
import Testing
import TimeToScene
import Units

func record(
    _ sequence: Int64,
    time: Int64,
    log: String = "00112233aabbccdd",
    device: String = "car-01",
    status: UnitStatus = .patrol
) -> Record {
    var record = Record(
        device: device,
        unit: "01",
        log: log,
        sequence: sequence,
        time: time,
        timeQuality: .gnss,
        uptime: 1,
        trigger: .time,
        status: status
    )
    record.setPlace(latitude: 41.15 + Double(sequence) / 1e4, longitude: -8.61)
    return record
}

@Suite("Live table")
struct UnitsTests {
    private static let station = Name("jinzhan")
    private static let car = Name.device("car-01")

    private func table(_ records: [Record], received: Int64 = 5_000) throws -> Unit {
        var units = Units()
        for record in records {
            units.apply(record, station: try #require(Self.station), device: try #require(Self.car), received: received)
        }
        return try #require(units.named("car-01").first)
    }

    @Test("a status that came with an event holds until a newer record says otherwise")
    func statusOfEvents() throws {
        var units = Units()
        let (station, device) = (try #require(Name("jinzhan")), try #require(Name.device("car-01")))
        var event = record(2, time: 2_000, status: .enroute)
        event.event = .unitStatus
        units.apply(record(1, time: 1_000), station: station, device: device, received: 1)
        units.apply(event, station: station, device: device, received: 2)
        #expect(units.named("car-01").first?.status == .enroute)
        units.apply(record(3, time: 3_000, status: .scene), station: station, device: device, received: 3)
        #expect(units.named("car-01").first?.status == .scene)
    }

    @Test("an older record never replaces a newer one, whatever the clock says")
    func older() throws {
        #expect(try self.table([record(2, time: 1_000), record(1, time: 9_000)]).position?.sequence == 2)
        #expect(try self.table([record(2, time: 9_000), record(3, time: 1_000)]).position?.sequence == 3)
    }

    @Test("a new log takes over when it comes, whatever the clocks say, and its forerunner's backlog changes nothing")
    func newLog() throws {
        let fresh = record(1, time: 9_000, log: "ffffffffffffffff")
        #expect(try self.table([record(50, time: 99_000), fresh]).position == fresh)
        var units = Units()
        let (station, device) = (try #require(Self.station), try #require(Self.car))
        units.apply(fresh, station: station, device: device, received: 9_000)
        units.apply(record(50, time: 99_000), station: station, device: device, received: 10_000, isBacklog: true)
        #expect(units.named("car-01").first?.position == fresh)
    }

    @Test(
        "records that got another number do not move a unit back, and a disk set back to an ended log shows where it is"
    )
    func renumbered() throws {
        let (station, car) = (try #require(Self.station), try #require(Self.car))
        func state(_ log: String, next: Int64) -> DeviceState {
            DeviceState(
                device: "car-01",
                unit: "01",
                online: true,
                log: log,
                boot: 1,
                connect: 1,
                version: "1",
                profile: "p",
                plan: nil,
                next: next
            )
        }
        let (first, second) = ("00112233aabbccdd", "ffffffffffffffff")
        var units = Units()
        func apply(_ record: Record, isBacklog: Bool = false) {
            units.apply(record, station: station, device: car, received: 9, isBacklog: isBacklog)
        }
        var shown: Int64? { units[UnitID(station: station, device: car)]?.position?.time }
        apply(record(20, time: 20, log: first))
        units.apply(state(second, next: 13), station: station, device: car)
        // The copy sends what it had: its numbers are low, and its log is new.
        for sequence in 1...12 as ClosedRange<Int64> {
            var old = record(sequence, time: sequence, log: second)
            old.was = [RecordNumber(log: first, sequence: sequence)]
            apply(old, isBacklog: true)
        }
        #expect(shown == 20)
        apply(record(13, time: 30, log: second))
        #expect(shown == 30)
        // Back in the first log, at a number that it had not reached.
        units.apply(state(first, next: 25), station: station, device: car)
        apply(record(24, time: 24, log: first), isBacklog: true)
        #expect(shown == 30)
        apply(record(25, time: 40, log: first))
        #expect(shown == 40)
    }

    @Test("a certificate that ends within 14 days of the device's own clock is a trouble, a longer one is none")
    func certificate() throws {
        let (station, device) = (try #require(Self.station), try #require(Self.car))
        var units = Units()
        var health = DeviceHealth(device: "car-01", time: 1_795_314_000_000, uptime: 1)
        for (days, isTrouble) in [(15, false), (13, true), (-1, true)] {
            health.certificateEnds = health.time + Int64(days) * 86_400_000
            units.apply(health, station: station, device: device)
            #expect(units.all.first?.troubles == (isTrouble ? [.certificate] : []), "\(days)")
        }
    }

    @Test("a record from the future is as old as its arrival, and its clock is said to be wrong")
    func future() throws {
        let unit = try self.table([record(1, time: 4_102_444_800_000)], received: 100_000)
        #expect(unit.positionAge(at: 130_000) == 30)
        #expect(unit.troubles == [.clockWrong])
        let next = try self.table([record(1, time: 4_102_444_800_000), record(2, time: 100_000)], received: 100_000)
        #expect(next.troubles.isEmpty && next.positionAge(at: 130_000) == 30)
    }

    @Test(
        "officers, camera, lights, ignition, battery and receiver stand in the table; late events change nothing newer"
    )
    func facts() throws {
        func event(_ sequence: Int64, _ kind: EventKind, _ data: [String: JSONValue]) -> Record {
            var event = record(sequence, time: sequence * 1_000)
            (event.event, event.data) = (kind, data)
            return event
        }
        var last = record(9, time: 9_000)
        (last.ignition, last.battery) = (true, 0.5)
        let unit = try self.table([
            event(2, .unitCheckin, ["present": .array([.string("012345"), .string("012346")])]),
            event(3, .cameraRecording, ["on": .bool(true)]), event(4, .vehicleLight, ["on": .bool(true)]),
            event(5, .vehicleSiren, ["on": .bool(false)]), event(6, .gnssLost, [:]), last,
            event(7, .powerLow, ["bat": .double(0.1)]),
            event(1, .unitCheckout, ["present": .array([])]),
            event(8, .unitCheckout, ["present": .array([.string("012346")])]),
        ])
        #expect(unit.facts.officers == ["012346"] && unit.facts.camera == true)
        #expect(unit.facts.light == true && unit.facts.siren == false && unit.facts.ignition == true)
        #expect(unit.facts.battery == 0.5 && unit.facts.reception == .lost)
        #expect(unit.troubles == [.gnssLost] && unit.isPlaceDoubtful)
    }

    @Test(
        "age counts from when it was measured, also when it arrived just now; from arrival when its clock is not to be trusted"
    )
    func age() throws {
        #expect(try self.table([record(1, time: 1_000)], received: 60_000).positionAge(at: 61_000) == 60)
        var untimed = record(1, time: 1_000)
        untimed.timeQuality = .rtc
        #expect(try self.table([untimed], received: 60_000).positionAge(at: 61_000) == 1)
        #expect(try self.table([record(1, time: 99_000)], received: 60_000).positionAge(at: 61_000) == 0)
    }

    @Test("a late will of an older connection means nothing")
    func lateWill() throws {
        let station = try #require(Self.station)
        let car = try #require(Self.car)
        func state(online: Bool, connect: Int64) -> DeviceState {
            DeviceState(
                device: "car-01",
                unit: "01",
                online: online,
                log: "00112233aabbccdd",
                boot: 0,
                connect: connect,
                version: "1",
                profile: "p",
                plan: nil,
                next: 1
            )
        }
        var units = Units()
        units.apply(state(online: true, connect: 2), station: station, device: car)
        units.apply(state(online: false, connect: 1), station: station, device: car)
        #expect(units.all[0].isOnline)
        units.apply(state(online: false, connect: 2), station: station, device: car)
        #expect(!units.all[0].isOnline)
    }
}

@Suite("Candidates")
struct CandidatesTests {
    @Test("free units stand above the line, the others below it with the reason, none is hidden")
    func line() async throws {
        let map = ASCIIMap("a-b-c-d-e-f-g")
        try await map.withNetwork { network in
            let station = try #require(Name("jinzhan"))
            var units = Units()
            func put(_ name: String, _ place: Character, _ status: UnitStatus, time: Int64) throws {
                var record = record(1, time: time, device: name, status: status)
                let coordinate = try #require(map.coordinate(place))
                record.setPlace(latitude: coordinate.latitude, longitude: coordinate.longitude)
                units.apply(record, station: station, device: try #require(Name.device(name)), received: time)
            }
            let now: Int64 = 1_000_000
            try put("far", "g", .patrol, time: now)
            try put("near", "b", .patrol, time: now)
            try put("old", "a", .patrol, time: now - 181_000)
            try put("gone", "a", .off, time: now)
            try put("at-work", "a", .scene, time: now)
            try put("eating", "c", .break, time: now)
            // Sent by somebody, and has not said so yet.
            try put("sent", "b", .patrol, time: now)
            units.apply(
                DeviceState(
                    device: "new",
                    unit: "n",
                    online: true,
                    log: "00112233aabbccdd",
                    boot: 0,
                    connect: 1,
                    version: "1",
                    profile: "p",
                    plan: nil,
                    next: 1
                ),
                station: station,
                device: try #require(Name.device("new"))
            )
            let candidates = Candidates(
                units.all,
                places: UnitPlaces(network),
                engaged: [try #require(UnitID(station: "jinzhan", device: "sent"))],
                scene: try #require(map.coordinate("a")),
                profile: .siren,
                estimator: TimeToScene(network),
                now: now
            )
            #expect(candidates.free.map(\.unit.device.text) == ["near", "far"])
            let reasons = Dictionary(
                uniqueKeysWithValues: candidates.belowLine.map { ($0.unit.device.text, $0.reason) }
            )
            #expect(
                reasons == [
                    "old": .stale, "gone": .off, "at-work": .busy, "eating": .onBreak, "new": .noPosition,
                    "sent": .busy,
                ]
            )
        }
    }
}
