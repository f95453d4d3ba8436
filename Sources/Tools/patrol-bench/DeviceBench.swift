import ArgumentParser
import Glibc
import Program
import Rig
import Simulation
import Threading

/// `patrol-bench device`: memory and processor time of one patrold behind a real gpsd.
struct DeviceBench: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "device",
        abstract:
            "Resident memory and processor time of one patrold, connected over TLS, at 1 and 10 positions a second."
    )
    @OptionGroup var options: BenchOptions

    @Option(help: "Seconds of each run.")
    var seconds: Int = 20

    @Option(help: "The patrold to measure; by default the one beside this program.")
    var patrold: String?

    func validate() throws {
        guard (1...100_000).contains(self.seconds) else { throw ValidationError("--seconds must be from 1 to 100000") }
    }

    func run() async throws {
        do {
            for rate in [1.0, 10.0] {
                var memory: [Double] = []
                var processor: [Double] = []
                for _ in 0..<self.options.runs {
                    let (rss, cpu) = try await self.measure(rate: rate)
                    memory.append(rss)
                    processor.append(cpu)
                }
                self.options.show([
                    "rate_hz": rate, "binary_mb": try self.binaryMegabytes(), "rss_mb": median(memory),
                    "cpu_percent": median(processor),
                    "runs": Double(memory.count),
                ])
            }
        } catch let error as RigError {
            throw ProgramFailure(.failure, "\(error)")
        }
    }

    private func measure(rate: Double) async throws -> (megabytes: Double, percent: Double) {
        guard let town = Town(seed: 7) else { return (0, 0) }
        return try await withTemporaryFolder("bench") { folder in
            let ports = try FreePort.take(3)
            let certificates = try await Certificates(folder: folder, devices: ["car-01"])
            try writeFile(
                "\(folder)/patrold.yaml",
                ConfigurationText.device(
                    "01",
                    state: "\(folder)/state",
                    broker: ports[0],
                    gpsd: ports[1],
                    tls: folder
                )
            )
            let line = try ReceiverLine.tcp(port: ports[2])
            defer { line.close() }
            let world = World(town: town, cars: 1, seed: 7)
            let drive = Task { await world.run() }
            let feed = Task {
                await ReceiverFeed(world: world, car: 0, line: line, rate: rate, receiver: Receiver(seed: 1)).run()
            }
            defer {
                drive.cancel()
                feed.cancel()
            }
            return try await RealPrograms.withMosquitto(
                port: ports[0],
                folder: folder,
                settings: certificates.brokerSettings
            ) { _ in
                try await RealPrograms.withGPSD(port: ports[1], source: line.source, folder: folder) { _ in
                    try await withProgram(
                        try self.patrold ?? sibling("patrold"),
                        ["run", "--config", "\(folder)/patrold.yaml"],
                        logFile: "\(folder)/patrold.log"
                    ) { patrold in
                        try await eventually("a first fix and a link") {
                            patrold.log.contains("First fix") && patrold.log.contains("Connected") ? () : nil
                        }
                        let before = Self.processorSeconds(of: patrold.pid)
                        let began = ContinuousClock.now
                        await pause(for: .seconds(self.seconds))
                        let wall = (ContinuousClock.now - began) / .seconds(1)
                        let percent = (Self.processorSeconds(of: patrold.pid) - before) / wall * 100
                        return (Self.residentMegabytes(of: patrold.pid), percent)
                    }
                }
            }
        }
    }

    private func binaryMegabytes() throws -> Double {
        var status = stat()
        guard try stat(self.patrold ?? sibling("patrold"), &status) == 0 else { return 0 }
        return Double(status.st_size) / 1e6
    }

    private static func processorSeconds(of pid: Int32) -> Double {
        let stat = readFile("/proc/\(pid)/stat")
        let fields = stat[(stat.lastIndex(of: ")") ?? stat.startIndex)...].split(separator: " ")
        guard fields.count > 13, let user = Double(fields[12]), let system = Double(fields[13]) else { return 0 }
        return (user + system) / Double(sysconf(CInt(_SC_CLK_TCK)))
    }

    private static func residentMegabytes(of pid: Int32) -> Double {
        let line = readFile("/proc/\(pid)/status").split(separator: "\n").first { $0.hasPrefix("VmRSS:") } ?? ""
        let kilobytes = line.split(whereSeparator: { $0 == " " || $0 == "\t" }).dropFirst().first.flatMap { Double($0) }
        return (kilobytes ?? 0) / 1_024
    }
}
