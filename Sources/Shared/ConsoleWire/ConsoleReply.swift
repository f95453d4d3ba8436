/// The answer, one JSON object a line.
package struct ConsoleReply: Sendable, Hashable, Codable {
    /// Whether it was done.
    package var ok: Bool
    /// What was asked, since urgent requests are answered before others of the same client; `nil` when not understood.
    package var verb: ConsoleRequest.Verb?
    /// Why not, and what to do.
    package var reason: String?
    /// For `status` and `watch`, and after each thing that was done.
    package var report: UnitReport?

    /// Creates an answer.
    package init(ok: Bool, verb: ConsoleRequest.Verb? = nil, reason: String? = nil, report: UnitReport? = nil) {
        (self.ok, self.verb, self.reason, self.report) = (ok, verb, reason, report)
    }

    private enum CodingKeys: String, CodingKey {
        case verb = "do"
        case ok, reason, report
    }
}
