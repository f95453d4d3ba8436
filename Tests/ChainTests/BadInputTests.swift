import Rig
import Simulation
import TestSupport
import Testing

@Suite("Bad input is one clear line", .serialized, .realPrograms, .timeLimit(.minutes(5)))
struct BadInputTests {
    /// Runs a program that must fail: one line on standard error, this status, these words.
    private func expectFailure(
        _ program: String,
        _ arguments: [String],
        status: Int32,
        _ words: String...,
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        let result = try await runProgramToEnd(Places.program(program), arguments)
        #expect(result.status == status, "\(result.errors)", sourceLocation: sourceLocation)
        // A service that ends later than its first log line has those lines before the one that counts.
        let lines = result.errors.split(separator: "\n").filter { !$0.hasPrefix("20") }
        #expect(lines.count == 1, "\(result.errors)", sourceLocation: sourceLocation)
        for word in words {
            #expect(result.errors.contains(word), "\(result.errors) lacks \(word)", sourceLocation: sourceLocation)
        }
    }

    private static let good = """
        station: jinzhan
        device: car-01
        unit: "01"
        profile: vehicle-usb-gnss
        state: /tmp/never
        broker: { host: 127.0.0.1, port: 1883 }

        """

    @Test("patrold's configuration")
    func patrold() async throws {
        try await withTemporaryFolder("bad") { folder in
            let path = "\(folder)/p.yaml"
            func check(_ text: String, _ words: String) async throws {
                try writeFile(path, text)
                try await self.expectFailure("patrold", ["check", "--config", path], status: 78, words)
            }
            try writeFile(path, Self.good)
            #expect(try await runProgramToEnd(Places.program("patrold"), ["check", "--config", path]).status == 0)
            try await self.expectFailure(
                "patrold",
                ["run", "--config", "\(folder)/none.yaml"],
                status: 78,
                "none.yaml: cannot be read"
            )
            try await check(Self.good + "brokr: 1\n", "p.yaml:7: unknown key 'brokr'")
            try await check(Self.good.replacing("car-01", with: "Car 1"), "p.yaml:2: 'device' must be")
            try await check(Self.good.replacing("car-01", with: "room"), "p.yaml:2: 'device' must be")
            try await check(Self.good.replacing("vehicle-usb-gnss", with: "horse"), "p.yaml:4: 'profile' is 'horse'")
            try await check(
                Self.good.replacing("port: 1883", with: "port: many"),
                "p.yaml:6: 'port' must be a whole number"
            )
            try await check(Self.good.replacing("127.0.0.1", with: "10.0.0.1"), "p.yaml:6: 'host' is '10.0.0.1'")
            try await check(Self.good.replacing("state: /tmp/never\n", with: ""), "'state' is missing")
            try await check("- a\n", "p.yaml:1:")
            try await self.expectFailure("patrold", ["run"], status: 2, "--config")
            try await self.expectFailure("patrold", ["fly"], status: 2, "patrold --help")
            try writeFile(path, Self.good.replacing("/tmp/never", with: "/proc/never"))
            try await self.expectFailure("patrold", ["run", "--config", path], status: 69, "/proc/never")
        }
    }

    @Test("two patrolds on one state folder", .chain(.patrold))
    func twice() async throws {
        let chain = try Chain.current
        try await chain.waitForLog("patrold.log", "patrold 0")
        try await self.expectFailure(
            "patrold",
            ["run", "--config", "\(chain.folder)/patrold.yaml"],
            status: 69,
            "another patrold"
        )
    }

    @Test("the room's configuration, road file and port")
    func room() async throws {
        try await Chain.with { chain in
            let path = "\(chain.folder)/command-room.yaml"
            let good = readFile(path)
            #expect(try await runProgramToEnd(Places.program("command-room"), ["check", "--config", path]).status == 0)
            func check(_ text: String, status: Int32, _ words: String) async throws {
                try writeFile("\(chain.folder)/c.yaml", text)
                try await self.expectFailure(
                    "command-room",
                    ["run", "--config", "\(chain.folder)/c.yaml"],
                    status: status,
                    words
                )
            }
            try await check(good + "tile: 1\n", status: 78, "unknown key 'tile'")
            let team = "teams: [{ name: night, devices: [car-02] }]\n"
            try await check(good + team + "roll_calls: { team: day }\n", status: 78, "which has no 'day'")
            for (line, says) in [
                ("categories: [a]", "must be 1 to 100 groups"), ("categories: { a: [x] }", "'a' must be at most"),
                ("categories: { a: { b: x } }", "'b' must be a list"),
                ("categories: { a: { b: [{}] } }", "'b' must be a list of texts"),
                ("categories: { a: { c: [x], b: [c] } }", "has 'c' twice"),
                ("visits: { boss: 1 }", "unknown key 'boss'"), ("visits: { police: -1 }", "'police' must be a number"),
                ("history: { keep_hour_days: x }", "'keep_hour_days' must be a number"),
            ] {
                try await check(good + line + "\n", status: 78, says)
            }
            try await check(good + team.replacing("car-02", with: "Car 2"), status: 78, "must be names of devices")
            try await check(good.replacing("[jinzhan]", with: "[]"), status: 78, "'stations' must be a list")
            try await check(good.replacing("town.roads", with: "none.roads"), status: 65, "none.roads: cannot be read")
            try await check(good.replacing("town.roads", with: "town.osm"), status: 65, "town.osm: not a road file")
            try await check(
                good.replacing("http: { host: 127.0.0.1", with: "http: { host: 0.0.0.0"),
                status: 78,
                "patrolctl account add"
            )
            try await chain.withRoom { _ in
                try await self.expectFailure(
                    "command-room",
                    ["run", "--config", path],
                    status: 69,
                    "another command-room uses it"
                )
                // With a folder of its own it is the port that is taken.
                try writeFile(path, good.replacing("state: \(chain.folder)/room", with: "state: \(chain.folder)/other"))
                try await self.expectFailure(
                    "command-room",
                    ["run", "--config", path],
                    status: 69,
                    "Address already in use"
                )
            }
        }
    }

