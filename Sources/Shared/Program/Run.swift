package import ArgumentParser
import Glibc
import Logging
import PlainText

/// Runs a program's commands, and ends the process with one line on standard error when they fail.
///
/// ArgumentParser by itself prints several lines and exits with 64 for a wrong command line. From here on each log line
/// is one line, whatever was put into it.
package func runProgram(_ root: any AsyncParsableCommand.Type) async -> Never {
    // A closed pipe or socket is an error code where it happens, not the end of the program.
    signal(SIGPIPE, SIG_IGN)
    // Beyond the file-size limit likewise: the store then says that it is full.
    signal(SIGXFSZ, SIG_IGN)
    LoggingSystem.bootstrap { PlainLogHandler(label: $0) }
    do {
        var command = try root.parseAsRoot()
        if var command = command as? any AsyncParsableCommand {
            try await command.run()
        } else {
            try command.run()
        }
        exit(ExitStatus.success.rawValue)
    } catch let failure as ProgramFailure {
        for line in failure.lines { say(root, line) }
        exit(failure.status.rawValue)
    } catch let code as ExitCode {
        exit(code.rawValue)
    } catch {
        switch root.exitCode(for: error) {
        case .success:
            print(root.fullMessage(for: error))
            exit(ExitStatus.success.rawValue)
        case .validationFailure:
            let message = root.message(for: error)
            say(root, "\(message.isEmpty ? "a command is missing" : message); see '\(name(root)) --help'")
            exit(ExitStatus.usage.rawValue)
        default:
            say(root, "\(error)")
            exit(ExitStatus.failure.rawValue)
        }
    }
}

/// Says something that does not end a program: one line on standard error.
package func warn(_ root: any ParsableCommand.Type, _ message: String) { say(root, "warning: \(message)") }

private func name(_ root: any ParsableCommand.Type) -> String {
    root.configuration.commandName ?? "\(root)"
}

/// A plan may have many faults: more than a log line's worth is shown.
private let longestMessage = 16_000

private func say(_ root: any ParsableCommand.Type, _ message: String) {
    let line = message.split(whereSeparator: \.isNewline).joined(separator: " ").plainLine(atMost: longestMessage)
    var text = "\(name(root)): \(line)\n"
    // What was printed before stands before it, also in a file.
    fflush(nil)
    text.withUTF8 { bytes in _ = unsafe write(STDERR_FILENO, bytes.baseAddress, bytes.count) }
}

extension CommandLine {
    /// Absolute path of the running program, as the kernel has it.
    package static var executablePath: String {
        var buffer = [CChar](repeating: 0, count: 4_096)
        let count = unsafe readlink("/proc/self/exe", &buffer, buffer.count)
        guard count > 0 else { return "" }
        return String(decoding: buffer.prefix(count).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
