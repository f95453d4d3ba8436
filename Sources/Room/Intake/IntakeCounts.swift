package import Threading

/// What the intake has seen since it started.
package struct IntakeCounts: Sendable, Hashable {
    /// Why a message was rejected.
    package enum Rejection: String, Sendable, Hashable, CaseIterable {
        /// The topic is none of the contract's.
        case topic
        /// It is of a version that is not spoken here.
        case version
        /// It is not what the contract says.
        case malformed
        /// It names another device than its topic does.
        case impostor
    }

    /// Messages that came.
    package var messages = 0
    /// Records in them.
    package var records = 0
    /// Records that were new and are stored.
    package var stored = 0
    /// Records that were stored already.
    package var duplicates = 0
    /// Messages that were rejected, by reason.
    package var rejected: [Rejection: Int] = [:]

    /// Creates counts of zero.
    package init() {}
}

/// The counts, shared by who counts and who shows them.
package typealias IntakeMeter = Locked<IntakeCounts>
