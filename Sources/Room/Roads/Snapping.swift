package import Ground

/// A place on the road network that belongs to a place on Earth.
package struct SnappedPlace: Sendable, Hashable {
    /// The piece of road.
    package let edge: Int
    /// How far along its line, 0…1.
    package let fraction: Double
    /// How far the place on Earth is from it, metres.
    package let offset: Double

    /// Creates a place.
    package init(edge: Int, fraction: Double, offset: Double) {
        (self.edge, self.fraction, self.offset) = (edge, fraction, offset)
    }
}

extension RoadNetwork {
    /// Returns the nearest place on a road, or `nil` when there is none within `limit` metres.
    package func snap(_ coordinate: Coordinate, within limit: Double) -> SnappedPlace? {
        let plane = TangentPlane(at: coordinate)
        let fixed = coordinate.fixedPoint
        // Rows and columns may lie outside: the rings then reach in.
        let row = (Int(fixed.latitude) - Int(self.summary.south)).floorDivided(by: Int(self.summary.cellHeight))
        let column = (Int(fixed.longitude) - Int(self.summary.west)).floorDivided(by: Int(self.summary.cellWidth))
        let cellMetres = min(
            Double(self.summary.cellHeight) / 1e7 * plane.metresPerLatitude,
            Double(self.summary.cellWidth) / 1e7 * plane.metresPerLongitude
        )
        var best: (distance: Double, reference: SegmentReference, share: Double)?
        let outermost = Int(limit / cellMetres) + 1
        for ring in 0...outermost {
            // What lies in this ring is at least so far away.
            let nearest = Double(ring - 1) * cellMetres
            if nearest > min(best?.distance ?? limit, limit) { break }
            self.forEachSegment(ring: ring, row: row, column: column) { reference in
                let (distance, share) = self.distance(to: reference, on: plane)
                guard distance <= limit, distance < best?.distance ?? .infinity else { return }
                best = (distance, reference, share)
            }
        }
        guard let best else { return nil }
        let edge = Int(best.reference.edge)
        let fraction = self.fraction(edge: edge, segment: Int(best.reference.segment), share: best.share, on: plane)
        return SnappedPlace(edge: edge, fraction: fraction, offset: best.distance)
    }

    /// Where a snapped place is on Earth.
    package func coordinate(of place: SnappedPlace) -> Coordinate? {
        guard let (plane, a, b, share) = self.segment(of: place) else { return nil }
        return plane.coordinate(
            of: PlanePoint(east: a.east + (b.east - a.east) * share, north: a.north + (b.north - a.north) * share)
        )
    }

    /// The direction of the road at a snapped place, along its points, degrees from true north.
    package func course(at place: SnappedPlace) -> Double? {
        guard let (_, a, b, _) = self.segment(of: place), a != b else { return nil }
        return a.course(to: b)
    }

    /// The straight piece that a place lies on, and how far along it, 0…1.
    private func segment(
        of place: SnappedPlace
    ) -> (plane: TangentPlane, from: PlanePoint, to: PlanePoint, share: Double)? {
        let line = self.line(ofEdge: place.edge)
        guard let first = line.first else { return nil }
        let plane = TangentPlane(at: first)
        let points = line.map(plane.project)
        let pieces = zip(points, points.dropFirst()).map { (from: $0.0, to: $0.1, length: $0.0.distance(to: $0.1)) }
        var left = pieces.reduce(0) { $0 + $1.length } * place.fraction
        for piece in pieces {
            if left <= piece.length, piece.length > 0 { return (plane, piece.from, piece.to, left / piece.length) }
            left -= piece.length
        }
        return pieces.last.map { (plane, $0.from, $0.to, 1) }
    }

    private func forEachSegment(ring: Int, row: Int, column: Int, _ body: (SegmentReference) -> Void) {
        let rows = Int(self.summary.rows)
        let columns = Int(self.summary.columns)
        func visit(_ row: Int, _ column: Int) {
            guard (0..<rows).contains(row), (0..<columns).contains(column) else { return }
            let cell = row * columns + column
            for index in Int(self.cellOffsets[cell])..<Int(self.cellOffsets[cell + 1]) { body(self.cellEntries[index]) }
        }
        guard ring > 0 else { return visit(row, column) }
        for offset in -ring...ring {
            visit(row - ring, column + offset)
            visit(row + ring, column + offset)
        }
        for offset in (-ring + 1)..<ring {
            visit(row + offset, column - ring)
            visit(row + offset, column + ring)
        }
    }

    /// Distance from the plane's origin to a segment, and how far along the segment the nearest point is, 0…1.
    private func distance(to reference: SegmentReference, on plane: TangentPlane) -> (distance: Double, share: Double) {
        let first = Int(self.edges[Int(reference.edge)].firstPoint) + Int(reference.segment)
        let a = plane.project(self.points[first])
        let b = plane.project(self.points[first + 1])
        let (Δe, Δn) = (b.east - a.east, b.north - a.north)
        let square = Δe * Δe + Δn * Δn
        let share = square > 0 ? max(0, min(1, -(a.east * Δe + a.north * Δn) / square)) : 0
        let (east, north) = (a.east + share * Δe, a.north + share * Δn)
        return ((east * east + north * north).squareRoot(), share)
    }

    private func fraction(edge: Int, segment: Int, share: Double, on plane: TangentPlane) -> Double {
        var before = 0.0
        var total = 0.0
        let line = self.fixedLine(edge)
        for (index, pair) in zip(line, line.dropFirst()).enumerated() {
            let length = plane.project(pair.0).distance(to: plane.project(pair.1))
            if index < segment { before += length }
            if index == segment { before += length * share }
            total += length
        }
        return total > 0 ? min(1, before / total) : 0
    }
}

extension TangentPlane {
    fileprivate func project(_ point: FixedPoint) -> PlanePoint {
        PlanePoint(
            east: (Double(point.longitude) / 1e7 - self.origin.longitude) * self.metresPerLongitude,
            north: (Double(point.latitude) / 1e7 - self.origin.latitude) * self.metresPerLatitude
        )
    }
}

extension Int {
    fileprivate func floorDivided(by divisor: Int) -> Int {
        let quotient = self / divisor
        return self % divisor != 0 && (self < 0) != (divisor < 0) ? quotient - 1 : quotient
    }
}
