import FoundationEssentials
import Glibc
import Rig
import Simulation
import TestSupport
import Testing

/// A machine from its packages to a service that works, as somebody does it who has never seen it.
@Suite("setup, from answers to a position that the room has stored", .realPrograms, .timeLimit(.minutes(6)))
struct SetupTests {
    /// A room that is set up in a folder; its services are the test's own.
    private struct Site {
        let folder: String
        let ports: [UInt16]

        init(folder: String) throws {
            (self.folder, self.ports) = (folder, try FreePort.take(4))
            guard let town = Town(seed: 7) else { throw RigError.missing(program: "town") }
            try writeFile("\(folder)/town.osm", town.openStreetMapXML)
            try writeFile("\(folder)/password", "a long secret\r\nanother line\r\n")
            try writeFile("\(folder)/answers", self.answers())
        }

        func answers(_ more: String = "") -> String {
            """
            station: jinzhan
            name: 金盏派出所 "东"
            host: 127.0.0.1, mqtt.station.example
            board: room.station.example
            account: li
            map: \(self.folder)/town.osm
            port: \(self.ports[0])
            room-port: \(self.ports[1])
            board-port: \(self.ports[2])
            bind: 127.0.0.1
            \(more)
            """
        }

        var words: [String] {
            let folder = self.folder
            return [
                "setup", "room", "--no-services", "--folder", folder, "--authority", "\(folder)/authority",
                "--broker", "\(folder)/broker", "--restart", "", "--state", "\(folder)/room", "--broker-config",
                "\(folder)/broker.conf",
            ]
        }

        /// Runs a program that finds the others beside it, as it does where they are installed.
        func run(_ program: String, _ words: [String]) async throws -> (status: Int32, output: String, errors: String) {
            let path = Places.program(program)
            let beside = path.split(separator: "/").dropLast().joined(separator: "/")
            return try await runProgramToEnd(
                "/usr/bin/env",
                ["PATH=/\(beside):/usr/bin:/bin", "LC_ALL=C.UTF-8", path] + words
            )
        }

        func room(_ more: [String] = []) async throws -> (status: Int32, output: String, errors: String) {
            try await self.run(
                "patrolctl",
                self.words + ["--answers", "\(self.folder)/answers", "--password-file", "\(self.folder)/password"]
                    + more
            )
        }

        func withServices<R: Sendable>(_ body: () async throws -> R) async throws -> R {
            try await EnrolledSite(folder: self.folder, ports: self.ports).withBroker { _ in
                try await withProgram(
                    Places.program("command-room"),
                    ["run", "--config", "\(self.folder)/command-room.yaml"],
                    logFile: "\(self.folder)/command-room.log"
                ) { room in
                    try await RealPrograms.waitForPort(self.ports[2], of: room)
                    return try await body()
                }
            }
        }
    }

