package import Ground

/// A place on the road network that belongs to a place on Earth.
package struct SnappedPlace: Sendable, Hashable {
    /// The piece of road.
    package let edge: Int
    /// How far along its line, 0…1.
    package let fraction: Double
    /// How far the place on Earth is from it, metres.
    package let offset: Double
    /// The direction of the road there, along its points; any length.
    private let direction: SIMD2<Float>
    /// Who may use the road.
    package let use: RoadUse

    /// The direction of the road there, along its points, degrees from true north.
    package var course: Double {
        let ahead = PlanePoint(east: Double(self.direction.x), north: Double(self.direction.y))
        return PlanePoint(east: 0, north: 0).course(to: ahead)
    }

    /// Creates a place.
    package init(edge: Int, fraction: Double, offset: Double) {
        self.init(edge: edge, fraction: fraction, offset: offset, east: 0, north: 1)
    }

    package init(
        edge: Int,
        fraction: Double,
        offset: Double,
        east: Double,
        north: Double,
        use: RoadUse = [.forward, .backward]
    ) {
        (self.edge, self.fraction, self.offset, self.use) = (edge, fraction, offset, use)
        self.direction = SIMD2(Float(east), Float(north))
    }

    /// A place further along the same road.
    package func moved(to fraction: Double) -> SnappedPlace {
        let (east, north) = (Double(self.direction.x), Double(self.direction.y))
        return SnappedPlace(
            edge: self.edge,
            fraction: fraction,
            offset: self.offset,
            east: east,
            north: north,
            use: self.use
        )
    }
}

extension RoadNetwork {
    /// Returns the nearest place on a road, or `nil` when there is none within `limit` metres.
    package func snap(_ coordinate: Coordinate, within limit: Double) -> SnappedPlace? {
        self.snaps(coordinate, within: limit, slack: 0).places.first
    }

    /// Returns the nearest place on a road that is suitable.
    package func snap(
        _ coordinate: Coordinate,
        within limit: Double,
        where isSuitable: (RoadUse) -> Bool
    ) -> SnappedPlace? {
        self.snaps(coordinate, within: limit, slack: 0) { isSuitable($0.use) }.places.first
    }

    /// Returns the nearest place on each of up to four roads, nearest first.
    ///
    /// - Parameters:
    ///   - coordinate: The place on Earth.
    ///   - limit: Nothing further away than this counts, metres.
    ///   - slack: Nothing further away than the nearest and this counts, metres.
    /// - Returns: The places.
    package func snaps(_ coordinate: Coordinate, within limit: Double, slack: Double) -> NearestRoads {
        self.snaps(coordinate, within: limit, slack: slack) { _ in true }
    }

    @inline(__always)
    private func snaps(
        _ coordinate: Coordinate,
        within limit: Double,
        slack: Double,
        where isSuitable: (CellSegment) -> Bool
    ) -> NearestRoads {
        let plane = TangentPlane(at: coordinate)
        let (latitude, longitude) = coordinate.fixedPoint
        let fixed = FixedPoint(latitude: latitude, longitude: longitude)
        let scale = (east: plane.metresPerLongitude / 1e7, north: plane.metresPerLatitude / 1e7)
        var search = NearestRoads(limit: limit, slack: slack)
        // Far from the map, or at a pole, where a cell has no width, no ring would ever be too far.
        guard self.summary.distance(to: fixed, scale) <= limit else { return search }
        let cells = CellWindow(self.summary, around: fixed, scale)
        var ring = 0
        while ring == 0 || cells.distance(toRing: ring) <= search.reach {
            cells.forEach(inRing: ring) { cell, distance in
                guard distance <= search.reach else { return }
                for index in Int(self.cellOffsets[cell])..<Int(self.cellOffsets[cell + 1]) {
                    let segment = self.cellEntries[index]
                    guard isSuitable(segment) else { continue }
                    search.look(at: segment, from: fixed, scale)
                }
            }
            ring += 1
        }
        search.settle()
        return search
    }

    /// The cell of the grid that a place is in, row after row from the south-west; the nearest one for a place outside.
    package func cell(of coordinate: Coordinate) -> UInt32 {
        let (latitude, longitude) = coordinate.fixedPoint
        let row = self.summary.row(of: latitude)
        return UInt32(row * Int(self.summary.columns) + self.summary.column(of: longitude))
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
}

extension RoadNetwork {
    /// The pieces of road that touch a rectangle, degrees; ascending.
    package func edges(south: Double, west: Double, north: Double, east: Double) -> [Int] {
        let summary = self.summary
        func fixed(_ degrees: Double) -> Int32 { Int32(clamping: Int((degrees * 1e7).rounded())) }
        guard fixed(north) >= summary.south, fixed(south) <= summary.north, fixed(east) >= summary.west,
            fixed(west) <= summary.east
        else { return [] }
        let rows = summary.row(of: fixed(south))...summary.row(of: fixed(north))
        let columns = summary.column(of: fixed(west))...summary.column(of: fixed(east))
        var found: [UInt32] = []
        let cells = rows.count * columns.count
        // A look from far away takes most of the map: there each piece is marked once, and nothing is sorted.
        guard cells < Int(summary.rows) * Int(summary.columns) / 16 else { return self.marked(rows, columns) }
        for row in rows {
            let first = Int(self.cellOffsets[row * Int(summary.columns) + columns.lowerBound])
            let end = Int(self.cellOffsets[row * Int(summary.columns) + columns.upperBound + 1])
            for index in first..<end { found.append(UInt32(self.cellEntries[index].edge)) }
        }
        // A piece of road lies in several cells. What is asked for is a street corner far oftener than a province.
        found.sort()
        var edges: [Int] = []
        for edge in found where edges.last != Int(edge) { edges.append(Int(edge)) }
        return edges
    }

    /// The pieces of road in many cells; ascending.
    private func marked(_ rows: ClosedRange<Int>, _ columns: ClosedRange<Int>) -> [Int] {
        var isFound = [Bool](repeating: false, count: self.edgeCount)
        for row in rows {
            let first = Int(self.cellOffsets[row * Int(self.summary.columns) + columns.lowerBound])
            let end = Int(self.cellOffsets[row * Int(self.summary.columns) + columns.upperBound + 1])
            for index in first..<end { isFound[Int(self.cellEntries[index].edge)] = true }
        }
        return isFound.indices.filter { isFound[$0] }
    }
}
