import GroundMap
import Gzip

/// Cuts shapes into the tiles of each look, with no more points than are seen.
struct TileCutter {
    /// A shape reaches so far beyond a tile's edge, in its units: no edge of the cut is seen.
    private static let margin = 64.0
    /// From one look to the next a point may be off by so much, units: three quarters of a dot on the screen, and of the
    /// nearest look, which is drawn much larger, by less than it is exact to.
    private static let tolerance = 12.0
    private static let nearestTolerance = 1.0
    /// Smaller areas than this are not seen, units².
    private static let smallest = 900.0

    private var made: [TileID: VectorTile] = [:]

    /// Adds a shape to every tile that shows a part of it.
    mutating func add(_ kind: GroundKind, _ shape: VectorTile.Shape, _ parts: [[MapPoint]]) {
        for zoom in max(kind.zoom, GroundFile.zooms.lowerBound)...GroundFile.zooms.upperBound {
            let units = Double(VectorTile.extent) * Double(1 << zoom)
            let isNearest = zoom == GroundFile.zooms.upperBound
            let tolerance = (isNearest ? Self.nearestTolerance : Self.tolerance) / units
            let seen: [[MapPoint]]
            switch shape {
            case .point: seen = parts
            case .line: seen = parts.map { thinned($0, tolerance) }
            case .area:
                seen = parts.map { Self.simplified(ring: $0, tolerance) }
                    .filter { $0.count > 2 && (isNearest || abs(doubledArea($0)) / 2 * units * units > Self.smallest) }
                // Holes without the area around them would be areas themselves.
                guard let first = seen.first, doubledArea(first) > 0 else { continue }
            }
            self.add(kind, shape, seen, zoom)
        }
    }

    /// A ring is two lines, from its first point to the one furthest from it and back: as one it would be its own chord.
    private static func simplified(ring: [MapPoint], _ tolerance: Double) -> [MapPoint] {
        guard ring.count > 4, let first = ring.first else { return ring }
        func far(_ index: Int) -> Double {
            let (dx, dy) = (ring[index].x - first.x, ring[index].y - first.y)
            return dx * dx + dy * dy
        }
        let middle = ring.indices.max { far($0) < far($1) } ?? 0
        let there = thinned(Array(ring[...middle]), tolerance)
        let back = thinned(Array(ring[middle...]) + [first], tolerance)
        return there + back.dropFirst().dropLast()
    }

    private mutating func add(_ kind: GroundKind, _ shape: VectorTile.Shape, _ parts: [[MapPoint]], _ zoom: Int) {
        let count = Double(1 << zoom)
        guard let box = GroundBox(around: parts) else { return }
        let edge = Self.margin / Double(VectorTile.extent)
        func tile(_ value: Double) -> Int { max(0, min((1 << zoom) - 1, Int((value * count).rounded(.down)))) }
        for x in tile(box.low.x - edge / count)...tile(box.high.x + edge / count) {
            for y in tile(box.low.y - edge / count)...tile(box.high.y + edge / count) {
                let frame = GroundBox(
                    low: MapPoint(x: (Double(x) - edge) / count, y: (Double(y) - edge) / count),
                    high: MapPoint(x: (Double(x + 1) + edge) / count, y: (Double(y + 1) + edge) / count)
                )
                let cut: [[MapPoint]]
                switch shape {
                case .point: cut = parts.map { $0.filter(frame.contains) }
                case .line: cut = parts.flatMap { frame.clip(line: $0) }
                case .area: cut = parts.map { frame.clip(ring: $0) }
                }
                let drawn = cut.map { Self.units($0, shape, x: x, y: y, count) }.filter { !$0.isEmpty }
                guard !drawn.isEmpty else { continue }
                let id = TileID(z: zoom, x: x, y: y)
                self.made[id, default: VectorTile()].add(to: kind.layer, shape, drawn, tags: kind.tags)
            }
        }
    }

    /// Points as a tile counts them; none twice in a row, and nothing of what is no line or area any more.
    private static func units(
        _ points: [MapPoint],
        _ shape: VectorTile.Shape,
        x: Int,
        y: Int,
        _ count: Double
    ) -> [VectorTile.Point] {
        let extent = Double(VectorTile.extent)
        var units: [VectorTile.Point] = []
        for point in points {
            let next = VectorTile.Point(
                x: Int32(((point.x * count - Double(x)) * extent).rounded()),
                y: Int32(((point.y * count - Double(y)) * extent).rounded())
            )
            if units.last != next { units.append(next) }
        }
        if shape == .area, units.count > 1, units.first == units.last { units.removeLast() }
        let least = shape == .point ? 1 : shape == .line ? 2 : 3
        return units.count < least ? [] : units
    }

    /// All tiles, compressed, in order.
    func tiles(of path: String) throws(GroundError) -> [(id: TileID, bytes: [UInt8])] {
        var tiles: [(id: TileID, bytes: [UInt8])] = []
        for (id, tile) in self.made.sorted(by: { ($0.key.z, $0.key.x, $0.key.y) < ($1.key.z, $1.key.x, $1.key.y) }) {
            guard let bytes = gzipped(tile.bytes) else {
                throw GroundError(path: path, reason: "there is no memory to compress it")
            }
            tiles.append((id, bytes))
        }
        return tiles
    }
}

extension GroundBox {
    func contains(_ point: MapPoint) -> Bool {
        point.x >= self.low.x && point.x <= self.high.x && point.y >= self.low.y && point.y <= self.high.y
    }
}
