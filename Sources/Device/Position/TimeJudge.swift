/// Decides which clock a record's time comes from: the receiver's, or the system's.
///
/// A receiver's date can be wrong while its place is right: GPS counts weeks modulo 1024, and receivers
/// and gpsd guess the rest. A wrong date must not cost the place.
package struct TimeJudge: Sendable {
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

    /// What receiver and CLOCK_BOOTTIME agreed on: it outlives every jump of either wall clock.
    private struct Agreement {
        /// Receiver's time minus CLOCK_BOOTTIME, ms.
        var offset: Int64
        /// When it last held, ms of CLOCK_BOOTTIME.
        var confirmed: Int64
        /// Whether a disciplined system clock was there to object.
        var wasSynchronised: Bool
    }

    private static let hour: Int64 = 3_600_000
    private static let rollover: Int64 = 1_024 * 7 * 24 * Self.hour

    /// A free-running clock that keeps its time over a year without power is not expected to be worse.
    private static let longestPowerOff: Int64 = 400 * 24 * Self.hour

    /// A receiver corrects itself by leap seconds, and reports late; more than this at once is a jump, ms.
    private static let jump: Int64 = 60_000

    /// A receiver that stands by its new date for so long is believed, ms.
    private static let probation: Int64 = 60_000

    /// CLOCK_BOOTTIME drifts by less than 100 ppm: 0.4 s in this time, ms.
    private static let holdover = Self.hour

    private let earliest: Int64
    private var agreement: Agreement?
    private var doubt: (offset: Int64, since: Int64)?

    /// Creates a judge; no true time is before `earliest`, ms since 1970 UTC (the program's release).
    package init(earliest: Int64) { self.earliest = earliest }

    /// Stamps a fix: with the receiver's time where that can be, else with the best there is for its arrival.
    package mutating func stamp(_ fix: Fix, system: Moment) -> Stamp {
        guard let measured = fix.measured else { return self.carried(to: fix.received, system: system) }
        let offset = measured - fix.received
        if let agreed = self.standing(at: fix.received, system: system) {
            if abs(offset - agreed.offset) <= Self.jump {
                return self.agree(measured, fix, isSynchronised: agreed.wasSynchronised || system.isSynchronised)
            }
            guard self.hasStoodBy(offset, at: fix.received) else {
                return Stamp(time: fix.received + agreed.offset, quality: .rtc, boot: fix.received)
            }
        }
        let arrival = system.wall - (system.boot - fix.received)
        guard self.isPossible(measured, at: arrival, isSynchronised: system.isSynchronised) else {
            return self.carried(to: fix.received, system: system)
        }
        return self.agree(measured, fix, isSynchronised: system.isSynchronised)
    }

    /// Stamps something that happens now: by the receiver's clock carried on, so that events and positions stand in
    /// one order, else by the system's.
    package func stamp(system: Moment) -> Stamp { self.carried(to: system.boot, system: system) }

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

    private mutating func agree(_ measured: Int64, _ fix: Fix, isSynchronised: Bool) -> Stamp {
        let offset = measured - fix.received
        self.agreement = Agreement(offset: offset, confirmed: fix.received, wasSynchronised: isSynchronised)
        self.doubt = nil
        return Stamp(time: measured, quality: .gnss, boot: fix.received)
    }

    /// The agreement, unless it is old, or was made without a disciplined clock and such a one now objects.
    private func standing(at boot: Int64, system: Moment) -> Agreement? {
        guard let agreement, boot - agreement.confirmed <= Self.holdover else { return nil }
        let isContradicted = abs(agreement.offset - (system.wall - system.boot)) > Self.hour
        return system.isSynchronised && !agreement.wasSynchronised && isContradicted ? nil : agreement
    }

    /// Whether the receiver has repeated its new date for long enough.
    private mutating func hasStoodBy(_ offset: Int64, at boot: Int64) -> Bool {
        guard let doubt, abs(doubt.offset - offset) <= Self.jump else {
            self.doubt = (offset, boot)
            return false
        }
        return boot - doubt.since >= Self.probation
    }

    private func carried(to boot: Int64, system: Moment) -> Stamp {
        if let agreed = self.standing(at: boot, system: system) {
            return Stamp(time: boot + agreed.offset, quality: .gnss, boot: boot)
        }
        return Stamp(time: system.wall - (system.boot - boot), quality: self.quality(of: system), boot: boot)
    }

    private func quality(of system: Moment) -> Quality {
        if system.wall < self.earliest { return .none }
        return system.isSynchronised ? .ntp : .rtc
    }
}
