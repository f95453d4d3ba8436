import Crypto
import FoundationEssentials
import Glibc
import Ground
import Rig
import RoadImport
import RoadMap
import RoadSearch
import Simulation
import TimeToScene

/// Asks a road network everything that the programs ask of one.
enum RoadQuestions {
    static func ask(_ network: RoadNetwork, _ random: inout SplitMix64) throws {
        let estimator = TimeToScene(network)
        let bounds = network.bounds
        func place() -> Coordinate? {
            Coordinate(
                latitude: .random(in: bounds.south...bounds.north, using: &random),
                longitude: .random(in: bounds.west...bounds.east, using: &random)
            )
        }
        let units = (0..<6).compactMap { number in
            place().map { place in
                UnitPosition(
                    device: "car-\(number)",
                    coordinate: place,
                    course: .random(in: 0...360, using: &random),
                    speed: .random(in: 0...40, using: &random),
                    age: .random(in: 0...90_000, using: &random),
                    accuracy: .random(in: 0...100, using: &random)
                )
            }
        }
        guard let scene = place() else { return }
        for profile in RoadWeights.Profile.allCases {
            do throws(SceneError) {
                for estimate in try estimator.rank(units, scene: scene, profile: profile) {
                    guard let journey = estimate.journey else { continue }
                    let numbers = [journey.seconds, journey.p10, journey.p90, journey.metres]
                    guard numbers.allSatisfy({ $0.isFinite && $0 >= 0 && $0 < 1e9 }), journey.p90 <= 86_400 else {
                        throw SceneError.offTheMap(extent: "\(numbers)", limit: -1)
                    }
                }
            } catch .offTheMap(let numbers, let limit) {
                guard limit >= 0 else { throw FuzzFinding("an estimate is \(numbers)") }
            }
            guard let roads = estimator.roads(profile), let reach = Reach(network, roads) else { continue }
            _ = reach.report(units.map { UnitOnRoad($0, on: network) }, within: [60, 180, 300])
            for unit in units { _ = estimator.way(of: UnitOnRoad(unit, on: network), to: scene, profile: profile) }
        }
        for edge in 0..<network.edgeCount { _ = (network.name(ofEdge: edge), network.line(ofEdge: edge).count) }
        _ = network.edges(south: bounds.south - 1, west: bounds.west, north: bounds.north, east: bounds.east + 1).count
    }

    /// A road file of the simulator's town.
    static func townFile(_ folder: String) throws -> String {
        guard let town = Town(seed: 7) else { throw FuzzFinding("no town") }
        try writeFile("\(folder)/town.osm", town.openStreetMapXML)
        let output = "\(folder)/town.roads"
        _ = try RoadImport.run(map: "\(folder)/town.osm", output: output)
        return output
    }
}

/// Road files whose content is spoilt and whose checksum is right.
struct RoadFileFuzz: FuzzKind {
    let name = "roads"

    func run(in folder: String, _ drive: FuzzDrive) async throws {
        let good = Array(try Data(contentsOf: URL(filePath: try RoadQuestions.townFile(folder))))
        let path = "\(folder)/spoilt.roads"
        try writeFile("\(folder)/units.csv", "device,lat,lon\na,40.021,116.55\n")
        let rank = ["rank", "--roads", path, "--scene", "40.0201,116.5553", "--units", "\(folder)/units.csv"]
        var number = 0
        try await drive { random in
            number += 1
            try Data(Self.spoilt(good, &random)).write(to: URL(filePath: path))
            let network: RoadNetwork
            do throws(RoadsError) { network = try RoadNetwork(path: path) } catch {
                guard "\(error)".hasPrefix(path), !"\(error)".contains(where: \.isNewline) else {
                    throw FuzzFinding("refused with '\(error)'")
                }
                if number % 50 == 0 { try await expectEnd("command-room", rank, [65]) }
                return
            }
            try RoadQuestions.ask(network, &random)
        }
    }

    /// Changes numbers of a file and works out its checksum anew.
    private static func spoilt(_ good: [UInt8], _ random: inout SplitMix64) -> [UInt8] {
        var bytes = good
        for _ in 0..<Int.random(in: 1...4, using: &random) {
            // One time in eight in the table of sections, which is small and matters most.
            let isTable = Int.random(in: 0..<8, using: &random) == 0
            let place = Int.random(in: 16..<(isTable ? 120 : bytes.count / 4), using: &random) * 4
            let old =
                UInt32(bytes[place]) | UInt32(bytes[place + 1]) << 8 | UInt32(bytes[place + 2]) << 16
                | UInt32(bytes[place + 3]) << 24
            let new =
                [
                    0, 1, .max, .max - 1, 0x7FFF_FFFF, 0x8000_0000, old &+ 1, old &- 1, old << 1, old ^ 1 << 20,
                    .random(in: 0...(.max), using: &random), .random(in: 0...2_000, using: &random),
                ].randomElement(using: &random) ?? 0
            for index in 0..<4 { bytes[place + index] = UInt8(truncatingIfNeeded: new >> UInt32(8 * index)) }
        }
        var hash = SHA256()
        hash.update(data: bytes[64...])
        bytes.replaceSubrange(24..<56, with: Array(hash.finalize()))
        return bytes
    }
}

/// OpenStreetMap extracts, as text and packed.
struct MapFuzz: FuzzKind {
    let name = "map"

    func run(in folder: String, _ drive: FuzzDrive) async throws {
        _ = try RoadQuestions.townFile(folder)
        let restriction = """
              <relation id="1"><member type="way" ref="1" role="from"/><member type="node" ref="2" role="via"/>
              <member type="way" ref="2" role="to"/><tag k="type" v="restriction"/><tag k="restriction" v="no_left_turn"/></relation>
            </osm>
            """
        let text = readFile("\(folder)/town.osm").replacing("</osm>", with: restriction)
        var kinds: [(ending: String, bytes: [UInt8])] = [("osm", Array(text.utf8))]
        for ending in ["osm.pbf", "osm.gz", "osm.bz2"] {
            let packed = "\(folder)/town.\(ending)"
            let result = try await runProgramToEnd("/usr/bin/osmium", ["cat", "\(folder)/town.osm", "-o", packed])
            guard result.status == 0 else { throw FuzzFinding("osmium: \(result.errors)") }
            kinds.append((ending, Array(try Data(contentsOf: URL(filePath: packed)))))
        }
        try await drive { random in
            guard let kind = kinds.randomElement(using: &random) else { return }
            let map = "\(folder)/spoilt.\(kind.ending)"
            let isText = kind.ending == "osm"
            try Data(Spoiling.bytes(kind.bytes, isText: isText, &random)).write(to: URL(filePath: map))
            do throws(RoadsError) {
                _ = try RoadImport.run(map: map, output: "\(folder)/spoilt.roads")
            } catch {
                guard "\(error)".hasPrefix(map) else { throw FuzzFinding("refused with '\(error)'") }
                return
            }
            // What an import writes, it can read.
            try RoadQuestions.ask(try RoadNetwork(path: "\(folder)/spoilt.roads"), &random)
        }
    }
}
