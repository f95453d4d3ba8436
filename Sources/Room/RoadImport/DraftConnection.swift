import Ground
import RoadMap

extension NetworkDraft {
    /// Keeps only the largest part in which every place can be reached from every other by any car.
    ///
    /// A road for emergency vehicles only is kept where both its ends lie in that part.
    mutating func keepConnected() {
        func isOpen(_ edge: RoadEdge, forward: Bool) -> Bool {
            edge.access != .emergencyOnly && edge.isAllowed(forward: forward)
        }
        var offsets = [Int](repeating: 0, count: self.vertices.count + 1)
        for edge in self.edges {
            if isOpen(edge, forward: true) { offsets[Int(edge.from) + 1] += 1 }
            if isOpen(edge, forward: false) { offsets[Int(edge.to) + 1] += 1 }
        }
        for index in self.vertices.indices { offsets[index + 1] += offsets[index] }
        var next = offsets
        var successors = [UInt32](repeating: 0, count: offsets[self.vertices.count])
        for edge in self.edges {
            if isOpen(edge, forward: true) {
                successors[next[Int(edge.from)]] = edge.to
                next[Int(edge.from)] += 1
            }
            if isOpen(edge, forward: false) {
                successors[next[Int(edge.to)]] = edge.from
                next[Int(edge.to)] += 1
            }
        }
        self.keep(StrongComponents.largest(offsets: offsets, successors: successors))
    }

    private mutating func keep(_ isKept: [Bool]) {
        var newVertex = [UInt32](repeating: .max, count: self.vertices.count)
        var (vertices, hasSignals, nodes): ([FixedPoint], [Bool], [UInt32]) = ([], [], [])
        for index in self.vertices.indices where isKept[index] {
            newVertex[index] = UInt32(vertices.count)
            vertices.append(self.vertices[index])
            hasSignals.append(self.hasSignals[index])
            nodes.append(self.nodes[index])
        }
        var edges: [RoadEdge] = []
        var points: [FixedPoint] = []
        for var edge in self.edges where isKept[Int(edge.from)] && isKept[Int(edge.to)] {
            let line = self.points[Int(edge.firstPoint)..<Int(edge.firstPoint + edge.pointCount)]
            edge.from = newVertex[Int(edge.from)]
            edge.to = newVertex[Int(edge.to)]
            edge.firstPoint = UInt32(points.count)
            edges.append(edge)
            points += line
        }
        (self.vertices, self.hasSignals, self.nodes) = (vertices, hasSignals, nodes)
        (self.edges, self.points) = (edges, points)
    }

    /// Junctions in a square kilometre from which on a place is in town.
    ///
    /// A grid of streets 180 m apart has 31; a village between fields has fewer.
    private static let townJunctions = 30.0

    /// Marks the roads out of town: their limits differ where no sign stands, and so does what slows a car there.
    mutating func markRural() {
        guard let middle = self.vertices.first?.coordinate else { return }
        let plane = TangentPlane(at: middle)
        struct Cell: Hashable {
            var column: Int
            var row: Int
        }
        func cell(_ point: FixedPoint) -> Cell {
            let place = plane.project(point)
            return Cell(column: Int((place.east / 500).rounded(.down)), row: Int((place.north / 500).rounded(.down)))
        }
        var degree = [UInt8](repeating: 0, count: self.vertices.count)
        for edge in self.edges {
            for end in [edge.from, edge.to] { degree[Int(end)] = min(9, degree[Int(end)] + 1) }
        }
        var junctions: [Cell: Double] = [:]
        for (index, place) in self.vertices.enumerated() where degree[index] >= 3 {
            junctions[cell(place), default: 0] += 1
        }
        var isRural: [Cell: Bool] = [:]
        for index in self.edges.indices {
            let middle = self.points[Int(self.edges[index].firstPoint + self.edges[index].pointCount / 2)]
            let home = cell(middle)
            if isRural[home] == nil {
                var found = 0.0
                for column in -1...1 {
                    for row in -1...1 {
                        found += junctions[Cell(column: home.column + column, row: home.row + row)] ?? 0
                    }
                }
                isRural[home] = found / 2.25 < Self.townJunctions
            }
            if isRural[home] == true { self.edges[index].flags |= RoadEdge.rural }
        }
    }
}
