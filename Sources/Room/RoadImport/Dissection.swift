import RoadMap

/// Orders the roads of a network for its hierarchy: a town is cut in two along as few roads as possible, those few
/// come last, and each half is ordered likewise.
///
/// Roads, not junctions, are ordered, because a turn's cost belongs to a pair of roads. Cuts come from maximum
/// flows between the two ends of a town, seen from four directions.
/// Source: Schild, Sommer, *On balanced separators in road networks*, SEA 2015 (inertial flow); Buchhold, Wagner,
/// Zeitz, Zündorf, *Customizable contraction hierarchies with turn costs*, ATMOS 2020 (edge cuts as separators).
struct Dissection {
    /// Fewer roads than this are not cut any more.
    private static let leaf = 6

    /// Share of the junctions that each end is made of.
    private static let ends = 0.25

    private var flow: CutFlow
    private var vertices: [UInt32]
    private var edges: [UInt32]
    private var spareVertices: [UInt32]
    private var spareEdges: [UInt32]
    private var place: [UInt32]
    private var next: UInt32

    /// Returns for each edge its place in the order, the most important last.
    static func order(places: [FixedPoint], edges: [RoadEdge]) -> [UInt32] {
        var dissection = Dissection(places: places, edges: edges)
        dissection.cut(0..<places.count, 0..<edges.count)
        return dissection.place
    }

    private init(places: [FixedPoint], edges: [RoadEdge]) {
        self.flow = CutFlow(places: places, edges: edges)
        self.vertices = Array(0..<UInt32(places.count))
        self.edges = Array(0..<UInt32(edges.count))
        (self.spareVertices, self.spareEdges) = (self.vertices, self.edges)
        self.place = [UInt32](repeating: 0, count: edges.count)
        self.next = UInt32(edges.count)
    }

    private mutating func cut(_ vertices: Range<Int>, _ edges: Range<Int>) {
        guard edges.count > Self.leaf, vertices.count > 2 else { return self.number(edges) }
        self.flow.enter(self.vertices[vertices], self.edges[edges])
        guard self.flow.bisect(ends: Self.ends) else { return self.number(edges) }
        // In place: this side to the front, the other behind, and of the roads those that are cut last.
        var (front, back) = (vertices.lowerBound, 0)
        for index in vertices {
            let vertex = self.vertices[index]
            if self.flow.isNear(vertex) {
                self.vertices[front] = vertex
                front += 1
            } else {
                self.spareVertices[back] = vertex
                back += 1
            }
        }
        for index in 0..<back { self.vertices[front + index] = self.spareVertices[index] }
        var (near, far, between) = (edges.lowerBound, 0, edges.count)
        for index in edges {
            let edge = self.edges[index]
            switch self.flow.sides(of: edge) {
            case (true, true):
                self.edges[near] = edge
                near += 1
            case (false, false):
                self.spareEdges[far] = edge
                far += 1
            default:
                between -= 1
                self.spareEdges[between] = edge
            }
        }
        let middle = near + far
        for index in 0..<far { self.edges[near + index] = self.spareEdges[index] }
        for index in between..<edges.count { self.edges[middle + index - between] = self.spareEdges[index] }
        self.number(middle..<edges.upperBound)
        self.cut(front..<vertices.upperBound, near..<middle)
        self.cut(vertices.lowerBound..<front, edges.lowerBound..<near)
    }

    private mutating func number(_ edges: Range<Int>) {
        for index in edges {
            self.next -= 1
            self.place[Int(self.edges[index])] = self.next
        }
    }
}
