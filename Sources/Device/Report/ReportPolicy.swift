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

        /// Creates settings.
        package init(interval: Int64, drift: Double, turn: Double) {
            self.interval = interval
            self.drift = drift
            self.turn = turn
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

    /// Creates a policy that has reported nothing.
    package init(settings: Settings) { self.settings = settings }

    /// Makes the next fix a record.
    package mutating func request() { self.isRequested = true }

    /// Returns why `fix` is to be a record, or `nil` when it is not.
    package mutating func observe(_ fix: Fix) -> Reason? {
        guard let reason = self.reason(for: fix) else { return nil }
        self.last = fix
        self.isRequested = false
        return reason
    }

    private func reason(for fix: Fix) -> Reason? {
        guard let last else { return .start }
        if self.isRequested { return .request }
        if self.hasTurned(fix, since: last) { return .turn }
        if Self.extrapolate(last, to: fix).distance(to: fix.coordinate).value > self.settings.drift { return .drift }
        if fix.received - last.received >= self.settings.interval { return .time }
        return nil
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
