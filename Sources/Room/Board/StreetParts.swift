import Ground
import RoadMap

/// The streets of a map by name, each in the parts that it really has: many a name belongs to several streets that lie far
/// apart, and a car that is sent to the wrong one is lost.
struct StreetParts: Sendable {
    /// One street: pieces of road of one name that hang together, or nearly.
    struct Part: Sendable {
        /// The vertices that it touches.
        let vertices: Set<UInt32>
        /// Its middle.
        let middle: Coordinate
        /// Length, m.
        let metres: Double
        /// A street that crosses it, to tell it from others of its name.
        let crossing: String?
    }

    /// By name.
    let parts: [String: [Part]]

    /// Pieces of one name are one street when their ends are in neighbouring cells of this size, degrees of latitude: some
    /// 200 m, which bridges the two carriageways of an avenue and a square in between.
    private static let cell = 0.002

    /// Reads all names of the roads.
    init(_ network: RoadNetwork) {
        var edges: [String: [Int]] = [:]
        var namesAt: [UInt32: Set<String>] = [:]
        for edge in 0..<network.edgeCount {
            guard let name = network.name(ofEdge: edge), !name.isEmpty else { continue }
            edges[name, default: []].append(edge)
            namesAt[network.edge(edge).from, default: []].insert(name)
            namesAt[network.edge(edge).to, default: []].insert(name)
        }
        self.parts = Dictionary(
            uniqueKeysWithValues: edges.map { name, edges in
                let groups = Self.groups(edges, network)
                return (
                    name, groups.compactMap { Self.part($0, name, network, namesAt) }.sorted { $0.metres > $1.metres }
                )
            }
        )
    }

    private struct Cell: Hashable {
        let row: Int
        let column: Int
    }

    /// Pieces that hang together.
    private static func groups(_ edges: [Int], _ network: RoadNetwork) -> [[Int]] {
        guard edges.count > 1 else { return [edges] }
        var cells: [Cell: [Int]] = [:]
        for (index, edge) in edges.enumerated() {
            for cell in Self.cells(of: network.edge(edge), network) { cells[cell, default: []].append(index) }
        }
        var group = Array(repeating: -1, count: edges.count)
        var count = 0
        for start in edges.indices where group[start] < 0 {
            var waiting = [start]
            group[start] = count
            while let next = waiting.popLast() {
                for cell in Self.cells(of: network.edge(edges[next]), network) {
                    for row in cell.row - 1...cell.row + 1 {
                        for column in cell.column - 1...cell.column + 1 {
                            // Each cell is emptied once: what it holds has its group then.
                            for other in cells.removeValue(forKey: Cell(row: row, column: column)) ?? []
                            where group[other] < 0 {
                                group[other] = count
                                waiting.append(other)
                            }
                        }
                    }
                }
            }
            count += 1
        }
        var groups: [[Int]] = Array(repeating: [], count: count)
        for (index, edge) in edges.enumerated() { groups[group[index]].append(edge) }
        return groups
    }

    private static func cells(of edge: RoadEdge, _ network: RoadNetwork) -> [Cell] {
        [edge.from, edge.to].compactMap { vertex in
            network.vertices[Int(vertex)].coordinate.map {
                Cell(
                    row: Int(($0.latitude / Self.cell).rounded(.down)),
                    column: Int(($0.longitude / Self.cell).rounded(.down))
                )
            }
        }
    }

    private static func part(
        _ edges: [Int],
        _ name: String,
        _ network: RoadNetwork,
        _ namesAt: [UInt32: Set<String>]
    ) -> Part? {
        let ends = edges.flatMap { [network.edge($0).from, network.edge($0).to] }
        let places = ends.compactMap { network.vertices[Int($0)].coordinate }
        guard !places.isEmpty else { return nil }
        let latitude = places.reduce(0) { $0 + $1.latitude } / Double(places.count)
        let longitude = places.reduce(0) { $0 + $1.longitude } / Double(places.count)
        // The middle is on the street itself, where a car can get to.
        let middles = edges.compactMap { edge in
            network.coordinate(of: SnappedPlace(edge: edge, fraction: 0.5, offset: 0)).map { (edge: edge, place: $0) }
        }
        func distance(_ place: Coordinate) -> Double {
            let (north, east) = (place.latitude - latitude, place.longitude - longitude)
            return north * north + east * east
        }
        guard let middle = middles.min(by: { distance($0.place) < distance($1.place) }) else { return nil }
        let own = network.edge(middle.edge)
        let near = [own.from, own.to] + ends
        let crossing = near.lazy.compactMap { (namesAt[$0] ?? []).filter { $0 != name }.min() }.first
        return Part(
            vertices: Set(ends),
            middle: middle.place,
            metres: edges.reduce(0) { $0 + network.edge($1).metres },
            crossing: crossing
        )
    }
}
