/// A fault that a night is given on purpose, to prove that nights see it.
///
/// None of them is in the programs: each spoils what the night puts around their rules.
package enum PlantedFault: String, Sendable, Hashable, CaseIterable {
    /// The room acknowledges before the store has committed.
    case acknowledgeBeforeCommit
    /// The device's disk loses what it said was durable, and the numbers with it.
    case reuseNumbers
    /// An acknowledgement names the highest number only, and not what is missing below it.
    case forgetGaps
    /// The room takes every record under a number that it has for a double.
    case trustNumbers
    /// The device drops records and does not say so.
    case dropSilently
    /// The board takes a record that got another number for a new one.
    case showRenumbered
    /// Records that get another number do not say which they had.
    case forgetFormerNumbers
    /// A record goes out before it is durable.
    case sendBeforeDurable
}
