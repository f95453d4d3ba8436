import CLinux
import Glibc

/// What systemd-timedated says of the clock, asked on a thread of its own: whoever wants to know never waits.
package enum TimeService {
    /// What was said stands so long, ms: a clock that is set stays so, and each question starts the service anew.
    private static let (standsSet, standsUnset): (Int64, Int64) = (1_800_000, 120_000)
    /// systemd-timesyncd makes it when it has set the clock: then nobody is asked.
    private static let sign = "/run/systemd/timesync/synchronized"
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
        if access(Self.sign, F_OK) == 0 { return true }
        let (known, isOld) = self.state.withLock { state in
            let stands = state.isSynchronised ? Self.standsSet : Self.standsUnset
            let isOld = state.asked.map { now - $0 >= stands } ?? true
            if isOld { state.asked = now }
            return (state.isSynchronised, isOld)
        }
        guard isOld else { return known }
        startThread("time service") { Self.learn() }
        return known
    }

    /// Asks once, and waits, so that the first fix is judged by a clock whose state is known; nothing where the kernel may be asked.
    package static func prepare() async {
        guard clinux_clock_is_synchronised() < 0 else { return }
        Self.state.withLock { $0.asked = SystemClock.bootMilliseconds }
        await onOwnThread("time service") { Self.learn() }
    }

    private static func learn() {
        // Where nobody answers nothing is known, and so nothing is claimed.
        let answer = Self.ask() ?? false
        Self.state.withLock { $0.isSynchronised = answer }
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
