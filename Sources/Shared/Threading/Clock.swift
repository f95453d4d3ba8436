import CLinux
import Glibc

/// The machine's clocks, read in one place.
///
/// Stages never read a clock: a time arrives with each event, so that a recorded day can be replayed.
package enum SystemClock {
    /// Milliseconds since 1970-01-01T00:00:00Z as the system clock has it, right or wrong.
    package static var wallMilliseconds: Int64 { Self.milliseconds(CLOCK_REALTIME) }

    /// Milliseconds since the machine started, sleep included; never jumps.
    package static var bootMilliseconds: Int64 { Self.milliseconds(CLOCK_BOOTTIME) }

    /// Whether the kernel's clock is disciplined by a time source (`adjtimex` does not say unsynchronised).
    ///
    /// A service that may not touch the clock may not ask the kernel either: ``TimeService`` tells it.
    package static var isSynchronised: Bool {
        switch clinux_clock_is_synchronised() {
        case 1: true
        case 0: false
        default: TimeService.isSynchronised(at: Self.bootMilliseconds)
        }
    }

    private static func milliseconds(_ clock: clockid_t) -> Int64 {
        var now = timespec()
        clock_gettime(clock, &now)
        return Int64(now.tv_sec) * 1_000 + Int64(now.tv_nsec) / 1_000_000
    }
}
