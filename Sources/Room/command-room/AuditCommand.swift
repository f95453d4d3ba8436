import ArgumentParser
import History
import Program

/// `command-room audit`.
struct AuditCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "audit",
        abstract: "Look whether the audit is whole, from its first line to its last; the room may run.",
        discussion: """
            Each line is marked with all that were before it. The room writes the newest mark into its log once an hour, \
            'command-room backup' prints it, and 'GET audit' has it: one that was written down elsewhere proves that \
            nothing before it was changed since. After 'command-room restore' the audit goes on from where the backup stood: \
            marks of lines that came after it are not its own.

            Exit status: 0 whole, 65 a line was changed or is missing, 69 the store cannot be read.
            """
    )
    @OptionGroup var options: CommandRoom.Options

    @Option(help: "A mark that was written down before, NUMBER:MARK.")
    var mark: String?

    func run() async throws {
        let configuration = try self.options.load()
        let known = try self.mark.map { text in
            guard let mark = AuditMark(text) else {
                throw ProgramFailure(.usage, "--mark is NUMBER:MARK, as the log and 'command-room backup' have it")
            }
            return mark
        }
        let path = "\(configuration.state)/casebook.sqlite"
        let verdict: AuditVerdict
        do throws(HistoryError) {
            try UnfinishedRestore.refuse(configuration.state)
            verdict = try Casebook.verifyAudit(path, known: known)
        } catch {
            throw ProgramFailure(.unavailable, "\(error)")
        }
        switch verdict {
        case .whole(let head?): print("\(head.number) lines, each as it was written.\nThe audit stands at \(head)")
        case .whole(nil): print("The audit has no lines yet.")
        case .unmarked:
            print("The audit is of a version before and has no marks yet: the room makes them when it starts.")
        case .broken(let number, let reason):
            throw ProgramFailure(.data, "\(path): line \(number) of the audit: \(reason)")
        }
    }
}
