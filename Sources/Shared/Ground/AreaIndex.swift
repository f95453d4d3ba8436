/// Finds the areas that may hold a point: a raster of cells, each with the areas whose rectangle touches it.
package struct AreaIndex: Sendable {
    private let bounds: PlaneBounds
    private let columns: Int
    private let rows: Int
    private let cell: Double
    private let starts: [Int32]
    private let members: [Int32]

    private static let cellsPerArea = 4.0
    private static let mostCells = 262_144.0

    /// Creates an index over areas, which are named by their place in the list.
    package init(_ areas: [PlaneArea]) {
        var bounds = PlaneBounds([])
        for area in areas { bounds.formUnion(area.bounds) }
        guard !bounds.isEmpty else {
            (self.bounds, self.columns, self.rows, self.cell) = (bounds, 0, 0, 1)
            (self.starts, self.members) = ([0], [])
            return
        }
        let (width, height) = (bounds.high.east - bounds.low.east, bounds.high.north - bounds.low.north)
        let wanted = min(Self.mostCells, Double(areas.count) * Self.cellsPerArea)
        let cell = max(10, (max(1, width) * max(1, height) / wanted).squareRoot())
        let (columns, rows) = (min(4_096, Int(width / cell) + 1), min(4_096, Int(height / cell) + 1))
        let side = max(cell, max(width / Double(columns), height / Double(rows)))
        func cells(_ area: PlaneArea, _ body: (Int) -> Void) {
            func index(_ metres: Double, _ count: Int) -> Int { min(count - 1, max(0, Int(metres / side))) }
            let first = (
                index(area.bounds.low.east - bounds.low.east, columns),
                index(area.bounds.low.north - bounds.low.north, rows)
            )
            let last = (
                index(area.bounds.high.east - bounds.low.east, columns),
                index(area.bounds.high.north - bounds.low.north, rows)
            )
            for row in first.1...last.1 { for column in first.0...last.0 { body(row * columns + column) } }
        }
        var starts = [Int32](repeating: 0, count: columns * rows + 1)
        for area in areas where !area.bounds.isEmpty { cells(area) { starts[$0 + 1] += 1 } }
        for index in 0..<(columns * rows) { starts[index + 1] += starts[index] }
        var next = starts
        var members = [Int32](repeating: 0, count: Int(starts[columns * rows]))
        for (number, area) in areas.enumerated() where !area.bounds.isEmpty {
            cells(area) {
                members[Int(next[$0])] = Int32(number)
                next[$0] += 1
            }
        }
        (self.bounds, self.columns, self.rows, self.cell) = (bounds, columns, rows, side)
        (self.starts, self.members) = (starts, members)
    }

    /// Areas whose rectangle may hold the point, by their place in the list, ascending.
    package func candidates(at point: PlanePoint) -> [Int] {
        guard self.columns > 0, self.bounds.contains(point) else { return [] }
        let cell = self.row(point.north) * self.columns + self.column(point.east)
        return self.members[Int(self.starts[cell])..<Int(self.starts[cell + 1])].map { Int($0) }
    }

    /// Areas whose rectangle may touch a rectangle, by their place in the list, ascending.
    package func candidates(in box: PlaneBounds) -> [Int] {
        guard self.columns > 0, self.bounds.intersects(box) else { return [] }
        var found: Set<Int> = []
        for row in self.row(box.low.north)...self.row(box.high.north) {
            for column in self.column(box.low.east)...self.column(box.high.east) {
                let cell = row * self.columns + column
                for member in self.members[Int(self.starts[cell])..<Int(self.starts[cell + 1])] {
                    found.insert(Int(member))
                }
            }
        }
        return found.sorted()
    }

    private func column(_ east: Double) -> Int { self.clamp((east - self.bounds.low.east) / self.cell, self.columns) }
    private func row(_ north: Double) -> Int { self.clamp((north - self.bounds.low.north) / self.cell, self.rows) }
    private func clamp(_ value: Double, _ count: Int) -> Int { Int(min(Double(count - 1), max(0, value))) }
}
