import FoundationEssentials
import Glibc
import Ground
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
        // 200 m of one road with a point each metre.
        let points = try (0...200).map { try #require(map.coordinate("a", east: Double($0))) }
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
            #expect((20...70).contains(road.points.count / 2), "\(road.points.count / 2) points")
            #expect(exact.points.count > road.points.count)
            #expect(road.points.prefix(2) == exact.points.prefix(2) && road.points.suffix(2) == exact.points.suffix(2))
        }
    }
}
