import Console
import ConsoleWire
import FoundationEssentials
import Rig
import Simulation
import TestSupport
import Testing
import Threading

@Suite(
    "What others write, and who floods, through the real programs",
    .serialized,
    .realPrograms,
    .timeLimit(.minutes(8))
)
struct ForeignTextTests {
    private func publish(_ chain: Chain, _ topic: String, _ text: String) async throws {
        let result = try await runProgramToEnd(
            "/usr/bin/mosquitto_pub",
            ["-p", "\(chain.broker)", "-V", "5", "-q", "1", "-t", "patrol/1/jinzhan/\(topic)", "-m", text]
        )
        try #require(result.status == 0, "\(result.errors)")
    }

    private func patrolctl(_ chain: Chain, _ words: String...) async throws -> String {
        try await runProgramToEnd(
            Places.program("patrolctl"),
            words + ["--socket", "\(chain.folder)/state/console.sock"]
        ).output
    }

    @Test(
        "a message with escapes and line breaks is one harmless line on the officer's terminal and in the log",
        .chain(.broker, .patrold)
    )
    func terminal() async throws {
        let chain = try Chain.current
        try await eventually("the link") {
            try await self.patrolctl(chain, "status").contains("link     up") ? () : nil
        }
        let (text, actor) = (#"\u001b[2J\u009b31m\ngrids    forged\u202e"#, #"li\nforged of the device"#)
        let now = SystemClock.wallMilliseconds
        try await self.publish(
            chain,
            "car-01/cmd",
            #"{"v":1,"id":"m-1","cmd":"message","t":\#(now),"expires":\#(now + 60_000),"by":"\#(actor)","data":{"text":"\#(text)"}}"#
        )
        let screen = try await eventually("the message") {
            let screen = try await self.patrolctl(chain, "status")
            return screen.contains("message  ") ? screen : nil
        }
        #expect(screen.contains("message  ␛[2J\\u{9b}31m␊grids    forged\\u{202e}\n"), "\(screen)")
        let json = try await self.patrolctl(chain, "status", "--json")
        #expect(json.contains(#"\u009b31m"#) && !json.unicodeScalars.contains("\u{9B}"))
        #expect(!json.unicodeScalars.contains("\u{202E}"))
        let log = readFile("\(chain.folder)/patrold.log").split(separator: "\n")
        #expect(log.contains { $0.contains("li␊forged of the device") }, "\(log)")
        #expect(!log.contains { $0.hasPrefix("forged") })
    }

    @Test("an incident whose sender has a line break in its name is one line in the room's log", .chain(.broker, .room))
    func roomLog() async throws {
        let chain = try Chain.current
        try await self.publish(
            chain,
            "room/incident",
            #"{"v":1,"id":"i-1","lat":40.02,"lon":116.55,"by":"x\nforged line\u001b[31m"}"#
        )
        try await chain.waitForLog("command-room.log", "forged line")
        let log = readFile("\(chain.folder)/command-room.log")
        #expect(!log.split(separator: "\n").contains { $0.hasPrefix("forged") }, "\(log)")
        #expect(log.contains("x␊forged line␛[31m") && !log.contains("\u{1B}"))
    }

    @Test(
        "20 SOS are answered within 2 s each while another program sends 10,000 requests, and all are recorded",
        .chain(.patrold)
    )
    func flood() async throws {
        let chain = try Chain.current
        let path = "\(chain.folder)/state/console.sock"
        try await chain.waitForLog("patrold.log", "patrold 0")
        // It says its name before its console is open.
        try await eventually("the console") { FileManager.default.fileExists(atPath: path) }
        let sent = Locked(0)
        startThread("flooder") {
            do {
                var client = try ConsoleClient(path: path)
                var request = ConsoleRequest(.checkin)
                for number in 0..<10_000 {
                    request.officers = ["\(number)"]
                    try client.send(number % 2 == 0 ? request : ConsoleRequest(.status))
                    sent.withLock { $0 += 1 }
                }
            } catch { print("the flooder ended: \(error)") }
        }
        try await eventually("the flood") { sent.withLock { $0 > 100 } }
        for _ in 0..<20 {
            let took = try await onOwnThread("officer") {
                Result {
                    let clock = ContinuousClock()
                    let began = clock.now
                    var client = try ConsoleClient(path: path)
                    try client.send(ConsoleRequest(.sos))
                    try #require(try client.next().reply.ok)
                    return clock.now - began
                }
            }.get()
            #expect(took < .seconds(2), "\(took)")
        }
        let recorded = try await chain.outboxRows(
            "SELECT count(*) FROM record WHERE CAST(body AS TEXT) LIKE '%\"ev\":\"sos\"%'"
        )
        #expect(recorded == ["20"])
    }

    @Test("a console that cannot be had stops the start with one line")
    func noConsole() async throws {
        try await Chain.with { chain in
            let path = "\(chain.folder)/patrold.yaml"
            let good = readFile(path)
            for (console, status, words) in [
                ("{ socket: /run/no-such-folder/c.sock }", 69, "needs a folder that patrold may write to"),
                ("{ group: no-such-group }", 78, "groupadd --system no-such-group"),
                ("{ socket: \(chain.folder)/town.osm }", 78, "is no socket"),
            ] as [(String, Int32, String)] {
                try writeFile(path, good + "console: \(console)\n")
                let result = try await runProgramToEnd(Places.program("patrold"), ["run", "--config", path])
                #expect(result.status == status && result.errors.contains(words), "\(result.errors)")
                #expect(result.errors.split(separator: "\n").filter { !$0.hasPrefix("20") }.count == 1)
            }
        }
    }

    @Test("light and siren make events", .chain(.patrold))
    func lightAndSiren() async throws {
        let chain = try Chain.current
        try await chain.waitForLog("patrold.log", "patrold 0")
        for (input, value) in [("light", "on"), ("siren", "on"), ("siren", "on"), ("light", "off")] {
            _ = try await self.patrolctl(chain, "input", input, value)
        }
        let events = try await chain.outboxRows(
            "SELECT json_extract(CAST(body AS TEXT), '$.ev') || json_extract(CAST(body AS TEXT), '$.data.on') "
                + "FROM record WHERE CAST(body AS TEXT) LIKE '%vehicle.%' ORDER BY seq"
        )
        #expect(events == ["vehicle.light1", "vehicle.siren1", "vehicle.light0"])
    }
}
