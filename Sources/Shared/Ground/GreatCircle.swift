import Glibc

/// A length in metres.
package struct Metres: Sendable, Hashable, Comparable {
    /// The length, in metres.
    package let value: Double

    /// Creates a length of `value` metres.
    package init(_ value: Double) { self.value = value }

    /// Orders two lengths, shorter first.
    package static func < (lhs: Metres, rhs: Metres) -> Bool { lhs.value < rhs.value }
}

extension Coordinate {
    /// Mean radius of the Earth in metres, `R1 = (2a + b) / 3`.
    ///
    /// Source: Moritz, *Geodetic Reference System 1980*, Journal of Geodesy 74 (2000), 128–133.
    static let meanEarthRadius = 6_371_008.8

    /// Returns the great-circle distance to another coordinate.
    ///
    /// The haversine form keeps its precision for points a few metres apart. The sphere departs from
    /// the ellipsoid by at most 0.56 %; for lengths along a road use ``TangentPlane``.
    package func distance(to other: Coordinate) -> Metres {
        let φ1 = self.latitude * .pi / 180
        let φ2 = other.latitude * .pi / 180
        let halfΔφ = (φ2 - φ1) / 2
        let halfΔλ = (other.longitude - self.longitude) * .pi / 360
        let h = sin(halfΔφ) * sin(halfΔφ) + cos(φ1) * cos(φ2) * sin(halfΔλ) * sin(halfΔλ)
        return Metres(2 * Self.meanEarthRadius * asin(min(1, h.squareRoot())))
    }

    /// Returns the point reached by going straight on.
    ///
    /// - Parameters:
    ///   - distance: How far.
    ///   - course: Initial course in degrees from true north, clockwise.
    /// - Returns: The point; `nil` only when an argument is not finite.
    package func moved(by distance: Metres, course: Double) -> Coordinate? {
        let δ = distance.value / Self.meanEarthRadius
        let θ = course * .pi / 180
        let φ1 = self.latitude * .pi / 180
        let φ2 = asin(min(1, max(-1, sin(φ1) * cos(δ) + cos(φ1) * sin(δ) * cos(θ))))
        let Δλ = atan2(sin(θ) * sin(δ) * cos(φ1), cos(δ) - sin(φ1) * sin(φ2))
        var longitude = self.longitude + Δλ * 180 / .pi
        if longitude > 180 { longitude -= 360 }
        if longitude < -180 { longitude += 360 }
        return Coordinate(latitude: φ2 * 180 / .pi, longitude: longitude)
    }
}
