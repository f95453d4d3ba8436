import CLinux
import Glibc

/// Wakes a thread that waits in `poll`.
package final class WakeEvent: Sendable {
    /// What to poll for input.
    package let descriptor: CInt

    /// Creates one.
    ///
    /// - Throws: ``OutOfDescriptors``: the caller waits and tries again.
    package init() throws(OutOfDescriptors) {
        self.descriptor = clinux_wake_make()
        guard self.descriptor >= 0 else { throw OutOfDescriptors() }
    }

    deinit { close(self.descriptor) }

    /// Wakes the thread, now or at its next `poll`.
    package func signal() { clinux_wake_signal(self.descriptor) }

    /// Forgets the signals so far.
    package func clear() { clinux_wake_clear(self.descriptor) }
}

/// The process has as many files and connections open as it may.
package struct OutOfDescriptors: Error, Sendable, Hashable, CustomStringConvertible {
    /// What is wrong.
    package let description = "too many open files"
}

/// Raises the number of descriptors that the process may have open to what the machine allows.
///
/// - Returns: The number that it may have open now.
package func raiseDescriptorLimit() -> Int { clinux_raise_descriptor_limit() }
