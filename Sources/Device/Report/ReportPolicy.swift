package import Ground
package import Position

/// Decides when a position is worth a record.
///
/// A reader extrapolates the last record by its speed and course. A new record is due when that would be
/// wrong by more than ``Settings/drift``, at a turn, and at the latest after ``Settings/interval``. A pure
/// value: the same fixes give the same records.
package struct ReportPolicy: Sendable {
    /// What the hardware profile sets.
    package struct Settings: Sendable, Hashable {
        /// Longest time between two records, ms.
        package var interval: Int64
        /// Largest error of the extrapolation, metres.
        package var drift: Double
        /// Change of course that is a turn, degrees.
        package var turn: Double
        /// Bytes of positions an hour; `nil` for no limit.
        package var bytesPerHour: Double?

        /// Creates settings.
        package init(interval: Int64, drift: Double, turn: Double, bytesPerHour: Double? = nil) {
            self.interval = interval
            self.drift = drift
            self.turn = turn
            self.bytesPerHour = bytesPerHour
        }
    }

    /// Why a record is due.
    package enum Reason: Sendable, Hashable {
        /// The first since the start.
        case start
        /// Somebody asked.
        case request
        /// The unit turned.
        case turn
        /// The extrapolation is off.
        case drift
        /// The interval is over.
        case time
    }

    /// Below this speed, m/s, a receiver's course is noise.
    private static let slowestCourse = 2.0

    private let settings: Settings
    private var last: Fix?
    private var isRequested = false
    /// Bytes that may go out now, and when they were reckoned, ms of CLOCK_BOOTTIME.
    private var credit: (bytes: Double, at: Int64)?

    /// Drift and interval are stretched by this: more than 1 while the machine saves its battery.
    package var stretch = 1.0

    /// An hour's budget may come in bursts of this share of it.
    private static let burst = 1.0 / 6

    /// What a position costs on the wire, topic and protocol included, bytes.
    private static let cost = 330.0

    /// Creates a policy that has reported nothing.
    package init(settings: Settings) { self.settings = settings }

    /// Makes the next fix a record.
    package mutating func request() { self.isRequested = true }

    /// Returns why `fix` is to be a record, or `nil` when it is not.
    package mutating func observe(_ fix: Fix) -> Reason? {
        guard let reason = self.reason(for: fix), self.canAfford(reason, at: fix.received) else { return nil }
        self.last = fix
        self.isRequested = false
        return reason
    }

    private func reason(for fix: Fix) -> Reason? {
        guard let last else { return .start }
        if self.isRequested { return .request }
        if self.hasTurned(fix, since: last) { return .turn }
        if Self.extrapolate(last, to: fix).distance(to: fix.coordinate).value > self.settings.drift * self.stretch {
            return .drift
        }
        if Double(fix.received - last.received) >= Double(self.settings.interval) * self.stretch { return .time }
        return nil
    }

    /// Whether the budget has room for a record.
    ///
    /// Who asked, and the sign of life, always get one.
    private mutating func canAfford(_ reason: Reason, at now: Int64) -> Bool {
        guard let budget = self.settings.bytesPerHour else { return true }
        let known = self.credit ?? (budget * Self.burst, now)
        let earned = Double(max(0, now - known.at)) / 3_600_000 * budget
        let bytes = min(budget * Self.burst, known.bytes + earned)
        self.credit = (bytes, now)
        switch reason {
        case .turn, .drift: guard bytes >= Self.cost else { return false }
        case .start, .request, .time: break
        }
        self.credit = (bytes - Self.cost, now)
        return true
    }

    private func hasTurned(_ fix: Fix, since last: Fix) -> Bool {
        guard let before = last.course, let now = fix.course,
            (last.speed ?? 0) >= Self.slowestCourse, (fix.speed ?? 0) >= Self.slowestCourse
        else { return false }
        return angle(between: before, and: now) >= self.settings.turn
    }

    /// Where a reader believes the unit to be at the time of `fix`, knowing only `last`.
    package static func extrapolate(_ last: Fix, to fix: Fix) -> Coordinate {
        guard let speed = last.speed, let course = last.course, speed >= Self.slowestCourse else {
            return last.coordinate
        }
        let seconds = Double(max(0, fix.received - last.received)) / 1_000
        return last.coordinate.moved(by: Metres(speed * seconds), course: course) ?? last.coordinate
    }
}
