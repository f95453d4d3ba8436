import Foundation
import FoundationEssentials
import Glibc
import PatrolWire
import Rig
import TestSupport

/// A station in a folder.
struct EnrolledSite {
    let folder: String
    let port: UInt16
    let roomPort: UInt16

    init(folder: String, ports: [UInt16] = [8_883, 8_884]) {
        (self.folder, self.port, self.roomPort) = (folder, ports[0], ports[1])
    }

    func setUp() async throws {
        try await self.succeed(["pki", "init", "--name", "金盏派出所"])
        try await self.succeed([
            "broker", "setup", "--host", "mqtt.station.example", "--port", "\(self.port)", "--room-port",
            "\(self.roomPort)", "--bind", "127.0.0.1", "--config", "\(self.folder)/broker.conf",
        ])
    }

    var authority: [String] {
        ["--authority", "\(self.folder)/authority", "--broker", "\(self.folder)/broker"]
    }

    /// Runs `patrolctl`; mosquitto is started anew by the test.
    func patrolctl(
        _ words: [String],
        restart: String = ""
    ) async throws -> (
        status: Int32,
        output: String,
        errors: String
    ) {
        var words = words
        if ["pki", "revoke", "broker"].contains(words[0]) || words.prefix(2) == ["enrol", "sign"] {
            words += self.authority + ["--restart", restart]
        }
        return try await runProgramToEnd(Places.program("patrolctl"), words)
    }

    @discardableResult
    func succeed(_ words: [String]) async throws -> String {
        let result = try await self.patrolctl(words)
        guard result.status == 0 else { throw RigError.system(words.joined(separator: " "), result.errors) }
        return result.output
    }

    /// Enrols a device from its request to its configuration; returns what the room said.
    @discardableResult
    func enrol(_ device: String, at station: String, _ more: [String] = []) async throws -> String {
        let own = "\(self.folder)/\(device)"
        try FileManager.default.createDirectory(atPath: own, withIntermediateDirectories: true)
        try await self.succeed([
            "enrol", "request", "--device", device, "--folder", own, "--output", "\(own)/request",
        ])
        let said = try await self.succeed(
            [
                "enrol", "sign", "\(own)/request", "--station", station, "--host", "127.0.0.1", "--port",
                "\(self.port)", "--output", "\(own)/bundle",
            ] + more
        )
        let print = said.split(separator: "\n").first { $0.hasPrefix("fingerprint ") }?.dropFirst(12) ?? ""
        try await self.succeed([
            "enrol", "accept", "\(own)/bundle", "--folder", own, "--config", "\(own)/patrold.yaml",
            "--fingerprint", String(print),
        ])
        return said
    }

    func withBroker<R: Sendable>(_ body: (RunningProgram) async throws -> R) async throws -> R {
        // mosquitto gives up root and has to read its files.
        _ = try await runProgramToEnd("/bin/chmod", ["a+rx", self.folder])
        return try await withProgram(
            "/usr/sbin/mosquitto",
            ["-c", "\(self.folder)/broker.conf"],
            logFile: "\(self.folder)/mosquitto.log"
        ) { program in
            try await RealPrograms.waitForPort(self.port, of: program)
            return try await body(program)
        }
    }

    private func identity(_ name: String) -> [String] {
        [
            "-h", "127.0.0.1", "-p", "\(name == "command-room" ? self.roomPort : self.port)", "-V", "mqttv5",
            "--cafile", "\(self.folder)/authority/ca.crt",
            "--cert", "\(self.folder)/\(name)/\(name).crt", "--key", "\(self.folder)/\(name)/\(name).key", "-q",
            "1",
        ]
    }

    /// Whether the broker takes a message of somebody.
    func publishes(_ name: String, _ topic: String) async throws -> Bool {
        let result = try await runProgramToEnd(
            "/usr/bin/mosquitto_pub",
            self.identity(name) + ["-t", topic, "-m", topic, "-r"]
        )
        return result.status == 0 && !result.errors.contains("failed")
    }

    /// Those topics of a list of which somebody gets the retained message.
    func hears(_ name: String, _ topics: [String]) async throws -> Set<String> {
        let result = try await runProgramToEnd(
            "/usr/bin/mosquitto_sub",
            self.identity(name) + topics.flatMap { ["-t", $0] } + ["-F", "%t", "-W", "2"]
        )
        return Set(result.output.split(separator: "\n").map(String.init))
    }

    /// The device and the room of a chain, enrolled; all but where the test keeps their state and its receiver is as the
    /// programs wrote it.
    static func of(_ chain: Chain) async throws -> EnrolledSite {
        let folder = chain.folder
        let site = EnrolledSite(folder: folder, ports: try FreePort.take(2))
        try await site.setUp()
        try await site.succeed(["pki", "room", "--station", "jinzhan", "--output", chain.folder])
        try await site.enrol("car-01", at: "jinzhan")
        let device = readFile("\(folder)/patrold.yaml")
        let made = readFile("\(folder)/car-01/patrold.yaml")
        // Of the enrolled configuration all but where this test keeps its state and its receiver.
        func part(_ text: String, _ key: String) -> String {
            let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
            guard let first = lines.firstIndex(where: { $0.hasPrefix("\(key):") }) else { return "" }
            let rest = lines[(first + 1)...].prefix { $0.hasPrefix(" ") }
            return ([lines[first]] + rest).joined(separator: "\n") + "\n"
        }
        let kept = ["state", "gpsd", "profile"].map { part(device, $0) }.joined()
        let taken = ["station", "device", "unit", "broker"].map { part(made, $0) }.joined()
        try writeFile("\(folder)/patrold.yaml", kept + taken)
        let room = readFile("\(folder)/command-room.yaml")
        try writeFile(
            "\(folder)/command-room.yaml",
            room.replacing(
                part(room, "broker"),
                with: "broker: { host: 127.0.0.1, port: \(site.roomPort), tls: { ca: \(folder)/ca.crt, "
                    + "certificate: \(folder)/command-room.crt, key: \(folder)/command-room.key } }\n"
            )
        )
        return site
    }
}
