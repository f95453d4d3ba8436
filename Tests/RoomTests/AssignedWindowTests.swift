import PatrolWire
import People
import Plan
import Testing
import Units

@testable import Reports

@Suite("Windows that the roster gave to a unit")
struct AssignedWindowTests {
    /// 2026-10-01 at midnight in UTC, s since 1970.
    private static let day: Int64 = 1_790_812_800
    private static let zone = LocalZone(name: "UTC", offset: 0)

    private static let plan = """
        {"type":"FeatureCollection","patrolPlan":{"id":"a","revision":1,"crs":"WGS84","timezone":"UTC"},"features":[
        {"type":"Feature","id":"school","properties":{"kind":"post","name":"School","category":"school",
        "windows":["07:00-08:00","15:00-16:00"]},"geometry":{"type":"Point","coordinates":[116.5,40]}},
        {"type":"Feature","id":"night","properties":{"kind":"line","name":"Night","laps":2,"windows":["23:00-01:00"]},
        "geometry":{"type":"LineString","coordinates":[[116.5,40],[116.51,40]]}}]}
        """

    /// Counts what two crews of one unit, 00:00 to 08:00 and 08:00 to 24:00, were to do and did on the first two days.
    private func count(
        _ deeds: [(place: String, time: Int64)],
        windows: [String] = [],
        by device: String = "car-1",
        judged: Range<Int64> = day * 1_000..<(day + 2 * 86_400) * 1_000,
        plan text: String = plan
    ) throws -> [String: AssignedWindows.Count] {
        var register = Register()
        for number in ["1", "2"] {
            _ = try register.put(Officer(number: number, name: number, role: .police), at: Self.day * 1_000)
        }
        for (id, from, until, officer) in [("early", "00:00", "08:00", "1"), ("late", "08:00", "24:00", "2")] {
            let shift = Shift(
                id: id,
                date: "2026-10-01",
                from: from,
                until: until,
                every: 1,
                officers: [officer],
                unit: "jinzhan/car-1",
                places: ["school", "night", "grid-1"]
            )
            _ = try register.put(shift, at: Self.day * 1_000)
        }
        let plan = try PlanReader { _ in Self.zone }.read(Array(text.utf8))
        let unit = try #require(UnitID("jinzhan/\(device)"))
        let places =
            plan.posts.map { ($0.id, AssignedWindows.Place($0)) }
            + plan.lines.map { ($0.id, AssignedWindows.Place($0)) }
        return AssignedWindows(
            Roster(register, zone: Self.zone).duties(in: judged),
            places: Dictionary(places) { $1 },
            deeds: deeds.enumerated().map { index, deed in
                PresenceBook.Deed(
                    unit: "\(unit)",
                    kind: deed.place == "night" ? .lineComplete : .postDone,
                    place: deed.place,
                    window: windows.indices.contains(index) ? windows[index] : nil,
                    time: deed.time * 1_000
                )
            },
            judged: judged,
            zone: Self.zone
        )
        .officers
    }

    @Test("belong to the crew in whose shift they close, at its very end too, and to nobody else")
    func crews() throws {
        let counts = try self.count([])
        // Each early crew has the school's morning, which closes as it leaves, and the line's window over midnight.
        #expect(counts == ["1": .init(wanted: 4, done: 0), "2": .init(wanted: 2, done: 0)])
    }

    @Test("are filled by the unit itself, by as many visits as they need, and by what was told a little late")
    func filled() throws {
        let midnight = Self.day + 86_400
        let deeds = [
            ("school", Self.day + 7 * 3_600), ("school", Self.day + 16 * 3_600 + 300),
            // One lap before midnight, one after: the window is one.
            ("night", midnight - 600), ("night", midnight + 600),
        ]
        #expect(try self.count(deeds) == ["1": .init(wanted: 4, done: 2), "2": .init(wanted: 2, done: 1)])
        #expect(try self.count(deeds, by: "car-2")["1"] == .init(wanted: 4, done: 0))
        let lateLap = [("night", midnight - 600), ("night", midnight + 3_600)]
        #expect(try self.count(lateLap)["1"] == .init(wanted: 4, done: 0), "a lap after the window is none of it")
    }

    @Test("are filled by one visit each: what the device counted in one window fills no other")
    func single() throws {
        // Just after the morning's window, and told of the afternoon's by its name.
        let late = Self.day + 8 * 3_600 + 120
        #expect(try self.count([("school", late)])["1"] == .init(wanted: 4, done: 1))
        let afternoon = Self.day + 15 * 3_600
        let named = try self.count([("school", afternoon + 60)], windows: ["15:00-16:00"])
        #expect(named == ["1": .init(wanted: 4, done: 0), "2": .init(wanted: 2, done: 1)])
        // Five minutes after one closed another has opened: the visit is the second one's.
        let plan = Self.plan.replacing("15:00-16:00", with: "08:00-09:00")
        let both = try self.count([("school", Self.day + 8 * 3_600 + 300)], plan: plan)
        #expect(both == ["1": .init(wanted: 4, done: 0), "2": .init(wanted: 2, done: 1)])
    }

    @Test("count from the first record on, and not before they have closed")
    func judged() throws {
        let begin = (Self.day + 2 * 3_600) * 1_000
        let counts = try self.count([], judged: begin..<(Self.day + 15 * 3_600) * 1_000)
        #expect(counts == ["1": .init(wanted: 1, done: 0)])
    }
}
