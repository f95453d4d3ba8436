/// A point on the WGS 84 ellipsoid.
package struct Coordinate: Sendable, Hashable {
    /// Degrees, positive north, in `-90...90`.
    package let latitude: Double

    /// Degrees, positive east, in `-180...180`.
    package let longitude: Double

    /// Creates a coordinate, or returns `nil` when either value is out of range or not a number.
    package init?(latitude: Double, longitude: Double) {
        guard (-90...90).contains(latitude), (-180...180).contains(longitude) else { return nil }
        self.latitude = latitude
        self.longitude = longitude
    }

    /// Reads `"LAT,LON"` in degrees, or returns `nil` when that is not what the text says.
    package init?(parsing text: some StringProtocol) {
        let parts = text.split(separator: ",", omittingEmptySubsequences: false).map { part in
            Double(String(part).split(separator: " ").joined())
        }
        guard parts.count == 2, let latitude = parts[0], let longitude = parts[1] else { return nil }
        self.init(latitude: latitude, longitude: longitude)
    }
}

extension Coordinate {
    /// Degrees times 10⁷ as OpenStreetMap stores them: exact to about a centimetre.
    package var fixedPoint: (latitude: Int32, longitude: Int32) {
        (Int32((self.latitude * 1e7).rounded()), Int32((self.longitude * 1e7).rounded()))
    }

    /// Reads degrees times 10⁷; `nil` when out of range.
    package init?(fixedLatitude: Int32, fixedLongitude: Int32) {
        self.init(latitude: Double(fixedLatitude) / 1e7, longitude: Double(fixedLongitude) / 1e7)
    }
}
