import Patrolling
import Position
import Threading

/// What the chain knows of itself, for the health report and the watchdog.
struct VitalSigns: Sendable {
    /// When the chain last came round, ms of CLOCK_BOOTTIME.
    var lastRound: Int64?
    /// The newest fix that was believed.
    var fix: Fix?
    /// Fixes refused, by reason.
    var refused: [String: Int] = [:]
    /// Since when no record can be stored, ms of CLOCK_BOOTTIME; `nil` while it can.
    var stuckSince: Int64?
    /// Whether the battery is low, and what can wait is left.
    var isSaving = false
    /// Revision of the plan in force.
    var plan: Int?

    /// A chain that has not come round for so long is wedged, ms.
    private static let longestRound: Int64 = 20_000

    /// Whether the chain makes progress at `now`: it comes round, though its disk may be full.
    func isWell(at now: Int64) -> Bool {
        guard let lastRound else { return false }
        return now - lastRound <= Self.longestRound
    }
}

/// The vital signs, shared by the chain and those who report them from threads of their own.
final class Vitals: Sendable {
    private let signs = Locked(VitalSigns())

    /// What was last seen.
    var current: VitalSigns { self.signs.withLock { $0 } }

    /// The chain has come round at `now`, ms of CLOCK_BOOTTIME.
    func cameRound(_ patrol: Patrol, at now: Int64) {
        let signs = VitalSigns(
            lastRound: now,
            fix: patrol.fix,
            refused: patrol.refused,
            stuckSince: patrol.stuckSince,
            isSaving: patrol.isSaving,
            plan: patrol.planRevision
        )
        self.signs.withLock { $0 = signs }
    }
}
