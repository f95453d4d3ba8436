import FoundationEssentials
import Rig
import TestSupport
import Testing

@Suite("The room says nothing false", .serialized, .realPrograms, .timeLimit(.minutes(8)))
struct HonestRoomTests {
    private struct Health: Decodable {
        struct Fault: Decodable {
            let what: String
            let station: String?
        }

        let status: String
        let faults: [Fault]
        let stored: Int
        let rejected: [String: Int]
    }

    private struct Units: Decodable {
        struct Unit: Decodable {
            let station: String
            let device: String
            let unit: String
        }

        let units: [Unit]
    }

    private func health(_ chain: Chain) async throws -> Health {
        try await chain.room.ask("GET", "/healthz").decode(Health.self)
    }

    private func publish(_ chain: Chain, _ topic: String, _ payload: String) async throws {
        try writeFile("\(chain.folder)/payload", payload)
        let result = try await runProgramToEnd(
            "/usr/bin/mosquitto_pub",
            ["-p", "\(chain.broker)", "-V", "5", "-q", "1", "-t", topic, "-f", "\(chain.folder)/payload"]
        )
        try #require(result.status == 0, "\(result.errors)")
    }

    private func position(
        _ device: String,
        sequence: Int = 1,
        unit: String = "01",
        grids: String = "[]",
        log: String = "00112233aabbccdd"
    ) -> String {
        let now = Int64(Date().timeIntervalSince1970 * 1_000)
        return #"{"v":1,"dev":"\#(device)","unit":"\#(unit)","log":"\#(log)","seq":\#(sequence),"t":\#(now),"#
            + #""tq":"gnss","up":1,"lat":40.02,"lon":116.55,"src":"gnss","trg":"time","st":"patrol","grids":\#(grids)}"#
    }

    private func configure(_ chain: Chain, _ more: String, stations: String = "[jinzhan]") throws {
        let text = ConfigurationText.room(folder: chain.folder, broker: chain.broker, http: chain.http)
        try writeFile(
            "\(chain.folder)/command-room.yaml",
            text.replacing("stations: [jinzhan]", with: "stations: \(stations)") + more
        )
    }

    @Test("text of a device cannot break a page's frame, and what is too long or a stranger's is refused and counted")
    func hostileText() async throws {
        try await Chain.with { chain in
            try self.configure(chain, "devices: { most: 3 }\n")
            try await chain.withBroker { _ in
                try await chain.withRoom { room in
                    let nasty = #"["a\u0001b\"","c\n\nevent: beat\ndata: 1\n\n"]"#
                    try await self.publish(chain, "patrol/1/jinzhan/car-01/pos", self.position("car-01", grids: nasty))
                    let long = String(repeating: "警", count: 65)
                    try await self.publish(chain, "patrol/1/jinzhan/car-02/pos", self.position("car-02", unit: long))
                    for number in 3...6 {
                        let device = "car-0\(number)"
                        try await self.publish(chain, "patrol/1/jinzhan/\(device)/pos", self.position(device))
                    }
                    try await eventually("all of it being counted") {
                        let counts = try await self.health(chain).rejected
                        return counts == ["malformed": 1, "stranger": 2] ? () : nil
                    }
                    let stream = try await runProgramToEnd(
                        "/usr/bin/curl",
                        ["-sN", "-m", "2", "http://127.0.0.1:\(chain.http)/api/v1/live"]
                    ).output
                    let lines = stream.split(separator: "\n", omittingEmptySubsequences: false)
                    let data = try #require(lines.first { $0.hasPrefix("data: {") })
                    let frame = try RoomClient.Answer.decode(Units.self, from: String(data.dropFirst(6)))
                    #expect(frame.units.map(\.device) == ["car-01", "car-03", "car-04"])
                    #expect(!lines.contains("data: 1"))
                    #expect(room.isAlive)
                }
            }
        }
    }

