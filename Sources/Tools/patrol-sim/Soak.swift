import ArgumentParser
import Ground
import Program
import Rig
import Simulation
import Threading

/// `patrol-sim soak`: real programs, killed at random, and at the end every record is looked for.
struct Soak: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Let every fault befall devices, room, broker and lines, then compare every outbox with the store.",
        discussion: """
            Real patrolds on a real gpsd, a real broker that keeps nothing, a real room. At random moments they are \
            killed, stopped, their disks full, their stores locked; their lines are cut, swallow everything, or are \
            slow and reset; the receiver's clock jumps. At the end all run undisturbed until everything is delivered. The last line names lost and \
            duplicated records; the exit status is not 0 when there is one.
            """
    )

    @Option(help: "How long the killing goes on, in seconds.")
    var seconds: Int = 600

    @Option(help: "How many devices.")
    var devices: Int = 20

    @Option(help: "The same seed gives the same moments.")
    var seed: UInt64 = 1

    func validate() throws {
        guard (1...100_000).contains(self.seconds), (1...100).contains(self.devices) else {
            throw ValidationError("--seconds must be from 1 to 100000, --devices from 1 to 100")
        }
    }

    func run() async throws {
        do {
            try await self.soak()
        } catch let error as RigError {
            throw ProgramFailure(.failure, "\(error)")
        } catch let error as LineError {
            throw ProgramFailure(.failure, "\(error)")
        }
    }

    private func soak() async throws {
        guard let town = Town(seed: 7) else { throw ProgramFailure(.data, "the town lies nowhere on Earth") }
        try await withTemporaryFolder("patrol-soak") { folder in
            let ports = try FreePort.take(4)
            let line = try ReceiverLine.tcp(port: ports[2])
            defer { line.close() }
            let lines = try (0...self.devices).map { try TroubledLine(to: ports[0], seed: self.seed + UInt64($0)) }
            defer { for line in lines { line.close() } }
            let rig = SoakRig(
                folder: folder,
                broker: ports[0],
                gpsd: ports[1],
                receiver: ports[2],
                http: ports[3],
                devices: self.devices,
                source: line.source,
                lines: lines
            )
            try await rig.prepare(town: town)
            let clockError = Locked<Int64>(0)
            let world = World(town: town, cars: 1, seed: self.seed)
            let feed = ReceiverFeed(
                world: world,
                car: 0,
                line: line,
                rate: 5,
                receiver: Receiver(seed: self.seed),
                clockError: clockError
            )
            let drive = Task { await world.run() }
            let send = Task { await feed.run() }
            let faults = SoakFaults()
            try await self.torment(rig, clockError: clockError, faults: faults)
            send.cancel()
            drive.cancel()
            announce("\(self.seconds) s of faults are over; now undisturbed until all is delivered ...")
            let verdict = try await rig.settle()
            announce(verdict.json(seconds: self.seconds, devices: self.devices, faults: faults))
            guard verdict.lost == 0, verdict.duplicated == 0 else {
                throw ProgramFailure(.failure, "\(verdict.lost) records lost, \(verdict.duplicated) duplicated")
            }
        }
    }

    private func torment(_ rig: SoakRig, clockError: Locked<Int64>, faults: SoakFaults) async throws {
        let end = ContinuousClock.now + .seconds(self.seconds)
        let seed = self.seed &* 1_000
        try await withThrowingTaskGroup(of: Void.self) { group in
            for (index, program) in try rig.programs.enumerated() {
                let random = SplitMix64(seed: seed &+ UInt64(index))
                group.addTask { try await rig.torment(program, until: end, random: random, faults: faults) }
            }
            for (index, line) in rig.lines.enumerated() {
                let random = SplitMix64(seed: seed &+ 500 &+ UInt64(index))
                group.addTask { await faults.trouble(line, until: end, random: random) }
            }
            let random = SplitMix64(seed: seed &+ 999)
            group.addTask { await faults.jump(clockError, until: end, random: random) }
            try await group.waitForAll()
        }
    }
}
