import ArgumentParser
import FoundationEssentials
import Ground
import PatrolWire
import Program
import RoadMap
import RoadSearch
import TimeToScene

/// `command-room reach`: which roads these units reach in time.
struct ReachCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reach",
        abstract: "Say what share of the roads these units reach within some minutes, and show the blind ones.",
        discussion: "UNITS.csv has the header device,lat,lon and may have cog,age_s,acc."
    )

    enum Format: String, ExpressibleByArgument, CaseIterable {
        case table
        case json
        case geojson
    }

    @Option(help: "The road file that 'command-room roads import' made.")
    var roads: String

    @Option(help: "The units, a CSV file.")
    var units: String

    @Option(help: "Minutes, for example 1,3,5.")
    var minutes: String = "1,3,5"

    @Option(help: "How they drive: civil or siren.")
    var profile: RoadWeights.Profile = .siren

    @Option(help: "table, json, or geojson: the roads that nobody reaches within the longest time.")
    var format: Format = .table

    func run() async throws {
        let times = self.minutes.split(separator: ",", omittingEmptySubsequences: false).map { Double($0) ?? .nan }
        guard !times.isEmpty, times.allSatisfy({ $0 > 0 && $0 <= 240 }) else {
            throw ProgramFailure(.usage, "--minutes: '\(self.minutes)' is no list of minutes up to 240, such as 1,3,5")
        }
        let units = try UnitsTable.read(self.units)
        let network = try openRoads(self.roads)
        let estimator = TimeToScene(network, profiles: [self.profile])
        guard let roads = estimator.roads(self.profile), let reach = Reach(network, roads) else { return }
        let placed = units.map { UnitOnRoad($0, on: network) }
        let clock = ContinuousClock()
        let began = clock.now
        let report = reach.report(placed, within: times.map { $0 * 60 })
        let milliseconds = ((clock.now - began) / .milliseconds(1)).rounded(decimals: 1)
        switch self.format {
        case .table: Self.show(report)
        case .json: try Self.show(report, milliseconds: milliseconds)
        case .geojson: try Self.showBlind(report, network)
        }
    }

    private static func show(_ report: Reach.Report) {
        for device in report.offRoad { print("\(device): no road within \(Int(TimeToScene.farthestRoad)) m, left out") }
        for level in report.levels {
            let share = (level.share * 1_000).rounded() / 10
            print(
                "within \(level.seconds / 60) min: \((level.metres / 1_000).rounded(decimals: 1)) km of road, \(share) %"
            )
            for (device, metres) in level.onlyBy.sorted(by: { ($1.value, $0.key) < ($0.value, $1.key) }).prefix(5) {
                print("  \((metres / 1_000).rounded(decimals: 1)) km of that only by \(device)")
            }
        }
    }

    private static func show(_ report: Reach.Report, milliseconds: Double) throws {
        let answer = JSONValue.object([
            "road_m": .double(report.metres.rounded()), "off_road": .array(report.offRoad.map { .string($0) }),
            "blind": .int(Int64(report.blind.count)), "search_ms": .double(milliseconds),
            "levels": .array(
                report.levels.map { level in
                    .object([
                        "minutes": .double(level.seconds / 60), "reached_m": .double(level.metres.rounded()),
                        "share": .double(level.share.rounded(decimals: 4)),
                        "only_by": .object(level.onlyBy.mapValues { .double($0.rounded()) }),
                    ])
                }
            ),
        ])
        try Self.show(json: answer)
    }

    private static func showBlind(_ report: Reach.Report, _ network: RoadNetwork) throws {
        let features = report.blind.map { piece in
            let line = network.line(ofEdge: piece.edge).map {
                JSONValue.array([.double($0.longitude), .double($0.latitude)])
            }
            return JSONValue.object([
                "type": .string("Feature"),
                "geometry": .object(["type": .string("LineString"), "coordinates": .array(line)]),
                "properties": .object([
                    "name": network.name(ofEdge: piece.edge).map { .string($0) } ?? .null,
                    "blind_m": .double(piece.metres.rounded()),
                ]),
            ])
        }
        try Self.show(json: .object(["type": .string("FeatureCollection"), "features": .array(features)]))
    }

    private static func show(json value: JSONValue) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        print(String(decoding: try encoder.encode(value), as: UTF8.self))
    }
}
