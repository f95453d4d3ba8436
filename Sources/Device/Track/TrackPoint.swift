package import Ground
package import PatrolWire

/// A believed position, laid on the plan's plane.
package struct TrackPoint: Sendable, Hashable {
    /// ms since 1970 UTC, by the record's own stamp.
    package var time: Int64
    /// Where the unit is, m on the plan's plane.
    package var place: PlanePoint
    /// 95 % error, m.
    package var accuracy: Double
    /// m/s; `nil` when unknown.
    package var speed: Double?
    /// Degrees from true north; `nil` when unknown.
    package var course: Double?

    /// What is assumed of a receiver that does not say how good it is, m.
    package static let usualAccuracy = 10.0

    /// Creates a point.
    package init(time: Int64, place: PlanePoint, accuracy: Double? = nil, speed: Double? = nil, course: Double? = nil) {
        self.time = time
        self.place = place
        self.accuracy = accuracy ?? Self.usualAccuracy
        self.speed = speed
        self.course = course
    }
}

/// Something that the tracker saw.
package struct TrackEvent: Sendable, Hashable {
    /// The event that follows.
    package let kind: EventKind
    /// When it happened, ms since 1970 UTC; before the fix that showed it, when it lay between two.
    package let time: Int64
    /// What belongs to it.
    package let data: [String: JSONValue]
}

/// Times between which the tracker believes in a straight way, and the margins of DESIGN's presence rule.
enum TrackLimits {
    /// Longer without a fix is a gap: neither presence nor absence, ms.
    static let gap: Int64 = 60_000
    /// Outside by less than this is still at the edge, m.
    static let edge = 20.0
    /// Below this speed, m/s, a receiver's course is noise.
    static let slowestCourse = 2.0
    /// No patrol car is faster, m/s.
    static let fastest = 60.0
}

extension Double {
    /// Metres, degrees or seconds as an event carries them.
    var tenths: JSONValue { .double((self * 10).rounded() / 10) }
    /// A share as an event carries it.
    var thousandths: JSONValue { .double((self * 1_000).rounded() / 1_000) }
}
