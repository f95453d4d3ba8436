import FoundationEssentials
import Ground
import PatrolWire
import Plan
import Position
import PositionGPSD
import Rig
import TestSupport
import Testing
import Track
import Zones

@Suite("Real drives over plans drawn on them", .serialized, .longComputing, .timeLimit(.minutes(15)))
struct RealDrivesTests {
    private static let cell = 400.0

    /// A raster of grids over everything that was driven, and the drive itself as a line.
    private func plan(over places: [Coordinate], line: [Coordinate]) throws -> PatrolPlan {
        let plane = TangentPlane(at: try #require(places.first))
        let bounds = PlaneBounds(places.map(plane.project))
        func position(_ east: Double, _ north: Double) -> String {
            guard let place = plane.coordinate(of: PlanePoint(east: east, north: north)) else { return "" }
            return "[\(place.longitude),\(place.latitude)]"
        }
        var features: [String] = []
        for (row, south) in stride(from: bounds.low.north - 30, to: bounds.high.north + 30, by: Self.cell).enumerated()
        {
            for (column, west) in stride(from: bounds.low.east - 30, to: bounds.high.east + 30, by: Self.cell)
                .enumerated()
            {
                let ring = [(0.0, 0.0), (1, 0), (1, 1), (0, 1), (0, 0)]
                    .map { position(west + $0.0 * Self.cell, south + $0.1 * Self.cell) }.joined(separator: ",")
                features.append(
                    #"{"id":"\#(column)-\#(row)","properties":{"kind":"grid"},"geometry":{"type":"Polygon","coordinates":[[\#(ring)]]}}"#
                )
            }
        }
        if line.count > 1 {
            let points = line.map { "[\($0.longitude),\($0.latitude)]" }.joined(separator: ",")
            features.append(
                #"{"id":"way","properties":{"kind":"line"},"geometry":{"type":"LineString","coordinates":[\#(points)]}}"#
            )
        }
        let text =
            #"{"type":"FeatureCollection","patrolPlan":{"id":"p","revision":1,"crs":"WGS84","timezone":"Europe/Lisbon"},"features":[\#(features.joined(separator: ","))]}"#
        return try PlanReader { ZoneFiles.zone(named: $0) }.read(Array(text.utf8))
    }

    private struct Trip: Decodable {
        let t0: Int64
        let i0: Int
        let i1: Int
        let pts: [[Double]]
    }

    /// One fix a second, driven evenly between the recorded places.
    private func fixes(of trip: Trip) throws -> [Fix] {
        var fixes: [Fix] = []
        let points = trip.pts[trip.i0...trip.i1]
        for (from, to) in zip(points, points.dropFirst()) where to[2] > from[2] {
            let start = try #require(Coordinate(latitude: from[1], longitude: from[0]))
            let plane = TangentPlane(at: start)
            let end = plane.project(try #require(Coordinate(latitude: to[1], longitude: to[0])))
            let segment = PlaneSegment(plane.project(start), end)
            for second in 0..<Int(to[2] - from[2]) {
                let place = plane.coordinate(of: segment.point(at: Double(second) / (to[2] - from[2])))
                var fix = Fix(
                    received: (trip.t0 + Int64(from[2]) + Int64(second)) * 1_000,
                    coordinate: try #require(place),
                    mode: 3
                )
                fix.accuracy = Metres(5)
                fix.speed = segment.length / (to[2] - from[2])
                fix.course = segment.start.course(to: segment.end)
                fixes.append(fix)
            }
        }
        return fixes
    }

    @Test(
        "taxi drives: the seconds in the grids are the seconds driven, the line drawn on the way is followed to its end",
        .enabled(if: Places.hasData, Comment(rawValue: Places.noData))
    )
    func trips() throws {
        let data = try Data(contentsOf: URL(filePath: Places.data("trips/porto.jsonl")))
        var complete = 0
        let trips = data.split(separator: 10).prefix(60)
        for line in trips {
            let trip = try JSONDecoder().decode(Trip.self, from: Data(line))
            let fixes = try self.fixes(of: trip)
            guard fixes.count > 60 else { continue }
            let way = trip.pts[trip.i0...trip.i1].compactMap { Coordinate(latitude: $0[1], longitude: $0[0]) }
            let plan = try self.plan(over: fixes.map(\.coordinate), line: way)
            func run() throws -> (events: [TrackEvent], seconds: Double, snapshot: [UInt8]) {
                var tracker = Tracker()
                var events = tracker.adopt(plan, at: 0)
                for fix in fixes { events += tracker.observe(fix, time: fix.received) }
                return (events, tracker.gridSeconds.values.reduce(0, +), try tracker.snapshot())
            }
            let (events, seconds, snapshot) = try run()
            // The sums begin anew at local midnight.
            let days = [fixes.first, fixes.last].compactMap { $0 }.map { plan.zone.local($0.received / 1_000) / 86_400 }
            guard Set(days).count == 1 else { continue }
            // The whole way lies in the raster; only near its borders may two grids count, or none.
            #expect(
                abs(seconds - Double(fixes.count)) < Double(fixes.count) * 0.15 + 10,
                "\(seconds) of \(fixes.count)"
            )
            if events.contains(where: { $0.kind == .lineComplete }) { complete += 1 }
            let again = try run()
            #expect(again.events == events && again.snapshot == snapshot, "the same drive gave something else")
        }
        #expect(complete > trips.count / 2, "\(complete) lines completed")
    }

    @Test(
        "a recording through a real gpsd: every grid that it stays in is entered",
        .enabled(if: Places.hasData, Comment(rawValue: Places.noData)),
        arguments: ["bt451", "haicom-305N"]
    )
    func recording(name: String) async throws {
        let recording = try Recording(name)
        let places = recording.places.compactMap {
            Coordinate(latitude: Double($0.latitude) / 1e7, longitude: Double($0.longitude) / 1e7)
        }
        let plan = try self.plan(over: places, line: [])
        try await withTemporaryFolder("gpsd") { folder in
            try await withFedGPSD(folder: folder) { port, line in
                let fixes = Collector<Fix>()
                let reader = Task {
                    for await report in GPSDPositions(host: "127.0.0.1", port: port) {
                        if case .fix(let fix) = report { fixes.add(fix) }
                    }
                }
                defer { reader.cancel() }
                try await recording.play(on: line)
                try await eventually("the last place") {
                    fixes.all.last.map { Recording.Place($0.coordinate.latitude, $0.coordinate.longitude) }
                        == recording.places.last ? () : nil
                }
                var tracker = Tracker()
                var events = tracker.adopt(plan, at: 0)
                // The recording was played fast: its fixes are a second apart.
                for (number, fix) in fixes.all.enumerated() {
                    events += tracker.observe(fix, time: 1_795_300_000_000 + Int64(number) * 1_000)
                }
                let entered = Set(events.filter { $0.kind == .gridEnter }.compactMap { $0.data["grid"] })
                let last = try #require(fixes.all.last)
                let home = plan.grids(at: plan.plane.project(last.coordinate)).map { plan.grids[$0].id }
                #expect(!entered.isEmpty && Set(tracker.grids).isSuperset(of: home))
            }
        }
    }
}
