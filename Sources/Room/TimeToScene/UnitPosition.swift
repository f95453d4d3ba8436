package import Ground

/// Where a unit was last seen, and how well that is known.
package struct UnitPosition: Sendable, Hashable {
    /// Device.
    package var device: String
    /// Where it was.
    package var coordinate: Coordinate
    /// Course, degrees from true north.
    package var course: Double?
    /// Speed, m/s.
    package var speed: Double?
    /// How long ago, s.
    package var age: Double
    /// 95 % horizontal error, metres.
    package var accuracy: Double?

    /// Creates a position.
    package init(
        device: String,
        coordinate: Coordinate,
        course: Double?,
        speed: Double? = nil,
        age: Double,
        accuracy: Double?
    ) {
        self.device = device
        self.coordinate = coordinate
        self.course = course
        self.speed = speed
        self.age = age
        self.accuracy = accuracy
    }
}

extension UnitPosition {
    /// Below this speed, m/s, a receiver's course is noise.
    private static let slowestCourse = 2.0

    /// The same without what no device can mean: a course off the compass, a speed that no car has, an age or error
    /// that is no number.
    var sound: UnitPosition {
        var position = self
        position.course = self.course.flatMap { (0...360).contains($0) ? $0 : nil }
        position.speed = self.speed.flatMap { (0...120).contains($0) ? $0 : nil }
        position.accuracy = self.accuracy.flatMap { $0 >= 0 ? min($0, 10_000) : nil }
        position.age = self.age.isNaN ? 86_400 : min(max(0, self.age), 86_400)
        return position
    }

    /// Which way it drives; `nil` when it stands or its course is not known.
    var heading: Double? { self.speed.map { $0 >= Self.slowestCourse } ?? true ? self.course : nil }
}
