import ArgumentParser
import Console
import ConsoleWire
import Glibc
import PlainText
import Program

/// Where the device is spoken to, and how its answer is shown.
struct AskOptions: ParsableArguments {
    @Option(
        help: """
            The console socket of patrold ('console.socket' in its configuration); without it the first that is there of \
            \(AskOptions.usualSockets.joined(separator: ", ")).
            """
    )
    var socket: String?

    @Flag(help: ArgumentHelp("Print the answer as one JSON object.", "以一个 JSON 对象输出。"))
    var json = false

    /// What README advises, and what holds without any advice.
    static let usualSockets = ["/run/patrold/console.sock", "/var/lib/patrold/console.sock"]

    /// The socket that was named, or the usual one that is there; the first when none is, for the message.
    private var path: String {
        self.socket ?? Self.usualSockets.first { access($0, F_OK) == 0 } ?? Self.usualSockets[0]
    }

    /// Asks once and prints the answer: the word for what was done, or the whole status.
    func ask(_ request: ConsoleRequest, done: String? = nil) throws {
        let (line, reply) = try self.exchange(request)
        if self.json {
            print(line.plainJSON)
        } else if reply.ok {
            if let done { print(done) } else if let report = reply.report { print(StatusScreen(report).text) }
        }
        guard reply.ok else {
            if self.json { throw ExitCode(ExitStatus.failure.rawValue) }
            throw ProgramFailure(.failure, Tongue.reason(reply.reason ?? "refused without a reason"))
        }
    }

    private func exchange(_ request: ConsoleRequest) throws -> (line: String, reply: ConsoleReply) {
        do {
            var client = try ConsoleClient(path: self.path)
            try client.send(request)
            return try client.next()
        } catch let error as ConsoleError {
            throw ProgramFailure(.unavailable, "\(error)")
        }
    }

    /// Prints every report until the connection ends.
    func watch() throws {
        do {
            var client = try ConsoleClient(path: self.path)
            try client.send(ConsoleRequest(.watch))
            while true {
                let (line, reply) = try client.next()
                if self.json {
                    print(line.plainJSON)
                } else if let report = reply.report {
                    // Home, then clear what is below: the picture does not flicker.
                    print("\u{1B}[H\u{1B}[J" + StatusScreen(report).text)
                }
            }
        } catch let error as ConsoleError {
            throw ProgramFailure(.unavailable, "\(error)")
        }
    }
}
