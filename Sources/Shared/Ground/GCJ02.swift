import Glibc

/// The shifted coordinates of maps that are published in China.
///
/// Source: the published constants and series of the shift (Krasovsky ellipsoid, a = 6 378 245 m,
/// e² = 0.00669342162296594323), as coordinate libraries such as proj4js' `gcoord` list them.
package enum GCJ02 {
    private static let semiMajorAxis = 6_378_245.0
    private static let eccentricitySquared = 0.00669342162296594323

    /// Returns the true place of shifted coordinates: WGS 84 to within a millimetre; outside China as they are.
    package static func decode(_ shifted: Coordinate) -> Coordinate {
        guard Self.isShifted(shifted) else { return shifted }
        var place = shifted
        // The shift changes by less than 1 % over its own length, so this converges in a few rounds.
        for _ in 0..<8 {
            let shift = Self.shift(at: place)
            guard
                let next = Coordinate(
                    latitude: shifted.latitude - shift.latitude,
                    longitude: shifted.longitude - shift.longitude
                )
            else { return place }
            place = next
        }
        return place
    }

    /// Returns the shifted coordinates of a true place.
    package static func encode(_ place: Coordinate) -> Coordinate {
        guard Self.isShifted(place) else { return place }
        let shift = Self.shift(at: place)
        return Coordinate(
            latitude: place.latitude + shift.latitude,
            longitude: place.longitude + shift.longitude
        ) ?? place
    }

    /// The rectangle in which the shift is applied.
    private static func isShifted(_ place: Coordinate) -> Bool {
        (0.8293...55.8271).contains(place.latitude) && (72.004...137.8347).contains(place.longitude)
    }

    private static func shift(at place: Coordinate) -> (latitude: Double, longitude: Double) {
        let (x, y) = (place.longitude - 105, place.latitude - 35)
        let common = (20 * sin(6 * x * .pi) + 20 * sin(2 * x * .pi)) * 2 / 3
        var north = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * abs(x).squareRoot() + common
        north += (20 * sin(y * .pi) + 40 * sin(y / 3 * .pi)) * 2 / 3
        north += (160 * sin(y / 12 * .pi) + 320 * sin(y / 30 * .pi)) * 2 / 3
        var east = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * abs(x).squareRoot() + common
        east += (20 * sin(x * .pi) + 40 * sin(x / 3 * .pi)) * 2 / 3
        east += (150 * sin(x / 12 * .pi) + 300 * sin(x / 30 * .pi)) * 2 / 3
        let φ = place.latitude * .pi / 180
        let magic = 1 - Self.eccentricitySquared * sin(φ) * sin(φ)
        let meridian = Self.semiMajorAxis * (1 - Self.eccentricitySquared) / (magic * magic.squareRoot())
        let parallel = Self.semiMajorAxis / magic.squareRoot() * cos(φ)
        return (north * 180 / (meridian * .pi), east * 180 / (parallel * .pi))
    }
}