    @Test(
        "devices of one name at two stations are told apart, a track is found after a restart, odd parameters are refused"
    )
    func stations() async throws {
        try await Chain.with { chain in
            try self.configure(chain, "", stations: "[jinzhan, lido]")
            func status(_ path: String) async throws -> Int {
                try await chain.room.ask("GET", "/api/v1/\(path)").status
            }
            try await chain.withBroker { _ in
                try await chain.withRoom { _ in
                    for (station, log) in [("jinzhan", "00112233aabbccdd"), ("lido", "ffffffffaabbccdd")] {
                        let record = self.position("car-01", log: log)
                        try await self.publish(chain, "patrol/1/\(station)/car-01/pos", record)
                    }
                    try await eventually("both being stored") {
                        try await self.health(chain).stored == 2 ? () : nil
                    }
                    #expect(try await status("units/car-01") == 400)
                    #expect(try await status("units/car-01?station=lido") == 200)
                    #expect(try await status("units/car-01/track") == 400)
                    #expect(try await status("units?page=2") == 400)
                    #expect(try await status("incidents?limt=5") == 400)
                    #expect(try await status("units/car-09/track") == 404)
                    let asked = try await chain.room.ask(
                        "POST",
                        "/api/v1/rollcalls",
                        body: #"{"devices":["car-01"]}"#
                    )
                    #expect(asked.status == 400 && asked.text.contains("several stations"))
                }
            }
            // Without a broker: nothing but the store knows of the units.
            try await chain.withRoom { _ in
                let track = try await chain.room.ask("GET", "/api/v1/units/car-01/track?station=lido&from=0")
                #expect(track.status == 200 && track.text.contains("[[116.55,40.02]]"))
                #expect(try await chain.room.ask("GET", "/api/v1/units").decode(Units.self).units.count == 2)
                #expect(try await status("audit?limit=5") == 200)
            }
        }
    }

    @Test("a broker that is gone makes health red, and good again when it is back", .chain(.room))
    func health() async throws {
        let chain = try Chain.current
        #expect(try await chain.room.ask("GET", "/healthz").status == 503)
        try await chain.withBroker { broker in
            try await eventually("health being good") {
                try await self.health(chain).status == "ok" ? () : nil
            }
            broker.send(9)
            try await eventually("the broker being missed", within: .seconds(30)) {
                let health = try await self.health(chain)
                return health.faults.first?.what == "broker" && health.status == "degraded"
            }
        }
        // Why it is gone stands in the log in words.
        let log = readFile("\(chain.folder)/command-room.log")
        #expect(!log.contains("Unknown reason"), "\(log)")
    }

