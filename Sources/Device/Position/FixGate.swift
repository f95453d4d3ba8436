package import Ground

/// Lets through the fixes that can be believed, and counts the reasons of the others.
///
/// A pure value: the time arrives with the fix.
package struct FixGate: Sendable {
    /// Why a fix is refused.
    package enum Reason: String, Sendable, Hashable, CaseIterable {
        /// It waited too long before it was looked at.
        case old
        /// Its error is too large.
        case coarse
        /// The place stands still while the receiver reports speed.
        case frozen
        /// No vehicle gets there in the time.
        case teleported
        /// It is the null of a receiver that has no position: exactly 0° N 0° E.
        case null
        /// It says just what the one before said.
        case repeated
    }

    /// What may pass.
    package struct Limits: Sendable, Hashable {
        /// Longest time between arrival and judgement, ms.
        package var age: Int64 = 3_000
        /// Largest 95 % horizontal error.
        package var error = Metres(100)
        /// Fastest that the device can travel, m/s.
        package var speed = 90.0
        /// Reported speed above which a place must change, m/s.
        package var frozenSpeed = 2.0
        /// So many fixes in one place at speed are frozen.
        package var frozenCount = 3
        /// So many fixes that agree with each other overrule the place they left.
        package var agreement = 3

        /// Creates the limits of a patrol car.
        package init() {}
    }

    /// What came of a fix.
    package enum Verdict: Sendable, Hashable {
        /// Believe it.
        case admitted
        /// Do not, for this reason.
        case refused(Reason)
    }

    private let limits: Limits
    private var admitted: Fix?
    private var newest: Fix?
    private var standing = 0
    private var strangers: [Fix] = []

    /// How many fixes were refused, by reason.
    package private(set) var refusals: [Reason: Int] = [:]

    /// Creates a gate that has seen nothing.
    package init(limits: Limits = Limits()) { self.limits = limits }

    /// Judges a fix.
    ///
    /// - Parameters:
    ///   - fix: The fix.
    ///   - now: ms of CLOCK_BOOTTIME at the judgement. The wall clock has no say: it may jump.
    /// - Returns: Whether the fix may be believed, and if not, why.
    package mutating func judge(_ fix: Fix, now: Int64) -> Verdict {
        let verdict = self.verdict(on: fix, now: now)
        if case .refused(let reason) = verdict { self.refusals[reason, default: 0] += 1 }
        return verdict
    }

    private mutating func verdict(on fix: Fix, now: Int64) -> Verdict {
        if now - fix.received > self.limits.age { return .refused(.old) }
        if fix.coordinate.latitude == 0, fix.coordinate.longitude == 0 { return .refused(.null) }
        if let error = fix.accuracy, error > self.limits.error { return .refused(.coarse) }

        let before = self.newest
        if let before, before.coordinate == fix.coordinate, before.measured == fix.measured, fix.measured != nil,
            before.device == fix.device
        {
            return .refused(.repeated)
        }
        self.newest = fix
        let stands = before?.coordinate == fix.coordinate && (fix.speed ?? 0) > self.limits.frozenSpeed
        self.standing = stands ? self.standing + 1 : 0
        if self.standing + 1 >= self.limits.frozenCount { return .refused(.frozen) }

        guard let admitted = self.admitted, !self.isWithinReach(fix, of: admitted) else {
            self.admit(fix)
            return .admitted
        }
        // The place that was believed may itself have been the wrong one.
        if let last = self.strangers.last, !self.isWithinReach(fix, of: last) { self.strangers = [] }
        self.strangers.append(fix)
        guard self.strangers.count >= self.limits.agreement else { return .refused(.teleported) }
        self.admit(fix)
        return .admitted
    }

    private mutating func admit(_ fix: Fix) {
        self.admitted = fix
        self.strangers = []
    }

    private func isWithinReach(_ fix: Fix, of earlier: Fix) -> Bool {
        // By whichever clock says more time has passed: reports may come in a burst, and dates may jump back.
        let arrival = fix.received - earlier.received
        let measurement = zip(fix.measured, earlier.measured).map { $0 - $1 } ?? 0
        let seconds = Double(max(arrival, measurement, 0)) / 1_000
        let errors = (fix.accuracy?.value ?? 25) + (earlier.accuracy?.value ?? 25)
        return fix.coordinate.distance(to: earlier.coordinate).value <= self.limits.speed * seconds + errors
    }
}

private func zip<A, B>(_ a: A?, _ b: B?) -> (A, B)? {
    guard let a, let b else { return nil }
    return (a, b)
}
