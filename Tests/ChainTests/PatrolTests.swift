import Console
import ConsoleWire
import Ground
import PatrolWire
import Rig
import Simulation
import TestSupport
import Testing

@Suite("The patrol itself, through the real broker", .serialized, .realPrograms, .timeLimit(.minutes(8)))
struct PatrolTests {
    /// A plan around the place where the test's car begins: a grid, a line through the car, a post at it.
    private func plan(revision: Int, at place: Coordinate, gridName: String = "around") -> String {
        func position(_ east: Double, _ north: Double) -> String {
            let plane = TangentPlane(at: place)
            guard let point = plane.coordinate(of: PlanePoint(east: east, north: north)) else { return "" }
            return "[\(point.longitude),\(point.latitude)]"
        }
        let ring = [(-250.0, -250.0), (250.0, -250.0), (250.0, 250.0), (-250.0, 250.0), (-250.0, -250.0)]
        let positions = ring.map { position($0.0, $0.1) }.joined(separator: ",")
        return """
            {"type":"FeatureCollection","patrolPlan":{"id":"jinzhan","revision":\(revision),"crs":"WGS84","timezone":"Asia/Shanghai"},
            "features":[
            {"type":"Feature","id":"\(gridName)","properties":{"kind":"grid","level":1},"geometry":{"type":"Polygon","coordinates":[[\(positions)]]}},
            {"type":"Feature","id":"here","properties":{"kind":"post","radius_m":150,"dwell_s":1},"geometry":{"type":"Point","coordinates":\(position(0, 0))}}
            ]}
            """
    }

    private func patrolctl(
        _ chain: Chain,
        _ words: String...
    ) async throws -> (status: Int32, output: String, errors: String) {
        try await runProgramToEnd(
            Places.program("patrolctl"),
            words + ["--socket", "\(chain.folder)/state/console.sock"]
        )
    }

    private func report(_ chain: Chain) async throws -> UnitReport {
        let answer = try await self.patrolctl(chain, "status", "--json")
        let reply = try RoomClient.Answer.decode(ConsoleReply.self, from: answer.output)
        return try #require(reply.report, "\(answer.output) \(answer.errors)")
    }

    private func events(_ chain: Chain) async throws -> [String] {
        try await chain.storeRows("SELECT event FROM record WHERE event IS NOT NULL ORDER BY seq")
    }

    private func waitForEvents(_ chain: Chain, _ wanted: [String]) async throws {
        try await eventually("\(wanted) in the room", within: .seconds(60)) {
            var rest = wanted[...]
            for event in try await self.events(chain) where event == rest.first { rest = rest.dropFirst() }
            return rest.isEmpty ? () : nil
        }
    }

    /// Publishes a command as the room would.
    private func command(
        _ chain: Chain,
        _ id: String,
        _ kind: String,
        _ data: String,
        expiresIn: Int = 600
    ) async throws {
        let now =
            try await chain.rows(":memory:", "SELECT CAST(strftime('%s','now') AS INTEGER) * 1000").first.flatMap {
                Int($0)
            } ?? 0
        let text = """
            {"v":1,"id":"\(id)","cmd":"\(kind)","t":\(now),"expires":\(now + expiresIn * 1_000),"by":"test","data":\(data)}
            """
        let result = try await runProgramToEnd(
            "/usr/bin/mosquitto_pub",
            [
                "-p", "\(chain.broker)", "-V", "5", "-q", "1", "-t", "patrol/1/jinzhan/car-01/cmd", "-D", "publish",
                "correlation-data", id, "-m", text,
            ]
        )
        try #require(result.status == 0, "\(result.errors)")
    }

