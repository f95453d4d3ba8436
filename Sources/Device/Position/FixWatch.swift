/// Tells when usable positions stop and come back; a pure value.
package struct FixWatch: Sendable {
    /// What there is to report.
    package enum Change: Sendable, Hashable {
        /// No usable fix for too long; the last one came at `since`, ms of CLOCK_BOOTTIME.
        case lost(since: Int64)
        /// A usable fix after so many milliseconds without.
        case restored(after: Int64)
        /// The receiver repeats one place while it reports speed.
        case frozen
    }

    private enum State: Hashable {
        case waiting
        case tracking(last: Int64)
        case frozen(last: Int64)
        case lost(last: Int64)
    }

    private let patience: Int64
    private var state = State.waiting

    /// Creates a watch that calls the position lost after `patience` milliseconds without a usable fix.
    package init(patience: Int64) { self.patience = patience }

    /// A usable fix came at `now`, ms of CLOCK_BOOTTIME.
    package mutating func admitted(at now: Int64) -> Change? {
        defer { self.state = .tracking(last: now) }
        switch self.state {
        case .waiting, .tracking: return nil
        case .frozen(let last), .lost(let last): return .restored(after: now - last)
        }
    }

    /// A fix was refused because it is frozen.
    package mutating func refusedAsFrozen() -> Change? {
        switch self.state {
        case .tracking(let last):
            self.state = .frozen(last: last)
            return .frozen
        case .waiting, .frozen, .lost: return nil
        }
    }

    /// Time went on to `now`, ms of CLOCK_BOOTTIME.
    package mutating func tick(at now: Int64) -> Change? {
        switch self.state {
        case .tracking(let last) where now - last >= self.patience,
            .frozen(let last) where now - last >= self.patience:
            self.state = .lost(last: last)
            return .lost(since: last)
        case .waiting, .tracking, .frozen, .lost: return nil
        }
    }
}
