import Glibc
import Ground
import Program
import Rig
import Simulation
import Threading

/// The programs of a soak and the folder that they share.
struct SoakRig: Sendable {
    /// One program that is killed and started again.
    struct Torment: Sendable {
        let path: String
        let arguments: [String]
        let logFile: String
        /// Seconds that it is left alone between two faults.
        let life: ClosedRange<Double>
        /// Its database, if it has one.
        var store: String?
    }

    /// What came of it.
    struct Verdict: Sendable {
        var records = 0
        var lost = 0
        var duplicated = 0

        func json(seconds: Int, devices: Int, faults: SoakFaults) -> String {
            "{\"seconds\":\(seconds),\"devices\":\(devices),\(faults.json),\"records\":\(self.records),"
                + "\"lost\":\(self.lost),\"duplicated\":\(self.duplicated)}"
        }
    }

    let folder: String
    let broker: UInt16
    let gpsd: UInt16
    let receiver: UInt16
    let http: UInt16
    let devices: Int
    /// The source that gpsd reads.
    let source: String
    /// To the broker: the room's line, then the devices'.
    let lines: [TroubledLine]

    private var room: Torment {
        get throws {
            Torment(
                path: try sibling("command-room"),
                arguments: ["run", "--config", "\(self.folder)/command-room.yaml"],
                logFile: "\(self.folder)/command-room.log",
                life: 2...12,
                store: "\(self.folder)/room/history.sqlite"
            )
        }
    }

    private var mosquitto: Torment {
        Torment(
            path: "/usr/sbin/mosquitto",
            arguments: ["-c", "\(self.folder)/mosquitto.conf"],
            logFile: "\(self.folder)/mosquitto.log",
            life: 5...20
        )
    }

    private func patrold(_ number: Int) throws -> Torment {
        Torment(
            path: try sibling("patrold"),
            arguments: ["run", "--config", "\(self.folder)/patrold-\(number).yaml"],
            logFile: "\(self.folder)/patrold-\(number).log",
            life: 0.5...10,
            store: "\(self.folder)/state-\(number)/outbox.sqlite"
        )
    }

    private var satellites: Torment {
        Torment(
            path: "/usr/sbin/gpsd",
            arguments: ["-N", "-n", "-S", "\(self.gpsd)", self.source],
            logFile: "\(self.folder)/gpsd.log",
            life: 20...60
        )
    }

    /// Everything that faults befall.
    var programs: [Torment] {
        get throws { try [self.mosquitto, self.satellites, self.room] + (1...self.devices).map(self.patrold) }
    }

    /// Writes all configurations and imports the town.
    func prepare(town: Town) async throws {
        try writeFile("\(self.folder)/town.osm", town.openStreetMapXML)
        let imported = try await runProgramToEnd(
            try sibling("command-room"),
            ["roads", "import", "\(self.folder)/town.osm", "--output", "\(self.folder)/town.roads"]
        )
        guard imported.status == 0 else { throw ProgramFailure(.failure, imported.errors) }
        try writeFile(
            "\(self.folder)/mosquitto.conf",
            "listener \(self.broker) 127.0.0.1\nallow_anonymous true\nmax_queued_messages 0\n"
        )
        try writeFile(
            "\(self.folder)/command-room.yaml",
            ConfigurationText.room(folder: self.folder, broker: self.lines[0].port, http: self.http)
        )
        try writeFile("\(self.folder)/every-fix.yaml", ConfigurationText.everyFix)
        for number in 1...self.devices {
            try writeFile(
                "\(self.folder)/patrold-\(number).yaml",
                ConfigurationText.device(
                    "\(number)",
                    state: "\(self.folder)/state-\(number)",
                    broker: self.lines[number].port,
                    gpsd: self.gpsd,
                    profile: "\(self.folder)/every-fix.yaml"
                )
            )
        }
    }

    /// Lets a program live for a while, lets a fault befall it, and starts it again when that was its end, until `end`.
    func torment(
        _ program: Torment,
        until end: ContinuousClock.Instant,
        random: SplitMix64,
        faults: SoakFaults
    ) async throws {
        var random = random
        while ContinuousClock.now < end {
            try await self.run(program) { running in
                var isKilled = false
                while !isKilled, running.isAlive {
                    let life = Duration.seconds(Double.random(in: program.life, using: &random))
                    await pause(for: min(life, end - ContinuousClock.now))
                    guard ContinuousClock.now < end else { return }
                    isKilled = try await faults.strike(running, store: program.store, random: &random)
                }
            }
        }
    }

    private func run<R: Sendable>(_ program: Torment, _ body: (RunningProgram) async throws -> R) async throws -> R {
        try await withProgram(
            program.path,
            program.arguments,
            logFile: program.logFile,
            // A full disk is an error, not a signal.
            wrapper: "trap '' XFSZ; exec \"$@\"",
            body
        )
    }

    /// Runs everything undisturbed until all is delivered, and compares.
    func settle() async throws -> Verdict {
        let end = Locked(false)
        return try await withThrowingTaskGroup(of: Void.self) { group in
            for program in try self.programs {
                group.addTask {
                    try await self.run(program) { _ in
                        while !end.withLock({ $0 }) { await pause(for: .milliseconds(200)) }
                    }
                }
            }
            var verdict = Verdict()
            let deadline = ContinuousClock.now + .seconds(120)
            repeat {
                await pause(for: .seconds(2))
                verdict = try await self.compare()
            } while verdict.lost > 0 && ContinuousClock.now < deadline
            end.withLock { $0 = true }
            try await group.waitForAll()
            return verdict
        }
    }

    /// Each outbox against the store, record by record, by number and bytes.
    private func compare() async throws -> Verdict {
        var verdict = Verdict()
        for number in 1...self.devices {
            let made = try await self.rows(
                "\(self.folder)/state-\(number)/outbox.sqlite",
                "SELECT seq || ' ' || body FROM record"
            )
            let stored = try await self.rows(
                "\(self.folder)/room/history.sqlite",
                "SELECT seq || ' ' || body FROM record JOIN log ON log.number = record.log WHERE device = 'car-\(number)'"
            )
            verdict.records += made.count
            verdict.lost += Set(made).subtracting(stored).count
            // The same record under one number twice cannot be; other bytes under a known number would be a second one.
            verdict.duplicated += stored.count - Set(stored.map { $0.prefix { $0 != " " } }).count
            verdict.duplicated += Set(stored).subtracting(made).count
        }
        return verdict
    }

    private func rows(_ file: String, _ query: String) async throws -> [String] {
        let result = try await runProgramToEnd("/usr/bin/sqlite3", ["-cmd", ".timeout 5000", file, query])
        guard result.status == 0 else { throw RigError.system("sqlite3 \(file)", result.errors) }
        return result.output.split(separator: "\n").map(String.init)
    }
}
