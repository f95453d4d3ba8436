import Incidents
import PatrolWire
import Plan
import Reports
import TestSupport
import Testing
import Threading
import Units

@Suite("Incidents that a unit comes upon by itself")
struct FoundIncidentTests {
    private let time = Locked<Int64>(1_000_000)

    private func desk(_ store: MemoryStore = MemoryStore()) -> IncidentDesk {
        let time = self.time
        return IncidentDesk([], store: store, now: { time.withLock { $0 } }, changed: { _ in })
    }

    private func record(
        _ event: EventKind,
        _ data: [String: JSONValue],
        at time: Int64,
        sequence: Int64 = 1
    ) -> Record {
        var record = Record(
            device: "car-01",
            unit: "Patrol 1",
            log: "00112233aabbccdd",
            sequence: sequence,
            time: time,
            timeQuality: .gnss,
            uptime: 0,
            trigger: .event,
            status: .scene
        )
        (record.event, record.data) = (event, data)
        record.setPlace(latitude: 41.15, longitude: -8.61)
        return record
    }

    private func found(at time: Int64, id: String = "own-car-01-990000") -> Record {
        self.record(
            .incidentFound,
            ["incident": .string(id), "category": .string("fight"), "priority": .int(1)],
            at: time
        )
    }

    @Test("is an incident with the unit on scene: nobody is told to go, and the unit clears it; heard twice it is one")
    func course() async throws {
        let desk = self.desk()
        let (station, device) = (try #require(Name("jinzhan")), try #require(Name.device("car-01")))
        for isBacklog in [false, true] {
            try await desk.heard(self.found(at: 990_000), isBacklog: isBacklog, station: station, device: device)
        }
        let incident = try #require(await desk.all.first)
        #expect(await desk.all.count == 1 && incident.state == .scene && incident.received == 990_000)
        #expect(incident.report.category == "fight" && incident.report.priority == 1)
        #expect(incident.finder?.device == "car-01" && incident.finder?.station == "jinzhan")
        #expect(await desk.due().isEmpty)
        #expect(await desk.engaged == [UnitID(station: station, device: device)])
        #expect(await desk.alarms.isEmpty)
        try await desk.heard(
            self.record(.dispatchCleared, ["incident": .string(incident.id)], at: 995_000, sequence: 2),
            station: station,
            device: device
        )
        #expect(try await desk.incident(incident.id).state == .awaiting)
        #expect(await desk.engaged.isEmpty)
    }

    @Test("no device speaks for another's incident, or for one that the room opened")
    func foreign() async throws {
        let desk = self.desk()
        let (station, device) = (try #require(Name("jinzhan")), try #require(Name.device("car-01")))
        for id in [
            "own-car-02-1", "1000-1", "own-car-01-", "own-car-01-\n", "own-car-01-" + String(repeating: "9", count: 90),
        ] {
            try await desk.heard(self.found(at: 990_000, id: id), station: station, device: device)
        }
        #expect(await desk.all.isEmpty)
    }

    @Test("is cleared also where the officer's word overtakes it: live events go before a backlog")
    func overtaken() async throws {
        let desk = self.desk()
        let (station, device) = (try #require(Name("jinzhan")), try #require(Name.device("car-01")))
        let id = "own-car-01-990000"
        try await desk.heard(
            self.record(.dispatchCleared, ["incident": .string(id)], at: 995_000, sequence: 2),
            station: station,
            device: device
        )
        #expect(await desk.all.isEmpty)
        try await desk.heard(self.found(at: 990_000, id: id), isBacklog: true, station: station, device: device)
        #expect(try await desk.incident(id).state == .awaiting)
        #expect(await desk.engaged.isEmpty)
    }

    @Test("texts of one id to two units are two texts, and one that never answers keeps nobody's out")
    func notices() throws {
        let desk = NoticeDesk()
        let (first, second) = (
            try #require(UnitID(station: "jinzhan", device: "car-01")),
            try #require(UnitID(station: "lido", device: "car-01"))
        )
        for unit in [first, second] { desk.tell(unit, id: "t-1", "a lamp", actor: "li", now: 0) }
        #expect(desk.due(at: 1).map(\.order.station).sorted() == ["jinzhan", "lido"])
        let told = (0..<100).map { desk.tell(first, id: "n-\($0)", "x", actor: "li", now: 0) }
        #expect(told.contains(false) && desk.tell(second, id: "t-2", "y", actor: "li", now: 0))
        // A few at a time, and all of them in their turn.
        var seen: Set<String> = []
        for second in 2..<20 {
            let due = desk.due(at: Int64(second) * 100)
            #expect(due.count <= 8)
            seen.formUnion(due.map(\.order.command.id))
        }
        #expect(seen.count == 32)
    }

    @Test("counts as found and not as a response: nobody had to get there")
    func counted() async throws {
        let desk = self.desk()
        let (station, device) = (try #require(Name("jinzhan")), try #require(Name.device("car-01")))
        try await desk.heard(self.found(at: 990_000), station: station, device: device)
        for _ in 0..<3 {
            let report = Incident.Report(latitude: 41, longitude: -8, category: "theft")
            _ = try await desk.open(report, station: nil, actor: "li", origin: "test")
        }
        let zone = LocalZone(name: "UTC", offset: 0)
        let report = ResponseReport(await desk.all, now: 10_000_000, zone: zone)
        #expect(report.incidents == 4 && report.found == 1 && report.foundShare == 0.25)
        #expect(report.counted == 3 && report.reached == 0 && report.rows.isEmpty)
        let row = try #require(WorkloadBook().report(incidents: await desk.all, rollCalls: []).units.first)
        #expect(row.found == 1 && row.accepted == 0 && row.arrived == 0 && row.medianSeconds == nil)
    }
}
