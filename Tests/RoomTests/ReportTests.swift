import PatrolWire
import Reports
import Testing

@Suite("Reports")
struct ReportTests {
    private func record(_ time: Int64, _ event: EventKind?, grid: String? = nil, latitude: Double = 40) -> Record {
        var record = Record(
            device: "car-01",
            unit: "01",
            log: "00112233aabbccdd",
            sequence: 1,
            time: time,
            timeQuality: .gnss,
            uptime: time,
            trigger: event == nil ? .time : .event,
            status: .patrol
        )
        record.setPlace(latitude: latitude, longitude: 116)
        record.event = event
        if let grid { record.data = ["grid": .string(grid)] }
        return record
    }

    @Test("devices of one name at two stations are two; what nobody covered stands there with nothing")
    func namesakes() {
        let events = [
            ("jinzhan", self.record(0, .gridEnter, grid: "north")), ("lido", self.record(0, .gridEnter, grid: "south")),
            // Only this one's visit ends with it.
            ("jinzhan", self.record(60_000, .deviceStop)), ("lido", self.record(180_000, .gridExit, grid: "south")),
        ]
        let duties = PresenceReport.Duties(grids: [("east", "East, the \"old\" town")], posts: [("p", nil)])
        let report = PresenceReport(
            events.map { (station: $0.0, record: $0.1) },
            duties: duties,
            from: 0,
            to: 600_000
        )
        #expect(report.grids.map(\.id) == ["east", "north", "south"])
        #expect(report.grids.map(\.minutes) == [0, 1, 3])
        #expect(report.posts.map(\.done) == [0])
        #expect(report.csv.contains("grid,east,\"East, the \"\"old\"\" town\",0.0,0,,"))
    }

    @Test("kilometres are each unit's own")
    func kilometres() {
        // Two cars that stand far from each other: nobody drove.
        var positions: [(station: String, record: Record)] = []
        for number in 0..<10 {
            let time = Int64(number) * 20_000
            positions.append(("jinzhan", self.record(time, nil)))
            positions.append(("lido", self.record(time + 10_000, nil, latitude: 40.004)))
        }
        let report = WorkloadReport(positions: positions, incidents: [], rollCalls: [])
        #expect(report.units.map(\.station) == ["jinzhan", "lido"] && report.units.map(\.kilometres) == [0, 0])
        #expect(report.units.map(\.positions) == [10, 10])
    }
}
