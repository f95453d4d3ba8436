/// A rectangle on a ``TangentPlane``, in metres.
package struct PlaneBounds: Sendable, Hashable {
    /// South-west corner.
    package private(set) var low = PlanePoint(east: .infinity, north: .infinity)
    /// North-east corner.
    package private(set) var high = PlanePoint(east: -.infinity, north: -.infinity)

    /// Creates the smallest rectangle around points; an empty one around none.
    package init(_ points: some Sequence<PlanePoint>) {
        for point in points { self.include(point) }
    }

    /// Whether there is nothing in it.
    package var isEmpty: Bool { self.low.east > self.high.east }

    /// Grows to hold a point.
    package mutating func include(_ point: PlanePoint) {
        self.low = PlanePoint(east: min(self.low.east, point.east), north: min(self.low.north, point.north))
        self.high = PlanePoint(east: max(self.high.east, point.east), north: max(self.high.north, point.north))
    }

    /// Grows to hold another rectangle.
    package mutating func formUnion(_ other: PlaneBounds) {
        guard !other.isEmpty else { return }
        self.include(other.low)
        self.include(other.high)
    }

    /// Whether a point lies in it or nearer than `margin` metres beside it.
    package func contains(_ point: PlanePoint, margin: Double = 0) -> Bool {
        point.east >= self.low.east - margin && point.east <= self.high.east + margin
            && point.north >= self.low.north - margin && point.north <= self.high.north + margin
    }

    /// Whether two rectangles share a point.
    package func intersects(_ other: PlaneBounds) -> Bool {
        self.low.east <= other.high.east && other.low.east <= self.high.east
            && self.low.north <= other.high.north && other.low.north <= self.high.north
    }
}
