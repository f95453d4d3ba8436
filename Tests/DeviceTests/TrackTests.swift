import Ground
import PatrolWire
import Plan
import Position
import Testing
import Track
import Zones

/// A drive over a plan that is drawn in metres around a corner in Beijing.
private struct Drive {
    static let corner = Coordinate(latitude: 40, longitude: 116).map { TangentPlane(at: $0) }

    var tracker = Tracker()
    var time: Int64
    var events: [TrackEvent] = []

    /// Begins at a moment, s since 1970 UTC.
    init(_ features: [String], at second: Int64 = 1_795_300_000, timezone: String = "Asia/Shanghai") throws {
        self.time = second * 1_000
        try self.adopt(features, revision: 1, timezone: timezone)
    }

    mutating func adopt(_ features: [String], revision: Int, timezone: String = "Asia/Shanghai") throws {
        let text = """
            {"type":"FeatureCollection","patrolPlan":{"id":"p","revision":\(revision),"crs":"WGS84","timezone":"\(timezone)"},
             "features":[\(features.joined(separator: ","))]}
            """
        let plan = try PlanReader { ZoneFiles.zone(named: $0) }.read(Array(text.utf8))
        self.events += self.tracker.adopt(plan, at: self.time)
    }

    static func position(_ east: Double, _ north: Double) -> String {
        guard let place = Self.corner?.coordinate(of: PlanePoint(east: east, north: north)) else { return "" }
        return "[\(place.longitude),\(place.latitude)]"
    }

    static func grid(
        _ id: String,
        _ west: Double,
        _ south: Double,
        _ east: Double,
        _ north: Double,
        level: Int = 2
    ) -> String {
        let ring = [(west, south), (east, south), (east, north), (west, north), (west, south)]
        let positions = ring.map { Self.position($0.0, $0.1) }.joined(separator: ",")
        return
            #"{"id":"\#(id)","properties":{"kind":"grid","level":\#(level)},"geometry":{"type":"Polygon","coordinates":[[\#(positions)]]}}"#
    }

    static func line(_ id: String, _ points: [(Double, Double)], _ more: String = "") -> String {
        let positions = points.map { Self.position($0.0, $0.1) }.joined(separator: ",")
        return
            #"{"id":"\#(id)","properties":{"kind":"line"\#(more)},"geometry":{"type":"LineString","coordinates":[\#(positions)]}}"#
    }

    static func post(_ id: String, _ east: Double, _ north: Double, _ more: String) -> String {
        #"{"id":"\#(id)","properties":{"kind":"post",\#(more)},"geometry":{"type":"Point","coordinates":\#(Self.position(east, north))}}"#
    }

    /// One fix, `seconds` after the last.
    mutating func fix(
        _ east: Double,
        _ north: Double,
        after seconds: Double = 1,
        accuracy: Double = 5,
        speed: Double? = nil,
        course: Double? = nil
    ) {
        self.time += Int64(seconds * 1_000)
        guard let place = Self.corner?.coordinate(of: PlanePoint(east: east, north: north)) else { return }
        var fix = Fix(received: self.time, coordinate: place, mode: 3)
        (fix.accuracy, fix.speed, fix.course) = (Metres(accuracy), speed, course)
        self.events += self.tracker.observe(fix, time: self.time)
        self.events += self.tracker.tick(time: self.time)
    }

    /// A straight way at a constant speed, one fix a period.
    mutating func go(
        from start: (Double, Double),
        to end: (Double, Double),
        speed: Double,
        period: Double = 1,
        accuracy: Double = 5
    ) {
        let segment = PlaneSegment(PlanePoint(east: start.0, north: start.1), PlanePoint(east: end.0, north: end.1))
        let course = segment.start.course(to: segment.end)
        let steps = max(1, Int((segment.length / speed / period).rounded()))
        for step in 1...steps {
            let point = segment.point(at: Double(step) / Double(steps))
            self.fix(point.east, point.north, after: period, accuracy: accuracy, speed: speed, course: course)
        }
    }

    /// Stands for so many seconds.
    mutating func stand(_ east: Double, _ north: Double, seconds: Int) {
        for _ in 0..<seconds { self.fix(east, north, speed: 0) }
    }

