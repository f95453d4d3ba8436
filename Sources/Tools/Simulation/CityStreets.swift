package import Ground
package import RoadMap

/// The streets of an imported map, with what no map says: how fast each of them truly is.
///
/// The room estimates from limits, classes and turns. A driver meets traffic that differs from road to road, lights that
/// are red or green, and drives in his own way; none of it is told to the room. The same seed gives the same city.
package struct CityStreets: Sendable {
    /// The plane that the city is laid on.
    package let plane: TangentPlane
    /// The roads as drivers know them.
    package let streets: Streets
    /// Named streets: their names, and the nodes along them, longest first.
    package let named: [(name: String, nodes: [Int])]

    /// A map whose largest part can be driven in has at least so many nodes.
    private static let fewest = 100

    /// Reads a map; `nil` when one cannot drive about in it.
    ///
    /// - Parameters:
    ///   - network: The roads.
    ///   - seed: Of the true speeds.
    package init?(_ network: RoadNetwork, seed: UInt64) {
        let bounds = network.bounds
        guard
            let middle = Coordinate(
                latitude: (bounds.south + bounds.north) / 2,
                longitude: (bounds.west + bounds.east) / 2
            )
        else { return nil }
        let plane = TangentPlane(at: middle)
        var points = network.vertices.map { vertex in
            vertex.coordinate.map { plane.project($0) } ?? PlanePoint(east: 0, north: 0)
        }
        var ways: [(name: String, metres: Double, nodes: [Int])] = []
        var links: [Streets.Link] = []
        for index in 0..<network.edgeCount {
            let edge = network.edge(index)
            guard edge.access == .everybody else { continue }
            let chain = Self.chain(of: index, edge, network, plane, &points)
            links.append(Self.link(edge, chain, seed))
            if let name = network.name(ofEdge: index), !name.isEmpty { ways.append((name, edge.metres, chain)) }
        }
        self.plane = plane
        self.streets = Streets(points: points, links: links)
        guard self.streets.homes.count >= Self.fewest else { return nil }
        let byName = Dictionary(grouping: ways, by: \.name)
        self.named = byName.map { name, parts in
            (name, parts.max { $0.metres < $1.metres }?.nodes ?? [], parts.reduce(0) { $0 + $1.metres })
        }
        .sorted { ($1.2, $0.0) < ($0.2, $1.0) }.map { ($0.0, $0.1) }
    }

    /// The nodes of a piece of road, its bends among them.
    private static func chain(
        of index: Int,
        _ edge: RoadEdge,
        _ network: RoadNetwork,
        _ plane: TangentPlane,
        _ points: inout [PlanePoint]
    ) -> [Int] {
        var chain = [Int(edge.from)]
        for place in network.line(ofEdge: index).dropFirst().dropLast() {
            chain.append(points.count)
            points.append(plane.project(place))
        }
        chain.append(Int(edge.to))
        return chain
    }

    private static func link(_ edge: RoadEdge, _ chain: [Int], _ seed: UInt64) -> Streets.Link {
        func limit(_ posted: UInt8) -> Double { posted > 0 ? Double(posted) / 3.6 : Self.usual(edge.roadClass) / 3.6 }
        // Each street has its own pace: one in six is a third slower than it should be, another as much faster.
        var random = SplitMix64(seed: seed &+ UInt64(bitPattern: edge.way) &* 0x9E37_79B9)
        let pace =
            0.62 + 0.5 * (Double.random(in: 0..<1, using: &random) + Double.random(in: 0..<1, using: &random)) / 2
        return Streets.Link(
            nodes: chain,
            forward: edge.isForwardAllowed ? limit(edge.forwardLimit) * pace : nil,
            backward: edge.isBackwardAllowed ? limit(edge.backwardLimit) * pace : nil,
            hasLights: edge.signals != 0
        )
    }

    /// Where no sign says a limit, km/h.
    private static func usual(_ kind: RoadClass) -> Double {
        switch kind {
        case .motorway: 110
        case .trunk, .motorwayLink: 80
        case .trunkLink, .primary, .primaryLink, .secondary, .secondaryLink: 50
        case .tertiary, .tertiaryLink, .unclassified: 45
        case .residential: 35
        case .livingStreet, .service: 18
        }
    }
}
