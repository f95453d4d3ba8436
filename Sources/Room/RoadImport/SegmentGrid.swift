import Ground
import RoadMap

/// The spatial index while it is built: for each cell of a grid the pieces of road that touch it.
struct SegmentGrid {
    let summary: RoadFile.Summary
    private(set) var offsets: [UInt32]
    private(set) var entries: [CellSegment]

    /// Height and width of a cell in metres; larger where the map is so wide that cells would outnumber roads.
    private static let cellMetres = 50.0

    init(_ draft: NetworkDraft) {
        let south = draft.points.map(\.latitude).min() ?? 0
        let north = draft.points.map(\.latitude).max() ?? 0
        let west = draft.points.map(\.longitude).min() ?? 0
        let east = draft.points.map(\.longitude).max() ?? 0
        let middle = Coordinate(
            latitude: (Double(south) + Double(north)) / 2e7,
            longitude: (Double(west) + Double(east)) / 2e7
        )
        let plane = middle.map(TangentPlane.init(at:))
        var cell = Self.cellMetres
        var height = 0
        var width = 0
        var rows = 0
        var columns = 0
        repeat {
            height = max(1, Int(cell / (plane?.metresPerLatitude ?? 111_000) * 1e7))
            width = max(1, Int(cell / max(1, plane?.metresPerLongitude ?? 111_000) * 1e7))
            rows = (Int(north) - Int(south)) / height + 1
            columns = (Int(east) - Int(west)) / width + 1
            cell *= 1.5
        } while rows * columns > max(4_096, draft.points.count * 4)
        self.summary = RoadFile.Summary(
            south: south,
            west: west,
            north: north,
            east: east,
            cellHeight: Int32(clamping: height),
            cellWidth: Int32(clamping: width),
            rows: UInt32(rows),
            columns: UInt32(columns)
        )

        var offsets = [UInt32](repeating: 0, count: rows * columns + 1)
        let summary = self.summary
        Self.forEachCell(draft, summary) { cell, _ in offsets[cell + 1] += 1 }
        for index in 0..<rows * columns { offsets[index + 1] += offsets[index] }
        var next = offsets
        let nowhere = FixedPoint(latitude: 0, longitude: 0)
        var entries = [CellSegment](
            repeating: CellSegment(from: nowhere, to: nowhere, edge: 0, use: [], begins: 0, ends: 0),
            count: Int(offsets[rows * columns])
        )
        Self.forEachCell(draft, summary) { cell, reference in
            entries[Int(next[cell])] = reference
            next[cell] += 1
        }
        self.offsets = offsets
        self.entries = entries
    }

    private static func forEachCell(
        _ draft: NetworkDraft,
        _ grid: RoadFile.Summary,
        _ body: (_ cell: Int, CellSegment) -> Void
    ) {
        for (edgeIndex, edge) in draft.edges.enumerated() {
            let line = Array(draft.points[Int(edge.firstPoint)..<Int(edge.firstPoint + edge.pointCount)])
            let distances = distancesInMetres(along: line)
            let length = distances[line.count - 1]
            func share(_ distance: Double) -> UInt16 { length > 0 ? UInt16(distance / length * 65_535) : 0 }
            for segment in 0..<line.count - 1 {
                let (a, b) = (line[segment], line[segment + 1])
                let rows = grid.row(of: min(a.latitude, b.latitude))...grid.row(of: max(a.latitude, b.latitude))
                let columns =
                    grid.column(of: min(a.longitude, b.longitude))...grid.column(of: max(a.longitude, b.longitude))
                let reference = CellSegment(
                    from: a,
                    to: b,
                    edge: UInt32(edgeIndex),
                    use: RoadUse(edge),
                    begins: share(distances[segment]),
                    ends: share(distances[segment + 1])
                )
                for row in rows {
                    for column in columns { body(row * Int(grid.columns) + column, reference) }
                }
            }
        }
    }
}
