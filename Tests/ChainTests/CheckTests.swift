import Rig
import Simulation
import TestSupport
import Testing

@Suite("check opens all that a configuration names", .serialized, .realPrograms, .timeLimit(.minutes(6)))
struct CheckTests {
    private struct Answer {
        let status: Int32
        let output: String
        let faults: [String]
        let warnings: [String]

        func expect(
            faults words: [String],
            warnings: [String] = [],
            sourceLocation: SourceLocation = #_sourceLocation
        ) {
            let isGood = words.isEmpty
            #expect(self.status == (isGood ? 0 : 78), "\(self.faults)", sourceLocation: sourceLocation)
            #expect(
                self.output.contains("The configuration is good.") == isGood,
                "\(self.output)",
                sourceLocation: sourceLocation
            )
            for (found, wanted) in [(self.faults, words), (self.warnings, warnings)] {
                #expect(found.count == wanted.count, "\(found)", sourceLocation: sourceLocation)
                for word in wanted {
                    #expect(
                        found.contains { $0.contains(word) },
                        "\(found) lacks \(word)",
                        sourceLocation: sourceLocation
                    )
                }
            }
        }
    }

    private func check(_ program: String, _ configuration: String) async throws -> Answer {
        let result = try await runProgramToEnd(Places.program(program), ["check", "--config", configuration])
        let lines = result.errors.split(separator: "\n").map(String.init)
        let isWarning = { (line: String) in line.hasPrefix("\(program): warning: ") }
        return Answer(
            status: result.status,
            output: result.output,
            faults: lines.filter { !isWarning($0) },
            // The certificates of tests are for two days.
            warnings: lines.filter { isWarning($0) && !$0.contains("crt: expires in ") }
        )
    }

    private func chmod(_ mode: String, _ path: String) async throws {
        #expect(try await runProgramToEnd("/bin/chmod", [mode, path]).status == 0)
    }

    private static let plan = """
        {"type":"FeatureCollection","patrolPlan":{"id":"jinzhan","revision":12,"crs":"WGS84","timezone":"Asia/Shanghai"},
        "features":[{"type":"Feature","id":"p","properties":{"kind":"post"},"geometry":{"type":"Point","coordinates":[116.55,40.02]}}]}
        """

    @Test("patrold: certificate, key, authority, plan, console, inputs and state; every fault in one go")
    func device() async throws {
        try await withTemporaryFolder("check") { folder in
            let certificates = try await Certificates(folder: folder, devices: ["car-01", "car-02"])
            try writeFile("\(folder)/every-fix.yaml", ConfigurationText.everyFix)
            try writeFile("\(folder)/plan.geojson", Self.plan)
            let path = "\(folder)/patrold.yaml"
            let good = ConfigurationText.device(
                "01",
                state: "\(folder)/state",
                broker: 8_883,
                gpsd: 2_947,
                profile: "\(folder)/every-fix.yaml",
                tls: folder
            )
            try writeFile(path, good + "plan: { file: \(folder)/plan.geojson }\n")
            try await self.check("patrold", path).expect(faults: [], warnings: ["car-01.key: everybody"])
            try await self.chmod("660", "\(folder)/car-01.key")
            try await self.check("patrold", path).expect(faults: [], warnings: ["car-01.key: its group may change"])
            try await self.chmod("640", "\(folder)/car-01.key")
            let answer = try await self.check("patrold", path)
            answer.expect(faults: [])
            #expect(answer.output.contains("jinzhan revision 12"), "\(answer.output)")
            let errors = try await runProgramToEnd(Places.program("patrold"), ["check", "--config", path]).errors
            #expect(errors.contains("car-01.crt: expires in"), "\(errors)")

            // Another's certificate, a key that does not fit it, an authority that is none, and all else missing.
            try writeFile(
                "\(folder)/every-fix.yaml",
                ConfigurationText.everyFix
                    + """
                    inputs:
                      - { name: sos, gpio: gpiochip77/4 }
                      - { name: battery, sysfs: \(folder)/no/capacity }
                    """
            )
            try writeFile("\(folder)/no.crt", "nothing\n")
            try writeFile(
                path,
                good.replacing("car-01.crt", with: "car-02.crt").replacing("ca.crt", with: "no.crt")
                    .replacing("state: \(folder)/state", with: "state: \(folder)/no/where/state")
                    + "plan: { file: \(folder)/no.geojson }\nconsole: { socket: \(folder)/no/c.sock, group: no-such }\n"
            )
            try await self.check("patrold", path).expect(faults: [
                "car-02.crt: is of 'car-02' and not of 'car-01'", "car-01.key: does not belong to",
                "no.crt: holds no certificate",
                "no/where/state: is not there and cannot be made", "no.geojson: No such file", "no/c.sock",
                "input sos: /dev/gpiochip77 is not here", "input battery: \(folder)/no/capacity",
            ])

            try writeFile("\(folder)/every-fix.yaml", ConfigurationText.everyFix)
            try await certificates.issue("car-01", days: -1)
            try writeFile("\(folder)/plan.geojson", Self.plan.replacing("\"post\"", with: "\"past\""))
            try writeFile(path, good + "plan: { file: \(folder)/plan.geojson }\n")
            try await self.check("patrold", path).expect(
                faults: ["car-01.crt: expired", "plan.geojson: 'p': 'kind' is 'past'"],
                warnings: ["car-01.key"]
            )
            for file in ["crt", "key"] { _ = try await runProgramToEnd("/bin/rm", ["\(folder)/car-01.\(file)"]) }
            try writeFile(path, good)
            try await self.check("patrold", path).expect(faults: [
                "car-01.crt: No such file", "car-01.key: No such file",
            ])
        }
    }

    @Test(
        "command-room: certificates, roads, plan and its key, accounts, driving, Leaflet and state; every fault in one go"
    )
    func room() async throws {
        try await Chain.with { chain in
            let folder = chain.folder
            _ = try await Certificates(folder: folder, devices: ["board"])
            let path = "\(folder)/command-room.yaml"
            let http = "http: { host: 127.0.0.1, port: \(chain.http)"
            let good =
                readFile(path).replacing(
                    http,
                    with: http + ", tls: { certificate: \(folder)/board.crt, key: \(folder)/board.key }"
                )
                    + """
                    accounts: \(folder)/accounts
                    plan: { file: \(folder)/plan.geojson, key: \(folder)/plan.key }
                    driving: \(folder)/driving.yaml

                    """
            try writeFile(path, good)
            let missing = [
                "accounts: No such file", "plan.geojson: No such file", "plan.key: No such file",
                "driving.yaml: No such file",
            ]
            try await self.check("command-room", path).expect(faults: missing, warnings: ["board.key"])

            try writeFile("\(folder)/accounts", "# nobody\n")
            try writeFile("\(folder)/plan.geojson", Self.plan)
            try writeFile("\(folder)/plan.key", "station xyz\n")
            try writeFile("\(folder)/driving.yaml", "drives_on: middle\n")
            try writeFile(
                path,
                good.replacing("town.roads", with: "town.osm").replacing("board.key", with: "ca.key")
                    + "board: { leaflet: \(folder)/leaflet }\n"
            )
            try await self.check("command-room", path).expect(
                faults: [
                    "accounts: has no account", "plan.key: is no key of", "driving.yaml:1: 'drives_on'",
                    "town.osm: not a road file", "ca.key: does not belong to", "leaflet/leaflet.js",
                    "leaflet/leaflet.css",
                ],
                warnings: ["ca.key", "accounts: everybody", "plan.key: everybody"]
            )

            for file in ["accounts", "plan.key"] { _ = try await runProgramToEnd("/bin/rm", ["\(folder)/\(file)"]) }
            _ = try await runProgramToEnd(
                Places.program("patrolctl"),
                ["plan", "keygen", "--name", "station", "--output", "\(folder)/plan.key"]
            )
            let account = "li:viewer:scrypt:1024:AAAA:\(String(repeating: "A", count: 43))=\n"
            try writeFile("\(folder)/accounts", account)
            try await self.chmod("640", "\(folder)/accounts")
            try await self.chmod("600", "\(folder)/board.key")
            try writeFile("\(folder)/driving.yaml", "drives_on: left\n")
            try writeFile(path, good)
            let answer = try await self.check("command-room", path)
            answer.expect(faults: [])
            #expect(answer.output.contains("jinzhan revision 12") && answer.output.contains("accounts of 1"))
        }
    }

    @Test("a service says at its start which secret others may read, and what to do")
    func exposed() async throws {
        try await Chain.with { chain in
            _ = try await Certificates(folder: chain.folder, devices: ["car-01"])
            try writeFile(
                "\(chain.folder)/patrold.yaml",
                ConfigurationText.device(
                    "01",
                    state: "\(chain.folder)/state",
                    broker: chain.broker,
                    gpsd: chain.gpsd,
                    profile: "\(chain.folder)/every-fix.yaml",
                    tls: chain.folder
                )
            )
            try await chain.withPatrold { _ in try await chain.waitForLog("patrold.log", "car-01.key: everybody") }
            try writeFile("\(chain.folder)/accounts", "# nobody\n")
            try writeFile(
                "\(chain.folder)/command-room.yaml",
                readFile("\(chain.folder)/command-room.yaml") + "accounts: \(chain.folder)/accounts\n"
            )
            try await chain.withRoom { _ in
                try await chain.waitForLog(
                    "command-room.log",
                    "accounts: everybody on this machine may get at this secret"
                )
            }
        }
    }

    @Test("a plan with a year beyond all reason is one line, and ends nothing")
    func farYear() async throws {
        try await withTemporaryFolder("plan") { folder in
            let path = "\(folder)/plan.geojson"
            let head = #""timezone":"Asia/Shanghai"}"#
            for date in ["9223372036854775807-01-01", "2026-02-29", "2026-11-01T06:00:00+99:00", "2026-11-01T24:30"] {
                try writeFile(
                    path,
                    Self.plan.replacing(head, with: #""timezone":"Asia/Shanghai","validFrom":"\#(date)"}"#)
                )
                let result = try await runProgramToEnd(Places.program("patrolctl"), ["plan", "check", path])
                #expect(result.status == 65 && result.errors.split(separator: "\n").count == 1, "\(result.errors)")
                #expect(
                    result.errors.contains("plan.geojson: 'validFrom' is '\(date)'; write a date"),
                    "\(result.errors)"
                )
            }
        }
    }
}