    @Test("a signed plan from the room is put in force; grid and post are seen; a forged or older one is refused")
    func plan() async throws {
        try await Chain.with { chain in
            guard let town = Town(seed: 7) else { throw RigError.missing(program: "town") }
            let start = await World(town: town, cars: 1, seed: 7).sight(0).coordinate
            let made = try await runProgramToEnd(
                Places.program("patrolctl"),
                ["plan", "keygen", "--name", "station", "--output", "\(chain.folder)/plan.key"]
            )
            let line = try #require(made.output.split(separator: "\n").last)
            try writeFile("\(chain.folder)/patrold.yaml", readFile("\(chain.folder)/patrold.yaml") + "\(line)\n")
            try writeFile("\(chain.folder)/plan.geojson", self.plan(revision: 4, at: start))
            try writeFile(
                "\(chain.folder)/command-room.yaml",
                readFile("\(chain.folder)/command-room.yaml")
                    + "plan: { file: \(chain.folder)/plan.geojson, key: \(chain.folder)/plan.key }\n"
            )
            try await chain.withBroker { _ in
                try await chain.withRoom { _ in
                    try await chain.withGPSD { line in
                        try await chain.withPatrold { _ in
                            try await chain.feeding(line) {
                                try await self.waitForEvents(chain, ["device.start", "grid.enter"])
                                let report = try await self.report(chain)
                                #expect(report.plan == "jinzhan 4" && report.grids == ["around"])
                                #expect(report.posts.map(\.id) == ["here"])
                                for (text, says) in [
                                    (
                                        #"{"v":1,"revision":9,"key":"station","sig":"\#(String(repeating: "A", count: 86))==","plan":"{}"}"#,
                                        "signature does not fit"
                                    ),
                                    (#"{"v":1,"revision":9,"key":"nobody","sig":"AA==","plan":"{}"}"#, "key 'nobody'"),
                                    (
                                        #"{"v":1,"revision":2,"key":"station","sig":"AA==","plan":"{}"}"#,
                                        "revision 2 is not newer than 4"
                                    ),
                                ] {
                                    _ = try await runProgramToEnd(
                                        "/usr/bin/mosquitto_pub",
                                        [
                                            "-p", "\(chain.broker)", "-V", "5", "-q", "1", "-t",
                                            "patrol/1/jinzhan/car-01/plan", "-m", text,
                                        ]
                                    )
                                    try await chain.waitForLog("patrold.log", says)
                                }
                                #expect(try await self.report(chain).plan == "jinzhan 4")
                            }
                        }
                        // It is in force again at once after a restart, without the room.
                        try await chain.withPatrold { _ in
                            try await eventually("the plan in force") {
                                try await self.report(chain).plan == "jinzhan 4" ? () : nil
                            }
                        }
                    }
                }
            }
        }
    }

    @Test(
        "a dispatch from order to cleared, each command once, what was there before comes back",
        .chain(.broker, .room)
    )
    func dispatch() async throws {
        let chain = try Chain.current
        try await chain.withPatrold { _ in
            try await self.waitForEvents(chain, ["device.start"])
            #expect(try await self.patrolctl(chain, "checkin", "012345").status == 0)
            #expect(try await self.patrolctl(chain, "busy").output == "Status: busy.\n")
            let order = #"{"incident":"i-7","lat":40.02,"lon":116.55,"text":"数字大厦 3 层"}"#
            for _ in 0..<3 { try await self.command(chain, "c-1", "dispatch", order) }
            try await self.waitForEvents(chain, ["dispatch.received"])
            try await self.command(chain, "c-0", "cancel", #"{"incident":"i-7"}"#, expiresIn: -60)
            let offered = try await self.report(chain)
            #expect(offered.orders.map(\.phase) == ["offered"] && offered.orders[0].text == "数字大厦 3 层")
            #expect(try await self.patrolctl(chain, "arrived").status == 1)
            #expect(try await self.patrolctl(chain, "accept").status == 0)
            #expect(try await self.report(chain).st == .enroute)
            #expect(try await self.patrolctl(chain, "arrived").status == 0)
            #expect(try await self.report(chain).st == .scene)
            #expect(try await self.patrolctl(chain, "cleared").status == 0)
            let after = try await self.report(chain)
            #expect(after.st == .busy && after.officers == ["012345"] && after.orders.isEmpty)
            try await self.waitForEvents(
                chain,
                [
                    "unit.checkin", "unit.status", "dispatch.received", "dispatch.accepted", "unit.status",
                    "dispatch.arrived", "unit.status", "dispatch.cleared", "unit.status",
                ]
            )
            #expect(try await self.events(chain).filter { $0 == "dispatch.received" }.count == 1)
        }
        // Killed and started again: still busy, still checked in, and the order is still known.
        try await chain.withPatrold { _ in
            try await eventually("the console") { try await self.report(chain).st == .busy }
            try await self.command(
                chain,
                "c-1",
                "dispatch",
                #"{"incident":"i-7","lat":40.02,"lon":116.55}"#
            )
            try await self.command(chain, "c-2", "message", #"{"text":"tea is ready"}"#)
            try await eventually("the message") {
                try await self.report(chain).messages == ["tea is ready"] ? () : nil
            }
            #expect(try await self.report(chain).orders.isEmpty)
            #expect(try await self.report(chain).officers == ["012345"])
            #expect(try await self.patrolctl(chain, "checkout").status == 0)
            try await self.waitForEvents(chain, ["unit.checkout", "unit.status"])
            #expect(try await self.report(chain).st == .off)
        }
    }

    @Test("every word of the officer and every input makes its event; answers name what is wrong")
    func words() async throws {
        try await Chain.with { chain in
            try await chain.withBroker { _ in
                try await chain.withRoom { _ in
                    try await chain.withGPSD { line in
                        try await chain.withPatrold { _ in
                            try await self.waitForEvents(chain, ["device.start"])
                            try await chain.feeding(line) {
                                try await chain.waitForStored(3)
                                try await self.command(
                                    chain,
                                    "r-1",
                                    "rollcall",
                                    #"{"rollcall":"morning","officer":true}"#
                                )
                                try await eventually("the roll call") {
                                    try await self.report(chain).rollcall ? () : nil
                                }
                                #expect(try await self.patrolctl(chain, "rollcall").status == 0)
                                #expect(
                                    try await self.patrolctl(chain, "rollcall").errors.contains("no roll call waits")
                                )
                                #expect(try await self.patrolctl(chain, "sos").status == 0)
                                try await self.command(
                                    chain,
                                    "d-1",
                                    "dispatch",
                                    #"{"incident":"i-1","lat":40.1,"lon":116.5}"#
                                )
                                try await eventually("the order") {
                                    try await self.report(chain).orders.isEmpty ? nil : ()
                                }
                                #expect(
                                    try await self.patrolctl(chain, "decline", "--reason", "no vehicle").status == 0
                                )
                                for (input, value) in [("ignition", "on"), ("camera", "on"), ("battery", "0.1")] {
                                    #expect(try await self.patrolctl(chain, "input", input, value).status == 0)
                                }
                                #expect(
                                    try await self.patrolctl(chain, "input", "horn", "on").errors.contains(
                                        "is no input; there are"
                                    )
                                )
                                #expect(
                                    try await self.patrolctl(chain, "checkout").errors.contains("nobody of that number")
                                )
                                try await self.waitForEvents(
                                    chain,
                                    [
                                        "rollcall.answer", "rollcall.answer", "sos", "dispatch.received",
                                        "dispatch.declined",
                                        "power.ignition", "camera.recording", "power.low",
                                    ]
                                )
                                let last = try await chain.storeRows(
                                    "SELECT body FROM record ORDER BY seq DESC LIMIT 1"
                                )
                                #expect(
                                    last.first?.contains(#""ign":true"#) == true
                                        && last.first?.contains(#""bat":0.1"#) == true
                                )
                            }
                        }
                    }
                }
            }
            let gone = try await self.patrolctl(chain, "status")
            #expect(gone.status == 69 && gone.errors.contains("is patrold running"))
        }
    }

