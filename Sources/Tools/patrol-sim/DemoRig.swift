import Console
import ConsoleWire
import Glibc
import Ground
import PatrolWire
import Program
import Rig
import Settings
import Simulation

/// The real programs of the demonstration: broker, gpsd, patrold and the room, on free ports in one folder.
struct DemoRig: Sendable {
    let folder: String
    let broker: UInt16
    let gpsd: UInt16
    let receiver: UInt16
    let http: UInt16

    /// The room's interface.
    var room: RoomClient { RoomClient(port: self.http) }

    /// What car 01 itself knows: its grids, line and posts, in a line.
    func patrol() throws -> String {
        var client = try ConsoleClient(path: "\(self.folder)/patrold/console.sock")
        try client.send(ConsoleRequest(.status))
        guard let report = try client.next().reply.report else { return "" }
        let line = report.line.map { "line \($0.id) at \(Int($0.along)) m\($0.on ? "" : ", OFF it")" } ?? "on no line"
        let covered = report.lines.map { "\($0.name) \(Int(($0.covered * 100).rounded())) %" }.joined(separator: ", ")
        let posts = report.posts.map { "\($0.name) \($0.visits[0])/\($0.visits[1])\($0.here ? " here" : "")" }
        return
            "car-01: \(report.grids.joined(separator: " > ")); \(line); covered \(covered); posts due \(posts.joined(separator: ", "))"
    }

    /// What a person may open.
    var url: String { "http://127.0.0.1:\(self.http)/" }

    /// Starts everything in order, lends it to `body`, and stops it in the opposite order.
    ///
    /// `start` is where car 01 begins, which is a post of its plan.
    static func with<R: Sendable>(
        town: Town,
        start: PlanePoint,
        say: (String) -> Void,
        _ body: (DemoRig, ReceiverLine) async throws -> R
    ) async throws -> R {
        try await withTemporaryFolder("patrol-demo") { folder in
            let ports = try FreePort.take(4)
            let rig = DemoRig(folder: folder, broker: ports[0], gpsd: ports[1], receiver: ports[2], http: ports[3])
            try await rig.importRoads(of: town, start: start, say: say)
            let line = try ReceiverLine.tcp(port: rig.receiver)
            defer { line.close() }
            return try await RealPrograms.withMosquitto(port: rig.broker, folder: folder) { _ in
                say("mosquitto on port \(rig.broker)")
                return try await rig.withRoom {
                    say("command-room on \(rig.url)")
                    return try await RealPrograms.withGPSD(port: rig.gpsd, source: line.source, folder: folder) { _ in
                        say("gpsd on port \(rig.gpsd), its receiver is car 01 of the town")
                        return try await rig.withPatrold {
                            say("patrold follows that gpsd as car-01")
                            return try await body(rig, line)
                        }
                    }
                }
            }
        }
    }

    private func importRoads(of town: Town, start: PlanePoint, say: (String) -> Void) async throws {
        try writeFile("\(self.folder)/town.osm", town.openStreetMapXML)
        try writeFile("\(self.folder)/plan.geojson", TownPlan(town).geoJSON(revision: 1, start: start))
        let result = try await runProgramToEnd(
            try sibling("command-room"),
            ["roads", "import", "\(self.folder)/town.osm", "--output", "\(self.folder)/town.roads"]
        )
        guard result.status == 0 else { throw ProgramFailure(.failure, "the town was not imported: \(result.errors)") }
        let key = try await runProgramToEnd(
            try sibling("patrolctl"),
            ["plan", "keygen", "--name", "demo", "--output", "\(self.folder)/plan.key"]
        )
        guard let line = key.output.split(separator: "\n").last, let first = line.firstIndex(of: "[") else {
            throw ProgramFailure(.failure, "no key for the plan: \(key.errors)")
        }
        let publicKey = line[first...].dropLast(2)
        try writeFile("\(self.folder)/plan.yaml", "plan: { file: \(self.folder)/plan.geojson, keys: \(publicKey) }\n")
        say("town of \(town.ways.count) streets imported")
    }

    private func withRoom<R: Sendable>(_ body: () async throws -> R) async throws -> R {
        try writeFile(
            "\(self.folder)/command-room.yaml",
            ConfigurationText.room(folder: self.folder, broker: self.broker, http: self.http)
                + "plan: { file: \(self.folder)/plan.geojson, key: \(self.folder)/plan.key }\n"
                + "board: { title: 金盏派出所 }\n"
        )
        return try await withProgram(
            try sibling("command-room"),
            ["run", "--config", "\(self.folder)/command-room.yaml"],
            logFile: "\(self.folder)/command-room.log"
        ) { program in
            try await RealPrograms.waitForPort(self.http, of: program)
            return try await body()
        }
    }

    private func withPatrold<R: Sendable>(_ body: () async throws -> R) async throws -> R {
        try writeFile(
            "\(self.folder)/patrold.yaml",
            ConfigurationText.device("01", state: "\(self.folder)/patrold", broker: self.broker, gpsd: self.gpsd)
                + readFile("\(self.folder)/plan.yaml")
        )
        return try await withProgram(
            try sibling("patrold"),
            ["run", "--config", "\(self.folder)/patrold.yaml"],
            logFile: "\(self.folder)/patrold.log"
        ) { _ in try await body() }
    }
}