    @Test("a room with its page, and a device: what is missing is said, and then the room has stored where it is")
    func whole() async throws {
        try await withTemporaryFolder("setup") { folder in
            let site = try Site(folder: folder)
            let first = try await site.room()
            #expect(first.status == 1 && first.errors.contains("the room does not work yet"), "\(first)")
            #expect(first.output.contains("FAULT    broker") && first.output.contains("command-room does not run"))
            let said = try await site.withServices {
                let again = try await site.room()
                #expect(again.status == 0, "\(again)")
                let kept = [
                    "authority is there and stays", "li is there, as chief, and stays", "town.osm and stays",
                    "is as the answers say",
                ]
                for part in kept { #expect(again.output.contains(part), "\(part): \(again.output)") }
                #expect(again.output.contains("https://room.station.example:\(site.ports[2])/"))
                #expect(again.output.contains("--host 127.0.0.1 --port \(site.ports[0]) --unit"), "\(again.output)")
                let login = try await runProgramToEnd(
                    "/usr/bin/curl",
                    [
                        "-s", "--cacert", "\(folder)/ca.crt", "--resolve",
                        "room.station.example:\(site.ports[2]):127.0.0.1", "-H", "Content-Type: application/json", "-d",
                        #"{"name":"li","password":"a long secret"}"#,
                        "https://room.station.example:\(site.ports[2])/api/v1/session",
                    ]
                )
                #expect(login.output.contains(#""role":"chief""#), "\(login)")
                return again.output
            }
            try await self.device(site, said: said)
        }
    }

    /// The device's side of the same station.
    private func device(_ site: Site, said: String) async throws {
        let folder = "\(site.folder)/car"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let usual = "# Devices gpsd should collect to at boot time.\nDEVICES=\"\" # none yet\nUSBAUTO=\"true\"\n"
        try writeFile("\(folder)/gpsd", usual)
        let words = [
            "setup", "device", "--no-services", "--folder", folder, "--gpsd-defaults", "\(folder)/gpsd", "--socket",
            "\(folder)/console.sock", "--wait",
        ]
        let first = try await site.run("patrolctl", words + ["0", "--device", "car-01"])
        #expect(first.status == 1 && first.errors.contains("the bundle of the command room is awaited"), "\(first)")
        let signed = try await site.run(
            "patrolctl",
            [
                "enrol", "sign", "\(folder)/car-01.request", "--station", "jinzhan", "--host", "127.0.0.1", "--port",
                "\(site.ports[0])", "--unit", "01", "--output", "\(folder)/car-01.bundle", "--authority",
                "\(site.folder)/authority", "--broker", "\(site.folder)/broker", "--restart", "",
            ]
        )
        #expect(signed.status == 0, "\(signed)")
        let mark = "fingerprint, for devices: "
        let fingerprint = try #require(
            said.split(separator: "\n").first { $0.contains(mark) }?.split(separator: " ").last
        )
        let wrong = try await site.run(
            "patrolctl",
            words + ["0", "--bundle", "\(folder)/car-01.bundle", "--fingerprint", String(repeating: "0", count: 64)]
        )
        #expect(wrong.status == 65 && wrong.errors.contains("another authority"), "\(wrong)")
        // Its name is known from the first time.
        let taken = try await site.run(
            "patrolctl",
            words + ["0", "--bundle", "\(folder)/car-01.bundle", "--fingerprint", String(fingerprint)]
        )
        #expect(taken.output.contains("car-01 of jinzhan is enrolled."), "\(taken)")
        #expect(
            readFile("\(folder)/gpsd") == usual.replacing("DEVICES=\"\" # none yet", with: "DEVICES=\"/dev/ttyACM0\"")
        )
        // All but where this test keeps what a machine has in fixed places is as the programs wrote it.
        let made = readFile("\(folder)/patrold.yaml")
            .replacing(
                "state: /var/lib/patrold",
                with: "state: \(folder)\ngpsd: { host: 127.0.0.1, port: \(site.ports[3]) }"
            )
            .replacing(
                "{ socket: /run/patrold/console.sock, group: patrol }",
                with: "{ socket: \(folder)/console.sock }"
            )
        try writeFile("\(folder)/patrold.yaml", made)
        let renamed = try await site.run("patrolctl", words + ["0", "--device", "car-02"])
        #expect(renamed.status == 78 && renamed.errors.contains("this machine is car-01"), "\(renamed)")
        #expect(access("\(folder)/car-02.key", F_OK) != 0)
        let forced = try await site.run("patrolctl", words + ["0", "--device", "car-02", "--force"])
        #expect(
            forced.errors.contains("car-02 is not enrolled yet") && access("\(folder)/car-02.key", F_OK) == 0,
            "\(forced)"
        )
        let back = try await site.run("patrolctl", words + ["0", "--device", "car-01"])
        #expect(back.output.contains("car-01.crt is there and stays"), "\(back)")
        let line = try ReceiverLine.tcp(port: try FreePort.take(1)[0])
        defer { line.close() }
        // mosquitto is started anew with the lists in which the device is.
        try await site.withServices { try await self.compareSmoke(site, words, line) }
    }

    /// The last test of the device: without its services, and with them.
    private func compareSmoke(_ site: Site, _ words: [String], _ line: ReceiverLine) async throws {
        let folder = "\(site.folder)/car"
        let missing = try await site.run("patrolctl", words + ["0"])
        #expect(missing.status == 1 && missing.errors.contains("has stored no position of this device"), "\(missing)")
        #expect(missing.output.contains("FAULT    gpsd") && missing.output.contains("FAULT    service"), "\(missing)")
        try await RealPrograms.withGPSD(port: site.ports[3], source: line.source, folder: folder) { _ in
            try await withProgram(
                Places.program("patrold"),
                ["run", "--config", "\(folder)/patrold.yaml"],
                logFile: "\(folder)/patrold.log"
            ) { _ in
                let chain = Chain(folder: folder, broker: 0, gpsd: 0, receiver: 0, http: 0)
                try await chain.feeding(line) {
                    let seen = try await site.run("patrolctl", words + ["60"])
                    #expect(seen.output.contains("The command room has stored where car-01 (01) is: "), "\(seen)")
                    #expect(seen.status == 0, "\(seen)")
                }
            }
        }
    }

    @Test("killed at any moment and run again it goes on: never half")
    func killed() async throws {
        try await withTemporaryFolder("setup") { folder in
            let site = try Site(folder: folder)
            let command = ([Places.program("patrolctl")] + site.words)
                .map { "'\($0)'" }.joined(separator: " ")
            let path = Places.program("patrolctl").split(separator: "/").dropLast().joined(separator: "/")
            for milliseconds in stride(from: 10, through: 600, by: 30) {
                let killed =
                    "PATH=/\(path):/usr/bin:/bin timeout -s KILL \(Double(milliseconds) / 1_000) \(command) "
                    + "--answers '\(folder)/answers' --password-file '\(folder)/password'"
                _ = try await runProgramToEnd("/bin/sh", ["-c", killed])
            }
            let whole = try await site.room()
            #expect(whole.output.contains("8. The test"), "\(whole)")
            let check = try await site.run("command-room", ["check", "--config", "\(folder)/command-room.yaml"])
            #expect(check.status == 0, "\(check)")
            let list = try await site.run(
                "patrolctl",
                ["pki", "list", "--authority", "\(folder)/authority", "--broker", "\(folder)/broker", "--restart", ""]
            )
            let rows = list.output.split(separator: "\n").dropFirst()
            #expect(rows.allSatisfy { $0.contains("days left") }, "\(list)")
            // Each has one row, however often it was renewed.
            #expect(
                rows.map { $0.split(separator: "\t")[0] }.sorted() == ["board", "broker", "command-room"],
                "\(list)"
            )
            try await site.withServices {
                let again = try await site.room()
                #expect(again.status == 0, "\(again)")
            }
        }
    }

    @Test("what is missing or wrong is a line each, and nothing is made of it")
    func wrong() async throws {
        try await withTemporaryFolder("setup") { folder in
            let site = try Site(folder: folder)
            let none = try await site.run("patrolctl", site.words)
            #expect(none.status == 2)
            for name in ["station", "name", "host", "account", "map"] {
                #expect(none.errors.contains("patrolctl: --\(name) is missing: "), "\(none.errors)")
            }
            let bad = try await site.room([
                "--station", "Jin Zhan", "--port", "70000", "--map", "\(folder)/none.pbf", "--account", "l:i",
                "--timezone", "Mars/Olympus",
            ])
            #expect(bad.status == 2 && bad.errors.split(separator: "\n").count == 5, "\(bad.errors)")
            try writeFile("\(folder)/answers", site.answers("stations: jinzhan"))
            let unknown = try await site.room()
            #expect(unknown.status == 78 && unknown.errors.contains("answers:11: unknown key 'stations'"), "\(unknown)")
            try writeFile("\(folder)/answers", site.answers())
            #expect(access("\(folder)/authority", F_OK) != 0 && access("\(folder)/setup-room.answers", F_OK) != 0)
            for (name, value) in [
                ("host", "https://x"), ("host", ","), ("board", "Room.example:8443"), ("room-port", "\(site.ports[0])"),
            ] {
                let odd = try await site.room(["--\(name)", value])
                #expect(odd.status == 2 && odd.errors.split(separator: "\n").count == 1, "\(name) \(value): \(odd)")
            }
            #expect(access("\(folder)/authority", F_OK) != 0)
            try writeFile("\(folder)/town.osm", "no map")
            let noMap = try await site.room()
            #expect(noMap.status == 65 && noMap.errors.contains("is no map that can be used"), "\(noMap)")
        }
    }

    @Test("other answers change what setup wrote, and never half of what somebody wrote by hand")
    func changed() async throws {
        try await withTemporaryFolder("setup") { folder in
            let site = try Site(folder: folder)
            func text(_ name: String) -> String { readFile("\(folder)/\(name)") }
            // The folder of the store is the service's: nothing is written through a link that lies in it.
            try FileManager.default.createDirectory(atPath: "\(folder)/room", withIntermediateDirectories: true)
            try writeFile("\(folder)/elsewhere", "mine")
            for name in ["city.roads.part", "city.ground.part"] {
                symlink("\(folder)/elsewhere", "\(folder)/room/\(name)")
            }
            #expect(try await site.room().output.contains("8. The test"))
            #expect(text("elsewhere") == "mine")
            // What was said once is kept: also the address, without which all the world could come.
            let again = try await site.run("patrolctl", site.words + ["--board-port", "\(site.ports[3])"])
            #expect(again.output.contains("command-room.yaml is written"), "\(again)")
            #expect(
                text("command-room.yaml").contains("port: \(site.ports[3])")
                    && text("broker.conf").contains(" 127.0.0.1")
            )
            try writeFile("\(folder)/command-room.yaml", text("command-room.yaml") + "target_s: 100\n")
            let same = try await site.run("patrolctl", site.words)
            #expect(same.output.contains("was changed by hand and stays"), "\(same)")
            let broker = text("broker.conf")
            let other = try await site.run("patrolctl", site.words + ["--room-port", "\(site.ports[2])"])
            #expect(other.status == 78 && other.errors.contains("for 'broker.port'"), "\(other)")
            #expect(text("broker.conf") == broker && text("command-room.yaml").contains("target_s"))
            // Another map is imported; the first extract is not needed any more.
            let roads = text("room/city.roads").utf8.count
            guard let town = Town(seed: 8) else { throw RigError.missing(program: "town") }
            try writeFile("\(folder)/other.osm", town.openStreetMapXML)
            unlink("\(folder)/town.osm")
            #expect(try await site.run("patrolctl", site.words).output.contains("city.roads is there and stays"))
            let moved = try await site.run("patrolctl", site.words + ["--map", "\(folder)/other.osm"])
            #expect(moved.output.contains("km of road"), "\(moved) \(roads)")
        }
    }

    @Test("at a terminal each answer is asked for, a wrong one again, and the password is not shown")
    func terminal() async throws {
        try await withTemporaryFolder("setup") { folder in
            let site = try Site(folder: folder)
            let path = Places.program("patrolctl").split(separator: "/").dropLast().joined(separator: "/")
            let command = (["env", "PATH=/\(path):/usr/bin:/bin", "LC_ALL=zh_CN.UTF-8", "patrolctl"] + site.words)
                .map { $0.isEmpty ? "\"\"" : $0 }.joined(separator: " ")
            // The password goes in when it is asked for: before that the terminal shows what is typed.
            let typed = """
                printf 'Jin Zhan\\njinzhan\\n金盏派出所\\n127.0.0.1\\n\\nli\\n\(folder)/town.osm\\n\\n\(site.ports[0])\\n\
                \(site.ports[1])\\n\(site.ports[2])\\n\\n'; \
                for n in $(seq 600); do grep -q '的密码' '\(folder)/seen' 2>/dev/null && break; sleep 0.1; done; \
                printf 'a long secret\\n'; \
                for n in $(seq 600); do grep -q '再输入一次' '\(folder)/seen' 2>/dev/null && break; sleep 0.1; done; \
                printf 'a long secret\\n'; sleep 1
                """
            let run = "(\(typed)) | script -qefc '\(command)' '\(folder)/seen' >/dev/null"
            _ = try await runProgramToEnd("/bin/sh", ["-c", run])
            let seen = readFile("\(folder)/seen")
            #expect(seen.contains("设备使用") && seen.contains("not beginning with '-'"), "\(seen)")
            #expect(seen.contains("li is chief") && !seen.contains("a long secret"), "\(seen)")
            #expect(readFile("\(folder)/setup-room.answers").contains("station: \"jinzhan\""))
            #expect(
                readFile("\(folder)/command-room.yaml").contains(
                    "http: { host: \"127.0.0.1\", port: \(site.ports[2]) }"
                )
            )
        }
    }
}
