package import Ground

/// A place on the road network that belongs to a place on Earth.
package struct SnappedPlace: Sendable, Hashable {
    /// The piece of road.
    package let edge: Int
    /// How far along its line, 0…1.
    package let fraction: Double
    /// How far the place on Earth is from it, metres.
    package let offset: Double
    /// The direction of the road there, along its points, degrees from true north.
    package let course: Double

    /// Creates a place.
    package init(edge: Int, fraction: Double, offset: Double, course: Double = 0) {
        (self.edge, self.fraction, self.offset, self.course) = (edge, fraction, offset, course)
    }
}

extension RoadNetwork {
    /// Returns the nearest place on a road, or `nil` when there is none within `limit` metres.
    package func snap(_ coordinate: Coordinate, within limit: Double) -> SnappedPlace? {
        self.snaps(coordinate, within: limit, slack: 0).first
    }

    /// Returns the nearest place on a road that is suitable.
    package func snap(
        _ coordinate: Coordinate,
        within limit: Double,
        where isSuitable: (RoadEdge) -> Bool
    ) -> SnappedPlace? {
        self.snaps(coordinate, within: limit, slack: 0) { isSuitable(self.edges[Int($0.edge)]) }.first
    }

    /// Returns the nearest place on each of up to four roads, nearest first.
    ///
    /// - Parameters:
    ///   - coordinate: The place on Earth.
    ///   - limit: Nothing further away than this counts, metres.
    ///   - slack: Nothing further away than the nearest and this counts, metres.
    package func snaps(_ coordinate: Coordinate, within limit: Double, slack: Double) -> [SnappedPlace] {
        self.snaps(coordinate, within: limit, slack: slack) { _ in true }
    }

    @inline(__always)
    private func snaps(
        _ coordinate: Coordinate,
        within limit: Double,
        slack: Double,
        where isSuitable: (CellSegment) -> Bool
    ) -> [SnappedPlace] {
        var search = NearestRoads(limit: limit, slack: slack)
        let plane = TangentPlane(at: coordinate)
        let (latitude, longitude) = coordinate.fixedPoint
        let fixed = FixedPoint(latitude: latitude, longitude: longitude)
        let summary = self.summary
        // Rows and columns may lie outside: the rings then reach in.
        let south = Int(fixed.latitude) - Int(summary.south)
        let west = Int(fixed.longitude) - Int(summary.west)
        let row = south.floorDivided(by: Int(summary.cellHeight))
        let column = west.floorDivided(by: Int(summary.cellWidth))
        let height = Double(summary.cellHeight) / 1e7 * plane.metresPerLatitude
        let width = Double(summary.cellWidth) / 1e7 * plane.metresPerLongitude
        // How far the place is from its own cell's edges: what a ring of cells is at least away.
        let fromSouth = Double(south - row * Int(summary.cellHeight)) / Double(summary.cellHeight) * height
        let fromWest = Double(west - column * Int(summary.cellWidth)) / Double(summary.cellWidth) * width
        let nearestEdge = min(fromSouth, height - fromSouth, fromWest, width - fromWest)
        let scale = (east: plane.metresPerLongitude / 1e7, north: plane.metresPerLatitude / 1e7)
        var ring = 0
        while true {
            if ring > 0, nearestEdge + Double(ring - 1) * min(width, height) > search.reach { break }
            self.forEachCell(ring: ring, row: row, column: column) { cell in
                for segment in self.cellEntries[Int(self.cellOffsets[cell])..<Int(self.cellOffsets[cell + 1])] {
                    guard isSuitable(segment) else { continue }
                    search.look(at: segment, from: fixed, scale)
                }
            }
            ring += 1
        }
        return search.places
    }

