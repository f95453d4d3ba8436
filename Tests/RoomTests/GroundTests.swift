import Foundation
import GroundMap
import Rig
import TestSupport
import Testing

@testable import GroundImport

@Suite("What lies under the roads")
struct GroundTests {
    private static let box = GroundBox(low: MapPoint(x: 0, y: 0), high: MapPoint(x: 4, y: 4))

    private func sea(_ lines: [[(Double, Double)]]) -> [[MapPoint]] {
        var coast = Coast()
        for line in lines { coast.add(line.map { MapPoint(x: $0.0, y: $0.1) }) }
        return coast.sea(in: Self.box)
    }

    private func area(_ rings: [[MapPoint]]) -> Double { rings.reduce(0) { $0 + doubledArea($1) } / 2 }

    @Test("the sea is to the right of the coast: at one side, around a corner, around islands, and cut into pieces")
    func coast() {
        // Down through the middle: land to the left of who walks down is the east, so the sea is the west.
        #expect(self.area(self.sea([[(2, -1), (2, 5)]])) == 8)
        #expect(self.area(self.sea([[(2, 5), (2, -1)]])) == 8)
        // In two pieces that meet, whichever comes first.
        #expect(self.area(self.sea([[(2, 2), (2, 5)], [(2, -1), (2, 2)]])) == 8)
        // A corner up on the right: the other way round it is what was land.
        #expect(self.area(self.sea([[(3, -1), (3, 1), (5, 1)]])) == 15)
        #expect(self.area(self.sea([[(5, 1), (3, 1), (3, -1)]])) == 1)
        // An island in that sea, counter-clockwise as it is seen.
        let island: [(Double, Double)] = [(1, 1), (1, 2), (2, 2), (2, 1), (1, 1)]
        #expect(self.area(self.sea([[(3, -1), (3, 1), (5, 1)], island])) == 14)
        #expect(self.area(self.sea([island])) == 15)
        // Two coasts, a strait between them.
        #expect(self.area(self.sea([[(1, 5), (1, -1)], [(3, -1), (3, 5)]])) == 8)
        // The last step to the edge of the map was cut off.
        #expect(abs(self.area(self.sea([[(2, 0.01), (2, 3.99)]])) - 8) < 0.001)
        // One that ends in the middle says nothing, and neither does none.
        #expect(self.sea([[(2, -1), (2, 2)]]).isEmpty && self.sea([]).isEmpty)
    }

    /// How far a point is from a piece of line.
    private func distance(from point: MapPoint, _ a: MapPoint, _ b: MapPoint) -> Double {
        let (dx, dy) = (b.x - a.x, b.y - a.y)
        let along = ((point.x - a.x) * dx + (point.y - a.y) * dy) / (dx * dx + dy * dy)
        let share = max(0, min(1, along))
        return hypot(a.x + share * dx - point.x, a.y + share * dy - point.y)
    }

    @Test("a line with fewer points is within the tolerance of all that were left out")
    func thinning() {
        let line = (0...200).map { MapPoint(x: Double($0) / 10, y: sin(Double($0) / 10)) }
        let short = thinned(line, 0.05)
        #expect(short.count < 60 && short.first == line.first && short.last == line.last)
        for point in line {
            let nearest = zip(short, short.dropFirst()).map { self.distance(from: point, $0, $1) }.min() ?? 1
            #expect(nearest <= 0.05 + 1e-9)
        }
    }

    private static let nodes: [(id: Int, lat: Double, lon: Double)] = [
        (1, 41.02, -8.08), (2, 41.02, -8.04), (3, 41.05, -8.04), (4, 41.05, -8.08), (5, 41.03, -8.07),
        (6, 41.03, -8.05), (7, 41.04, -8.05), (8, 41.04, -8.07), (9, 41.07, -8.08), (10, 41.07, -8.079),
        (11, 41.0705, -8.079), (12, 41.0705, -8.08), (13, 41.09, -8.09), (14, 41.09, -8.01),
    ]

