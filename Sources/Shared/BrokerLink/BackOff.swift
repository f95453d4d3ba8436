/// How long to wait before the next attempt: doubling from one second to two minutes, with jitter.
///
/// The jitter keeps a fleet whose broker restarts from coming back in one second. A pure value.
package struct BackOff: Sendable, Hashable {
    /// First wait.
    package var shortest: Duration
    /// Last wait.
    package var longest: Duration
    /// A connection that held this long starts the row anew.
    package var calm: Duration
    /// Each wait is longer or shorter by up to this share.
    package var jitter: Double

    private var next: Duration

    /// Creates a back-off; the defaults suit a device on a mobile network.
    package init(
        shortest: Duration = .seconds(1),
        longest: Duration = .seconds(120),
        calm: Duration = .seconds(300),
        jitter: Double = 0.2
    ) {
        self.shortest = shortest
        self.longest = longest
        self.calm = calm
        self.jitter = jitter
        self.next = shortest
    }

    /// Decides how long to wait now.
    ///
    /// - Parameters:
    ///   - held: How long the connection that just ended had held; zero when it never was.
    ///   - chance: A random number in `0...1`, from which the jitter is made.
    /// - Returns: The wait, with its jitter.
    package mutating func wait(afterHolding held: Duration, chance: Double) -> Duration {
        if held >= self.calm { self.next = self.shortest }
        let wait = self.next * (1 + self.jitter * (2 * chance - 1))
        self.next = min(self.next * 2, self.longest)
        return wait
    }
}
