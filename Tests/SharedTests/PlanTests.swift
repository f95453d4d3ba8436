import Ground
import Plan
import Testing
import Zones

@Suite("The patrol plan")
struct PlanTests {
    private let reader = PlanReader { ZoneFiles.zone(named: $0) }

    private func plan(_ features: String, crs: String = "WGS84", timezone: String = "Asia/Shanghai") -> [UInt8] {
        Array(
            """
            {"type":"FeatureCollection","patrolPlan":{"id":"jinzhan","revision":3,"crs":"\(crs)","timezone":"\(timezone)"},
             "features":[\(features)]}
            """.utf8
        )
    }

    private static let grid = """
        {"type":"Feature","id":"g1","properties":{"kind":"grid","name":"North","level":1},
         "geometry":{"type":"Polygon","coordinates":[[[116.54,40.01],[116.55,40.01],[116.55,40.02],[116.54,40.02],[116.54,40.01]]]}}
        """
    private static let line = """
        {"type":"Feature","id":"l1","properties":{"kind":"line","laps":2,"windows":["22:00-02:00"]},
         "geometry":{"type":"LineString","coordinates":[[116.54,40.01],[116.55,40.01]]}}
        """
    private static let post = """
        {"type":"Feature","id":7,"properties":{"kind":"post","category":"school","dwell_s":300,"windows":["mon-fri 07:20-08:10"]},
         "geometry":{"type":"Point","coordinates":[116.545,40.015]}}
        """

