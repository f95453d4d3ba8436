import Ground
import Plan
import RoadMap

/// Names that a dispatcher may type: streets of the map, grids, posts, lines and stations of the plan.
struct PlaceNames: Sendable {
    struct Place: Encodable, Sendable {
        let name: String
        let kind: String
        let lat: Double
        let lon: Double
    }

    /// Some places, and whether more names fit.
    struct Found: Encodable, Sendable {
        let places: [Place]
        let more: Bool
    }

    private static let mostFound = 20

    private let places: [(folded: String, place: Place)]

    init(_ network: RoadNetwork) {
        var places: [(String, Place)] = []
        var seen: Set<String> = []
        for edge in 0..<network.edgeCount {
            guard let name = network.name(ofEdge: edge), !name.isEmpty, seen.insert(name).inserted else { continue }
            guard let middle = network.coordinate(of: SnappedPlace(edge: edge, fraction: 0.5, offset: 0)) else {
                continue
            }
            let place = Place(name: name, kind: "street", lat: middle.latitude, lon: middle.longitude)
            places.append((name.lowercased(), place))
        }
        self.places = places
    }

    /// What begins with a text, and then what contains it.
    func find(_ text: String, _ plan: PatrolPlan?) -> Found {
        let wanted = text.lowercased()
        let found = (Self.places(of: plan) + self.places).filter { $0.folded.contains(wanted) }
        let sorted = found.sorted { a, b in
            let (first, second) = (a.folded.hasPrefix(wanted) ? 0 : 1, b.folded.hasPrefix(wanted) ? 0 : 1)
            return (first, a.folded) < (second, b.folded)
        }
        return Found(places: sorted.prefix(Self.mostFound).map(\.place), more: sorted.count > Self.mostFound)
    }

    private static func places(of plan: PatrolPlan?) -> [(folded: String, place: Place)] {
        guard let plan else { return [] }
        var places: [(folded: String, place: Place)] = []
        func add(_ name: String, _ kind: String, _ point: PlanePoint) {
            guard !name.isEmpty, let place = plan.plane.coordinate(of: point) else { return }
            let found = Place(name: name, kind: kind, lat: place.latitude, lon: place.longitude)
            places.append((name.lowercased(), found))
        }
        for post in plan.posts { add(post.name, "post", post.place) }
        for grid in plan.grids {
            let (low, high) = (grid.area.bounds.low, grid.area.bounds.high)
            add(
                grid.name,
                "grid",
                PlanePoint(east: (low.east + high.east) / 2, north: (low.north + high.north) / 2)
            )
        }
        return places
    }
}
