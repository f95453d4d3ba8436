package import Ground

/// One position of the device, as the receiver measured it.
package struct Fix: Sendable, Hashable {
    /// When the receiver measured it, ms since 1970 UTC as the receiver has it; `nil` before it knows the date.
    package var measured: Int64?

    /// When it came, ms of CLOCK_BOOTTIME.
    package var received: Int64

    /// Where the receiver is.
    package var coordinate: Coordinate

    /// 95 % horizontal error; `nil` when unknown.
    package var accuracy: Metres?

    /// Height above mean sea level, metres.
    package var altitude: Double?

    /// Speed over ground, m/s.
    package var speed: Double?

    /// Course over ground, degrees from true north.
    package var course: Double?

    /// 2 or 3 dimensions.
    package var mode: Int

    /// What the receiver's own sensors, wheels or gyroscopes, have to do with it.
    package var reckoning = Reckoning.none

    /// Satellites used.
    package var satellites: Int?

    /// Path of the receiver; empty when there is only one.
    package var device: String

    /// Dead reckoning: a receiver that goes on where satellites end.
    package enum Reckoning: Sendable, Hashable {
        /// Satellites alone.
        case none
        /// Satellites and sensors.
        case aided
        /// Sensors alone.
        case alone
    }

    /// Creates a fix of which only the place is known.
    package init(received: Int64, coordinate: Coordinate, mode: Int) {
        self.received = received
        self.coordinate = coordinate
        self.mode = mode
        self.device = ""
    }
}

/// What a source of positions says.
package enum PositionReport: Sendable, Hashable {
    /// A position.
    case fix(Fix)
    /// The receiver is alive and has no position; came at `received`, ms of CLOCK_BOOTTIME.
    case noFix(received: Int64)
    /// The source answers, for the first time or again.
    case available(source: String)
    /// The source stopped to answer; said once, not at every attempt.
    case unavailable(PositionTrouble)
}
