import Ground

/// Lets the error of a position grow while a receiver carries it on without satellites.
///
/// Many receivers go on saying the error that they had before a tunnel. Those without wheel ticks drift by about a tenth of
/// the way (u-blox, NEO-M8U data sheet: untethered dead reckoning); a larger error that the receiver says itself stands.
package struct DeadReckoning: Sendable, Hashable {
    /// Error for each metre of the way since the last satellites.
    private static let drift = 0.1
    /// Error of a fix that says none, m.
    private static let usual = 25.0

    private var last: Coordinate?
    private var error = Self.usual
    private var way = 0.0

    /// Creates one that has seen nothing.
    package init() {}

    /// The same fix, with the error that it has by now.
    ///
    /// - Parameter fix: The next one, in order.
    /// - Returns: As it came where satellites have a part in it.
    package mutating func widened(_ fix: Fix) -> Fix {
        defer { self.last = fix.coordinate }
        guard fix.reckoning == .alone else {
            (self.error, self.way) = (fix.accuracy?.value ?? Self.usual, 0)
            return fix
        }
        self.way += self.last?.distance(to: fix.coordinate).value ?? 0
        var wide = fix
        wide.accuracy = Metres(max(fix.accuracy?.value ?? 0, self.error + Self.drift * self.way))
        return wide
    }
}
