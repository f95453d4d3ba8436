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
        var isForked: Bool
        var due: Int64
    }

    private var waiting: [LogName: Entry] = [:]

    /// Creates an empty schedule.
    package init() {}

    /// A log has something new, or sent something again because it missed an acknowledgement.
    ///
    /// A log that has given numbers twice is told so at once.
    package mutating func note(
        _ name: LogName,
        stored: SequenceRanges,
        isBacklog: Bool,
        isForked: Bool = false,
        now: Int64
    ) {
        let before = self.waiting[name]
        let isForked = isForked || before?.isForked ?? false
        let due = isBacklog || isForked ? now : now + Self.patience
        self.waiting[name] = Entry(stored: stored, isForked: isForked, due: min(due, before?.due ?? .max))
    }

    /// An acknowledgement was not taken by the broker: it is tried again unless there is a newer one.
    package mutating func giveBack(_ name: LogName, stored: SequenceRanges, isForked: Bool = false, now: Int64) {
        guard self.waiting[name] == nil else {
            if isForked { self.waiting[name]?.isForked = true }
            return
        }
        self.waiting[name] = Entry(stored: stored, isForked: isForked, due: now + 1_000)
    }

    /// Takes what is due.
    package mutating func takeDue(now: Int64) -> [(name: LogName, stored: SequenceRanges, isForked: Bool)] {
        let due = self.waiting.filter { $0.value.due <= now }
        for name in due.keys { self.waiting[name] = nil }
        return due.map { ($0.key, $0.value.stored, $0.value.isForked) }
    }
}
