import FoundationEssentials
import Glibc
import Ground
import GroundMap
import Rig
import RoadMap
import TestSupport
import Testing

@testable import Board

@Suite("Roads as the page draws them, a tile at a time")
struct RoadTileTests {
    private struct Road: Decodable {
        let kind: String
        let name: String?
        let points: [Int]

        init(from decoder: any Decoder) throws {
            var row = try decoder.unkeyedContainer()
            self.kind = try row.decode(String.self)
            self.name = try row.decode(String?.self)
            self.points = try row.decode([Int].self)
        }
    }

    private func roads(_ tile: RoadTile, _ network: RoadNetwork) throws -> [Road] {
        try JSONDecoder().decode([Road].self, from: Data(tile.json(network)))
    }

    /// The tile of a zoom in which a place lies, by the definition of Web Mercator.
    private func tile(_ place: Coordinate, _ z: Int, detail: Int) -> RoadTile {
        let scale = Double(1 << z)
        let radians = place.latitude * .pi / 180
        let down = (1 - asinh(tan(radians)) / .pi) / 2
        return RoadTile(z: z, x: Int((place.longitude + 180) / 360 * scale), y: Int(down * scale), detail: detail)
    }

    @Test("the zoom that it is looked at from says which roads are on it, and whether they have names")
    func detail() async throws {
        var map = ASCIIMap("a-b-c")
        map.tags["name"] = "Rua Direita"
        map.streetTags["bc"] = ["highway": "primary"]
        let place = try #require(map.coordinate("b"))
        try await map.withNetwork { network in
            let far = try self.roads(self.tile(place, 13, detail: 13), network)
            #expect(far.map(\.kind) == ["primary"] && far.map(\.name) == [nil])
            let near = try self.roads(self.tile(place, 13, detail: 14), network)
            #expect(Set(near.map(\.kind)) == ["primary", "residential"] && near.last?.kind == "primary")
            #expect(near.allSatisfy { $0.name == "Rua Direita" })
        }
    }

    @Test("of the neighbours' roads only those that reach in are sent, and points that nobody can tell apart are one")
    func lean() async throws {
        // 2 km of road in steps of 100 m, which at zoom 18 are many tiles and at zoom 10 a few dots.
        let letters = "abcdefghijklmnopqrstu"
        let map = ASCIIMap(letters.map(String.init).joined(separator: "-"))
        let place = try #require(map.coordinate("k", east: 50))
        try await map.withNetwork { network in
            let near = try self.roads(self.tile(place, 18, detail: 18), network)
            #expect((1...4).contains(near.count), "\(near.count) of \(network.edgeCount)")
            for road in near {
                let right = stride(from: 0, to: road.points.count, by: 2).map { road.points[$0] }
                #expect(right.contains { $0 <= 4_224 } && right.contains { $0 >= -128 })
            }
        }
        // 200 m of one road with a point each metre, on a curve of 40 m.
        let points = try (0...200).map { metre in
            let place = try #require(map.coordinate("a", east: Double(metre)))
            return try #require(
                Coordinate(
                    latitude: place.latitude + 20 * sin(Double(metre) / 20) / 111_320,
                    longitude: place.longitude
                )
            )
        }
        var xml = "<osm version=\"0.6\">\n"
        for (id, point) in points.enumerated() {
            xml += "<node id=\"\(id + 1)\" version=\"1\" lat=\"\(point.latitude)\" lon=\"\(point.longitude)\"/>"
        }
        xml += "<way id=\"1\" version=\"1\">" + points.indices.map { "<nd ref=\"\($0 + 1)\"/>" }.joined()
        xml += "<tag k=\"highway\" v=\"residential\"/></way></osm>"
        try await ASCIIMap.withNetwork(of: xml) { network in
            let road = try #require(self.roads(self.tile(points[100], 14, detail: 14), network).first)
            let exact = try #require(self.roads(self.tile(points[100], 14, detail: 16), network).first)
            // A dot is 7.2 m wide there.
            #expect((5...30).contains(road.points.count / 2), "\(road.points.count / 2) points")
            #expect(exact.points.count > road.points.count)
            #expect(road.points.prefix(2) == exact.points.prefix(2) && road.points.suffix(2) == exact.points.suffix(2))
        }
    }

    @Test("from far away a road in pieces is one line, each piece of it once; with names each piece has its own")
    func joined() async throws {
        var map = ASCIIMap(
            """
            a-b-c-d
                |
                e
            """
        )
        map.tags["name"] = "Rua Direita"
        map.tags["highway"] = "primary"
        let place = try #require(map.coordinate("c"))
        try await map.withNetwork { network in
            #expect(network.edgeCount == 4)
            let near = try self.roads(self.tile(place, 14, detail: 16), network)
            #expect(near.count == 4 && near.allSatisfy { $0.name == "Rua Direita" })
            let lines = try self.roads(self.tile(place, 13, detail: 13), network)
            // Straight on or round the corner: of the three pieces that meet two are one line, and nothing is drawn twice.
            #expect(lines.count == 2 && lines.allSatisfy { $0.name == nil }, "\(lines.map(\.points))")
            func long(_ points: [Int]) -> Double {
                let spots = stride(from: 0, to: points.count, by: 2).map {
                    (Double(points[$0]), Double(points[$0 + 1]))
                }
                return zip(spots, spots.dropFirst()).reduce(0) { $0 + hypot($1.1.0 - $1.0.0, $1.1.1 - $1.0.1) }
            }
            let scale = 40_075_017 / Double(1 << 13) / 4_096 * cos(place.latitude * .pi / 180)
            let metres = lines.reduce(0) { $0 + long($1.points) } * scale
            #expect(abs(metres - 400) < 20, "\(metres) m")
        }
    }

    @Test("a roundabout that is smaller than a dot is no line from a point to itself")
    func dot() async throws {
        let middle = try #require(ASCIIMap("a-b").coordinate("a"))
        var xml = "<osm version=\"0.6\">\n"
        for corner in 0..<4 {
            let angle = Double(corner) * .pi / 2
            let (north, east) = (30 * sin(angle) / 111_320, 30 * cos(angle) / 85_000)
            xml += "<node id=\"\(corner + 1)\" version=\"1\" lat=\"\(middle.latitude + north)\" "
            xml += "lon=\"\(middle.longitude + east)\"/>"
        }
        xml += "<way id=\"1\" version=\"1\">" + [1, 2, 3, 4, 1].map { "<nd ref=\"\($0)\"/>" }.joined()
        xml += "<tag k=\"highway\" v=\"primary\"/></way></osm>"
        try await ASCIIMap.withNetwork(of: xml) { network in
            #expect(try !self.roads(self.tile(middle, 16, detail: 16), network).isEmpty)
            for zoom in 6...12 {
                let lines = try self.roads(self.tile(middle, zoom, detail: zoom), network)
                #expect(
                    lines.allSatisfy { $0.points.count > 4 || $0.points.prefix(2) != $0.points.suffix(2) },
                    "\(zoom)"
                )
            }
        }
    }

    @Test(
        "thousands of pieces at one point are put together at once, and those that are a point are none",
        .timeLimit(.minutes(3))
    )
    func heap() {
        let (a, b) = (VectorTile.Point(x: 0, y: 0), VectorTile.Point(x: 1, y: 0))
        // One look at all of them for each would be ten thousand million.
        let joined = JoinedLines(of: Array(repeating: [a, b], count: 100_000) + [[a, a], [], [b]])
        #expect(joined.lines.count == 1 && joined.lines.first?.count == 100_001)
    }
}
