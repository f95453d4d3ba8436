import ArgumentParser
import Program
import Rig
import Threading

@main
struct PatrolFuzz: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "patrol-fuzz",
        abstract: "Feed everything that reads what comes from outside with spoilt input; nothing may end a program.",
        discussion: """
            Each kind of input runs in a process of its own. A case is made from the seed and its number alone, so that \
            the line that a failure prints repeats it. Exit status: 0 nothing found, 1 a case failed.
            """,
        version: Release.version
    )

    static func main() async { await runProgram(PatrolFuzz.self) }

    @Option(help: "Seconds for all kinds together.")
    var seconds: Double = 20

    @Option(help: "Cases of each kind at most.")
    var count: Int = .max

    @Option(help: "Seed of the cases; chosen and printed without it.")
    var seed: UInt64?

    @Option(help: "Number of the first case.")
    var from: Int = 0

    @Option(help: "Kinds to run, such as 'roads,plan'; all without it.")
    var only: String?

    @Option(help: .hidden)
    var child: String?

    @Option(help: .hidden)
    var folder: String?

    func validate() throws {
        guard (0.1...1e6).contains(self.seconds) else { throw ValidationError("--seconds must be from 0.1 to 1000000") }
        guard self.count > 0, self.from >= 0 else { throw ValidationError("--count and --from count cases") }
    }

    func run() async throws {
        let seed = self.seed ?? UInt64(bitPattern: SystemClock.wallMilliseconds)
        if let child, let folder {
            guard let kind = FuzzKinds.all.first(where: { $0.name == child }) else { return }
            let drive = FuzzDrive(
                name: child,
                folder: folder,
                seed: seed,
                from: self.from,
                seconds: self.seconds,
                count: self.count
            )
            return try await kind.run(in: folder, drive)
        }
        let wanted = self.only?.split(separator: ",").map(String.init) ?? FuzzKinds.all.map { $0.name }
        if let stranger = wanted.first(where: { name in !FuzzKinds.all.contains { $0.name == name } }) {
            throw ProgramFailure(
                .usage,
                "--only: '\(stranger)' is no kind of input; there are \(FuzzKinds.all.map { $0.name }.joined(separator: ", "))"
            )
        }
        var failures: [String] = []
        for kind in wanted {
            if let failure = try await self.fuzz(kind, seed: seed, seconds: self.seconds / Double(wanted.count)) {
                failures.append(failure)
            }
        }
        guard failures.isEmpty else { throw ProgramFailure(.failure, lines: failures) }
    }

    /// Runs one kind in a process of its own; returns what was found, in one line.
    private func fuzz(_ kind: String, seed: UInt64, seconds: Double) async throws -> String? {
        try await withTemporaryFolder("fuzz") { folder in
            let result = try await runProgramToEnd(
                CommandLine.executablePath,
                [
                    "--child", kind, "--folder", folder, "--seed", "\(seed)", "--from", "\(self.from)", "--seconds",
                    "\(seconds)", "--count", "\(self.count)",
                ]
            )
            let last = readFile(FuzzDrive.noteFile(folder)).prefix { $0 != "\n" }
            guard result.status != 0 else {
                print("\(kind): cases \(self.from) to \(last) of seed \(seed), nothing found")
                return nil
            }
            let end = result.status > 128 ? "ended by signal \(result.status - 128)" : "exit status \(result.status)"
            let words = result.errors.split(separator: "\n").prefix(6).joined(separator: " | ")
            return "\(kind): case \(last) of seed \(seed) failed, \(end): \(words); repeat it with "
                + "'patrol-fuzz --only \(kind) --seed \(seed) --from \(last) --count 1'"
        }
    }
}
