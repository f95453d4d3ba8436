package import Ground

/// A satellite receiver's faults: an error that wanders, and stretches without a fix.
package struct Receiver: Sendable {
    private var random: SplitMix64
    private var east = 0.0
    private var north = 0.0
    private var outage = 0.0

    /// Standard deviation of the error in each direction, metres.
    package var noise: Double
    /// Outages an hour.
    package var outagesPerHour: Double
    /// How long one lasts, s.
    package var outageSeconds: Double

    /// Creates a receiver; by default a good one, with two metres of error and no outages.
    package init(seed: UInt64, noise: Double = 2, outagesPerHour: Double = 0, outageSeconds: Double = 8) {
        self.random = SplitMix64(seed: seed)
        self.noise = noise
        self.outagesPerHour = outagesPerHour
        self.outageSeconds = outageSeconds
    }

    /// Returns where the receiver believes to be, after `seconds` since the last time; `nil` in an outage.
    package mutating func measure(_ truth: PlanePoint, after seconds: Double) -> PlanePoint? {
        // An error that keeps 98 % of itself over a second: receivers wander, they do not jump.
        let keep = max(0, 1 - 0.02 * seconds)
        let fresh = self.noise * (1 - keep * keep).squareRoot()
        self.east = self.east * keep + self.gauss() * fresh
        self.north = self.north * keep + self.gauss() * fresh
        if self.outage > 0 {
            self.outage -= seconds
            return nil
        }
        if Double.random(in: 0..<1, using: &self.random) < self.outagesPerHour / 3_600 * seconds {
            self.outage = self.outageSeconds
        }
        return PlanePoint(east: truth.east + self.east, north: truth.north + self.north)
    }

    /// Twelve uniform numbers add up to nearly a normal one.
    private mutating func gauss() -> Double {
        (0..<12).reduce(-6) { sum, _ in sum + Double.random(in: 0..<1, using: &self.random) }
    }
}
