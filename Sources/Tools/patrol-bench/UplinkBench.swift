import ArgumentParser
import Glibc
import PatrolWire
import Program
import Rig
import Simulation
import Threading

/// `patrol-bench uplink`: how long a position takes, and how a day's backlog gets in beside it.
struct UplinkBench: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "uplink",
        abstract: "From gpsd's word to the broker with the record durable first; and a backlog beside it."
    )
    @OptionGroup var options: BenchOptions

    @Option(help: "Seconds of live positions in each run, at 10 a second.")
    var seconds: Int = 20

    @Option(help: "Records of backlog; 86400 are a day at one a second.")
    var backlog: Int = 86_400

    private struct Row {
        var p50 = 0.0
        var p99 = 0.0
        var backlogSeconds = 0.0
        var busyP99 = 0.0
    }

    private struct Health: Decodable {
        let stored: Int
    }

    func validate() throws {
        guard (1...100_000).contains(self.seconds), (1...10_000_000).contains(self.backlog) else {
            throw ValidationError("--seconds must be from 1 to 100000, --backlog from 1 to 10000000")
        }
    }

    func run() async throws {
        var rows: [Row] = []
        do {
            for _ in 0..<self.options.runs { rows.append(try await self.measure()) }
        } catch let error as RigError {
            throw ProgramFailure(.failure, "\(error)")
        }
        self.options.show([
            "live_p50_ms": median(rows.map(\.p50)), "live_p99_ms": median(rows.map(\.p99)),
            "backlog_records": Double(self.backlog), "backlog_s": median(rows.map(\.backlogSeconds)),
            "live_p99_ms_during_backlog": median(rows.map(\.busyP99)), "runs": Double(rows.count),
        ])
    }

    private func measure() async throws -> Row {
        guard let town = Town(seed: 7) else { throw RigError.missing(program: "town") }
        return try await withTemporaryFolder("bench") { folder in
            let ports = try FreePort.take(4)
            let bench = Bench(folder: folder, broker: ports[0], gpsd: ports[1], http: ports[3])
            try await bench.prepare(town: town, backlog: self.backlog)
            let line = try ReceiverLine.tcp(port: ports[2])
            defer { line.close() }
            let world = World(town: town, cars: 1, seed: 7)
            let drive = Task { await world.run() }
            let feed = Task {
                await ReceiverFeed(world: world, car: 0, line: line, rate: 10, receiver: Receiver(seed: 1)).run()
            }
            defer {
                drive.cancel()
                feed.cancel()
            }
            let latency = Latency()
            return try await RealPrograms.withMosquitto(port: bench.broker, folder: folder) { _ in
                try await RealPrograms.withGPSD(port: bench.gpsd, source: line.source, folder: folder) { _ in
                    try await latency.watching(gpsd: bench.gpsd, broker: bench.broker) {
                        try await self.measure(bench, latency)
                    }
                }
            }
        }
    }

    /// First live alone; then the room comes, and the backlog starts to run.
    private func measure(_ bench: Bench, _ latency: Latency) async throws -> Row {
        var row = Row()
        try await withProgram(
            try sibling("patrold"),
            ["run", "--config", "\(bench.folder)/patrold.yaml"],
            logFile: "\(bench.folder)/patrold.log"
        ) { _ in
            try await eventually("a first position") { latency.measured.isEmpty ? nil : () }
            latency.clear()
            await pause(for: .seconds(self.seconds))
            (row.p50, row.p99) = (percentile(0.5, of: latency.measured), percentile(0.99, of: latency.measured))
            try await withProgram(
                try sibling("command-room"),
                ["run", "--config", "\(bench.folder)/room.yaml"],
                logFile: "\(bench.folder)/room.log"
            ) { room in
                try await RealPrograms.waitForPort(bench.http, of: room)
                try await eventually("the room listening to the broker") {
                    room.log.contains("Connected to broker") ? () : nil
                }
                latency.clear()
                let began = ContinuousClock.now
                let client = RoomClient(port: bench.http)
                try await eventually("the backlog in the store", within: .seconds(600), every: .milliseconds(50)) {
                    try await client.ask("GET", "/healthz").decode(Health.self).stored >= self.backlog ? () : nil
                }
                row.backlogSeconds = (ContinuousClock.now - began) / .seconds(1)
                row.busyP99 = percentile(0.99, of: latency.measured)
            }
        }
        return row
    }
}

/// The folder of one run.
private struct Bench: Sendable {
    let folder: String
    let broker: UInt16
    let gpsd: UInt16
    let http: UInt16

    /// Writes configurations and an outbox with a backlog.
    func prepare(town: Town, backlog: Int) async throws {
        try writeFile("\(self.folder)/town.osm", town.openStreetMapXML)
        _ = try await runProgramToEnd(
            try sibling("command-room"),
            ["roads", "import", "\(self.folder)/town.osm", "--output", "\(self.folder)/town.roads"]
        )
        try writeFile("\(self.folder)/every-fix.yaml", ConfigurationText.everyFix)
        try writeFile(
            "\(self.folder)/room.yaml",
            ConfigurationText.room(folder: self.folder, broker: self.broker, http: self.http)
        )
        try writeFile(
            "\(self.folder)/patrold.yaml",
            ConfigurationText.device(
                "01",
                state: "\(self.folder)/state",
                broker: self.broker,
                gpsd: self.gpsd,
                profile: "\(self.folder)/every-fix.yaml"
            )
        )
        // patrold itself makes the file; only the records come from here.
        try await withProgram(
            try sibling("patrold"),
            ["run", "--config", "\(self.folder)/patrold.yaml"],
            logFile: "\(self.folder)/patrold.log"
        ) { _ in
            try await eventually("an outbox") { try await self.query("SELECT count(*) FROM record") == "1" }
        }
        let log = try await self.query("SELECT value FROM meta WHERE key = 'log'")
        try writeFile("\(self.folder)/backlog.sql", try self.statements(log: log, backlog: backlog))
        _ = try await self.query(".read \(self.folder)/backlog.sql")
    }

    private func query(_ text: String) async throws -> String {
        let file = "\(self.folder)/state/outbox.sqlite"
        let result = try await runProgramToEnd("/usr/bin/sqlite3", ["-cmd", ".timeout 5000", file, text])
        guard result.status == 0 else { throw RigError.system("sqlite3", result.errors) }
        return result.output.split(separator: "\n").first.map(String.init) ?? ""
    }

    private func statements(log: String, backlog: Int) throws -> String {
        let coder = WireCoder()
        let begin = SystemClock.wallMilliseconds - Int64(backlog) * 1_000
        var lines = ["BEGIN;"]
        for number in 10..<(10 + backlog) {
            var record = Record(
                device: "car-01",
                unit: "01",
                log: log,
                sequence: Int64(number),
                time: begin + Int64(number) * 1_000,
                timeQuality: .gnss,
                uptime: Int64(number) * 1_000,
                trigger: .time,
                status: .patrol
            )
            record.setPlace(latitude: 40.02 + Double(number % 1_000) / 1e5, longitude: 116.55)
            (record.accuracy, record.speed, record.course, record.mode, record.satellites) = (3.5, 8.25, 271.5, 3, 11)
            record.source = .gnss
            let body = String(decoding: try coder.encode(record), as: UTF8.self)
            lines.append("INSERT INTO record VALUES (\(number), 0, \(record.time), CAST('\(body)' AS BLOB));")
        }
        return lines.joined(separator: "\n") + "\nCOMMIT;\n"
    }
}
