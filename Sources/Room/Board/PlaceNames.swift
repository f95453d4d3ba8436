import Ground
import Plan
import Roads

/// Names that a dispatcher may type: streets of the map, grids, posts, lines and stations of the plan.
struct PlaceNames: Sendable {
    struct Place: Encodable, Sendable {
        let name: String
        let kind: String
        let lat: Double
        let lon: Double
    }

    private static let mostFound = 20

    private let places: [(folded: String, place: Place)]

    init(_ network: RoadNetwork, _ plan: PatrolPlan?) {
        var places: [(String, Place)] = []
        func add(_ name: String, _ kind: String, _ where: Coordinate?) {
            guard let `where`, !name.isEmpty else { return }
            let place = Place(name: name, kind: kind, lat: `where`.latitude, lon: `where`.longitude)
            places.append((name.lowercased(), place))
        }
        if let plan {
            for post in plan.posts { add(post.name, "post", plan.plane.coordinate(of: post.place)) }
            for grid in plan.grids {
                let bounds = grid.area.bounds
                let middle = PlanePoint(
                    east: (bounds.low.east + bounds.high.east) / 2,
                    north: (bounds.low.north + bounds.high.north) / 2
                )
                add(grid.name, "grid", plan.plane.coordinate(of: middle))
            }
        }
        var seen: Set<String> = []
        for edge in 0..<network.edgeCount {
            guard let name = network.name(ofEdge: edge), seen.insert(name).inserted else { continue }
            add(name, "street", network.coordinate(of: SnappedPlace(edge: edge, fraction: 0.5, offset: 0)))
        }
        self.places = places
    }

    /// What begins with a text, and then what contains it.
    func find(_ text: String) -> [Place] {
        let wanted = text.lowercased()
        let found = self.places.filter { $0.folded.contains(wanted) }
        let sorted = found.sorted { a, b in
            let (first, second) = (a.folded.hasPrefix(wanted) ? 0 : 1, b.folded.hasPrefix(wanted) ? 0 : 1)
            return (first, a.folded) < (second, b.folded)
        }
        return sorted.prefix(Self.mostFound).map(\.place)
    }
}
