import ArgumentParser
import Nights
import Program

/// Runs nights by the thousand: each fleet, room, disk and link out of a seed, in simulated time.
@main
struct PatrolNights: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "patrol-nights",
        abstract: "Run simulated nights of a fleet and its room, and hold what came of them against the truth.",
        discussion: """
            Each night comes out of a seed. In it links drop, double, delay and reorder, brokers forget, programs die between
            any two actions, disks fill up and are set back, clocks jump. Afterwards nothing that was acknowledged may be lost,
            nothing stored twice, and no number given twice. A night that went wrong prints its seed and its last steps, and
            'patrol-nights --seed <seed> --count 1' runs it again.
            """,
        version: Release.version
    )

    static func main() async { await runProgram(PatrolNights.self) }

    @Option(help: "How many nights.")
    var count = 1_000

    @Option(help: "Seed of the first; the next one has the next number.")
    var seed: UInt64 = 1

    @Option(
        help: "Give every night a fault on purpose: \(PlantedFault.allCases.map(\.rawValue).joined(separator: ", "))."
    )
    var planted: String?

    @Option(help: "So many of the last steps are told of the first night that went wrong.")
    var steps = 50

    @Option(help: "Nights at once.")
    var jobs = 1

    /// What became of a share of the nights.
    private struct Share: Sendable {
        var inputs = 0
        var wrong: [Night.Outcome] = []
    }

    mutating func validate() throws {
        guard (1...100_000_000).contains(self.count), (1...256).contains(self.jobs),
            (1...1_000_000).contains(self.steps)
        else {
            throw ValidationError(
                "--count must be within 1 and 100,000,000, --jobs within 1 and 256, --steps within 1 and 1,000,000"
            )
        }
        guard self.seed <= UInt64.max - UInt64(self.count) else { throw ValidationError("--seed is too large") }
        if let planted, PlantedFault(rawValue: planted) == nil {
            let names = PlantedFault.allCases.map(\.rawValue).joined(separator: ", ")
            throw ValidationError("--planted must be one of \(names)")
        }
    }

    func run() async throws {
        let began = ContinuousClock.now
        let total = await self.runAll()
        let seconds = (ContinuousClock.now - began) / .seconds(1)
        for (index, night) in total.wrong.enumerated() {
            print("Seed \(night.seed): \(night.violation ?? "")")
            if index == 0 { for step in night.steps { print("    \(step)") } }
        }
        let rate = Int(Double(total.inputs) / seconds / Double(self.jobs))
        print(
            "\(self.count) nights, \(total.inputs) inputs, \(total.wrong.count) with a violation; \(rate) inputs a second of one core"
        )
        if !total.wrong.isEmpty { throw ExitCode(1) }
    }

    private func runAll() async -> Share {
        let planted = self.planted.flatMap { PlantedFault(rawValue: $0) }
        let (first, count, jobs, steps) = (self.seed, self.count, self.jobs, self.steps)
        return await withTaskGroup(of: Share.self) { group in
            for job in 0..<jobs {
                group.addTask { @concurrent in
                    var share = Share()
                    for index in stride(from: job, to: count, by: jobs) {
                        let night = Night.run(seed: first + UInt64(index), planted: planted, steps: steps)
                        share.inputs += night.inputs
                        if night.violation != nil { share.wrong.append(night) }
                        if planted != nil, night.violation != nil { break }
                    }
                    return share
                }
            }
            var total = Share()
            for await share in group {
                total.inputs += share.inputs
                total.wrong += share.wrong
            }
            total.wrong.sort { $0.seed < $1.seed }
            return total
        }
    }
}
