import Logging
import PatrolWire
import Track

/// What the roster wants of this unit: it judges its own posts and lines only.
extension Patrol {
    /// Takes what the room says.
    mutating func assign(_ assignment: DutyAssignment?, _ turn: inout Turn) {
        // Retained: the same comes with each connection.
        guard assignment != self.assignment else { return }
        self.assignment = assignment
        turn.keepsMemory = true
        let what = assignment.map { "\($0.id) with \($0.places.count) places" } ?? "nothing"
        turn.actions.append(.log(.info, "Assigned: \(what)"))
    }

    /// Whether a window that closed is one that this unit had to fill; without an assignment every one is.
    func isOwn(_ event: TrackEvent) -> Bool {
        let key = event.kind == .postMissed ? "post" : event.kind == .lineMissed ? "line" : nil
        guard let key, case .string(let place)? = event.data[key] else { return true }
        return self.isOwn(place, at: event.time)
    }

    /// Whether a post or a line is this unit's own at a time, ms since 1970 UTC.
    func isOwn(_ place: String, at time: Int64) -> Bool { self.assignment?.isOwn(place, at: time) ?? true }
}
