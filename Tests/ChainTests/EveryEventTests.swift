import Ground
import PatrolWire
import Rig
import Simulation
import TestSupport
import Testing
import Threading

@Suite("Every event of a patrol, through the real broker", .realPrograms, .timeLimit(.minutes(10)))
struct EveryEventTests {
    /// A drive that is written down: places in metres around a corner, each held or driven to.
    private struct Script {
        let plane: TangentPlane
        let line: ReceiverLine

        private static let period: Int64 = 100

        /// Sends one fix and waits for the next beat.
        private func send(_ point: PlanePoint?, speed: Double, course: Double) async {
            let now = SystemClock.wallMilliseconds
            let beat = (now / Self.period + 1) * Self.period
            await pause(for: .milliseconds(beat - now))
            let moment = NMEA.Moment(
                time: beat,
                coordinate: point.flatMap { self.plane.coordinate(of: $0) },
                speed: speed,
                course: course
            )
            self.line.send(NMEA.cycle(moment, withSky: beat % 1_000 == 0))
        }

        func drive(from start: PlanePoint, to end: PlanePoint, speed: Double = 40) async {
            let segment = PlaneSegment(start, end)
            let steps = max(1, Int(segment.length / speed * 10))
            for step in 1...steps {
                await self.send(
                    segment.point(at: Double(step) / Double(steps)),
                    speed: speed,
                    course: start.course(to: end)
                )
            }
        }

        func stand(_ point: PlanePoint, seconds: Double, speed: Double = 0) async {
            for _ in 0..<Int(seconds * 10) { await self.send(point, speed: speed, course: 90) }
        }
    }

    private func plan(_ plane: TangentPlane, window: String) -> String {
        func position(_ east: Double, _ north: Double) -> String {
            guard let place = plane.coordinate(of: PlanePoint(east: east, north: north)) else { return "" }
            return "[\(place.longitude),\(place.latitude)]"
        }
        func feature(_ id: String, _ properties: String, _ type: String, _ coordinates: String) -> String {
            #"{"type":"Feature","id":"\#(id)","properties":{\#(properties)},"geometry":{"type":"\#(type)","coordinates":\#(coordinates)}}"#
        }
        let ring = [(-50.0, -300.0), (400.0, -300.0), (400.0, 300.0), (-50.0, 300.0), (-50.0, -300.0)]
        let features = [
            feature(
                "g",
                #""kind":"grid","level":1"#,
                "Polygon",
                "[[\(ring.map { position($0.0, $0.1) }.joined(separator: ","))]]"
            ),
            feature("l", #""kind":"line""#, "LineString", "[\(position(0, 0)),\(position(300, 0))]"),
            feature("p", #""kind":"post","dwell_s":1,"radius_m":60"#, "Point", position(300, 0)),
            feature("far", #""kind":"post","dwell_s":1,"windows":["\#(window)"]"#, "Point", position(5_000, 0)),
        ]
        return
            #"{"type":"FeatureCollection","patrolPlan":{"id":"p","revision":1,"crs":"WGS84","timezone":"UTC"},"features":[\#(features.joined(separator: ","))]}"#
    }

    @Test("grid, line and post, a window that closes, a receiver that freezes and goes silent")
    func everyEvent() async throws {
        try await Chain.with { chain in
            let plane = TangentPlane(at: try #require(Coordinate(latitude: 40.02, longitude: 116.55)))
            // A window that closes at the end of a minute, not too soon.
            let closes = (SystemClock.wallMilliseconds / 1_000 + 15) / 60 + 1
            func clock(_ minute: Int64) -> String {
                let (hours, minutes) = (minute / 60 % 24, minute % 60)
                return "\(hours < 10 ? "0" : "")\(hours):\(minutes < 10 ? "0" : "")\(minutes)"
            }
            try writeFile(
                "\(chain.folder)/plan.geojson",
                self.plan(plane, window: "\(clock(closes - 10))-\(clock(closes))")
            )
            try writeFile(
                "\(chain.folder)/patrold.yaml",
                readFile("\(chain.folder)/patrold.yaml") + "plan: { file: \(chain.folder)/plan.geojson }\n"
            )
            try await chain.withBroker { _ in
                try await chain.withRoom { _ in
                    try await chain.withGPSD { line in
                        try await chain.withPatrold { _ in
                            let script = Script(plane: plane, line: line)
                            let (west, start) = (PlanePoint(east: -200, north: 0), PlanePoint(east: 0, north: 0))
                            let (end, away) = (PlanePoint(east: 300, north: 0), PlanePoint(east: 300, north: 500))
                            try await eventually("a first fix", within: .seconds(60)) {
                                await script.stand(west, seconds: 1)
                                return readFile("\(chain.folder)/patrold.log").contains("First fix") ? () : nil
                            }
                            await script.drive(from: west, to: start)
                            await script.drive(from: start, to: end)
                            await script.stand(end, seconds: 3)
                            await script.drive(from: end, to: away)
                            // Says that it drives, and stays where it is.
                            await script.stand(away, seconds: 8, speed: 15)
                            await script.stand(PlanePoint(east: 300, north: 505), seconds: 1)
                            let wanted: Set<String> = [
                                "device.start", "gnss.frozen", "gnss.lost", "gnss.restored", "grid.enter", "grid.exit",
                                "line.join", "line.complete", "line.leave", "post.arrive", "post.done", "post.leave",
                                "post.missed",
                            ]
                            try await eventually(
                                "all events in the room",
                                within: .seconds(120),
                                every: .milliseconds(500)
                            ) {
                                let seen = Set(
                                    try await chain.storeRows("SELECT event FROM record WHERE event IS NOT NULL")
                                )
                                let missing = wanted.subtracting(seen)
                                // After the silence that makes gnss.lost, a fix makes gnss.restored.
                                if missing == ["gnss.restored"] { await script.stand(away, seconds: 1) }
                                guard missing.isEmpty else {
                                    throw RigError.system("events", "missing \(missing.sorted())")
                                }
                                return ()
                            }
                        }
                    }
                }
            }
        }
    }
}
