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

    /// Raised with each change of what a tile is made of: pages would go on with the tiles that they have kept.
    static let making = 2

    /// The tile is drawn at most so many times doubled.
    static let mostDetail = 2

    private static let units = 4_096.0
    /// Roads that lie so far outside are drawn, units: they are wide, and their half reaches into the tile.
    private static let margin = 128

    private struct Kind: Hashable {
        let road: RoadClass
        let name: String?
    }

    /// The roads that are seen, lesser ones first, so that greater ones are drawn over them: of each kind the lines, put
    /// together from their pieces, without the points that nobody can tell from the line, half a dot on the screen.
    private func roads(_ network: RoadNetwork) -> [(kind: Kind, lines: [[VectorTile.Point]])] {
        let edge = Double(Self.margin) / Self.units
        let edges = network.edges(
            south: self.latitude(Double(self.y + 1) + edge),
            west: self.longitude(Double(self.x) - edge),
            north: self.latitude(Double(self.y) - edge),
            east: self.longitude(Double(self.x + 1) + edge)
        )
        var order: [Kind] = []
        var pieces: [Kind: [[VectorTile.Point]]] = [:]
        for edge in edges {
            let road = network.edge(edge).roadClass
            guard self.shows(road) else { continue }
            let line = network.line(ofEdge: edge).map { self.place($0) }
            guard self.isSeen(line) else { continue }
            let kind = Kind(road: road, name: self.hasNames ? network.name(ofEdge: edge) : nil)
            if pieces[kind] == nil { order.append(kind) }
            pieces[kind, default: []].append(line)
        }
        let tolerance = Self.units / Double(256 << (self.detail - self.z)) / 2
        return order.sorted { $0.road.rawValue > $1.road.rawValue }.map { kind in
            // Names are written along the pieces, and along a whole avenue there would be one that nobody sees.
            let lines = self.hasNames ? pieces[kind] ?? [] : JoinedLines(of: pieces[kind] ?? []).lines
            return (
                kind,
                lines.map { line in thinned(line, tolerance) { SIMD2(Double($0.x), Double($0.y)) } }
                    // A roundabout that is smaller than a dot would go from a point to itself.
                    .filter { $0.count > 2 || $0.first != $0.last }
            )
        }
        .filter { !$0.lines.isEmpty }
    }

    /// From further away no names of roads are written.
    private var hasNames: Bool { self.detail >= 14 }

    /// `[[class, name or null, [x, y, x, y, …]], …]`, lesser roads first.
    func json(_ network: RoadNetwork) throws -> [UInt8] {
        var text = Array("[".utf8)
        for (kind, lines) in self.roads(network) {
            let name = try kind.name.map { try jsonBytes($0) } ?? Array("null".utf8)
            for line in lines {
                if text.count > 1 { text.append(0x2C) }
                text += "[\"\(kind.road.name)\",".utf8
                text += name
                text += ",[".utf8
                for (number, place) in line.enumerated() {
                    if number > 0 { text.append(0x2C) }
                    text += "\(place.x),\(place.y)".utf8
                }
                text += "]]".utf8
            }
        }
        text.append(0x5D)
        return text
    }

    /// The same as a vector tile: a layer `road` with a feature for each `class` and `name`, lesser roads first.
    func vector(_ network: RoadNetwork) -> [UInt8] {
        var tile = VectorTile()
        for (kind, lines) in self.roads(network) {
            var tags = [("class", kind.road.name)]
            if let name = kind.name { tags.append(("name", name)) }
            tile.add(to: "road", .line, lines, tags: tags)
        }
        return tile.bytes
    }

    /// Whether a line reaches into the tile, or passes by outside.
    private func isSeen(_ line: [VectorTile.Point]) -> Bool {
        let reach = Int32(-Self.margin)...Int32(Int(Self.units) + Self.margin)
        let (right, down) = (line.map(\.x), line.map(\.y))
        guard let west = right.min(), let east = right.max(), let north = down.min(), let south = down.max() else {
            return false
        }
        return west <= reach.upperBound && east >= reach.lowerBound && north <= reach.upperBound
            && south >= reach.lowerBound
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

    private func place(_ place: Coordinate) -> VectorTile.Point {
        let scale = Double(1 << self.z)
        let φ = place.latitude * .pi / 180
        let right = ((place.longitude + 180) / 360 * scale - Double(self.x)) * Self.units
        let down = ((1 - log(tan(φ) + 1 / cos(φ)) / .pi) / 2 * scale - Double(self.y)) * Self.units
        return VectorTile.Point(x: Int32(clamping: Int(right.rounded())), y: Int32(clamping: Int(down.rounded())))
    }
}
