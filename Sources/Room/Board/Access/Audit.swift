import History
import PatrolWire

/// Who did and looked at what, beside what the desks keep of their cases.
struct Audit: Sendable {
    let casebook: Casebook
    /// ms since 1970 UTC.
    let now: @Sendable () -> Int64

    /// Writes down what a person did or looked at.
    ///
    /// - Parameters:
    ///   - what: What was done, such as `track read`.
    ///   - subject: To what, such as `station/device`.
    ///   - actor: Who, where that is not yet the request's own identity.
    ///   - context: The request.
    /// - Throws: What the casebook throws when it cannot write: then the act must not pass for done.
    func note(_ what: String, of subject: String, by actor: String? = nil, _ context: BoardContext) async throws {
        try await self.casebook.note(
            Casebook.Deed(
                time: self.now(),
                actor: actor ?? context.actor,
                origin: context.origin,
                what: what,
                subject: harmless(subject, atMost: 200)
            )
        )
    }
}

/// A foreign text for a log line: one line, no control characters, at most so many characters.
func harmless(_ text: String, atMost count: Int = 200) -> String {
    var shown = ""
    for scalar in text.unicodeScalars.prefix(count) {
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse, .unassigned:
            shown += "\\u{\(String(scalar.value, radix: 16))}"
        default: shown.unicodeScalars.append(scalar)
        }
    }
    return text.unicodeScalars.count > count ? shown + "…" : shown
}
