package import Ground

/// Sees by itself that a unit has arrived: two fixes in a row within 75 m of the scene, and slow.
///
/// A pure value.
package struct ArrivalWatch: Sendable, Hashable {
    /// Within so many metres a unit is there.
    package static let radius = 75.0
    /// m/s; a unit that drives past is faster.
    private static let slow = 2.0

    private var incident: String?
    private var fixes = 0

    /// Creates a watch that has seen nothing.
    package init() {}

    /// Takes a fix; returns whether the unit that is on the way by `duty` is there now.
    package mutating func observe(_ place: Coordinate, speed: Double?, duty: UnitDuty) -> Bool {
        guard let dispatch = duty.current, dispatch.phase == .enroute,
            let scene = Coordinate(latitude: dispatch.latitude, longitude: dispatch.longitude)
        else {
            (self.incident, self.fixes) = (nil, 0)
            return false
        }
        if self.incident != dispatch.incident { (self.incident, self.fixes) = (dispatch.incident, 0) }
        let isThere = place.distance(to: scene).value <= Self.radius && (speed ?? 0) <= Self.slow
        self.fixes = isThere ? self.fixes + 1 : 0
        return self.fixes >= 2
    }
}
