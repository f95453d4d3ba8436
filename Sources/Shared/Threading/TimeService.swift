import CLinux

/// What systemd-timedated says of the clock, asked on a thread of its own: whoever wants to know never waits.
package enum TimeService {
    /// What was said stands so long, ms.
    private static let stands: Int64 = 60_000
    /// The service is waited for so long, ms.
    private static let patience: UInt = 5_000

    private struct State: Sendable {
        /// Nothing is claimed before it was said.
        var isSynchronised = false
        var asked: Int64?
    }

    private static let state = Locked(State())

    /// What was said last; asks again in the background when that is old.
    ///
    /// - Parameter now: ms since the machine started.
    /// - Returns: Whether the clock is disciplined; `false` until somebody said so.
    static func isSynchronised(at now: Int64) -> Bool {
        let (known, isOld) = self.state.withLock { state in
            let isOld = state.asked.map { now - $0 >= Self.stands } ?? true
            if isOld { state.asked = now }
            return (state.isSynchronised, isOld)
        }
        guard isOld else { return known }
        startThread("time service") {
            let answer = Self.ask()
            // Where nobody answers nothing is known, and so nothing is claimed.
            Self.state.withLock { $0.isSynchronised = answer ?? false }
        }
        return known
    }

    /// Asks now, and waits; `nil` where there is no such service.
    package static func ask() -> Bool? {
        switch clinux_timedated_is_synchronised(Self.patience) {
        case 1: true
        case 0: false
        default: nil
        }
    }
}