    mutating func wait(seconds: Int64) {
        self.time += seconds * 1_000
        self.events += self.tracker.tick(time: self.time)
    }

    /// The process is killed and started anew with what it had saved.
    mutating func restart() throws {
        let (bytes, plan) = (try self.tracker.snapshot(), self.tracker.plan)
        self.tracker = Tracker()
        try self.tracker.restore(bytes)
        if let plan { self.events += self.tracker.adopt(plan, at: self.time) }
    }

    /// The story in short words, such as `grid.enter g1`.
    var story: [String] {
        self.events.map { event in
            let id = ["grid", "line", "post"].compactMap { event.data[$0] }.first
            guard case .string(let text)? = id else { return event.kind.rawValue }
            return "\(event.kind.rawValue) \(text)"
        }
    }

    func number(_ key: String, _ event: Int) -> Double {
        switch self.events[event].data[key] {
        case .int(let number): Double(number)
        case .double(let number): number
        default: .nan
        }
    }

    func text(_ key: String, _ event: Int) -> String {
        if case .string(let text)? = self.events[event].data[key] { text } else { "" }
    }
}

@Suite("Presence in grids")
struct GridPresenceTests {
    @Test("in and out, with the times of the edge and not of the fixes")
    func inAndOut() throws {
        var drive = try Drive([Drive.grid("g", 0, 0, 300, 300)])
        let start = drive.time
        drive.go(from: (-105, 150), to: (405, 150), speed: 10)
        #expect(drive.story == ["grid.enter g", "grid.exit g"])
        #expect(abs(drive.number("t_in", 0) - Double(start) - 10_500) < 200)
        #expect(abs(drive.number("t_out", 1) - Double(start) - 40_500) < 200)
        #expect(abs(drive.number("dwell_s", 1) - 30) < 0.3)
        #expect(drive.number("fixes", 1) >= 29 && drive.number("confidence", 1) == 1)
        #expect(drive.text("how", 0) == "entered")
        #expect(abs((drive.tracker.gridSeconds["g"] ?? 0) - 30) < 0.3)
    }

    @Test("one fix inside and one outside again is no visit; walking along the edge does not flap")
    func noFlapping() throws {
        var drive = try Drive([Drive.grid("g", 0, 0, 300, 300)])
        drive.fix(-10, 100, accuracy: 12)
        drive.fix(3, 100, accuracy: 12)
        drive.fix(-10, 100, accuracy: 12)
        #expect(drive.story.isEmpty)
        drive.go(from: (-40, 50), to: (15, 50), speed: 5)
        for step in 0..<200 { drive.fix(step % 2 == 0 ? 8 : -12, 50 + Double(step), accuracy: 8, speed: 1) }
        #expect(drive.story == ["grid.enter g"])
        drive.go(from: (-12, 200), to: (-60, 200), speed: 5)
        #expect(drive.story == ["grid.enter g", "grid.exit g"])
    }

    @Test("a grid that lies between two fixes was crossed; a corner that was only clipped was not")
    func crossing() throws {
        var drive = try Drive([Drive.grid("g", 0, 0, 100, 300), Drive.grid("corner", 200, 0, 230, 12)])
        drive.fix(-100, 5)
        drive.fix(400, 5, after: 20)
        #expect(drive.story == ["grid.enter g", "grid.exit g"])
        #expect(drive.text("how", 0) == "crossed" && drive.number("confidence", 0) == 0.5)
        #expect(abs(drive.number("dwell_s", 1) - 4) < 0.1)
        #expect(drive.events[0].time < drive.events[1].time)
    }

    @Test("a device that starts inside, or comes back after a gap, says so; a gap is neither presence nor absence")
    func startsInside() throws {
        var drive = try Drive([Drive.grid("g", 0, 0, 300, 300)])
        drive.stand(150, 150, seconds: 10)
        drive.wait(seconds: 600)
        drive.stand(150, 150, seconds: 10)
        drive.wait(seconds: 600)
        drive.fix(600, 150)
        #expect(drive.story == ["grid.enter g", "grid.exit g"])
        #expect(drive.text("how", 0) == "appeared")
        #expect(abs(drive.number("dwell_s", 1) - 18) < 1.1)
    }