    @Test(
        "a cancelled order stays cancelled when the device is killed right after, and is not taken up again",
        .chain(.broker)
    )
    func cancelThenKill() async throws {
        let chain = try Chain.current
        let order = #"{"incident":"i-9","lat":40.02,"lon":116.55}"#
        try await chain.withPatrold { patrold in
            try await eventually("the link") { try await self.report(chain).link }
            try await self.command(chain, "k-1", "dispatch", order)
            try await eventually("the order") { try await self.report(chain).orders.isEmpty ? nil : () }
            try await self.command(chain, "k-2", "cancel", #"{"incident":"i-9"}"#)
            try await eventually("no order") { try await self.report(chain).orders.isEmpty }
            patrold.send(9)
            try await eventually("its end") { patrold.isAlive ? nil : () }
        }
        try await chain.withPatrold { _ in
            try await eventually("the link") { try await self.report(chain).link }
            #expect(try await self.report(chain).orders.isEmpty)
            try await self.command(chain, "k-1", "dispatch", order)
            try await self.command(chain, "k-3", "message", #"{"text":"seen"}"#)
            try await eventually("the message") { try await self.report(chain).messages == ["seen"] }
            #expect(try await self.report(chain).orders.isEmpty)
        }
    }

    @Test("ignition off: what waits is sent, device.stop is said, and patrold ends by itself")
    func ignitionOff() async throws {
        try await Chain.with { chain in
            try writeFile("\(chain.folder)/every-fix.yaml", ConfigurationText.everyFix + "power: { off_after_s: 60 }\n")
            try await chain.withBroker { _ in
                try await chain.withRoom { _ in
                    try await chain.withPatrold { patrold in
                        try await self.waitForEvents(chain, ["device.start"])
                        #expect(try await self.patrolctl(chain, "input", "ignition", "on").status == 0)
                        #expect(try await self.patrolctl(chain, "input", "ignition", "off").status == 0)
                        try await eventually("its end", within: .seconds(40)) { patrold.isAlive ? nil : () }
                        try await self.waitForEvents(chain, ["power.ignition", "power.ignition", "device.stop"])
                        #expect(!patrold.log.contains("unexpectedly"))
                    }
                }
            }
        }
    }
}
