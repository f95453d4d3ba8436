package import Ground

/// How often units were where: counts in cells of a square grid (热力图).
package struct HeatMap: Sendable {
    /// One cell.
    package struct Cell: Sendable, Hashable {
        /// Its middle, degrees.
        package let latitude: Double
        /// Its middle, degrees.
        package let longitude: Double
        /// Positions or incidents in it.
        package let count: Int
    }

    private struct Index: Hashable {
        let column: Int32
        let row: Int32
    }

    /// A map of more cells than this nobody can read, and it fills memory: the caller is told.
    package static let mostCells = 250_000

    private let plane: TangentPlane
    private let metres: Double
    private var counts: [Index: Int] = [:]

    /// Begins a map.
    ///
    /// - Parameters:
    ///   - origin: A corner of a cell; the same origin gives the same cells.
    ///   - metres: Edge of a cell, at least 1 m.
    package init(origin: Coordinate, cell metres: Double) {
        (self.plane, self.metres) = (TangentPlane(at: origin), max(1, metres))
    }

    /// Counts a place.
    package mutating func count(_ place: Coordinate) {
        let point = self.plane.project(place)
        // Earth is 40,000,000 m around, so both fit.
        let index = Index(
            column: Int32((point.east / self.metres).rounded(.down)),
            row: Int32((point.north / self.metres).rounded(.down))
        )
        self.counts[index, default: 0] += 1
    }

    /// Whether it has more than ``mostCells``.
    package var isTooFine: Bool { self.counts.count > Self.mostCells }

    /// Cells with anything in them, the fullest first.
    package var cells: [Cell] {
        self.counts.sorted { ($1.value, $0.key.row, $0.key.column) < ($0.value, $1.key.row, $1.key.column) }
            .compactMap { index, count in
                let middle = PlanePoint(
                    east: (Double(index.column) + 0.5) * self.metres,
                    north: (Double(index.row) + 0.5) * self.metres
                )
                return self.plane.coordinate(of: middle).map {
                    Cell(latitude: $0.latitude, longitude: $0.longitude, count: count)
                }
            }
    }
}
