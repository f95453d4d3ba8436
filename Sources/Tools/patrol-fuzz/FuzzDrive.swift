import Glibc
import Ground
import Program

/// A kind of input, and what reads it.
protocol FuzzKind: Sendable {
    var name: String { get }

    /// Prepares in a folder and gives the drive what runs one case.
    ///
    /// - Throws: ``FuzzFinding`` when a case shows something that must not be.
    func run(in folder: String, _ drive: FuzzDrive) async throws
}

/// What a case showed that must not be.
struct FuzzFinding: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}

/// All kinds.
enum FuzzKinds {
    static let all: [any FuzzKind] = [
        WireFuzz(), TextFuzz(), PlanFuzz(), SettingsFuzz(), RoadFileFuzz(), MapFuzz(), GroundFuzz(), TableFuzz(),
        HTTPFuzz(),
    ]
}

/// Runs case after case until time or number is over, and notes which one is running.
struct FuzzDrive: Sendable {
    let name: String
    let folder: String
    let seed: UInt64
    let from: Int
    let seconds: Double
    let count: Int

    /// A case that takes longer, s, hangs.
    private static let patience: UInt32 = 60

    static func noteFile(_ folder: String) -> String { "\(folder)/case" }

    func callAsFunction(_ body: (inout SplitMix64) async throws -> Void) async throws {
        let note = open(Self.noteFile(self.folder), O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
        guard note >= 0 else { throw ProgramFailure(.unavailable, "\(self.folder): cannot be written") }
        defer { close(note) }
        let clock = ContinuousClock()
        let end = clock.now + .seconds(self.seconds)
        var number = self.from
        while number - self.from < self.count, number == self.from || clock.now < end {
            let text = Array("\(number)\n".utf8)
            pwrite(note, text, text.count, 0)
            // Ends the process when the case does not end: the parent then says which it was.
            alarm(Self.patience)
            var random = SplitMix64(seed: self.seed ^ (UInt64(number) &* 0x9E37_79B9_7F4A_7C15))
            try await body(&random)
            number += 1
        }
        alarm(0)
    }
}
