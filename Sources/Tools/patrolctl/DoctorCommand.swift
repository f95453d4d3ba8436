import ArgumentParser
import Glibc
import Program

/// `patrolctl doctor`: whichever of the two programs is set up on this machine is asked what is wrong with it.
struct DoctorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract: say("Say in order what is wrong on this machine, and what to do.", "逐项说明本机有何问题及如何处理。"),
        discussion: """
            Runs 'patrold doctor' where /etc/patrollink/patrold.yaml is, and 'command-room doctor' where \
            /etc/patrollink/command-room.yaml is.

            Exit status: 0 nothing is broken, 1 something is, 78 a configuration cannot be used or neither is here.
            """
    )

    @Option(help: "Folder of the configurations.")
    var folder = "/etc/patrollink"

    func run() async throws {
        let programs = ["patrold", "command-room"].filter { access("\(self.folder)/\($0).yaml", F_OK) == 0 }
        guard !programs.isEmpty || access(self.folder, R_OK | X_OK) == 0 else {
            throw ProgramFailure(.unavailable, "\(self.folder): cannot be looked into; run this as root")
        }
        guard !programs.isEmpty else {
            throw ProgramFailure(
                .configuration,
                "\(self.folder): neither patrold.yaml nor command-room.yaml is here; see 'To install' in the README"
            )
        }
        var worst: ExitStatus = .success
        for program in programs {
            if programs.count > 1 { print("\(program):") }
            let status = await self.ask(program)
            if status != .success, worst != .configuration { worst = status }
        }
        if worst != .success { throw ExitCode(worst.rawValue) }
    }

    /// What a program's own look ended with: all of it is good, something is broken, or its configuration cannot be used.
    private func ask(_ program: String) async -> ExitStatus {
        switch await runThrough(program, ["doctor", "--config", "\(self.folder)/\(program).yaml"]) {
        case .exited(0): return .success
        case .exited(ExitStatus.configuration.rawValue): return .configuration
        case .exited: return .failure
        case .failed(let reason):
            print("\(program) cannot be run, though it is set up in \(self.folder): is it installed? (\(reason))")
            return .failure
        }
    }
}
