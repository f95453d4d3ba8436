import FoundationEssentials
import Rig
import Simulation
import TestSupport
import Threading

/// The real programs in one folder, each started by the test that needs it.
struct Chain: Sendable {
    let folder: String
    let broker: UInt16
    let gpsd: UInt16
    let receiver: UInt16
    let http: UInt16

    /// Lends a folder, free ports, and a town's road file.
    static func with<R: Sendable>(_ body: (Chain) async throws -> R) async throws -> R {
        try await withTemporaryFolder("chain") { folder in
            let ports = try FreePort.take(4)
            let chain = Chain(folder: folder, broker: ports[0], gpsd: ports[1], receiver: ports[2], http: ports[3])
            guard let town = Town(seed: 7) else { throw RigError.missing(program: "town") }
            try writeFile("\(folder)/town.osm", town.openStreetMapXML)
            let imported = try await runProgramToEnd(
                Places.program("command-room"),
                ["roads", "import", "\(folder)/town.osm", "--output", "\(folder)/town.roads"]
            )
            guard imported.status == 0 else { throw RigError.system("roads import", imported.errors) }
            try chain.writeConfigurations()
            do {
                return try await body(chain)
            } catch {
                chain.showLogs()
                throw error
            }
        }
    }

    /// What the programs said last, beside the failure: the folder is gone afterwards.
    private func showLogs() {
        for name in ["patrold.log", "command-room.log", "mosquitto.log"] {
            let lines = readFile("\(self.folder)/\(name)").split(separator: "\n").suffix(40)
            print("--- \(name), the last lines:\n\(lines.joined(separator: "\n"))")
        }
    }

    private func writeConfigurations() throws {
        try writeFile("\(self.folder)/every-fix.yaml", ConfigurationText.everyFix)
        try self.writeDevice(broker: self.broker)
        try self.writeRoom(broker: self.broker)
    }

    /// Writes the device's configuration; its broker may be a troubled line to the real one.
    func writeDevice(broker: UInt16) throws {
        try writeFile(
            "\(self.folder)/patrold.yaml",
            ConfigurationText.device(
                "01",
                state: "\(self.folder)/state",
                broker: broker,
                gpsd: self.gpsd,
                profile: "\(self.folder)/every-fix.yaml"
            )
        )
    }

    /// Writes the room's configuration; its broker may be a troubled line to the real one.
    func writeRoom(broker: UInt16) throws {
        try writeFile(
            "\(self.folder)/command-room.yaml",
            ConfigurationText.room(folder: self.folder, broker: broker, http: self.http)
        )
    }

    var room: RoomClient { RoomClient(port: self.http) }

    func withBroker<R: Sendable>(
        settings: String = "max_queued_messages 0",
        _ body: (RunningProgram) async throws -> R
    ) async throws -> R {
        try await RealPrograms.withMosquitto(
            port: self.broker,
            folder: self.folder,
            settings: "allow_anonymous true\n\(settings)",
            body
        )
    }

    func withRoom<R: Sendable>(wrapper: String? = nil, _ body: (RunningProgram) async throws -> R) async throws -> R {
        try await withProgram(
            Places.program("command-room"),
            ["run", "--config", "\(self.folder)/command-room.yaml"],
            logFile: "\(self.folder)/command-room.log",
            wrapper: wrapper
        ) { program in
            try await RealPrograms.waitForPort(self.http, of: program)
            return try await body(program)
        }
    }

    func withPatrold<R: Sendable>(wrapper: String? = nil, _ body: (RunningProgram) async throws -> R) async throws -> R
    {
        try await withProgram(
            Places.program("patrold"),
            ["run", "--config", "\(self.folder)/patrold.yaml"],
            logFile: "\(self.folder)/patrold.log",
            wrapper: wrapper,
            body
        )
    }

    func withGPSD<R: Sendable>(_ body: (ReceiverLine) async throws -> R) async throws -> R {
        let line = try ReceiverLine.tcp(port: self.receiver)
        defer { line.close() }
        return try await RealPrograms.withGPSD(port: self.gpsd, source: line.source, folder: self.folder) { _ in
            try await body(line)
        }
    }

    /// A car of the town on a line to gpsd while `body` runs.
    ///
    /// `clockError` is what the receiver's clock is wrong by, ms.
    func feeding<R: Sendable>(
        _ line: ReceiverLine,
        rate: Double = 10,
        clockError: Locked<Int64> = Locked(0),
        _ body: () async throws -> R
    ) async throws -> R {
        guard let town = Town(seed: 7) else { throw RigError.missing(program: "town") }
        let world = World(town: town, cars: 1, seed: 7)
        let drive = Task { await world.run() }
        let feed = Task {
            await ReceiverFeed(
                world: world,
                car: 0,
                line: line,
                rate: rate,
                receiver: Receiver(seed: 1),
                clockError: clockError
            )
            .run()
        }
        defer {
            drive.cancel()
            feed.cancel()
        }
        return try await body()
    }

    /// What the outbox holds, read by another program while ours may be writing.
    func outboxSequences() async throws -> [Int] {
        let result = try await runProgramToEnd(
            "/usr/bin/sqlite3",
            ["-cmd", ".timeout 5000", "\(self.folder)/state/outbox.sqlite", "SELECT seq FROM record ORDER BY seq"]
        )
        guard result.status == 0 else { throw RigError.system("sqlite3", result.errors) }
        return result.output.split(separator: "\n").compactMap { Int($0) }
    }

    /// Waits until the outbox holds so many records.
    func waitForRecords(_ count: Int) async throws {
        try await eventually("\(count) records in the outbox", within: .seconds(40)) {
            try await self.outboxSequences().count >= count ? () : nil
        }
    }

    /// Waits until a log file holds a text.
    func waitForLog(_ file: String, _ text: String) async throws {
        try await eventually("'\(text)' in \(file)") { readFile("\(self.folder)/\(file)").contains(text) }
    }
}
