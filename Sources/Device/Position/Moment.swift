/// The clocks of the device at one moment.
package struct Moment: Sendable, Hashable {
    /// ms since 1970 UTC as the system clock has it.
    package var wall: Int64
    /// ms of CLOCK_BOOTTIME.
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