    /// Where a snapped place is on Earth.
    package func coordinate(of place: SnappedPlace) -> Coordinate? {
        let line = self.line(ofEdge: place.edge)
        guard let first = line.first else { return nil }
        let plane = TangentPlane(at: first)
        let points = line.map(plane.project)
        let pieces = zip(points, points.dropFirst()).map { (from: $0.0, to: $0.1, length: $0.0.distance(to: $0.1)) }
        var left = pieces.reduce(0) { $0 + $1.length } * place.fraction
        for piece in pieces {
            if left <= piece.length, piece.length > 0 {
                let share = left / piece.length
                let east = piece.from.east + (piece.to.east - piece.from.east) * share
                let north = piece.from.north + (piece.to.north - piece.from.north) * share
                return plane.coordinate(of: PlanePoint(east: east, north: north))
            }
            left -= piece.length
        }
        return line.last
    }

    private func forEachCell(ring: Int, row: Int, column: Int, _ body: (Int) -> Void) {
        let rows = Int(self.summary.rows)
        let columns = Int(self.summary.columns)
        func visit(_ row: Int, _ column: Int) {
            guard row >= 0, row < rows, column >= 0, column < columns else { return }
            body(row * columns + column)
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
}

/// The nearest roads found so far, one place each.
private struct NearestRoads {
    private static let most = 4

    private let limit: Double
    private let slack: Double
    private var found: [(square: Double, segment: CellSegment, share: Double, east: Double, north: Double)] = []
    /// Squared, what is of no interest any more.
    private var bound: Double

    init(limit: Double, slack: Double) {
        (self.limit, self.slack) = (limit, slack)
        self.bound = limit * limit
    }

    /// Beyond this, metres, nothing is of interest.
    var reach: Double { self.bound.squareRoot() }

    mutating func look(at segment: CellSegment, from place: FixedPoint, _ scale: (east: Double, north: Double)) {
        let ax = Double(segment.from.longitude &- place.longitude) * scale.east
        let ay = Double(segment.from.latitude &- place.latitude) * scale.north
        let Δx = Double(segment.to.longitude &- segment.from.longitude) * scale.east
        let Δy = Double(segment.to.latitude &- segment.from.latitude) * scale.north
        let square = Δx * Δx + Δy * Δy
        let share = square > 0 ? max(0, min(1, -(ax * Δx + ay * Δy) / square)) : 0
        let (x, y) = (ax + share * Δx, ay + share * Δy)
        let distance = x * x + y * y
        guard distance <= self.bound else { return }
        self.take((distance, segment, share, Δx, Δy))
    }

    private mutating func take(_ new: (square: Double, segment: CellSegment, share: Double, east: Double, north: Double))
    {
        // Of two equally near the one with the lower number: the answer hangs on nothing else.
        func isBefore(_ other: (square: Double, segment: CellSegment, share: Double, east: Double, north: Double))
            -> Bool
        {
            new.square < other.square || new.square == other.square && new.segment.edge < other.segment.edge
        }
        if let known = self.found.firstIndex(where: { $0.segment.edge == new.segment.edge }) {
            guard isBefore(self.found[known]) else { return }
            self.found.remove(at: known)
        }
        let place = self.found.firstIndex(where: isBefore) ?? self.found.count
        guard place < Self.most else { return }
        self.found.insert(new, at: place)
        if self.found.count > Self.most { self.found.removeLast() }
        let farthest = min(self.limit, self.found[0].square.squareRoot() + self.slack)
        // The root's square may be a little less than the number itself, which would lose the nearest.
        self.bound = max(self.found[0].square, farthest * farthest)
    }

    var places: [SnappedPlace] {
        self.found.lazy.filter { $0.square <= self.bound }.map { item in
            let (begins, ends) = (Double(item.segment.begins), Double(item.segment.ends))
            return SnappedPlace(
                edge: Int(item.segment.edge),
                fraction: (begins + (ends - begins) * item.share) / 65_535,
                offset: item.square.squareRoot(),
                course: PlanePoint(east: 0, north: 0).course(to: PlanePoint(east: item.east, north: item.north))
            )
        }
    }
}

extension Int {
    fileprivate func floorDivided(by divisor: Int) -> Int {
        let quotient = self / divisor
        return self % divisor != 0 && (self < 0) != (divisor < 0) ? quotient - 1 : quotient
    }
}
