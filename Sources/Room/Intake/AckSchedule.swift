package import History
package import PatrolWire

/// Decides when a log is acknowledged: at once for backlog, lazily while only live records come.
///
/// A pure value; times are ms of any clock that does not jump.
package struct AckSchedule: Sendable {
    /// How long live records wait for their acknowledgement, ms.
    package static let patience: Int64 = 5_000

    private struct Entry {
        var stored: SequenceRanges
        var due: Int64
    }

    private var waiting: [LogName: Entry] = [:]

    /// Creates an empty schedule.
    package init() {}

    /// A log has something new, or sent something again because it missed an acknowledgement.
    package mutating func note(_ name: LogName, stored: SequenceRanges, isBacklog: Bool, now: Int64) {
        let due = isBacklog ? now : now + Self.patience
        self.waiting[name] = Entry(stored: stored, due: min(due, self.waiting[name]?.due ?? .max))
    }

    /// An acknowledgement was not taken by the broker: it is tried again unless there is a newer one.
    package mutating func giveBack(_ name: LogName, stored: SequenceRanges, now: Int64) {
        guard self.waiting[name] == nil else { return }
        self.waiting[name] = Entry(stored: stored, due: now + 1_000)
    }

    /// Takes what is due.
    package mutating func takeDue(now: Int64) -> [(name: LogName, stored: SequenceRanges)] {
        let due = self.waiting.filter { $0.value.due <= now }
        for name in due.keys { self.waiting[name] = nil }
        return due.map { ($0.key, $0.value.stored) }
    }
}
