import ArgumentParser
import BrokerLink
import FoundationEssentials
import History
import Logging
import PatrolWire
import Program
import Rig
import Settings
import Simulation
import Threading

/// `patrol-bench reports`: what a month's report costs, and what it costs the intake beside it.
struct ReportsBench: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reports",
        abstract: "Ask a real room for reports over a month of records while devices send, and measure both.",
        discussion: """
            Each report is asked for again and again while records come in at a fixed rate, and the time from sending a \
            record to its acknowledgement is held against the same time without reports, in pairs. The plan has \
            \(StoredDuties.posts) posts and \(StoredDuties.lines) lines, most of them in windows.
            """
    )
    @OptionGroup var options: BenchOptions

    @Option(help: "Units with records in the store.")
    var units: Int = 200

    @Option(help: "Records of all units in the store.")
    var records: Int = 2_200_000

    @Option(help: "Days that the records are spread over.")
    var days: Int = 30

    @Option(help: "Records a second that come in meanwhile.")
    var rate: Int = 2_000

    @Option(help: "Seconds of each half of a pair.")
    var seconds: Int = 15

    @Option(help: "Which reports, with commas between them.")
    var reports: String = Self.kinds.joined(separator: ",")

    private static let kinds = [
        "presence", "workload", "officers", "heatmap", "density", "response", "incidents", "replay",
    ]

    func validate() throws {
        if let odd = self.chosen.first(where: { !Self.kinds.contains($0) }) {
            throw ValidationError("--reports: '\(odd)' is none of \(Self.kinds.joined(separator: ", "))")
        }
        guard (1...10_000).contains(self.units), (self.units...100_000_000).contains(self.records),
            (1...400).contains(self.days), (60...20_000).contains(self.rate), (1...600).contains(self.seconds)
        else {
            throw ValidationError("--units, --records, --days, --rate and --seconds must be positive and not absurd")
        }
    }

    private var chosen: [String] { self.reports.split(separator: ",").map(String.init) }

    func run() async throws {
        do {
            try await self.measure()
        } catch let error as RigError {
            throw ProgramFailure(.failure, "\(error)")
        }
    }

    private func measure() async throws {
        guard let town = Town(seed: 7), let station = Name(ConfigurationText.station) else { return }
        try await withTemporaryFolder("bench-reports") { folder in
            let ports = try FreePort.take(2)
            try writeFile("\(folder)/town.osm", town.openStreetMapXML)
            let room = try sibling("command-room")
            _ = try await runProgramToEnd(
                room,
                ["roads", "import", "\(folder)/town.osm", "--output", "\(folder)/town.roads"]
            )
            try writeFile("\(folder)/plan.geojson", StoredDuties(town: town).plan)
            _ = try await runProgramToEnd(
                try sibling("patrolctl"),
                ["plan", "keygen", "--name", "station", "--output", "\(folder)/plan.key"]
            )
            try writeFile(
                "\(folder)/room.yaml",
                ConfigurationText.room(folder: folder, broker: ports[0], http: ports[1])
                    + "plan: { file: \(folder)/plan.geojson, key: \(folder)/plan.key }\n"
            )
            try FileManager.default.createDirectory(atPath: "\(folder)/room", withIntermediateDirectories: true)
            let month = StoredMonth(
                units: self.units,
                records: self.records,
                days: self.days,
                now: SystemClock.wallMilliseconds,
                town: town,
                station: station
            )
            try await month.write(to: "\(folder)/room")
            try await RealPrograms.withMosquitto(
                port: ports[0],
                folder: folder,
                settings: "allow_anonymous true\nmax_queued_messages 0"
            ) { _ in
                try await withProgram(room, ["run", "--config", "\(folder)/room.yaml"], logFile: "\(folder)/room.log") {
                    program in
                    try await RealPrograms.waitForPort(ports[1], of: program)
                    try await eventually("the room listening to the broker") {
                        program.log.contains("Connected to broker") ? () : nil
                    }
                    try await self.waitForSums(of: "\(folder)/room")
                    try await self.measure(program, span: month.span, station, broker: ports[0], http: ports[1])
                }
            }
        }
    }

    /// The month was written all at once: its sums of hours are made now, and not as it went by.
    private func waitForSums(of folder: String) async throws {
        let clock = ContinuousClock()
        let start = clock.now
        try await eventually("the sums of the month", within: .seconds(1_200)) {
            let left = try await runProgramToEnd(
                "/usr/bin/sqlite3",
                ["-readonly", "\(folder)/history.sqlite", "SELECT count(*) FROM due"]
            )
            // The hour that has not ended stays.
            return (Int(left.output.split(separator: "\n").first ?? "") ?? .max) <= self.units
        }
        let seconds = (clock.now - start) / .seconds(1)
        self.options.show(
            text: ["report": "sums"],
            ["seconds": seconds, "hours_per_second": Double(self.units * self.days * 24) / seconds]
        )
    }

    private func measure(
        _ program: RunningProgram,
        span: Range<Int64>,
        _ station: Name,
        broker: UInt16,
        http: UInt16
    ) async throws {
        let load = IntakeLoad(rate: self.rate, station: station, broker: broker)
        try await load.during {
            // The first rush is over before anything is measured.
            try await Task.sleep(for: .seconds(3))
            for kind in self.chosen {
                // What is looked at again is the last day, of all units.
                let from = kind == "replay" ? max(span.lowerBound, span.upperBound - 86_400_000) : span.lowerBound
                let path =
                    "/api/v1/\(kind == "replay" ? "" : "reports/")\(kind)?from=\(from)&to=\(span.upperBound)"
                var (seconds, ratios, with): ([Double], [Double], [Double]) = ([], [], [])
                writeProcess(program.pid, "clear_refs", "5")
                for pair in 0..<self.options.runs {
                    var (quiet, busy) = (0.0, 0.0)
                    for isBusy in pair.isMultiple(of: 2) ? [false, true] : [true, false] {
                        load.clear()
                        if isBusy {
                            seconds += try await self.ask(path, http)
                            busy = percentile(0.99, of: load.delays)
                        } else {
                            try await Task.sleep(for: .seconds(self.seconds))
                            quiet = percentile(0.99, of: load.delays)
                        }
                    }
                    ratios.append(busy / max(quiet, 0.001))
                    with.append(busy)
                }
                self.options.show(
                    text: ["report": kind],
                    [
                        "seconds": median(seconds), "reports": Double(seconds.count),
                        "rss_mb": peakMegabytes(of: program.pid), "intake_p99_ms": median(with),
                        "intake_p99_ratio": median(ratios), "pairs": Double(ratios.count),
                    ]
                )
            }
        }
    }

    /// Asks for one report after the other, for some seconds, and returns how long each took, s.
    private func ask(_ path: String, _ port: UInt16) async throws -> [Double] {
        let client = RoomClient(port: port, patience: 120)
        let clock = ContinuousClock()
        let end = clock.now + .seconds(self.seconds)
        var took: [Double] = []
        while clock.now < end {
            let began = clock.now
            let answer = try await client.ask("GET", path)
            guard answer.status == 200 else {
                throw RigError.system(path, "\(answer.status): \(answer.text.prefix(200))")
            }
            took.append((clock.now - began) / .seconds(1))
        }
        return took
    }
}

/// Writes to a file of a process.
private func writeProcess(_ pid: Int32, _ name: String, _ text: String) {
    // Without it the peak is that of the whole run, which is no less.
    do { try writeFile("/proc/\(pid)/\(name)", text) } catch { return }
}

/// The most memory that a process had resident, MB.
private func peakMegabytes(of pid: Int32) -> Double {
    let line = readFile("/proc/\(pid)/status").split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
    return (line?.split(separator: " ").dropFirst().first.flatMap { Double($0) } ?? 0) / 1_024
}