    @Test("a new plan around the unit: what is still there goes on, what is gone ends, what is new begins")
    func planChange() throws {
        var drive = try Drive([Drive.grid("stays", 0, 0, 300, 300), Drive.grid("goes", 0, 0, 200, 200)])
        drive.stand(150, 150, seconds: 5)
        try drive.adopt([Drive.grid("stays", 0, 0, 300, 300), Drive.grid("comes", 100, 100, 200, 200)], revision: 2)
        drive.stand(150, 150, seconds: 5)
        #expect(drive.story == ["grid.enter goes", "grid.enter stays", "grid.exit goes", "grid.enter comes"])
        #expect(drive.text("how", 3) == "plan")
        #expect(Set(drive.tracker.grids) == ["stays", "comes"])
    }

    @Test("two levels at once, the finer one last")
    func levels() throws {
        var drive = try Drive([Drive.grid("fine", 100, 100, 200, 200), Drive.grid("coarse", 0, 0, 300, 300, level: 1)])
        drive.stand(150, 150, seconds: 3)
        #expect(drive.tracker.grids == ["coarse", "fine"])
    }

    @Test(
        "seeded walks: the seconds in all grids of a raster are the seconds walked, and every grid walked into is seen"
    )
    func walks() throws {
        let cells = (0..<5).flatMap { row in
            (0..<5).map { column in
                Drive.grid(
                    "\(column)-\(row)",
                    Double(column) * 200,
                    Double(row) * 200,
                    Double(column) * 200 + 200,
                    Double(row) * 200 + 200
                )
            }
        }
        for seed in UInt64(1)...20 {
            var random = SplitMix64(seed: seed)
            var drive = try Drive(cells)
            var (east, north) = (500.0, 500.0)
            var deep: Set<String> = []
            let begin = drive.time
            for _ in 0..<900 {
                east = min(990, max(10, east + Double.random(in: -20...20, using: &random)))
                north = min(990, max(10, north + Double.random(in: -20...20, using: &random)))
                drive.fix(east, north, accuracy: 3)
                let (column, row) = (Int(east / 200), Int(north / 200))
                let edge = [
                    east - Double(column) * 200, Double(column + 1) * 200 - east, north - Double(row) * 200,
                    Double(row + 1) * 200 - north,
                ]
                if edge.min() ?? 0 > 3 { deep.insert("\(column)-\(row)") }
            }
            let entered = Set(drive.story.filter { $0.hasPrefix("grid.enter") }.map { String($0.dropFirst(11)) })
            #expect(deep.isSubset(of: entered), "seed \(seed)")
            let total = drive.tracker.gridSeconds.values.reduce(0, +)
            let walked = Double(drive.time - begin) / 1_000
            // At a border the unit may count in both grids, or for a moment in none.
            #expect(abs(total - walked) < walked * 0.2, "seed \(seed): \(total) of \(walked)")
            let (enters, exits) = (
                drive.story.filter { $0.hasPrefix("grid.enter") }.count,
                drive.story.filter { $0.hasPrefix("grid.exit") }.count
            )
            #expect(enters - exits == drive.tracker.grids.count)
        }
    }

