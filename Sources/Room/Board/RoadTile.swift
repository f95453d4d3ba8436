import Glibc
import Ground
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

    /// `[[class, name or null, [x, y, x, y, …]], …]`, lesser roads first, so that greater ones are drawn over them.
    func json(_ network: RoadNetwork) throws -> [UInt8] {
        let edge = Double(Self.margin) / Self.units
        let edges = network.edges(
            south: self.latitude(Double(self.y + 1) + edge),
            west: self.longitude(Double(self.x) - edge),
            north: self.latitude(Double(self.y) - edge),
            east: self.longitude(Double(self.x + 1) + edge)
        )
        var text = Array("[".utf8)
        var isFirst = true
        let shown = edges.filter { self.shows(network.edge($0).roadClass) }
        for edge in shown.sorted(by: { network.edge($0).roadClass.rawValue > network.edge($1).roadClass.rawValue }) {
            let line = self.seen(network.line(ofEdge: edge).map { self.place($0) })
            guard !line.isEmpty else { continue }
            if !isFirst { text.append(0x2C) }
            isFirst = false
            text += "[\"\(network.edge(edge).roadClass.name)\",".utf8
            if self.detail >= 14, let name = network.name(ofEdge: edge) {
                text += try jsonBytes(name)
            } else {
                text += "null".utf8
            }
            text += ",[".utf8
            for (number, place) in line.enumerated() {
                if number > 0 { text.append(0x2C) }
                text += "\(place.right),\(place.down)".utf8
            }
            text += "]]".utf8
        }
        text.append(0x5D)
        return text
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
