import Foundation
import Ground
import Rig
import RoadSearch
import TestSupport
import Testing

@testable import RoadImport
@testable import RoadMap

@Suite("Road import and road file")
struct RoadFileTests {
    private static let map = ASCIIMap(
        """
        a-b-c
        | | |
        d-e-f
        """
    )

    private func withRoadFile<R: Sendable>(
        _ body: (_ path: String, _ folder: String) async throws -> R
    ) async throws -> R {
        try await withTemporaryFolder("roads") { folder in
            try writeFile("\(folder)/map.osm", Self.map.openStreetMapXML)
            _ = try RoadImport.run(map: "\(folder)/map.osm", output: "\(folder)/map.roads")
            return try await body("\(folder)/map.roads", folder)
        }
    }

    @Test("reads the same network from .osm, .osm.gz, .osm.bz2 and .osm.pbf")
    func formats() async throws {
        try await self.withRoadFile { path, folder in
            let expected = try RoadNetwork(path: path)
            for ending in ["osm.gz", "osm.bz2", "osm.pbf"] {
                let result = try await runProgramToEnd(
                    "/usr/bin/osmium",
                    ["cat", "\(folder)/map.osm", "-o", "\(folder)/map.\(ending)"]
                )
                try #require(result.status == 0, "\(result.errors)")
                let report = try RoadImport.run(map: "\(folder)/map.\(ending)", output: "\(folder)/other.roads")
                #expect(report.edges == expected.edgeCount && report.vertices == expected.vertexCount)
            }
        }
    }

    @Test("an import is the same to the byte each time")
    func deterministic() async throws {
        try await self.withRoadFile { path, folder in
            _ = try RoadImport.run(map: "\(folder)/map.osm", output: "\(folder)/again.roads")
            #expect(
                try Data(contentsOf: URL(filePath: path)) == Data(contentsOf: URL(filePath: "\(folder)/again.roads"))
            )
        }
    }

    @Test("any changed byte is noticed, and any cut")
    func damage() async throws {
        try await self.withRoadFile { path, folder in
            let bytes = try Data(contentsOf: URL(filePath: path))
            let broken = "\(folder)/broken.roads"
            for place in stride(from: 8, to: bytes.count, by: 97) where !(56..<64).contains(place) {
                var changed = bytes
                changed[place] ^= 0x20
                try changed.write(to: URL(filePath: broken))
                #expect(throws: RoadsError.self, "byte \(place)") { try RoadNetwork(path: broken) }
            }
            for length in [0, 10, 63, 64, bytes.count / 2, bytes.count - 1] {
                try bytes.prefix(length).write(to: URL(filePath: broken))
                #expect(throws: RoadsError.self, "length \(length)") { try RoadNetwork(path: broken) }
            }
        }
    }

    @Test("a file of another version says so")
    func version() async throws {
        try await self.withRoadFile { path, folder in
            var bytes = try Data(contentsOf: URL(filePath: path))
            bytes[8] = 77
            let other = "\(folder)/other.roads"
            try bytes.write(to: URL(filePath: other))
            #expect(throws: RoadsError.otherVersion(path: other, version: 77)) { try RoadNetwork(path: other) }
        }
    }

    @Test("a map without roads is refused, and the old road file stands")
    func noRoads() async throws {
        try await self.withRoadFile { path, folder in
            let before = try Data(contentsOf: URL(filePath: path))
            try writeFile("\(folder)/sea.osm", "<osm version=\"0.6\"><node id=\"1\" lat=\"1\" lon=\"1\"/></osm>")
            #expect(throws: RoadsError.noRoads(path: "\(folder)/sea.osm")) {
                try RoadImport.run(map: "\(folder)/sea.osm", output: path)
            }
            #expect(try Data(contentsOf: URL(filePath: path)) == before)
        }
    }

    @Test("snapping finds the nearest of all roads, for seeded places")
    func snapping() async throws {
        try await self.withRoadFile { path, _ in
            let network = try RoadNetwork(path: path)
            let corner = try #require(Self.map.coordinate("d"))
            let plane = TangentPlane(at: corner)
            var random = SplitMix64(seed: 3)
            for _ in 0..<500 {
                let point = PlanePoint(
                    east: .random(in: -300...500, using: &random),
                    north: .random(in: -300...500, using: &random)
                )
                let place = try #require(plane.coordinate(of: point))
                // Each street of the drawing is straight: the nearest point of its line by brute force.
                let nearest =
                    (0..<network.edgeCount).map { edge -> Double in
                        let line = network.line(ofEdge: edge).map(plane.project)
                        return (0...1_000).map { step in
                            let share = Double(step) / 1_000
                            return PlanePoint(
                                east: line[0].east + (line[1].east - line[0].east) * share,
                                north: line[0].north + (line[1].north - line[0].north) * share
                            ).distance(to: point)
                        }.min() ?? .infinity
                    }.min() ?? .infinity
                let snapped = try #require(network.snap(place, within: 2_000))
                #expect(abs(snapped.offset - nearest) < 0.3)
                let road = try #require(network.coordinate(of: snapped))
                let there = plane.project(road)
                #expect(abs(there.distance(to: point) - snapped.offset) < 0.3)
            }
            let nowhere = try #require(Coordinate(latitude: 0, longitude: 0))
            #expect(network.snap(nowhere, within: 1_000) == nil)
        }
    }
}

