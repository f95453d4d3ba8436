import Ledger
import PatrolWire
import Threading

/// Counts what comes in.
package final class IntakeMeter: Sendable {
    private let state = Locked(IntakeCounts())

    /// Creates a meter at zero.
    package init() {}

    /// The counts as they are now.
    package var counts: IntakeCounts { self.state.withLock { $0 } }

    /// Since when the batch is being stored that has taken longest, ms of CLOCK_BOOTTIME; `nil` while none is.
    package var storingSince: Int64? { self.state.withLock { $0.storing.values.min() } }

    func message() { self.state.withLock { $0.messages += 1 } }

    func records(_ count: Int) { self.state.withLock { $0.records += count } }

    /// A station's batch is about to be stored, at a time of CLOCK_BOOTTIME, ms.
    func beginStoring(_ station: Name, at time: Int64) { self.state.withLock { $0.storing[station] = time } }

    func stored(_ outcome: StoreOutcome, of station: Name) {
        self.state.withLock { counts in
            counts.storing[station] = nil
            counts.stored += outcome.added
            counts.duplicates += outcome.duplicates
            counts.notStored += outcome.refused
            counts.forks += outcome.forked.count
        }
    }

    func notStored(_ records: Int, of station: Name) {
        self.state.withLock { counts in
            counts.storing[station] = nil
            counts.notStored += records
        }
    }

    /// Counts a message that was rejected, and says how many were for that reason.
    func reject(_ reason: IntakeCounts.Rejection) -> Int {
        self.state.withLock { counts in
            counts.rejected[reason, default: 0] += 1
            return counts.rejected[reason, default: 0]
        }
    }
}
