import ArgumentParser
import Authority
import Glibc
import Program
import Subprocess

/// Where the authority and the broker's lists are, and how mosquitto is told of a change.
struct AuthorityOptions: ParsableArguments {
    @Option(help: "The authority's folder; only its owner may look into it.")
    var authority = "/etc/patrollink/authority"

    @Option(help: "The broker's folder, as 'broker setup' made it.")
    var broker = "/etc/mosquitto/patrollink"

    // Not a reload: mosquitto 2.0 then drops, without a word, what comes for clients that are away.
    @Option(help: "Has mosquitto take new lists and puts out who is on them; all others come back. '' for nothing.")
    var restart = "systemctl restart mosquitto"

    func station() throws -> Station {
        try explained { try Station(authority: self.authority, broker: self.broker) }
    }

    /// Has mosquitto take its lists, which are written already: who may not come in any more is out.
    func restartBroker() async throws {
        let command = self.restart
        let words = command.split(separator: " ").map(String.init)
        // Without a broker on this machine there is nobody to tell.
        guard let program = words.first, access("\(self.broker)/broker.crt", F_OK) == 0 else { return }
        let advice = "the lists in \(self.broker) are written, but mosquitto was not told: run '\(command)'"
        do {
            let result = try await run(
                .name(program),
                arguments: Arguments(Array(words.dropFirst())),
                input: .none,
                output: .discarded,
                error: .discarded
            )
            guard result.terminationStatus.isSuccess else { throw ProgramFailure(.unavailable, advice) }
        } catch let failure as ProgramFailure {
            throw failure
        } catch {
            throw ProgramFailure(.unavailable, advice)
        }
    }
}

/// Runs what may fail with an `AuthorityError`, and ends the program with its line.
func explained<Made>(_ work: () throws -> Made) throws -> Made {
    do { return try work() } catch let error as AuthorityError { throw ProgramFailure(.data, "\(error)") }
}
