package import PatrolWire

/// Does each command once, however often it comes, and none after its time.
///
/// A pure value, kept over restarts.
package struct CommandDesk: Sendable, Hashable, Codable {
    /// What is to be done with a command.
    package enum Verdict: Sendable, Hashable {
        /// Do it.
        case fresh
        /// It was done; this was the answer.
        case done(ok: Bool, reason: String?, data: [String: JSONValue]?)
        /// Its time is over.
        case expired
    }

    private struct Answer: Sendable, Hashable, Codable {
        let id: String
        let expires: Int64
        let ok: Bool
        let reason: String?
        let data: [String: JSONValue]?
    }

    /// More than a device gets in a shift; older ones have expired long since.
    private static let mostAnswers = 256

    private var answers: [Answer] = []

    /// Creates a desk that has seen nothing.
    package init() {}

    /// Says what is to be done with a command; `now` is ms since 1970 UTC, `nil` while the clock is known to be wrong.
    package func judge(_ command: Command, now: Int64?) -> Verdict {
        if let known = self.answers.first(where: { $0.id == command.id }) {
            return .done(ok: known.ok, reason: known.reason, data: known.data)
        }
        if let now, command.expires < now { return .expired }
        return .fresh
    }

    /// Keeps the answer to a command that was done.
    package mutating func keep(_ result: CommandResult, of command: Command) {
        self.answers.append(
            Answer(
                id: command.id,
                expires: command.expires,
                ok: result.ok,
                reason: result.reason,
                data: result.data
            )
        )
        if self.answers.count > Self.mostAnswers { self.answers.removeFirst() }
    }
}
