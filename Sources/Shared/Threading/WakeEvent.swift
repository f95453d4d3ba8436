import CLinux

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// Wakes a thread that waits in `poll`.
package final class WakeEvent: Sendable {
    /// What to poll for input.
    package let descriptor: CInt

    /// Creates one.
    package init() {
        self.descriptor = clinux_wake_make()
        precondition(self.descriptor >= 0, "the process is out of file descriptors")
    }

    deinit { close(self.descriptor) }

    /// Wakes the thread, now or at its next `poll`.
    package func signal() { clinux_wake_signal(self.descriptor) }

    /// Forgets the signals so far.
    package func clear() { clinux_wake_clear(self.descriptor) }
}
