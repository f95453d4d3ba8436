import Ground
package import PatrolWire

/// How often units were where: counts in cells of a square grid (热力图).
package struct HeatMap: Sendable, Hashable {
    /// One cell.
    package struct Cell: Sendable, Hashable {
        /// Its middle, degrees.
        package let latitude: Double
        /// Its middle, degrees.
        package let longitude: Double
        /// Positions in it.
        package let count: Int
    }

    /// Cells with anything in them, the fullest first.
    package let cells: [Cell]

    /// Counts positions in cells of so many metres.
    package init(_ positions: [Record], cell metres: Double) {
        struct Index: Hashable {
            let column: Int
            let row: Int
        }
        let places = positions.compactMap { record in
            record.latitude.flatMap { latitude in
                record.longitude.flatMap { Coordinate(latitude: latitude, longitude: $0) }
            }
        }
        guard let first = places.first else {
            self.cells = []
            return
        }
        let plane = TangentPlane(at: first)
        var counts: [Index: Int] = [:]
        for place in places {
            let point = plane.project(place)
            let index = Index(
                column: Int((point.east / metres).rounded(.down)),
                row: Int((point.north / metres).rounded(.down))
            )
            counts[index, default: 0] += 1
        }
        self.cells = counts.sorted { ($1.value, $0.key.row, $0.key.column) < ($0.value, $1.key.row, $1.key.column) }
            .compactMap { index, count in
                let middle = PlanePoint(
                    east: (Double(index.column) + 0.5) * metres,
                    north: (Double(index.row) + 0.5) * metres
                )
                return plane.coordinate(of: middle).map {
                    Cell(latitude: $0.latitude, longitude: $0.longitude, count: count)
                }
            }
    }
}