    @Test("a restart at any point of a story gives the same events")
    func restarts() throws {
        func story(restartAt: Int?) throws -> [TrackEvent] {
            var drive = try Drive([
                Drive.grid("g", 0, 0, 300, 300), Drive.line("l", [(-100, 150), (500, 150)]),
                Drive.post("p", 250, 150, #""dwell_s":5"#),
            ])
            for step in 0...120 {
                let east = step < 70 ? -100 + Double(step) * 5 : step < 90 ? 250 : 250 + Double(step - 90) * 9
                drive.fix(east, 150, accuracy: 4, speed: step >= 70 && step < 90 ? 0 : 5, course: 90)
                if step == restartAt { try drive.restart() }
            }
            return drive.events
        }
        let whole = try story(restartAt: nil).map { "\($0.kind.rawValue)" }
        #expect(whole.count >= 6)
        for step in stride(from: 0, through: 119, by: 7) {
            #expect(try story(restartAt: step).map { "\($0.kind.rawValue)" } == whole, "restart at \(step)")
        }
    }
}

@Suite("Patrol lines")
struct LineProgressTests {
    @Test("join, follow to the end, complete, and leave with how far and how long")
    func whole() throws {
        var drive = try Drive([Drive.line("l", [(0, 0), (1_000, 0)], #","laps":2"#)])
        drive.go(from: (-200, 0), to: (1_000, 0), speed: 10)
        #expect(drive.story == ["line.join l", "line.complete l"])
        #expect(drive.text("direction", 0) == "forward" && drive.number("lap", 1) == 1 && drive.number("laps", 1) == 2)
        drive.go(from: (1_000, 0), to: (1_000, 300), speed: 10)
        #expect(drive.story.last == "line.leave l")
        #expect(drive.number("on_s", 2) > 90 && abs(drive.number("off", 2)) >= 30)
    }

    @Test(
        "a window that closes before its laps is missed, once; one with its laps is not, though the next begins at once"
    )
    func missed() throws {
        let windows = #","windows":["08:00-09:00","09:00-10:00"]"#
        var drive = try Drive([Drive.line("l", [(0, 0), (1_000, 0)], windows)], timezone: "UTC")
        // 2026-11-23, 08:30 in UTC.
        drive.time = 1_795_422_600_000
        drive.go(from: (-200, 0), to: (1_000, 0), speed: 10)
        #expect(drive.story == ["line.join l", "line.complete l"])
        for _ in 0..<4 { drive.fix(1_000, 500, after: 1_800) }
        #expect(drive.story.filter { $0 == "line.missed l" }.count == 1)
        let missed = try #require(drive.events.last { $0.kind == .lineMissed })
        #expect(missed.data["window"] == .string("09:00-10:00") && missed.time == 1_795_428_000_000)
        #expect(missed.data["laps"] == .int(0) && missed.data["required"] == .int(1))
    }

    @Test("a parallel street 40 m away is not the line; crossing it is not joining it")
    func parallel() throws {
        var drive = try Drive([Drive.line("l", [(0, 0), (1_000, 0)])])
        drive.go(from: (0, 40), to: (1_000, 40), speed: 10)
        drive.go(from: (500, -300), to: (500, 300), speed: 5)
        #expect(drive.story.isEmpty)
        // From the line over to that street: seen to have left.
        drive.go(from: (0, 0), to: (300, 0), speed: 10)
        drive.go(from: (300, 40), to: (800, 40), speed: 10)
        #expect(drive.story == ["line.join l", "line.leave l"])
        #expect((0.2...0.4).contains(drive.number("covered", 1)))
    }

    @Test("joined in the middle: only what was driven is covered")
    func middle() throws {
        var drive = try Drive([Drive.line("l", [(0, 0), (1_000, 0)])])
        drive.go(from: (400, 100), to: (400, 10), speed: 5)
        drive.go(from: (400, 0), to: (800, 0), speed: 10)
        #expect(drive.story == ["line.join l"])
        let share = drive.tracker.lines.first?.share ?? 0
        #expect((0.35...0.45).contains(share), "\(share)")
        #expect(abs((drive.tracker.line?.along ?? 0) - 800) < 5)
    }

    @Test("a line that crosses itself is followed in its order")
    func selfCrossing() throws {
        // An eight: east, round, and back over its own middle.
        let points = [(0.0, 0.0), (600.0, 0.0), (600.0, 300.0), (300.0, 300.0), (300.0, -300.0)]
        var drive = try Drive([Drive.line("l", points)])
        for (start, end) in zip(points, points.dropFirst()) { drive.go(from: start, to: end, speed: 10) }
        #expect(drive.story == ["line.join l", "line.complete l"])
    }

    @Test("a line that goes out and comes back on the same street is covered only when it was driven both ways")
    func outAndBack() throws {
        var drive = try Drive([Drive.line("l", [(0, 0), (800, 0), (0, 0)])])
        drive.go(from: (-100, 0), to: (800, 0), speed: 10)
        #expect(drive.story == ["line.join l"])
        drive.go(from: (800, 0), to: (0, 0), speed: 10)
        #expect(drive.story == ["line.join l", "line.complete l"])
    }

    @Test("of two lines that share a street each is followed for itself")
    func sharedStreet() throws {
        var drive = try Drive([
            Drive.line("long", [(0, 0), (900, 0)]), Drive.line("branch", [(0, 0), (400, 0), (400, 400)]),
        ])
        drive.go(from: (0, 0), to: (900, 0), speed: 10)
        #expect(
            drive.story == ["line.join branch", "line.join long", "line.leave branch", "line.complete long"]
                || drive.story == ["line.join long", "line.join branch", "line.leave branch", "line.complete long"]
        )
    }

    @Test("only the direction that counts covers a one-way line")
    func forward() throws {
        var drive = try Drive([Drive.line("l", [(0, 0), (500, 0)], #","direction":"forward""#)])
        drive.go(from: (500, 0), to: (0, 0), speed: 10)
        #expect(drive.story.isEmpty)
        drive.go(from: (0, 0), to: (500, 0), speed: 10)
        #expect(drive.story.contains("line.complete l"))
    }

    @Test("the offset is signed, right of the line positive")
    func offset() throws {
        var drive = try Drive([Drive.line("l", [(0, 0), (0, 1_000)])])
        drive.go(from: (12, 0), to: (12, 200), speed: 10)
        #expect(abs((drive.tracker.line?.off ?? 0) - 12) < 0.5)
        drive.go(from: (-7, 200), to: (-7, 300), speed: 10)
        #expect(abs((drive.tracker.line?.off ?? 0) + 7) < 0.5)
    }
}

@Suite("Posts")
struct PostVisitTests {
    /// 2026-11-23, a Monday, 07:00 in Shanghai.
    private static let monday: Int64 = 1_795_388_400

    @Test("a school post: arrived, done after its dwell, left; counted in its window")
    func school() throws {
        let post = Drive.post("school", 0, 0, #""category":"school","dwell_s":60,"windows":["mon-fri 07:20-08:10"]"#)
        var drive = try Drive([post], at: Self.monday + 25 * 60)
        drive.go(from: (300, 0), to: (10, 0), speed: 8)
        drive.stand(10, 0, seconds: 90)
        drive.go(from: (10, 0), to: (300, 0), speed: 8)
        #expect(drive.story == ["post.arrive school", "post.done school", "post.leave school"])
        #expect(drive.number("visits", 1) == 1 && drive.number("dwell_s", 2) > 85)
        drive.wait(seconds: 3_600)
        #expect(drive.story.count == 3)
    }

    @Test("driving past is no visit, a missed window is reported when it closes, a weekend has none")
    func missed() throws {
        let post = Drive.post(
            "school",
            0,
            0,
            #""category":"school","dwell_s":60,"windows":["mon-fri 07:20-08:10"],"visits":2"#
        )
        var drive = try Drive([post], at: Self.monday - 86_400 + 25 * 60)
        for _ in 0..<24 {
            drive.go(from: (-300, 0), to: (300, 0), speed: 15)
            drive.wait(seconds: 3_600 - 40)
        }
        #expect(drive.story.isEmpty)
        drive.wait(seconds: 3_600)
        #expect(drive.story == ["post.missed school"])
        #expect(drive.number("visits", 0) == 0 && drive.number("required", 0) == 2)
        #expect(drive.events[0].time == (Self.monday + 70 * 60) * 1_000)
    }

    @Test("a visit open at the window's edge counts for its part")
    func edge() throws {
        let post = Drive.post("night", 0, 0, #""dwell_s":60,"windows":["22:00-02:00"]"#)
        let opens = Self.monday + 15 * 3_600
        // 50 s of it before the window and 30 s after: not enough. 90 s more: enough.
        var drive = try Drive([post], at: opens - 50)
        drive.stand(5, 5, seconds: 80)
        #expect(drive.story == ["post.arrive night"])
        drive.stand(5, 5, seconds: 40)
        #expect(drive.story == ["post.arrive night", "post.done night"])
        #expect((60...63).contains(drive.number("dwell_s", 1)))
    }
}
