/// A straight line between two places on a ``TangentPlane``.
package struct PlaneSegment: Sendable, Hashable {
    /// Where it begins.
    package var start: PlanePoint
    /// Where it ends.
    package var end: PlanePoint

    /// Creates a segment.
    package init(_ start: PlanePoint, _ end: PlanePoint) {
        self.start = start
        self.end = end
    }

    /// Metres.
    package var length: Double { self.start.distance(to: self.end) }

    /// The point at a share `0...1` of the way.
    package func point(at share: Double) -> PlanePoint {
        PlanePoint(
            east: self.start.east + (self.end.east - self.start.east) * share,
            north: self.start.north + (self.end.north - self.start.north) * share
        )
    }

    /// The share of the way at which the segment comes nearest to a point, `0...1`.
    package func nearestShare(to point: PlanePoint) -> Double {
        let east = self.end.east - self.start.east
        let north = self.end.north - self.start.north
        let square = east * east + north * north
        guard square > 0 else { return 0 }
        let along = (point.east - self.start.east) * east + (point.north - self.start.north) * north
        return min(1, max(0, along / square))
    }

    /// Metres from a point to the nearest place of the segment.
    package func distance(to point: PlanePoint) -> Double {
        self.point(at: self.nearestShare(to: point)).distance(to: point)
    }

    /// Twice the area of the triangle with a point: positive when the point is on the left.
    package func side(of point: PlanePoint) -> Double {
        (self.end.east - self.start.east) * (point.north - self.start.north)
            - (self.end.north - self.start.north) * (point.east - self.start.east)
    }

    /// The share of the way, `0...1`, at which another segment is crossed; `nil` when it is not, or runs along it.
    package func crossing(_ other: PlaneSegment) -> Double? {
        let east = (self.end.east - self.start.east, other.end.east - other.start.east)
        let north = (self.end.north - self.start.north, other.end.north - other.start.north)
        let cross = east.0 * north.1 - north.0 * east.1
        guard cross != 0 else { return nil }
        let gap = (other.start.east - self.start.east, other.start.north - self.start.north)
        let share = (gap.0 * north.1 - gap.1 * east.1) / cross
        let otherShare = (gap.0 * north.0 - gap.1 * east.0) / cross
        // Half open: a corner that two edges share is crossed once.
        guard (0...1).contains(share), otherShare >= 0, otherShare < 1 else { return nil }
        return share
    }
}
