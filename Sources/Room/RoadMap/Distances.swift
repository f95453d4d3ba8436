package import Ground

/// Distance of each point of a line from its beginning, metres.
package func distancesInMetres(along line: [FixedPoint]) -> [Double] {
    guard let origin = line.first?.coordinate else { return line.map { _ in 0 } }
    let plane = TangentPlane(at: origin)
    var distances = [0.0]
    for (a, b) in zip(line, line.dropFirst()) {
        distances.append((distances.last ?? 0) + plane.project(a).distance(to: plane.project(b)))
    }
    return distances
}

extension TangentPlane {
    /// The place of a point on the plane.
    package func project(_ point: FixedPoint) -> PlanePoint {
        PlanePoint(
            east: (Double(point.longitude) / 1e7 - self.origin.longitude) * self.metresPerLongitude,
            north: (Double(point.latitude) / 1e7 - self.origin.latitude) * self.metresPerLatitude
        )
    }
}
