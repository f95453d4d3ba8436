import Ground
import Rig
import RoadImport
import RoadMap
import Testing

@testable import Board

/// A dispatcher types a name, and a car drives to what was meant.
@Suite("Places by name")
struct PlaceNameTests {
    /// Two streets of one name that lie 3 km apart, each crossed by another street.
    private func network() async throws -> RoadNetwork {
        func node(_ id: Int, _ latitude: Double, _ longitude: Double) -> String {
            #"<node id="\#(id)" lat="\#(latitude)" lon="\#(longitude)"/>"#
        }
        func way(_ id: Int, _ name: String, _ nodes: [Int]) -> String {
            let members = nodes.map { #"<nd ref="\#($0)"/>"# }.joined()
            return #"<way id="\#(id)">\#(members)<tag k="highway" v="residential"/><tag k="name" v="\#(name)"/></way>"#
        }
        let nodes = [
            node(1, 41.15, -8.61), node(2, 41.15, -8.608), node(3, 41.15, -8.606), node(4, 41.152, -8.608),
            node(5, 41.18, -8.61), node(6, 41.18, -8.608), node(7, 41.18, -8.606), node(8, 41.178, -8.608),
            // One network: a long road between both.
            node(9, 41.165, -8.608),
        ]
        let ways = [
            way(1, "Rua do Sol", [1, 2]), way(2, "Rua do Sol", [2, 3]), way(3, "Travessa A", [4, 2]),
            way(4, "Rua do Sol", [5, 6]), way(5, "Rua do Sol", [6, 7]), way(6, "Travessa B", [8, 6]),
            way(7, "Estrada", [4, 9]), way(8, "Estrada", [9, 8]),
        ]
        let xml = "<?xml version=\"1.0\"?><osm version=\"0.6\">\((nodes + ways).joined())</osm>"
        return try await withTemporaryFolder("places") { folder in
            try writeFile("\(folder)/map.osm", xml)
            _ = try RoadImport.run(map: "\(folder)/map.osm", output: "\(folder)/map.roads")
            return try RoadNetwork(path: "\(folder)/map.roads")
        }
    }

    @Test("streets of one name that lie apart are told apart, the nearer first; pieces of one street are one")
    func parts() async throws {
        let names = PlaceNames(try await self.network())
        let near = try #require(Coordinate(latitude: 41.179, longitude: -8.61))
        let found = names.find("rua do", nil, near: near).places
        #expect(found.map(\.name) == ["Rua do Sol", "Rua do Sol"])
        #expect(found.map(\.near) == ["Travessa B", "Travessa A"])
        #expect(abs(found[0].lat - 41.18) < 1e-6 && abs(found[1].lat - 41.15) < 1e-6)
        #expect((found[0].metres ?? 0) < 300 && (3_000...3_600).contains(found[1].metres ?? 0))
        #expect(!names.find("rua do", nil).more)
        // A name of one street needs nothing to tell it apart.
        #expect(names.find("Estrada", nil).places.map(\.near) == [nil])
    }

    @Test("two names with a stroke between them are where those streets meet, and nowhere else")
    func crossings() async throws {
        let names = PlaceNames(try await self.network())
        let found = names.find("sol / travessa b", nil).places
        #expect(found.map(\.name) == ["Rua do Sol / Travessa B"] && found.map(\.kind) == ["crossing"])
        #expect(abs((found.first?.lat ?? 0) - 41.18) < 1e-6 && abs((found.first?.lon ?? 0) + 8.608) < 1e-6)
        #expect(names.find("travessa a / travessa b", nil).places.isEmpty)
    }

    @Test("a place is called by the street that is near; far from any it has no name")
    func near() async throws {
        let network = try await self.network()
        let beside = try #require(Coordinate(latitude: 41.1503, longitude: -8.609))
        #expect(PlaceNames.near(beside, on: network, nil).name == "Rua do Sol")
        let away = try #require(Coordinate(latitude: 41.16, longitude: -8.6))
        #expect(PlaceNames.near(away, on: network, nil).name.isEmpty)
    }
}