    @Test("a scene far from every road can be entered and a unit sent there, by straight line and said so")
    func offRoad() async throws {
        struct Opened: Decodable { let id: String }
        struct Candidates: Decodable { let straight: Bool }
        try await Chain.with { chain in
            try await chain.withBroker { _ in
                try await chain.withRoom { _ in
                    try await self.publish(chain, "patrol/1/jinzhan/car-01/pos", self.position("car-01"))
                    try await eventually("the unit") { try await self.health(chain).stored == 1 }
                    let opened = try await chain.room.ask("POST", "/api/v1/incidents", body: #"{"lat":41,"lon":118}"#)
                    let id = try opened.decode(Opened.self).id
                    let path = "/api/v1/incidents/\(id)"
                    #expect(try await chain.room.ask("GET", "\(path)/candidates").decode(Candidates.self).straight)
                    let sent = try await chain.room.ask("POST", "\(path)/assign", body: #"{"device":"car-01"}"#)
                    #expect(sent.status == 200 && sent.text.contains("\"seconds\":"))
                }
            }
        }
    }

    @Test("damaged stores are set aside and the room goes on; two rooms do not share a folder", .chain(.broker))
    func stores() async throws {
        let chain = try Chain.current
        try await chain.withRoom { _ in
            let second = try await runProgramToEnd(
                Places.program("command-room"),
                ["run", "--config", "\(chain.folder)/command-room.yaml"]
            )
            #expect(second.status == 69 && second.errors.contains("another command-room uses it"))
            try await self.publish(chain, "patrol/1/jinzhan/car-01/pos", self.position("car-01"))
            try await eventually("a record") { try await self.health(chain).stored == 1 }
        }
        for (round, file) in ["history", "casebook", "history"].enumerated() {
            let path = "\(chain.folder)/room/\(file).sqlite"
            if round == 2 {
                // All of it in one file: what lay in the journal alone would not be missed.
                let moved = try await runProgramToEnd("/usr/bin/sqlite3", [path, "PRAGMA wal_checkpoint(TRUNCATE)"])
                #expect(moved.output.hasPrefix("0|"), "\(moved.output)\(moved.errors)")
                let size = try FileManager.default.attributesOfItem(atPath: path)[.size] as? Int ?? 0
                #expect(size > 5_000, "\(size)")
            }
            for tail in ["-wal", "-shm"] {
                _ = try await runProgramToEnd("/bin/rm", ["-f", path + tail])
            }
            if round == 2 {
                _ = try await runProgramToEnd("/usr/bin/truncate", ["-s", "5000", path])
            } else {
                try writeFile(path, String(repeating: "rubbish ", count: 4_096))
            }
            try await chain.withRoom { _ in
                try await self.publish(
                    chain,
                    "patrol/1/jinzhan/car-01/pos",
                    self.position("car-01", sequence: round + 2)
                )
                try await eventually("a record after round \(round)") {
                    let health = try await self.health(chain)
                    return health.stored >= 1 && health.status == "ok" ? () : nil
                }
            }
            let names = try FileManager.default.contentsOfDirectory(atPath: "\(chain.folder)/room")
            #expect(names.contains { $0.hasPrefix("\(file).sqlite.damaged-") }, "round \(round)")
        }
        #expect(readFile("\(chain.folder)/command-room.log").components(of: "is damaged") == 3)
    }

    @Test("an incident over MQTT while the store is locked is entered, answered, and kept when the lock is gone")
    func lockedStore() async throws {
        struct Incidents: Decodable {
            struct Incident: Decodable { let id: String }

            let incidents: [Incident]
        }
        try await Chain.with { chain in
            try await chain.withBroker { _ in
                try await chain.withRoom { _ in
                    let casebook = "\(chain.folder)/room/casebook.sqlite"
                    let root = "patrol/1/jinzhan/room/incident"
                    let unlock = "\(chain.folder)/unlock"
                    try await withProgram(
                        "/usr/bin/sqlite3",
                        [
                            "-cmd", ".timeout 5000", casebook, "BEGIN IMMEDIATE",
                            ".shell until test -e '\(unlock)'; do sleep 0.1; done", "COMMIT",
                        ],
                        logFile: "\(chain.folder)/lock.log"
                    ) { _ in
                        async let receipt = runProgramToEnd(
                            "/usr/bin/mosquitto_sub",
                            ["-p", "\(chain.broker)", "-V", "5", "-t", "\(root)/+", "-C", "1", "-W", "20"]
                        )
                        try await eventually("the lock") {
                            let probe = try await runProgramToEnd(
                                "/usr/bin/sqlite3",
                                [casebook, "BEGIN IMMEDIATE; ROLLBACK;"]
                            )
                            return probe.status != 0 ? () : nil
                        }
                        let call = #"{"v":1,"id":"a-1","lat":40.02,"lon":116.55,"by":"110"}"#
                        try await self.publish(chain, root, call)
                        let told = try await receipt.output
                        #expect(told.contains(#""ok":true"#) && told.contains(#""stored":false"#))
                        try await eventually("red health", within: .seconds(30)) {
                            try await self.health(chain).faults.first?.what == "casebook" ? () : nil
                        }
                        let body = #"{"lat":40.02,"lon":116.55}"#
                        let refused = try await chain.room.ask("POST", "/api/v1/incidents", body: body)
                        #expect(
                            refused.status == 503 && refused.text.contains("look whether this was done"),
                            "\(refused)"
                        )
                        try writeFile(unlock, "")
                    }
                    try await eventually("the incident in the store", within: .seconds(30)) {
                        let page = try await chain.room.ask("GET", "/api/v1/incidents").decode(Incidents.self)
                        return page.incidents.map(\.id) == ["a-1"] ? () : nil
                    }
                    #expect(try await self.health(chain).status == "ok")
                }
            }
        }
    }
}
