import Glibc
import Ground
import GroundMap
import PatrolWire
import RoadMap

/// One square of the map in Web Mercator, 4,096 units wide, with the roads that are seen on it.
struct RoadTile: Sendable {
    let z: Int
    let x: Int
    let y: Int
    /// The zoom that the tile is looked at from: one more than ``z`` where it is drawn 512 px wide.
    let detail: Int

    /// The tile is drawn at most so many times doubled.
    static let mostDetail = 2

    private static let units = 4_096.0
    /// Roads that lie so far outside are drawn, units: they are wide, and their half reaches into the tile.
    private static let margin = 128

    private struct Road {
        let kind: RoadClass
        let name: String?
        let line: [Spot]
    }

    /// The roads that are seen, lesser ones first, so that greater ones are drawn over them.
    private func roads(_ network: RoadNetwork) -> [Road] {
        let edge = Double(Self.margin) / Self.units
        let edges = network.edges(
            south: self.latitude(Double(self.y + 1) + edge),
            west: self.longitude(Double(self.x) - edge),
            north: self.latitude(Double(self.y) - edge),
            east: self.longitude(Double(self.x + 1) + edge)
        )
        var roads: [Road] = []
        for edge in edges {
            let kind = network.edge(edge).roadClass
            guard self.shows(kind) else { continue }
            let line = self.seen(network.line(ofEdge: edge).map { self.place($0) })
            guard !line.isEmpty else { continue }
            roads.append(Road(kind: kind, name: self.detail >= 14 ? network.name(ofEdge: edge) : nil, line: line))
        }
        return roads.sorted { $0.kind.rawValue > $1.kind.rawValue }
    }

    /// `[[class, name or null, [x, y, x, y, …]], …]`, lesser roads first.
    func json(_ network: RoadNetwork) throws -> [UInt8] {
        var text = Array("[".utf8)
        for (number, road) in self.roads(network).enumerated() {
            if number > 0 { text.append(0x2C) }
            text += "[\"\(road.kind.name)\",".utf8
            text += try road.name.map { try jsonBytes($0) } ?? Array("null".utf8)
            text += ",[".utf8
            for (number, place) in road.line.enumerated() {
                if number > 0 { text.append(0x2C) }
                text += "\(place.right),\(place.down)".utf8
            }
            text += "]]".utf8
        }
        text.append(0x5D)
        return text
    }

    /// The same as a vector tile: a layer `road` with a feature for each `class` and `name`, lesser roads first.
    func vector(_ network: RoadNetwork) -> [UInt8] {
        struct Kind: Hashable {
            let kind: RoadClass
            let name: String?
        }
        var order: [Kind] = []
        var parts: [Kind: [[VectorTile.Point]]] = [:]
        for road in self.roads(network) {
            let kind = Kind(kind: road.kind, name: road.name)
            if parts[kind] == nil { order.append(kind) }
            parts[kind, default: []].append(
                road.line.map { VectorTile.Point(x: Int32(clamping: $0.right), y: Int32(clamping: $0.down)) }
            )
        }
        var tile = VectorTile()
        for kind in order {
            var tags = [("class", kind.kind.name)]
            if let name = kind.name { tags.append(("name", name)) }
            tile.add(to: "road", .line, parts[kind] ?? [], tags: tags)
        }
        return tile.bytes
    }

    private typealias Spot = (right: Int, down: Int)

    /// A line without the points that nobody can tell from the one before, half a dot on the screen; empty for a line that
    /// passes by outside.
    private func seen(_ line: [Spot]) -> [Spot] {
        let reach = -Self.margin...Int(Self.units) + Self.margin
        let (right, down) = (line.map(\.right), line.map(\.down))
        guard let west = right.min(), let east = right.max(), let north = down.min(), let south = down.max(),
            west <= reach.upperBound, east >= reach.lowerBound, north <= reach.upperBound, south >= reach.lowerBound
        else { return [] }
        let step = Int(Self.units) / (256 << (self.detail - self.z)) / 2
        var kept: [Spot] = []
        for (number, spot) in line.enumerated() {
            if number < line.count - 1, let last = kept.last, abs(spot.right - last.right) <= step,
                abs(spot.down - last.down) <= step
            {
                continue
            }
            kept.append(spot)
        }
        return kept
    }

    private func shows(_ kind: RoadClass) -> Bool {
        switch kind {
        case .motorway, .trunk, .primary: true
        case .motorwayLink, .trunkLink, .primaryLink, .secondary: self.detail >= 11
        case .secondaryLink, .tertiary, .tertiaryLink: self.detail >= 12
        case .unclassified, .residential: self.detail >= 14
        case .livingStreet, .service: self.detail >= 16
        }
    }

    private func longitude(_ x: Double) -> Double { x / Double(1 << self.z) * 360 - 180 }

    private func latitude(_ y: Double) -> Double {
        atan(sinh(.pi * (1 - 2 * y / Double(1 << self.z)))) * 180 / .pi
    }

    private func place(_ place: Coordinate) -> Spot {
        let scale = Double(1 << self.z)
        let φ = place.latitude * .pi / 180
        let right = ((place.longitude + 180) / 360 * scale - Double(self.x)) * Self.units
        let down = ((1 - log(tan(φ) + 1 / cos(φ)) / .pi) / 2 * scale - Double(self.y)) * Self.units
        return (Int(right.rounded()), Int(down.rounded()))
    }
}
