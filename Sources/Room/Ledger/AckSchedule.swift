package import PatrolWire

/// Decides when a log is acknowledged: at once for backlog, lazily while only live records come.
///
/// A pure value; times are ms of any clock that does not jump.
package struct AckSchedule: Sendable {
    /// How long live records wait for their acknowledgement, ms.
    package static let patience: Int64 = 5_000
    /// After the broker did not take an acknowledgement, ms.
    private static let retry: Int64 = 1_000
    /// Logs of which numbers are withheld: a device may name logs without end while the store takes nothing.
    private static let mostWithheld = 10_000

    private struct Entry {
        var word: Due
        var due: Int64
    }

    private var waiting: [LogName: Entry] = [:]
    /// Numbers that came and could not be looked at: what the ledger says of them may be another device's disk.
    private var withheld: [LogName: SequenceRanges] = [:]

    /// Creates an empty schedule.
    package init() {}

    /// A batch could not be stored: its numbers are not acknowledged before they come again.
    package mutating func notStored(_ deliveries: [LogDelivery]) {
        for delivery in deliveries
        where self.withheld[delivery.name] != nil || self.withheld.count < Self.mostWithheld {
            self.withheld[delivery.name, default: SequenceRanges()].formUnion(delivery.numbers)
        }
    }

    /// A batch was committed: each of its logs has something new, or sent something again because it missed an
    /// acknowledgement.
    ///
    /// A log that has given numbers twice is told so at once, and so is one that sent `backlog`.
    package mutating func note(
        _ outcome: StoreOutcome,
        of deliveries: [LogDelivery],
        backlog: Set<LogName>,
        now: Int64
    ) {
        if !self.withheld.isEmpty { self.release(deliveries) }
        for (name, stored) in outcome.stored {
            let word = Due(
                name: name,
                stored: stored,
                isForked: outcome.forked.contains(name),
                end: outcome.ends[name]
            )
            self.note(word, isBacklog: backlog.contains(name), now: now)
        }
    }

    private mutating func release(_ deliveries: [LogDelivery]) {
        for delivery in deliveries {
            guard let rest = self.withheld[delivery.name]?.subtracting(delivery.numbers) else { continue }
            self.withheld[delivery.name] = rest.ranges.isEmpty ? nil : rest
        }
    }

    /// A log has something new to be told.
    package mutating func note(_ word: Due, isBacklog: Bool, now: Int64) {
        let before = self.waiting[word.name]
        var word = word
        word.isForked = word.isForked || before?.word.isForked ?? false
        let due = isBacklog || word.isForked ? now : now + Self.patience
        self.waiting[word.name] = Entry(word: word, due: min(due, before?.due ?? .max))
    }

    /// What is told of a log.
    package struct Due: Sendable {
        /// The log.
        package let name: LogName
        /// What of it is stored.
        package let stored: SequenceRanges
        /// Whether it has given numbers twice.
        package internal(set) var isForked: Bool
        /// The bytes of the record before its first gap; `nil` where there is none.
        package let end: [UInt8]?

        /// Creates one.
        package init(name: LogName, stored: SequenceRanges, isForked: Bool = false, end: [UInt8]? = nil) {
            (self.name, self.stored, self.isForked, self.end) = (name, stored, isForked, end)
        }
    }

    /// An acknowledgement was not taken by the broker: it is tried again unless there is a newer one.
    package mutating func giveBack(_ due: Due, now: Int64) {
        guard self.waiting[due.name] == nil else {
            if due.isForked { self.waiting[due.name]?.word.isForked = true }
            return
        }
        self.waiting[due.name] = Entry(word: due, due: now + Self.retry)
    }

    /// Takes what is due, longest due first.
    package mutating func takeDue(now: Int64) -> [Due] {
        let due = self.waiting.values.filter { $0.due <= now }
        for entry in due { self.waiting[entry.word.name] = nil }
        // The same order in every run, as far as a night can tell.
        return due.sorted { ($0.due, $0.word.name.log) < ($1.due, $1.word.name.log) }.map { self.told($0.word) }
    }

    /// What of it can be told.
    private func told(_ word: Due) -> Due {
        guard let withheld = self.withheld[word.name] else { return word }
        let stored = word.stored.subtracting(withheld)
        let end = stored.upTo == word.stored.upTo ? word.end : nil
        return Due(name: word.name, stored: stored, isForked: word.isForked, end: end)
    }
}
