import ArgumentParser
import Ground
import Program
import RoadMap
import RoadSearch
import TimeToScene

/// `patrol-bench scene`: how long a dispatcher waits for the nearest units.
struct SceneBench: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "scene",
        abstract: "Rank N units for a scene by road: from where they stand on the road, and from bare coordinates.",
        discussion: """
            Units and scenes are points of real trips, or places spread over the map without --trips. Each answer is \
            compared with a plain search over the same weights; 'differences' counts the units that differ.
            """
    )
    @OptionGroup var options: BenchOptions
    @OptionGroup var map: MapOptions

    @Option(help: "Numbers of units.")
    var counts: String = "10,100,1000,10000"

    @Option(help: "Scenes whose answers are compared with the plain search.")
    var compare: Int = 3

    func run() async throws {
        let counts = self.counts.split(separator: ",").map { Int($0) ?? 0 }
        guard !counts.isEmpty, counts.allSatisfy({ (1...1_000_000).contains($0) }) else {
            throw ProgramFailure(.usage, "--counts: '\(self.counts)' is no list of numbers, such as 10,100")
        }
        let network = try self.map.network()
        let places = try self.map.places(on: network, count: 12_000)
        let estimator = TimeToScene(network, profiles: [.civil])
        guard let roads = estimator.roads(.civil) else { return }
        let scenes = Array(places.suffix(max(9, self.options.runs)))
        for count in counts {
            let units = (0..<count).map { number in
                UnitPosition(
                    device: "unit-\(number)",
                    coordinate: places[number % max(1, places.count - scenes.count)],
                    course: nil,
                    age: 0,
                    accuracy: nil
                )
            }
            let prepared = Fleet(units, on: network).prepared(roads)
            var (ready, bare): ([Double], [Double]) = ([], [])
            var differences = 0
            for (number, scene) in scenes.enumerated() {
                ready.append(
                    try best(of: self.options.runs) {
                        _ = prepared.rank(to: try estimator.scene(at: scene))
                    }
                )
                bare.append(
                    try best(of: self.options.runs) {
                        _ = try estimator.rank(units, scene: scene, profile: .civil)
                    }
                )
                guard number < self.compare else { continue }
                differences += try self.differences(units, scene, estimator, roads)
            }
            self.options.show(
                text: ["map": self.map.name],
                [
                    "units": Double(count), "prepared_ms": median(ready), "bare_ms": median(bare),
                    "differences": Double(differences),
                ]
            )
        }
    }

    /// How many units the plain search gives another time or length.
    private func differences(
        _ units: [UnitPosition],
        _ scene: Coordinate,
        _ estimator: TimeToScene,
        _ roads: RoadState
    ) throws -> Int {
        let starts = units.flatMap { UnitOnRoad($0, on: estimator.network).starts }
        let scene = try estimator.scene(at: scene)
        let fast = roads.legs(from: starts, to: scene)
        let plain = PlainSearch(estimator.network, roads.weights).legs(from: starts, to: scene)
        return zip(fast, plain).count { $0 != $1 }
    }
}

/// The map of a measurement, and places on it.
struct MapOptions: ParsableArguments {
    @Option(help: "The road file that 'command-room roads import' made.")
    var roads: String

    @Option(help: "Recorded trips, one JSON object a line.")
    var trips: String?

    /// The map's name: its file's, without folder and ending.
    var name: String {
        let file = self.roads.split(separator: "/").last ?? ""
        return String(file.prefix { $0 != "." })
    }

    func network() throws -> RoadNetwork {
        do throws(RoadsError) {
            return try RoadNetwork(path: self.roads)
        } catch {
            throw ProgramFailure(.data, "\(error)")
        }
    }

    /// Places near roads, in an order that is always the same.
    func places(on network: RoadNetwork, count: Int) throws -> [Coordinate] {
        var random = SplitMix64(seed: 1)
        if let trips {
            var seen: Set<Coordinate> = []
            let all = try Journey.read(trips).flatMap(\.places).filter { seen.insert($0.coordinate).inserted }
                .map(\.coordinate)
            return Array(all.filter { network.snap($0, within: 200) != nil }.shuffled(using: &random).prefix(count))
        }
        return (0..<count).compactMap { _ in
            let edge = Int.random(in: 0..<network.edgeCount, using: &random)
            let fraction = Double.random(in: 0...1, using: &random)
            let course = Double.random(in: 0..<360, using: &random)
            return network.coordinate(of: SnappedPlace(edge: edge, fraction: fraction, offset: 0))?
                .moved(by: Metres(8), course: course)
        }
    }
}

/// The shortest time of several, ms: what the machine needs when nothing else disturbs it.
func best(of runs: Int, _ body: () throws -> Void) rethrows -> Double {
    let clock = ContinuousClock()
    var best = Double.infinity
    for _ in 0..<runs {
        let began = clock.now
        try body()
        best = min(best, (clock.now - began) / .milliseconds(1))
    }
    return best
}
