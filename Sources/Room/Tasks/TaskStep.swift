/// What may be done with a task.
package enum TaskStep: Sendable, Hashable {
    /// It becomes another's, for a reason; with a new time or the old one (分级转办).
    case handOn(owner: String, due: Int64?, reason: String)
    /// The owner is reminded.
    case remind(text: String?)
    /// The owner says what came of it.
    case answer(result: String)
    /// What came of it is not enough: the owner has it to do again.
    case giveBack(reason: String, due: Int64)
    /// Somebody asked those whom it was for (回访): 1 (bad) … 5 (good).
    case revisit(text: String, rating: Int)
    /// Nothing more is expected; without an answer only for a reason.
    case close(note: String?)
    /// It was not done after all.
    case reopen(reason: String, due: Int64)
}

/// Why a step is not possible now.
package struct TaskRefusal: Error, Sendable, Hashable, CustomStringConvertible {
    /// What kind of refusal.
    package enum Kind: Sendable, Hashable {
        /// There is no such task.
        case unknown
        /// It has come too far for that, or not far enough.
        case conflict
        /// It makes no sense.
        case invalid
    }

    /// What kind.
    package let kind: Kind
    /// What is wrong and what to do.
    package let description: String

    /// Creates a refusal.
    package init(_ kind: Kind, _ description: String) { (self.kind, self.description) = (kind, description) }
}

extension OwnedTask {
    /// Takes a step.
    ///
    /// - Throws: ``TaskRefusal``; then nothing changed.
    mutating func take(_ step: TaskStep, actor: String, now: Int64) throws(TaskRefusal) {
        func require(_ states: State..., or text: String) throws(TaskRefusal) {
            if !states.contains(self.state) {
                throw TaskRefusal(.conflict, "\(self.id) is \(self.state.rawValue): \(text)")
            }
        }
        func require(due: Int64) throws(TaskRefusal) {
            if due <= now { throw TaskRefusal(.invalid, "'due' must lie ahead, in ms since 1970") }
        }
        func require(_ text: String, _ key: String) throws(TaskRefusal) {
            if text.isEmpty { throw TaskRefusal(.invalid, "'\(key)' must say something") }
        }
        switch step {
        case .handOn(let owner, let due, let reason):
            try require(.open, .answered, or: "reopen it first")
            try require(reason, "reason")
            if let due { try require(due: due) }
            if owner == self.owner { throw TaskRefusal(.conflict, "\(self.id) is \(owner)'s already") }
            (self.owner, self.due, self.state, self.answered) = (owner, due ?? self.due, .open, nil)
            self.note("hand-on", reason, actor, now, owner: owner, due: due)
        case .remind(let text):
            try require(.open, or: "there is nothing to be reminded of")
            self.note("remind", text, actor, now)
        case .answer(let result):
            try require(.open, .answered, or: "reopen it first")
            try require(result, "result")
            (self.result, self.state) = (result, .answered)
            self.answered = self.answered ?? now
            self.note("answer", result, actor, now)
        case .giveBack(let reason, let due):
            try require(.answered, or: "only an answer can be given back")
            try require(reason, "reason")
            try require(due: due)
            (self.state, self.due, self.answered) = (.open, due, nil)
            self.note("give-back", reason, actor, now, due: due)
        case .revisit(let text, let rating):
            try require(.answered, .closed, or: "it is revisited once it is answered")
            try require(text, "text")
            if !(1...5).contains(rating) { throw TaskRefusal(.invalid, "'rating' must be from 1 to 5") }
            self.note("revisit", text, actor, now, rating: rating)
        case .close(let note):
            try require(.open, .answered, or: "it is closed already")
            if self.state == .open { try require(note ?? "", "note") }
            (self.state, self.closed) = (.closed, now)
            self.note("close", note, actor, now)
        case .reopen(let reason, let due):
            try require(.closed, or: "it is not closed")
            try require(reason, "reason")
            try require(due: due)
            (self.state, self.due, self.closed, self.answered) = (.open, due, nil, nil)
            self.note("reopen", reason, actor, now, due: due)
        }
    }
}
