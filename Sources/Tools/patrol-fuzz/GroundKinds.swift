import FoundationEssentials
import Ground
import GroundImport
import GroundMap
import Rig

/// The ground of a map: extracts with areas, coasts, places and houses, as text and packed, and ground files whose bytes are
/// spoilt.
struct GroundFuzz: FuzzKind {
    let name = "ground"

    /// An island with a wood in whose clearing a house stands, a river, a railway and a village, where the town is.
    private static let island = """
        <node id="900001" lat="40.00" lon="116.53"/><node id="900002" lat="40.04" lon="116.53"/>
        <node id="900003" lat="40.04" lon="116.57"/><node id="900004" lat="40.00" lon="116.57"/>
        <node id="900005" lat="40.015" lon="116.545"/><node id="900006" lat="40.015" lon="116.555"/>
        <node id="900007" lat="40.025" lon="116.555"/><node id="900008" lat="40.025" lon="116.545"/>
        <node id="900009" lat="40.018" lon="116.548"><tag k="place" v="village"/><tag k="name" v="金盏"/></node>
        <node id="900010" lat="40.019" lon="116.549"/><node id="900011" lat="40.020" lon="116.551"/>
        <way id="900100"><nd ref="900001"/><nd ref="900002"/><nd ref="900003"/><nd ref="900004"/><nd ref="900001"/>
          <tag k="natural" v="coastline"/></way>
        <way id="900101"><nd ref="900001"/><nd ref="900002"/><nd ref="900003"/><nd ref="900004"/><nd ref="900001"/></way>
        <way id="900102"><nd ref="900005"/><nd ref="900006"/><nd ref="900007"/><nd ref="900008"/><nd ref="900005"/></way>
        <way id="900103"><nd ref="900009"/><nd ref="900010"/><nd ref="900011"/><nd ref="900009"/>
          <tag k="building" v="yes"/><tag k="addr:housenumber" v="12"/></way>
        <way id="900104"><nd ref="900001"/><nd ref="900007"/><tag k="waterway" v="river"/><tag k="name" v="温榆河"/></way>
        <way id="900105"><nd ref="900002"/><nd ref="900006"/><tag k="railway" v="rail"/></way>
        <relation id="900200"><member type="way" ref="900101" role="outer"/><member type="way" ref="900102" role="inner"/>
          <tag k="type" v="multipolygon"/><tag k="landuse" v="forest"/></relation>
        </osm>
        """

    func run(in folder: String, _ drive: FuzzDrive) async throws {
        _ = try RoadQuestions.townFile(folder)
        let whole = "\(folder)/island.osm"
        try writeFile(whole, readFile("\(folder)/town.osm").replacing("</osm>", with: Self.island))
        var kinds = [(ending: "osm", bytes: Array(readFile(whole).utf8))]
        for ending in ["osm.pbf", "osm.gz", "osm.bz2"] {
            let packed = "\(folder)/island.\(ending)"
            let result = try await runProgramToEnd("/usr/bin/osmium", ["cat", whole, "-o", packed])
            guard result.status == 0 else { throw FuzzFinding("osmium: \(result.errors)") }
            kinds.append((ending, Array(try Data(contentsOf: URL(filePath: packed)))))
        }
        let report = try GroundImport.run(map: whole, output: "\(folder)/island.ground")
        guard report.tiles > 0, report.features["water"] != nil else { throw FuzzFinding("the island is \(report)") }
        let file = Array(try Data(contentsOf: URL(filePath: "\(folder)/island.ground")))
        try await drive { random in
            if Bool.random(using: &random) {
                guard let kind = kinds.randomElement(using: &random) else { return }
                try await Self.importSpoilt(kind.bytes, kind.ending, folder, &random)
            } else {
                let path = "\(folder)/spoilt.ground"
                try Data(Spoiling.bytes(file, isText: false, &random)).write(to: URL(filePath: path))
                try await Self.read(path)
            }
        }
    }

    private static func importSpoilt(
        _ bytes: [UInt8],
        _ ending: String,
        _ folder: String,
        _ random: inout SplitMix64
    ) async throws {
        let (map, output) = ("\(folder)/spoilt.\(ending)", "\(folder)/made.ground")
        try Data(Spoiling.bytes(bytes, isText: ending == "osm", &random)).write(to: URL(filePath: map))
        do throws(GroundError) {
            _ = try GroundImport.run(map: map, output: output)
        } catch {
            guard error.path == map, !"\(error)".contains(where: \.isNewline) else {
                throw FuzzFinding("refused with '\(error)'")
            }
            return
        }
        // What an import writes, it can read.
        _ = try await GroundFile(path: output).tile(TileID(z: 8, x: 210, y: 96))
    }

    private static func read(_ path: String) async throws {
        do throws(GroundError) {
            let file = try GroundFile(path: path)
            for zoom in GroundFile.zooms {
                let side = Double(1 << zoom)
                // Where the town is, and the squares beside it.
                let (x, y) = (Int((116.55 + 180) / 360 * side), Int(0.378_5 * side))
                for step in -1...1 { _ = try await file.tile(TileID(z: zoom, x: x + step, y: y)) }
            }
        } catch {
            guard error.path == path else { throw FuzzFinding("refused with '\(error)'") }
        }
    }
}
