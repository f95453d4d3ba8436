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

/// How long a unit needs to the scene.
package struct Estimate: Sendable, Hashable {
    /// What is known of a unit that can get there.
    package struct Journey: Sendable, Hashable {
        /// Travel time that is as often too long as too short, s.
        package let seconds: Double
        /// Travel time that nine of ten journeys stay below, s.
        package let p90: Double
        /// Length of the way, metres.
        package let metres: Double
    }

    /// Device.
    package let device: String
    /// How far from a road it was seen, metres; `nil` when no road is near.
    package let snapped: Double?
    /// The journey; `nil` when there is no way.
    package let journey: Journey?
}

extension UnitPosition {
    /// Longest time over which a unit is believed to have gone straight on, s.
    private static let longestExtrapolation = 30.0

    /// Below this speed, m/s, a receiver's course is noise.
    private static let slowestCourse = 2.0

    /// Which way it drives; `nil` when it stands or its course is not known.
    var heading: Double? { self.speed.map { $0 >= Self.slowestCourse } ?? true ? self.course : nil }

    /// Where it is now: a device reports as soon as it departs from its last speed and course.
    var extrapolated: Coordinate {
        guard let speed, let course = self.heading, self.age > 0, self.age <= Self.longestExtrapolation else {
            return self.coordinate
        }
        return self.coordinate.moved(by: Metres(speed * self.age), course: course) ?? self.coordinate
    }
}

/// How far travel times spread around their median.
///
/// Times of one journey repeated are close to log-normal: their logarithm has the same spread whatever the
/// length. What the position may have changed since it was measured is added on top.
/// Source of the form: Westgate, Woodard, Matteson, Henderson, *Travel time estimation for ambulances using
/// Bayesian data augmentation*, Ann. Appl. Stat. 7 (2013).
enum Spread {
    /// Standard deviation of the logarithm of a journey's time.
    static let logarithm = 0.30

    /// Speed at which a unit may have gone on since it was seen, m/s.
    static let townSpeed = 8.0

    /// 90 % quantile of the standard normal distribution.
    static let ninety = 1.281_55
}