@Suite("What a car may do on a way")
struct WayRulesTests {
    private func rules(_ tags: [String: String]) -> WayRules? { WayRules(Tags(tags)) }

    @Test(
        "directions",
        arguments: [
            (["highway": "residential"], true, true),
            (["highway": "residential", "oneway": "yes"], true, false),
            (["highway": "residential", "oneway": "-1"], false, true),
            (["highway": "residential", "oneway": "yes", "oneway:psv": "no"], true, false),
            (["highway": "residential", "oneway": "yes", "oneway:motor_vehicle": "no"], true, true),
            (["highway": "primary", "junction": "roundabout"], true, false),
            (["highway": "motorway"], true, false),
            (["highway": "motorway", "oneway": "no"], true, true),
            (["highway": "motorway_link"], true, true),
        ]
    )
    func directions(tags: [String: String], forward: Bool, backward: Bool) throws {
        let rules = try #require(self.rules(tags))
        #expect(rules.isForwardAllowed == forward && rules.isBackwardAllowed == backward)
    }

    @Test(
        "no way for a car",
        arguments: [
            [:], ["highway": "footway"], ["highway": "steps"], ["highway": "construction"],
            ["highway": "residential", "access": "no"],
            ["highway": "service", "motor_vehicle": "no"], ["highway": "residential", "area": "yes"],
            ["highway": "residential", "oneway": "reversible"], ["highway": "service", "access": "agricultural"],
        ]
    )
    func closed(tags: [String: String]) { #expect(self.rules(tags) == nil) }

    @Test("the more specific access counts")
    func access() {
        #expect(self.rules(["highway": "service", "access": "no", "motor_vehicle": "yes"])?.access == .everybody)
        #expect(self.rules(["highway": "service", "access": "private"])?.access == .restricted)
        #expect(self.rules(["highway": "service", "vehicle": "no", "motorcar": "permit"])?.access == .restricted)
    }

    @Test(
        "barriers",
        arguments: [
            (["barrier": "bollard"], true), (["barrier": "gate"], false), (["barrier": "gate", "access": "no"], true),
            (["barrier": "bollard", "motor_vehicle": "yes"], false), (["highway": "crossing"], false),
        ]
    )
    func barriers(tags: [String: String], blocks: Bool) { #expect((NodeRules.kind(Tags(tags)) == .blocked) == blocks) }

    @Test(
        "speed limits in their spellings",
        arguments: [
            ("50", 50.0), ("30 mph", 48.28), ("50 km/h", 50), ("none", 130), ("walk", 7), ("PT:urban", 50),
            ("CN:motorway", 120),
            ("RU:urban", 60), ("DE:zone:30", nil), ("de:zone30", 30), ("FR:rural", 80), ("GB:nsl_single", 97),
            ("50;30", 50),
            ("signals", nil), ("", nil), ("-5", nil), ("0", nil), ("20 knots", 37.04), ("fast", nil), ("999", 250),
        ] as [(String, Double?)]
    )
    func limits(text: String, expected: Double?) {
        let limit = SpeedLimit.parse(Substring(text))
        #expect(limit.map { ($0 * 100).rounded() / 100 } == expected)
    }

    @Test("a bollard in the middle of a street lets nobody through")
    func bollard() async throws {
        var map = ASCIIMap(
            """
            a-b-c
            |   |
            d-e-f
            """
        )
        map.placeTags = ["b": ["barrier": "bollard"]]
        try await withTemporaryFolder("bollard") { folder in
            try writeFile("\(folder)/map.osm", map.openStreetMapXML)
            _ = try RoadImport.run(map: "\(folder)/map.osm", output: "\(folder)/map.roads")
            let network = try RoadNetwork(path: "\(folder)/map.roads")
            let weights = RoadWeights(network, model: .even, load: 0)
            let west = try #require(map.coordinate("b", east: -30))
            let east = try #require(map.coordinate("b", east: 30))
            let start = try #require(network.snap(west, within: 100))
            let scene = Scene([Scene.Approach(place: try #require(network.snap(east, within: 100)), onFoot: 0)])
            let leg = PlainSearch(network, weights).legs(from: [Start(place: start, facesForward: nil)], to: scene)[0]
            #expect((leg.metres / 10).rounded() * 10 == 70 + 100 + 200 + 100 + 70)
        }
    }
}
