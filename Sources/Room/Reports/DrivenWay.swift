package import Ground

/// The way between positions that follow each other.
package struct DrivenWay: Sendable {
    /// Metres driven.
    package private(set) var metres = 0.0
    /// Positions taken.
    package private(set) var positions = 0
    private var last: (place: Coordinate, time: Int64)?

    /// Faster than this, m/s, is no drive but an error.
    private static let fastest = 70.0
    /// After a longer silence, ms, nobody saw how the unit came to where it is.
    private static let longestSilence: Int64 = 600_000

    /// Begins; the way from a position before it, if there is one, belongs to it.
    package init(after last: (place: Coordinate, time: Int64)? = nil) { self.last = last }

    /// Takes the next position, at a time in ms since 1970 UTC.
    ///
    /// - Returns: Metres from the one before.
    @discardableResult
    package mutating func add(_ place: Coordinate, at time: Int64) -> Double {
        self.positions += 1
        defer { self.last = (place, time) }
        guard let last = self.last, time > last.time, time - last.time <= Self.longestSilence else { return 0 }
        let metres = last.place.distance(to: place).value
        guard metres / (Double(time - last.time) / 1_000) < Self.fastest else { return 0 }
        self.metres += metres
        return metres
    }
}