    /// A drawn piece of a city: a lake with an island, a house with a number, a railway, a place.
    private static let drawn = """
        <?xml version="1.0" encoding="UTF-8"?><osm version="0.6"><bounds minlat="41.0" minlon="-8.1" maxlat="41.1" maxlon="-8.0"/>
        \(nodes.map { "<node id=\"\($0.id)\" lat=\"\($0.lat)\" lon=\"\($0.lon)\"/>" }.joined(separator: "\n"))
        <node id="20" lat="41.06" lon="-8.06"><tag k="place" v="suburb"/><tag k="name" v="河东"/></node>
        <way id="1"><nd ref="1"/><nd ref="2"/><nd ref="3"/><nd ref="4"/><nd ref="1"/></way>
        <way id="2"><nd ref="5"/><nd ref="6"/><nd ref="7"/><nd ref="8"/><nd ref="5"/></way>
        <way id="3"><nd ref="9"/><nd ref="10"/><nd ref="11"/><nd ref="12"/><nd ref="9"/><tag k="building" v="yes"/><tag k="addr:housenumber" v="12A"/></way>
        <way id="4"><nd ref="13"/><nd ref="14"/><tag k="railway" v="rail"/></way>
        <way id="5"><nd ref="13"/><nd ref="14"/><tag k="highway" v="residential"/></way>
        <relation id="1"><member type="way" ref="1" role="outer"/><member type="way" ref="2" role="inner"/>
        <tag k="type" v="multipolygon"/><tag k="natural" v="water"/></relation></osm>
        """

    /// The Python that has the reader, where `make test` puts it.
    private static let python: String? = {
        let home = ProcessInfo.processInfo.environment["HOME"] ?? "/root"
        let folder = "\(home)/.cache/patrollink-schemathesis"
        // Where there is none the test says so and is left out.
        guard let versions = try? FileManager.default.contentsOfDirectory(atPath: "\(folder)/lib"),
            versions.contains(where: {
                FileManager.default.fileExists(atPath: "\(folder)/lib/\($0)/site-packages/mapbox_vector_tile")
            })
        else { return nil }
        return "\(folder)/bin/python3"
    }()

    @Test(
        "a drawn city comes out of its tiles as it went in, read by another program's reader",
        .enabled(if: Self.python != nil, "'make test' installs mapbox-vector-tile where PyPI is there")
    )
    func city() async throws {
        try await withTemporaryFolder("ground") { folder in
            try writeFile("\(folder)/city.osm", Self.drawn)
            let report = try GroundImport.run(map: "\(folder)/city.osm", output: "\(folder)/city.ground")
            #expect(report.features == ["water": 1, "building": 1, "housenumber": 1, "rail": 1, "place": 1])
            let file = try GroundFile(path: "\(folder)/city.ground")
            #expect(try await file.tile(TileID(z: 14, x: 0, y: 0)) == nil)
            let reader = """
                import sqlite3, gzip, json, sys, mapbox_vector_tile
                found = {}
                rows = sqlite3.connect(sys.argv[1]).execute("SELECT zoom_level, tile_data FROM tiles WHERE zoom_level IN (8, 14)")
                for zoom, data in rows:
                    for name, layer in mapbox_vector_tile.decode(gzip.decompress(data)).items():
                        for one in layer["features"]:
                            found.setdefault(f"{zoom} {name}", []).append([one["geometry"]["type"], one["properties"]])
                print(json.dumps(found, ensure_ascii=False))
                """
            try writeFile("\(folder)/read.py", reader)
            let read = try await runProgramToEnd(
                try #require(Self.python),
                ["\(folder)/read.py", "\(folder)/city.ground"]
            )
            #expect(read.status == 0, "\(read.errors)")
            let found = try #require(
                try JSONSerialization.jsonObject(with: Data(read.output.utf8)) as? [String: [[Any]]]
            )
            #expect(found["8 water"]?.count == 1 && found["8 building"] == nil)
            #expect(found["14 water"]?.allSatisfy { ["Polygon", "MultiPolygon"].contains($0[0] as? String) } == true)
            let house = try #require(found["14 housenumber"]?.first)
            #expect((house[1] as? [String: String]) == ["name": "12A"] && house[0] as? String == "Point")
            let place = try #require(found["14 place"]?.first)
            #expect((place[1] as? [String: String]) == ["kind": "suburb", "name": "河东"])
            #expect(found["14 building"]?.count ?? 0 >= 1 && found["14 rail"]?.count ?? 0 > 1)
        }
    }

    @Test("a file that is none, and one of another version, say so and what to do")
    func wrong() async throws {
        try await withTemporaryFolder("ground") { folder in
            try writeFile("\(folder)/x.ground", "no database")
            #expect { _ = try GroundFile(path: "\(folder)/x.ground") } throws: { error in
                "\(error)".contains("no ground map") && "\(error)".contains("roads import")
            }
            #expect { try GroundImport.run(map: "\(folder)/x.ground", output: "\(folder)/y.ground") } throws: {
                "\($0)".contains("it is no map")
            }
            #expect(!FileManager.default.fileExists(atPath: "\(folder)/y.ground"))
        }
    }
}
