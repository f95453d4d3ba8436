import COSMGround
package import GroundMap

/// Cuts a map's ground into tiles.
package enum GroundImport {
    /// What an import made.
    package struct Report: Sendable, Hashable {
        /// Things that are drawn or written, by layer.
        package let features: [String: Int]
        /// Tiles.
        package let tiles: Int
        /// Size of all of them, compressed, bytes.
        package let bytes: Int
        /// Whether a coast was found and the sea could not be told from the land.
        package let isCoastOpen: Bool
    }

    /// Reads a map and writes its ground beside the roads, whole or not at all.
    ///
    /// - Parameters:
    ///   - path: The map: `.osm.pbf`, `.osm`, `.osm.gz` or `.osm.bz2`.
    ///   - output: The ground map; replaced when it is there.
    /// - Returns: What was made.
    /// - Throws: ``GroundMap/GroundError``; then the old file stands.
    package static func run(map path: String, output: String) throws(GroundError) -> Report {
        let ground = try OSMGround(path: path)
        var cutter = TileCutter()
        var coast = Coast()
        var features: [String: Int] = [:]
        func add(_ kind: GroundKind, _ shape: VectorTile.Shape, _ parts: [[MapPoint]]) {
            features[kind.layer, default: 0] += 1
            cutter.add(kind, shape, parts)
        }
        for index in 0..<ground.count {
            guard let shape = ground[index] else { continue }
            switch shape.kind {
            case .point:
                guard let kind = GroundKind.point(shape.tags), let point = shape.rings.first?.points.first else {
                    continue
                }
                add(kind, .point, [[MapPoint(point)]])
            case .line:
                let line = (shape.rings.first?.points).map { $0.map(MapPoint.init) } ?? []
                if shape.tags["natural"] == "coastline" {
                    coast.add(line)
                } else if let kind = GroundKind.line(shape.tags), line.count > 1 {
                    add(kind, .line, [line])
                }
            case .area:
                let rings = shape.rings.map { ring in
                    Self.oriented(ring.points.dropLast().map(MapPoint.init), !ring.isInner)
                }
                if let kind = GroundKind.area(shape.tags) { add(kind, .area, rings) }
                if let kind = GroundKind.number(shape.tags), let box = GroundBox(around: [rings.first ?? []]) {
                    add(kind, .point, [[MapPoint(x: (box.low.x + box.high.x) / 2, y: (box.low.y + box.high.y) / 2)]])
                }
            }
        }
        var isCoastOpen = false
        if let box = ground.box, !coast.isEmpty {
            let sea = coast.sea(in: box)
            isCoastOpen = sea.isEmpty
            if !sea.isEmpty {
                let rings = sea.map { Self.oriented($0, doubledArea($0) > 0) }
                add(GroundKind(layer: "water", kind: "sea", zoom: GroundFile.zooms.lowerBound), .area, rings)
            }
        }
        let tiles = try cutter.tiles(of: output)
        let name = path.split(separator: "/").last.map(String.init) ?? path
        try GroundFile.write(tiles, to: output, name: name, tag: Self.tag(of: tiles))
        return Report(
            features: features,
            tiles: tiles.count,
            bytes: tiles.reduce(0) { $0 + $1.bytes.count },
            isCoastOpen: isCoastOpen
        )
    }

    /// Tells one ground from another: the FNV-1a hash of all its tiles.
    private static func tag(of tiles: [(id: TileID, bytes: [UInt8])]) -> String {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in tiles.lazy.flatMap(\.bytes) { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
        return String(hash, radix: 16)
    }

    /// A ring that runs clockwise as it is seen, or the other way round.
    private static func oriented(_ ring: [MapPoint], _ isClockwise: Bool) -> [MapPoint] {
        (doubledArea(ring) > 0) == isClockwise ? ring : ring.reversed()
    }
}