    @Test("is read with its defaults")
    func good() throws {
        let plan = try self.reader.read(self.plan([Self.grid, Self.line, Self.post].joined(separator: ",")))
        #expect(plan.id == "jinzhan" && plan.revision == 3 && plan.zone.name == "Asia/Shanghai")
        let grid = try #require(plan.grids.first)
        #expect(grid.id == "g1" && grid.name == "North" && grid.level == 1)
        let line = try #require(plan.lines.first)
        #expect(line.corridor == 30 && line.laps == 2 && line.windows.count == 1 && line.direction == .both)
        #expect(abs(line.path.length - 854) < 1)
        let post = try #require(plan.posts.first)
        #expect(
            post.id == "7" && post.category == .school && post.radius == 50 && post.dwell == 300 && post.visits == 1
        )
        let inside = try #require(Coordinate(latitude: 40.015, longitude: 116.545))
        #expect(plan.grids(at: plan.plane.project(inside)) == [0])
    }

    @Test(
        "tells every fault with the feature's id and what to do",
        arguments: [
            (
                #"{"id":"a","properties":{"kind":"grid"},"geometry":{"type":"Polygon","coordinates":[[[116,40],[116.1,40],[116.1,40.1]]]}}"#,
                "'a': a ring is not closed"
            ),
            (
                #"{"id":"b","properties":{"kind":"grid"},"geometry":{"type":"Polygon","coordinates":[[[116,40],[116.1,40.1],[116.1,40],[116,40.1],[116,40]]]}}"#,
                "'b': its edge crosses itself near 40.05"
            ),
            (
                #"{"properties":{"kind":"post"},"geometry":{"type":"Point","coordinates":[116,40]}}"#,
                "feature 1 has no 'id'"
            ),
            (
                #"{"id":"c","properties":{"kind":"post"},"geometry":{"type":"Point","coordinates":[40,116]}}"#,
                "longitude first"
            ),
            (
                #"{"id":"d","properties":{"kind":"post","windows":["25:00-26:00"]},"geometry":{"type":"Point","coordinates":[116,40]}}"#,
                "'d': window '25:00-26:00' cannot be read; write one such as"
            ),
            (
                #"{"id":"e","properties":{"kind":"tower"},"geometry":{"type":"Point","coordinates":[116,40]}}"#,
                "'e': 'kind' is 'tower'; write grid, line, post or station"
            ),
            (
                #"{"id":"f","properties":{"kind":"line"},"geometry":{"type":"Point","coordinates":[116,40]}}"#,
                "'f': a line is a LineString"
            ),
            (
                #"{"id":"g","properties":{"kind":"post","radius_m":3},"geometry":{"type":"Point","coordinates":[116,40]}}"#,
                "'g': 'radius_m' is 3; it must be from 10 to 5000"
            ),
            (
                #"{"id":"h","properties":{"kind":"grid","level":2,"parent":"nobody"},"geometry":{"type":"Polygon","coordinates":[[[116,40],[116.1,40],[116.1,40.1],[116,40]]]}}"#,
                "'h': 'parent' is 'nobody'"
            ),
            (
                #"{"id":"i","properties":{"kind":"post","category":"shop"},"geometry":{"type":"Point","coordinates":[116,40]}}"#,
                "write one of deterrent, school, station, checkpoint"
            ),
            (
                #"{"id":"j","properties":{"kind":"line"},"geometry":{"type":"LineString","coordinates":[[116,"x"]]}}"#,
                "'j':"
            ),
        ]
    )
    func faults(feature: String, says: String) throws {
        let error = #expect(throws: PlanError.self) { try self.reader.read(self.plan(feature)) }
        #expect(error?.description.contains(says) == true, "\(error?.description ?? "")")
    }

    @Test("that is nothing of the kind is refused in one line")
    func head() {
        for (bytes, says) in [
            (Array("not json".utf8), "JSON"),
            (Array(#"{"type":"FeatureCollection","features":[]}"#.utf8), "patrolPlan"),
            (self.plan(Self.grid, crs: "BD09"), "write WGS84 or GCJ02"),
            (self.plan(Self.grid, timezone: "../../etc/passwd"), "no known zone"),
            (self.plan(""), "no feature"), (self.plan("\(Self.post),\(Self.post)"), "'7' is the id of two features"),
        ] {
            let error = #expect(throws: PlanError.self) { try self.reader.read(bytes) }
            #expect(error?.description.contains(says) == true, "\(error?.description ?? "")")
        }
    }

    @Test("in GCJ-02 is moved to where it really is")
    func shifted() throws {
        let plan = try self.reader.read(self.plan(Self.post, crs: "GCJ02"))
        #expect(plan.wasConverted)
        let post = try #require(plan.posts.first)
        let place = try #require(plan.plane.coordinate(of: post.place))
        // In Beijing the shift is some 500 to 600 m.
        let drawn = try #require(Coordinate(latitude: 40.015, longitude: 116.545))
        #expect((400...700).contains(place.distance(to: drawn).value))
        #expect(GCJ02.encode(place).distance(to: drawn).value < 0.01)
        let porto = try #require(Coordinate(latitude: 41.15, longitude: -8.61))
        #expect(GCJ02.decode(porto) == porto)
    }
}

@Suite("Tidal windows")
struct TidalWindowTests {
    /// s since 1970 UTC.
    private func utc(_ year: Int, _ month: Int, _ day: Int, _ hour: Int, _ minute: Int = 0) -> Int64 {
        // Days by counting: slow, and surely right.
        func isLeap(_ year: Int) -> Bool { year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) }
        var days = 0
        for other in 1970..<year { days += isLeap(other) ? 366 : 365 }
        let lengths = [31, isLeap(year) ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
        days += lengths[..<(month - 1)].reduce(0, +) + day - 1
        return Int64(((days * 24) + hour) * 60 + minute) * 60
    }

    private func zone(_ name: String) throws -> LocalZone { try #require(ZoneFiles.zone(named: name)) }

    @Test("are read, with days and over midnight; what is none is refused")
    func reading() {
        for good in ["22:00-02:00", "mon-fri 07:20-08:10", "sat,sun 00:00-24:00", "fri-mon 6:00-7:30", "Mon 1:00-2:00"]
        {
            #expect(TidalWindow(good) != nil, "\(good)")
        }
        for bad in [
            "", "22:00", "22:00-22:00", "24:00-25:00", "7:5-8:00", "xyz 07:00-08:00", "mon- 07:00-08:00",
            "07:00-08:00 mon",
        ] {
            #expect(TidalWindow(bad) == nil, "\(bad)")
        }
    }

    @Test("over midnight belong to the day on which they open")
    func overMidnight() throws {
        let shanghai = try self.zone("Asia/Shanghai")
        let window = try #require(TidalWindow("fri 22:00-02:00"))
        // Friday 2026-11-20, 22:00 in Shanghai is 14:00 UTC.
        let (opens, closes) = (self.utc(2026, 11, 20, 14), self.utc(2026, 11, 20, 18))
        for (moment, isOpen) in [(opens - 1, false), (opens, true), (closes - 1, true), (closes, false)] {
            #expect((window.occurrence(at: moment, in: shanghai) != nil) == isOpen)
        }
        #expect(window.occurrence(at: opens + 60, in: shanghai)?.closes == closes)
        #expect(window.next(after: closes, in: shanghai)?.opens == opens + 7 * 86_400)
        #expect(window.closed(after: opens, through: closes, in: shanghai).map(\.opens) == [opens])
        #expect(window.closed(after: closes, through: closes + 86_400, in: shanghai).isEmpty)
    }

    @Test("follow the clocks through the days on which those change")
    func daylightSaving() throws {
        let lisbon = try self.zone("Europe/Lisbon")
        let night = try #require(TidalWindow("00:30-03:00"))
        // 2026-03-29: 01:00 becomes 02:00, so the night is an hour shorter; 2026-10-25: 02:00 becomes 01:00.
        let spring = try #require(night.occurrence(at: self.utc(2026, 3, 29, 0, 45), in: lisbon))
        #expect(spring.closes - spring.opens == 90 * 60)
        let autumn = try #require(night.occurrence(at: self.utc(2026, 10, 25, 0, 0), in: lisbon))
        #expect(autumn.closes - autumn.opens == 210 * 60)
        // What clocks show twice opens at the first and closes at the last.
        let twice = try #require(TidalWindow("01:15-01:45"))
        let both = try #require(twice.occurrence(at: self.utc(2026, 10, 25, 0, 20), in: lisbon))
        #expect(both.opens == self.utc(2026, 10, 25, 0, 15) && both.closes == self.utc(2026, 10, 25, 1, 45))
        // What they skip never opens.
        #expect(twice.occurrence(at: self.utc(2026, 3, 29, 1, 20), in: lisbon) == nil)
    }

    @Test(
        "know the years that the zone file does not list",
        arguments: [("Europe/Lisbon", 2055), ("America/New_York", 2061), ("Asia/Shanghai", 2070)]
    )
    func farFuture(name: String, year: Int) throws {
        let zone = try self.zone(name)
        let (winter, summer) = (zone.offset(at: self.utc(year, 1, 15, 12)), zone.offset(at: self.utc(year, 7, 15, 12)))
        let now = (zone.offset(at: self.utc(2026, 1, 15, 12)), zone.offset(at: self.utc(2026, 7, 15, 12)))
        #expect((winter, summer) == now)
    }

    @Test("what is no zone file is none")
    func rubbish() {
        #expect(LocalZone(name: "x", tzif: Array("rubbish".utf8)) == nil)
        #expect(LocalZone(name: "x", tzif: Array("TZif2".utf8) + [UInt8](repeating: 255, count: 60)) == nil)
        #expect(ZoneFiles.zone(named: "../zoneinfo/UTC") == nil && ZoneFiles.zone(named: "/etc/passwd") == nil)
    }
}
