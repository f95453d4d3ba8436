import ArgumentParser
import Glibc
import Program
import Subprocess
import SystemPackage

/// The steps of an installation, each said before it is made: after a power cut all of it is run again.
struct SetupWork {
    private var count = 0

    /// Says what comes now.
    mutating func step(_ english: String, _ chinese: String) {
        self.count += 1
        print("\(self.count). \(say(english, chinese))")
        fflush(nil)
    }

    /// Gives one of `patrolctl`'s own commands, as README names it.
    func command(_ command: any AsyncParsableCommand.Type, _ words: [String]) async throws {
        var command = try command.parse(words)
        try await command.run()
        fflush(nil)
    }

    /// Gives a command of systemd's; one that fails ends the setup with what to look at.
    func systemctl(_ words: String..., service: String) async throws {
        guard await runThrough("systemctl", words).isSuccess else {
            throw ProgramFailure(
                .unavailable,
                "'systemctl \(words.joined(separator: " "))' failed; 'journalctl -u \(service) -n 50' says why; "
                    + "then run this again"
            )
        }
    }
}

/// What a program that was let speak for itself ended with.
enum RunEnd: Equatable {
    case exited(Int32)
    /// It is not there, or was killed.
    case failed(String)

    var isSuccess: Bool { self == .exited(0) }
}

/// Runs a program whose words go to the terminal as they are.
func runThrough(_ program: String, _ words: [String], isQuiet: Bool = false) async -> RunEnd {
    fflush(nil)
    do {
        let errors = FileDescriptorOutput.fileDescriptor(.standardError, closeAfterSpawningProcess: false)
        let status: TerminationStatus
        if isQuiet {
            status = try await Subprocess.run(
                .name(program),
                arguments: Arguments(words),
                input: .none,
                output: .discarded,
                error: errors
            ).terminationStatus
        } else {
            status = try await Subprocess.run(
                .name(program),
                arguments: Arguments(words),
                input: .none,
                output: .fileDescriptor(.standardOutput, closeAfterSpawningProcess: false),
                error: errors
            ).terminationStatus
        }
        guard case .exited(let code) = status else { return .failed("it was killed") }
        return .exited(code)
    } catch {
        return .failed("\(error)")
    }
}

/// Ends the setup when a program did not do its part.
func needs(_ end: RunEnd, of program: String, otherwise status: ExitStatus, _ advice: String) throws {
    switch end {
    case .exited(0): return
    case .exited: throw ProgramFailure(status, advice)
    case .failed(let reason):
        throw ProgramFailure(.unavailable, "\(program) cannot be run (\(reason)); is it installed?")
    }
}
