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
        var sum: String?
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
        sum: String? = nil,
        now: Int64
    ) {
        let before = self.waiting[name]
        let isForked = isForked || before?.isForked ?? false
        let due = isBacklog || isForked ? now : now + Self.patience
        self.waiting[name] = Entry(stored: stored, isForked: isForked, sum: sum, due: min(due, before?.due ?? .max))
    }

    /// What is told of a log.
    package struct Due: Sendable {
        /// The log.
        package let name: LogName
        /// What of it is stored.
        package let stored: SequenceRanges
        /// Whether it has given numbers twice.
        package let isForked: Bool
        /// What is stored under the last number before its first gap.
        package let sum: String?

        /// Creates one.
        package init(name: LogName, stored: SequenceRanges, isForked: Bool = false, sum: String? = nil) {
            (self.name, self.stored, self.isForked, self.sum) = (name, stored, isForked, sum)
        }
    }

    /// An acknowledgement was not taken by the broker: it is tried again unless there is a newer one.
    package mutating func giveBack(_ due: Due, now: Int64) {
        guard self.waiting[due.name] == nil else {
            if due.isForked { self.waiting[due.name]?.isForked = true }
            return
        }
        self.waiting[due.name] = Entry(stored: due.stored, isForked: due.isForked, sum: due.sum, due: now + 1_000)
    }

    /// Takes what is due.
    package mutating func takeDue(now: Int64) -> [Due] {
        let due = self.waiting.filter { $0.value.due <= now }
        for name in due.keys { self.waiting[name] = nil }
        return due.map { Due(name: $0.key, stored: $0.value.stored, isForked: $0.value.isForked, sum: $0.value.sum) }
    }
}
