import Ground
import Plan
import RoadMap

/// Names that a dispatcher may type: streets of the map and their crossings, grids, posts, lines and stations of the plan.
struct PlaceNames: Sendable {
    struct Place: Encodable, Sendable {
        let name: String
        let kind: String
        let lat: Double
        let lon: Double
        /// The name of the grid that it lies in, or its id where it has no name.
        var grid: String?
        /// A street that crosses it: told where several streets have the name.
        var near: String?
        /// From where somebody looks, m.
        var metres: Double?
    }

    /// Some places, and whether more names fit.
    struct Found: Encodable, Sendable {
        let places: [Place]
        let more: Bool
    }

    private static let mostFound = 20
    /// Names whose streets are looked at; more than are shown, so that what is left out is told.
    private static let mostNames = 60
    /// Names of each side of a crossing that are tried.
    private static let mostCrossed = 40

    private let network: RoadNetwork
    private let streets: StreetParts
    private let names: [(folded: String, name: String)]

    init(_ network: RoadNetwork) {
        self.network = network
        self.streets = StreetParts(network)
        self.names = self.streets.parts.keys.map { ($0.lowercased(), $0) }.sorted { $0.folded < $1.folded }
    }

    /// What begins with a text, and then what contains it; of a text such as `first / second` where those streets meet.
    ///
    /// - Parameters:
    ///   - text: What was typed.
    ///   - plan: Where the grids are.
    ///   - centre: Where somebody looks: of equal names the nearer comes first.
    /// - Returns: The places.
    func find(_ text: String, _ plan: PatrolPlan?, near centre: Coordinate? = nil) -> Found {
        let sides = text.split(separator: "/").map { $0.trimmingWhitespace.lowercased() }.filter { !$0.isEmpty }
        var (found, isCut) = sides.count == 2 ? self.crossings(sides[0], sides[1]) : ([], false)
        if found.isEmpty { (found, isCut) = self.named(text.lowercased(), plan) }
        for index in found.indices { found[index].place.metres = self.metres(to: found[index].place, from: centre) }
        let sorted = found.sorted { a, b in
            (a.rank, a.folded, a.place.metres ?? 0) < (b.rank, b.folded, b.place.metres ?? 0)
        }
        let places = sorted.prefix(Self.mostFound).map { one in
            var place = one.place
            if place.kind != "grid" { place.grid = Self.grid(at: place, plan) }
            return place
        }
        return Found(places: places, more: isCut || sorted.count > Self.mostFound)
    }

    /// What a place may be called: the street that is near, and the grid.
    static func near(_ place: Coordinate, on network: RoadNetwork, _ plan: PatrolPlan?) -> Place {
        let snaps = network.snaps(place, within: Self.nearby, slack: Self.nearby).places
        let named = snaps.lazy.compactMap { snap in network.name(ofEdge: snap.edge).map { ($0, snap.offset) } }
            .first { !$0.0.isEmpty }
        var found = Place(name: named?.0 ?? "", kind: "place", lat: place.latitude, lon: place.longitude)
        found.metres = named.map { abs($0.1).rounded() }
        found.grid = Self.grid(at: found, plan)
        return found
    }

    /// So far from a place, m, a street may still name it.
    private static let nearby = 150.0

    private struct Match {
        let rank: Int
        let folded: String
        var place: Place
    }

    /// What fits a name, and whether more names do.
    private func named(_ wanted: String, _ plan: PatrolPlan?) -> ([Match], isCut: Bool) {
        func rank(_ folded: String) -> Int { folded.hasPrefix(wanted) ? 0 : 1 }
        var found = Self.places(of: plan).filter { $0.folded.contains(wanted) }
            .map { Match(rank: rank($0.folded), folded: $0.folded, place: $0.place) }
        // A letter fits thousands of names: the first of them are enough to show, and that there are more.
        let fitting = self.names.filter { $0.folded.contains(wanted) }
        let first = fitting.filter { rank($0.folded) == 0 } + fitting.filter { rank($0.folded) == 1 }
        for (folded, name) in first.prefix(Self.mostNames) {
            let parts = self.streets.parts[name] ?? []
            for part in parts {
                let middle = part.middle
                var place = Place(name: name, kind: "street", lat: middle.latitude, lon: middle.longitude)
                if parts.count > 1 { place.near = part.crossing }
                found.append(Match(rank: rank(folded), folded: folded, place: place))
            }
        }
        return (found, first.count > Self.mostNames)
    }

    /// Where streets of two names meet, and whether more names fit than were tried.
    private func crossings(_ first: String, _ second: String) -> ([Match], isCut: Bool) {
        var isCut = false
        func names(_ wanted: String) -> [String] {
            let all = self.names.filter { $0.folded.contains(wanted) }
            if all.count > Self.mostCrossed { isCut = true }
            return (all.filter { $0.folded.hasPrefix(wanted) } + all.filter { !$0.folded.hasPrefix(wanted) })
                .prefix(Self.mostCrossed).map(\.name)
        }
        // Each side is walked once: which streets of the first lie at a vertex, and then which of the second come there.
        var streetsAt: [UInt32: [(name: String, part: Int)]] = [:]
        for name in names(first) {
            for (part, street) in (self.streets.parts[name] ?? []).enumerated() {
                for vertex in street.vertices { streetsAt[vertex, default: []].append((name, part)) }
            }
        }
        var found: [Match] = []
        for other in names(second) {
            for street in self.streets.parts[other] ?? [] {
                // Two carriageways cross in four places: the first one says where. Other parts cross elsewhere.
                var seen: Set<String> = []
                for vertex in street.vertices.sorted() {
                    for one in streetsAt[vertex] ?? [] where one.name != other {
                        guard seen.insert("\(one.part) \(one.name)").inserted,
                            let place = self.network.vertices[Int(vertex)].coordinate
                        else { continue }
                        let name = "\(one.name) / \(other)"
                        let crossing = Place(name: name, kind: "crossing", lat: place.latitude, lon: place.longitude)
                        found.append(Match(rank: 0, folded: name.lowercased(), place: crossing))
                    }
                }
            }
        }
        return (found, isCut)
    }

    private func metres(to place: Place, from centre: Coordinate?) -> Double? {
        guard let centre, let there = Coordinate(latitude: place.lat, longitude: place.lon) else { return nil }
        return centre.distance(to: there).value.rounded()
    }

    private static func grid(at place: Place, _ plan: PatrolPlan?) -> String? {
        guard let plan, let there = Coordinate(latitude: place.lat, longitude: place.lon),
            let index = plan.grids(at: plan.plane.project(there)).last
        else { return nil }
        let grid = plan.grids[index]
        return grid.name.isEmpty ? grid.id : grid.name
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

extension Substring {
    fileprivate var trimmingWhitespace: Substring {
        var text = self
        while text.first?.isWhitespace == true { text.removeFirst() }
        while text.last?.isWhitespace == true { text.removeLast() }
        return text
    }
}
