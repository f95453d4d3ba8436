package import PatrolWire

/// A unit's way through a time, thinned: between two of its points the unit moved evenly, to within a tolerance.
///
/// The swing filter of Elmeleegy and others, *Online piece-wise linear approximation of numerical streams with precision
/// guarantees* (VLDB 2009), over latitude and longitude: a position is left out as long as one straight, even move from
/// the last kept point passes all that were left out within the tolerance. Each position costs the same, however long
/// the way is.
package struct ReplayTrack: Sendable {
    /// A position of the thinned way.
    package struct Point: Sendable, Hashable {
        /// ms since 1970 UTC.
        package let time: Int64
        /// Degrees.
        package let latitude: Double
        /// Degrees.
        package let longitude: Double
        /// What the unit was doing.
        package let status: UnitStatus
        /// Whether nothing was heard for so long after it that nobody knows how the unit came to the next point.
        package internal(set) var isLast = false

        /// A position as it was reported.
        package init(time: Int64, latitude: Double, longitude: Double, status: UnitStatus) {
            (self.time, self.latitude, self.longitude, self.status) = (time, latitude, longitude, status)
        }
    }

    /// The even moves from the last kept point that pass all positions since, degrees per ms.
    private struct Swing {
        var north = -Double.infinity...Double.infinity
        var east = -Double.infinity...Double.infinity

        /// Leaves only moves that pass a position `after` ms later; whether any is left, and the position is on one.
        mutating func take(_ north: Double, _ east: Double, after: Double, _ tolerance: (Double, Double)) -> Bool {
            guard self.north.contains(north / after), self.east.contains(east / after) else { return false }
            self.north = self.north.clamped(to: (north - tolerance.0) / after...(north + tolerance.0) / after)
            self.east = self.east.clamped(to: (east - tolerance.1) / after...(east + tolerance.1) / after)
            return true
        }
    }

    private let tolerance: Double
    private let silence: Int64
    private var swing = Swing()
    /// The last position; it is kept only when the next one does not fit.
    private var waiting: Point?

    /// What was kept.
    package private(set) var points: [Point] = []
    /// Positions that were there.
    package private(set) var positions = 0
    /// Positions that were left out because they were made before one that came earlier.
    package private(set) var disordered = 0

    /// Metres in a degree of latitude.
    private static let metresInDegree = 111_320.0

    /// Begins a way.
    ///
    /// - Parameters:
    ///   - tolerance: So far, m, north or east, a position may be beside the thinned way.
    ///   - silence: After so long without a position, ms, nobody knows where the unit is.
    package init(tolerance: Double, silence: Int64) { (self.tolerance, self.silence) = (tolerance, silence) }

    /// When the last position was made, ms since 1970 UTC.
    package var last: Int64? { self.waiting?.time ?? self.points.last?.time }

    /// Takes the next position.
    package mutating func add(_ point: Point) {
        self.positions += 1
        guard let anchor = self.points.last else {
            self.points.append(point)
            return
        }
        let last = self.waiting ?? anchor
        guard point.time > last.time else {
            self.disordered += 1
            return
        }
        if point.time - last.time > self.silence {
            self.keepWaiting()
            self.points[self.points.count - 1].isLast = true
            self.points.append(point)
            self.swing = Swing()
            return
        }
        if last.status != point.status {
            // Where another status begins is a point of its own.
            self.keepWaiting()
            self.points.append(point)
            return
        }
        if !self.fits(point, after: anchor) {
            self.keepWaiting()
            _ = self.fits(point, after: last)
        }
        self.waiting = point
    }

    /// Ends the way.
    package mutating func end() { self.keepWaiting() }

    private mutating func keepWaiting() {
        if let waiting = self.waiting { self.points.append(waiting) }
        self.waiting = nil
        self.swing = Swing()
    }

    private mutating func fits(_ point: Point, after anchor: Point) -> Bool {
        let north = self.tolerance / Self.metresInDegree
        // A degree of longitude is shorter, and the longest between here and there at the lesser latitude.
        let width = Self.narrowing(min(abs(point.latitude), abs(anchor.latitude)))
        return self.swing.take(
            point.latitude - anchor.latitude,
            point.longitude - anchor.longitude,
            after: Double(point.time - anchor.time),
            (north, north / width)
        )
    }

    /// The cosine of a latitude, degrees, by the first terms of its series, and never so small that a pole divides by
    /// nothing.
    private static func narrowing(_ latitude: Double) -> Double {
        let angle = latitude * .pi / 180
        let square = angle * angle
        return max(0.01, 1 - square / 2 + square * square / 24 - square * square * square / 720)
    }
}
