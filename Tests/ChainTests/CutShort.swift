import FoundationEssentials
import Rig
import Testing

/// Ends a program at each step with which it changes files, as a power cut does, and runs it again.
struct CutShort {
    /// Where strace is and may look at programs.
    static let isThere: Bool = FileManager.default.isExecutableFile(atPath: Self.strace)
    private static let strace = "/usr/bin/strace"

    /// What changes names, rights or lengths of files, or waits until the disk has them.
    ///
    /// What is written in between lies in files that nobody knows of yet.
    private static let calls = [
        "rename", "renameat2", "unlink", "unlinkat", "mkdir", "link", "linkat", "symlink", "fsync", "fdatasync",
        "ftruncate", "chmod", "fchmod", "chown", "fchown",
    ]

    /// How everything is before the first step.
    let before: String
    /// Where the program works: a copy of that, made anew for each step.
    let folder: String
    let program: String
    let words: [String]

    /// Goes through all steps.
    ///
    /// - Parameters:
    ///   - half: Looks at what the program has left, before it is run again.
    ///   - whole: Looks at what is there after it was run again, with what it said then.
    /// - Returns: How often it was ended.
    /// - Throws: What the looks throw, and `RigError` when the program does not end well by itself.
    func eachStep(
        half: (String) async throws -> Void = { _ in },
        whole: (String, (status: Int32, output: String, errors: String)) async throws -> Void
    ) async throws -> Int {
        let log = "\(self.before).strace"
        try await self.prepare()
        let (alone, _, errors) = try await self.run(["-e", "trace=\(Self.calls.joined(separator: ","))"], log: log)
        guard alone == 0 else { throw RigError.system("strace \(self.words.joined(separator: " "))", errors) }
        let seen = readFile(log)
        var count = 0
        for call in Self.calls where seen.contains(" \(call)(") {
            var number = 0
            while true {
                number += 1
                try await self.prepare()
                let kill = ["-e", "trace=\(call)", "-e", "inject=\(call):signal=KILL:when=\(number)"]
                // The call that is after the last one ends nothing.
                guard try await self.run(kill, log: log).status == 128 + 9 else { break }
                count += 1
                let step = "ended at \(call) \(number)"
                try await half(step)
                try await whole(step, runProgramToEnd(self.program, self.words))
            }
        }
        return count
    }

    private func prepare() async throws {
        _ = try await runProgramToEnd("/bin/rm", ["-rf", self.folder])
        _ = try await runProgramToEnd("/bin/cp", ["-a", self.before, self.folder])
    }

    private func run(
        _ how: [String],
        log: String
    ) async throws -> (status: Int32, output: String, errors: String) {
        try await runProgramToEnd(Self.strace, ["-f", "-qq", "-o", log] + how + [self.program] + self.words)
    }
}
