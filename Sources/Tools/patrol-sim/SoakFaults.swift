import Glibc
import Ground
import Rig
import Threading

/// What a soak does to programs, lines and clocks, and how often it did.
final class SoakFaults: Sendable {
    /// One kind of fault.
    enum Kind: String, Sendable, CaseIterable {
        /// SIGKILL.
        case killed
        /// SIGSTOP for some seconds.
        case stopped
        /// No file may grow.
        case full
        /// Another program holds the store's write lock.
        case locked
        /// The line is cut.
        case cut
        /// The line swallows everything.
        case halfOpen = "half_open"
        /// The line is slow and resets.
        case slow
        /// The receiver's clock jumps.
        case clock
    }

    private let counts = Locked<[Kind: Int]>([:])

    /// Counts one.
    func count(_ kind: Kind) { self.counts.withLock { $0[kind, default: 0] += 1 } }

    /// The counts as the inside of a JSON object.
    var json: String {
        let counts = self.counts.withLock { $0 }
        return Kind.allCases.map { "\"\($0.rawValue)\":\(counts[$0] ?? 0)" }.joined(separator: ",")
    }

    /// Lets a program live on under a fault for a while, or kills it; returns whether it was killed.
    func strike(_ program: RunningProgram, store: String?, random: inout SplitMix64) async throws -> Bool {
        let dice = Int.random(in: 0..<10, using: &random)
        let length = Duration.seconds(Double.random(in: 1...6, using: &random))
        switch (dice, store) {
        case (6, _):
            self.count(.stopped)
            program.send(SIGSTOP)
            await pause(for: length)
            program.send(SIGCONT)
            return false
        case (7, _?):
            self.count(.full)
            try await self.limitFiles(of: program, to: "1:")
            await pause(for: length)
            try await self.limitFiles(of: program, to: "unlimited:")
            return false
        case (8, let store?):
            self.count(.locked)
            _ = try await runProgramToEnd(
                "/usr/bin/sqlite3",
                ["-cmd", ".timeout 2000", store, "BEGIN IMMEDIATE", ".shell sleep \(Int(length / .seconds(1)) + 1)"]
            )
            return false
        default:
            self.count(.killed)
            program.send(SIGKILL)
            try await eventually("the end of \(program.name)") { program.isAlive ? nil : () }
            return true
        }
    }

    /// A program that has just ended by itself is no fault of ours.
    private func limitFiles(of program: RunningProgram, to limit: String) async throws {
        guard program.isAlive else { return }
        _ = try await runProgramToEnd("/usr/bin/prlimit", ["--pid", "\(program.pid)", "--fsize=\(limit)"])
    }

    /// Makes a line bad again and again until `end`.
    func trouble(_ line: TroubledLine, until end: ContinuousClock.Instant, random: SplitMix64) async {
        var random = random
        func hold(_ seconds: ClosedRange<Double>) async {
            let length = Duration.seconds(Double.random(in: seconds, using: &random))
            await pause(for: max(.zero, min(length, end - ContinuousClock.now)))
        }
        while ContinuousClock.now < end {
            await hold(3...20)
            switch Int.random(in: 0..<3, using: &random) {
            case 0:
                self.count(.cut)
                line.trouble = .cut
                await hold(1...5)
            case 1:
                self.count(.halfOpen)
                line.trouble = .halfOpen
                await hold(2...45)
            default:
                self.count(.slow)
                line.trouble = .slow(milliseconds: 2_000, resets: 0.1)
                await hold(5...20)
            }
            line.trouble = .none
        }
    }

    /// Moves the receiver's clock by hours and by 1024 weeks until `end`.
    func jump(_ clockError: Locked<Int64>, until end: ContinuousClock.Instant, random: SplitMix64) async {
        var random = random
        let week: Int64 = 7 * 86_400_000
        while ContinuousClock.now < end {
            await pause(for: .seconds(Double.random(in: 10...30, using: &random)))
            let errors: [Int64] = [3_600_000, -3_600_000, 1_024 * week, -1_024 * week]
            let error = errors[Int.random(in: errors.indices, using: &random)]
            clockError.withLock { $0 = error }
            self.count(.clock)
            await pause(for: .seconds(Double.random(in: 5...20, using: &random)))
            clockError.withLock { $0 = 0 }
        }
    }
}