    @Test("maps, road files, tables and scenes")
    func rank() async throws {
        try await Chain.with { chain in
            let folder = chain.folder
            let roads = "\(folder)/town.roads"
            let units = "\(folder)/u.csv"
            func rank(
                _ table: String,
                scene: String = "40.02,116.555",
                roads: String,
                status: Int32,
                _ words: String
            ) async throws {
                try writeFile(units, table)
                try await self.expectFailure(
                    "command-room",
                    ["rank", "--roads", roads, "--scene=\(scene)", "--units", units],
                    status: status,
                    words
                )
            }
            let good = "device,lat,lon\na,40.021,116.55\n"
            try await rank("", roads: roads, status: 65, "u.csv:1: empty")
            try await rank("name,lat,lon\n", roads: roads, status: 65, "u.csv:1: the header lacks 'device'")
            try await rank("device,lat,lon,age\n", roads: roads, status: 65, "u.csv:1: unknown column 'age'")
            try await rank(good + "b,x,1\n", roads: roads, status: 65, "u.csv:3: 'lat' is 'x'")
            try await rank(good + "b,1\n", roads: roads, status: 65, "u.csv:3: 2 fields instead of 3")
            try await rank(good + "b,116.5,40\n", roads: roads, status: 65, "u.csv:3: 116.5,40.0 is not on Earth")
            try await rank(good + "a,40,116\n", roads: roads, status: 65, "u.csv:3: device 'a' stands in line 2")
            try await rank(good, scene: "1,2", roads: roads, status: 65, "no road within 1000 m")
            try await rank(good, scene: "here", roads: roads, status: 2, "'here' is not LAT,LON")
            try await rank(good, roads: "\(folder)/town.osm", status: 65, "not a road file")
            let bytes = readFile(roads).utf8.count
            #expect(bytes > 0)
            _ = try await runProgramToEnd("/usr/bin/truncate", ["--size=5000", roads])
            try await rank(good, roads: roads, status: 65, "damaged")
            try await self.expectFailure(
                "command-room",
                ["roads", "import", units, "--output", roads],
                status: 65,
                "not readable as an OpenStreetMap file"
            )
            try await self.expectFailure(
                "command-room",
                ["roads", "import", "\(folder)/no.osm.pbf", "--output", roads],
                status: 65,
                "no.osm.pbf: cannot be read"
            )
        }
    }

    @Test("rank prints what the documentation says, as a table and as JSON")
    func rankPrints() async throws {
        try await Chain.with { chain in
            let units = "\(chain.folder)/u.csv"
            try writeFile(
                units,
                "device,lat,lon,cog,age_s,acc\r\nfar,40.012,116.545,,3,5\r\nnear,40.0215,116.5553,90,0,\r\nlost,10,10,,,\r\n"
            )
            let arguments = [
                "rank", "--roads", "\(chain.folder)/town.roads", "--scene", "40.0201,116.5553", "--units", units,
            ]
            let json = try await runProgramToEnd(
                Places.program("command-room"),
                arguments + ["--format", "json", "--profile", "siren"]
            )
            #expect(json.status == 0, "\(json.errors)")
            #expect(json.output.hasPrefix(#"{"profile":"siren","scene":{"lat":40.0201,"lon":116.5553},"search_ms":"#))
            #expect(
                json.output.contains(
                    #"{"device":"lost","metres":null,"p90":null,"reachable":false,"seconds":null,"snapped_m":null}"#
                )
            )
            let order = ["near", "far", "lost"].compactMap {
                json.output.firstRange(of: "\"device\":\"\($0)\"")?.lowerBound
            }
            #expect(order.count == 3 && order == order.sorted())
            let table = try await runProgramToEnd(Places.program("command-room"), arguments)
            #expect(table.output.split(separator: "\n").count == 4 && table.output.contains("no road near"))
        }
    }
}
