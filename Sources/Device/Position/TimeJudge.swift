/// Decides which clock a record's time comes from: the receiver's, or the system's.
///
/// A receiver's date can be wrong while its place is right: GPS counts weeks modulo 1024, and receivers
/// and gpsd guess the rest. A wrong date must not cost the place.
package struct TimeJudge: Sendable {
    /// The system clock at one moment.
    package struct SystemTime: Sendable, Hashable {
        /// ms since 1970 UTC as the system clock has it.
        package var wall: Int64
        /// ms of CLOCK_BOOTTIME at the same moment.
        package var boot: Int64
        /// Whether the kernel's clock is disciplined by the network.
        package var isSynchronised: Bool

        /// Creates one.
        package init(wall: Int64, boot: Int64, isSynchronised: Bool) {
            self.wall = wall
            self.boot = boot
            self.isSynchronised = isSynchronised
        }
    }

    /// Where a time comes from.
    package enum Quality: Sendable, Hashable {
        /// The receiver.
        case gnss
        /// The system clock while disciplined.
        case ntp
        /// The system clock, running free.
        case rtc
        /// The system clock, before the program's own release: wrong.
        case none
    }

    /// A time and its origin.
    package struct Stamp: Sendable, Hashable {
        /// ms since 1970 UTC.
        package var time: Int64
        /// Its origin.
        package var quality: Quality
        /// ms of CLOCK_BOOTTIME at that moment.
        package var boot: Int64

        /// Creates a stamp.
        package init(time: Int64, quality: Quality, boot: Int64) {
            self.time = time
            self.quality = quality
            self.boot = boot
        }
    }

    private static let hour: Int64 = 3_600_000
    private static let rollover: Int64 = 1_024 * 7 * 24 * Self.hour

    /// A free-running clock that keeps its time over a year without power is not expected to be worse.
    private static let longestPowerOff: Int64 = 400 * 24 * Self.hour

    private let earliest: Int64

    /// Creates a judge; no true time is before `earliest`, ms since 1970 UTC (the program's release).
    package init(earliest: Int64) { self.earliest = earliest }

    /// Stamps a fix: with the receiver's time where that can be, else with the system's at its arrival.
    package func stamp(_ fix: Fix, system: SystemTime) -> Stamp {
        let arrival = system.wall - (system.boot - fix.received)
        if let measured = fix.measured, self.isPossible(measured, at: arrival, isSynchronised: system.isSynchronised) {
            return Stamp(time: measured, quality: .gnss, boot: fix.received)
        }
        return Stamp(time: arrival, quality: self.quality(of: system), boot: fix.received)
    }

    /// Stamps something that happens now.
    package func stamp(system: SystemTime) -> Stamp {
        Stamp(time: system.wall, quality: self.quality(of: system), boot: system.boot)
    }

    /// Whether a receiver's date can be true beside the system clock's.
    package func isPossible(_ measured: Int64, at arrival: Int64, isSynchronised: Bool) -> Bool {
        guard measured >= self.earliest else { return false }
        // A system clock from before the release says nothing about the receiver's.
        guard arrival >= self.earliest else { return measured - self.earliest < Self.rollover / 2 }
        let ahead = measured - arrival
        if isSynchronised { return abs(ahead) <= Self.hour }
        let weeksOff = abs(ahead) % Self.rollover
        let isRollover = abs(ahead) > Self.rollover / 2 && min(weeksOff, Self.rollover - weeksOff) < 48 * Self.hour
        return !isRollover && ahead <= Self.longestPowerOff
    }

    private func quality(of system: SystemTime) -> Quality {
        if system.wall < self.earliest { return .none }
        return system.isSynchronised ? .ntp : .rtc
    }
}
