package import PatrolWire

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
        /// Its device is not one of the station's, or one more than the station may have.
        case stranger
    }

    /// Messages that came.
    package var messages = 0
    /// Records in them.
    package var records = 0
    /// Records that were new and are stored.
    package var stored = 0
    /// Records that were stored already.
    package var duplicates = 0
    /// Records that could not be stored; their devices send them again.
    package var notStored = 0
    /// Logs that gave numbers to two records, each counted when that was found.
    package var forks = 0
    /// Since when a station's batch is being stored, ms of CLOCK_BOOTTIME; nothing while none is.
    package var storing: [Name: Int64] = [:]
    /// Messages that were rejected, by reason.
    package var rejected: [Rejection: Int] = [:]

    /// Creates counts of zero.
    package init() {}
}
