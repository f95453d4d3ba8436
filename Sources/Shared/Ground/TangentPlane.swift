import Glibc

/// A place on a ``TangentPlane``, in metres.
package struct PlanePoint: Sendable, Hashable {
    /// Metres east of the origin.
    package var east: Double

    /// Metres north of the origin.
    package var north: Double

    /// Creates a point.
    package init(east: Double, north: Double) {
        self.east = east
        self.north = north
    }

    /// Straight distance in metres.
    package func distance(to other: PlanePoint) -> Double {
        ((self.east - other.east) * (self.east - other.east)
            + (self.north - other.north) * (self.north - other.north)).squareRoot()
    }

    /// Direction to another point, degrees from north, clockwise, in `0..<360`.
    package func course(to other: PlanePoint) -> Double {
        let degrees = atan2(other.east - self.east, other.north - self.north) * 180 / .pi
        return degrees < 0 ? degrees + 360 : degrees
    }
}

/// The plane that touches the ellipsoid at one place: metres east and north instead of degrees.
///
/// Good to 0.1 % within 30 km of the origin, and cheap: two multiplications a point.
package struct TangentPlane: Sendable, Hashable {
    /// Where the plane touches.
    package let origin: Coordinate

    /// Length of one degree of latitude here, metres.
    package let metresPerLatitude: Double

    /// Length of one degree of longitude here, metres.
    package let metresPerLongitude: Double

    /// Creates the plane that touches at `origin`.
    ///
    /// Source: the series for the length of a degree on the WGS 84 ellipsoid, in *The American Practical
    /// Navigator* (Bowditch), NGA Publication 9, table 7.
    package init(at origin: Coordinate) {
        self.origin = origin
        // The cosines of the multiples follow from the first: ten thousand units are placed for one question.
        let cos1 = cos(origin.latitude * .pi / 180)
        let cos2 = 2 * cos1 * cos1 - 1
        let cos3 = cos1 * (2 * cos2 - 1)
        let cos4 = 2 * cos2 * cos2 - 1
        let cos5 = 2 * cos1 * cos4 - cos3
        let cos6 = 2 * cos3 * cos3 - 1
        self.metresPerLatitude = 111_132.92 - 559.82 * cos2 + 1.175 * cos4 - 0.0023 * cos6
        self.metresPerLongitude = 111_412.84 * cos1 - 93.5 * cos3 + 0.118 * cos5
    }

    /// Projects a coordinate.
    package func project(_ coordinate: Coordinate) -> PlanePoint {
        PlanePoint(
            east: (coordinate.longitude - self.origin.longitude) * self.metresPerLongitude,
            north: (coordinate.latitude - self.origin.latitude) * self.metresPerLatitude
        )
    }

    /// Reverses ``project(_:)``; `nil` when the place is not on Earth.
    package func coordinate(of point: PlanePoint) -> Coordinate? {
        Coordinate(
            latitude: self.origin.latitude + point.north / self.metresPerLatitude,
            longitude: self.origin.longitude + point.east / self.metresPerLongitude
        )
    }
}
