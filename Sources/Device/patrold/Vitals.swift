import Position
import Threading

/// What the chain knows of itself, for the health report and the watchdog.
struct VitalSigns: Sendable {
    /// When the chain last came round, ms of CLOCK_BOOTTIME.
    var lastTick: Int64?
    /// The newest fix that was believed.
    var fix: Fix?
    /// Fixes refused, by reason.
    var refused: [String: Int] = [:]
    /// Since when no record can be stored, ms of CLOCK_BOOTTIME; `nil` while it can.
    var fullSince: Int64?

    /// Whether the battery is low, and what can wait is left.
    var isSaving = false
    /// Revision of the plan in force.
    var plan: Int?

    /// A chain that has not come round for so long is wedged, ms.
    private static let longestRound: Int64 = 20_000

    /// Whether the chain makes progress at `now`: it comes round, though its disk may be full.
    func isWell(at now: Int64) -> Bool {
        guard let lastTick else { return false }
        return now - lastTick <= Self.longestRound
    }
}

/// The vital signs, shared by the chain and those who report them.
typealias Vitals = Locked<VitalSigns>
