import ArgumentParser
import Ground
import Plan
import Program
import RoadMap
import RoadSearch
import TimeToScene
import Zones

/// `patrol-bench trips`: what the estimator says of trips whose time is known.
struct TripsBench: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "trips",
        abstract: "Estimate real trips with the documented tables, and compare with what they took.",
        discussion: """
            Trips are JSON objects, one a line: pts [[lon, lat, seconds], …], t0 (seconds since 1970 UTC), i0 and i1 \
            (the part that moves), direct. Only direct ones over 60 s and 500 m are measured.
            """
    )
    @OptionGroup var options: BenchOptions

    @Option(help: "The road file that 'command-room roads import' made.")
    var roads: String

    @Option(help: "Recorded trips, one JSON object a line.")
    var trips: String

    @Option(help: "Time zone of the trips, such as Europe/Lisbon; by the longitude when it is not given.")
    var timezone: String?

    @Option(help: "How they were driven: civil or siren.")
    var profile: RoadWeights.Profile = .civil

    @Flag(help: "Leave the hour of the day out.")
    var withoutHour = false

    @Flag(help: "Also say each trip's hour, true and estimated seconds.")
    var each = false

    private struct Row {
        let seconds: Double
        let journey: Estimate.Journey
        let hour: Double
    }

    func run() async throws {
        let map = try MapOptions.parse(["--roads", self.roads])
        let network = try map.network()
        let estimator = TimeToScene(network, profiles: [self.profile])
        let zone = try self.zone()
        // Weights are worked out once for all trips of one load.
        var byLoad:
            [Int: [(trip: (from: Coordinate, to: Coordinate, seconds: Double, startedAt: Double), hour: Double)]]
        byLoad = [:]
        for trip in try Journey.read(self.trips).compactMap(\.measured) {
            let local = self.local(trip.startedAt, at: trip.from, zone)
            let hour = Double(local.secondOfDay) / 3_600
            let load = estimator.day.load(hour: hour, isWeekend: local.isWeekend)
            let key = Int(((self.withoutHour ? estimator.day.mean : load) * 50).rounded())
            byLoad[key, default: []].append((trip, hour))
        }
        var rows: [Row] = []
        for (load, trips) in byLoad.sorted(by: { $0.key < $1.key }) {
            estimator.reweigh(load: Double(load) / 50, closures: RoadClosures())
            for (trip, hour) in trips {
                let unit = UnitPosition(device: "car", coordinate: trip.from, course: nil, age: 0, accuracy: nil)
                // A trip that ends off the map says nothing.
                guard network.snap(trip.to, within: TimeToScene.farthestRoad) != nil,
                    let journey = try estimator.rank([unit], scene: trip.to, profile: self.profile).first?.journey
                else { continue }
                rows.append(Row(seconds: trip.seconds, journey: journey, hour: hour))
            }
        }
        if self.each {
            for row in rows {
                print("\(Int(row.hour)) \(Int(row.seconds)) \(Int(row.journey.seconds)) \(Int(row.journey.metres))")
            }
        }
        let bias = rows.map { 100 * ($0.journey.seconds / $0.seconds - 1) }
        let errors = rows.map { abs($0.journey.seconds - $0.seconds) }
        let inside = rows.count { $0.journey.p10 <= $0.seconds && $0.seconds <= $0.journey.p90 }
        self.options.show(
            text: ["map": map.name],
            [
                "trips": Double(rows.count), "median_bias_percent": median(bias),
                "mape_percent": bias.reduce(0) { $0 + abs($1) } / Double(max(1, bias.count)),
                "median_error_s": median(errors), "p90_error_s": percentile(0.9, of: errors),
                "inside_80_percent": 100 * Double(inside) / Double(max(1, rows.count)),
            ]
        )
    }

    private func zone() throws -> LocalZone? {
        guard let timezone else { return nil }
        guard let zone = ZoneFiles.zone(named: timezone) else {
            throw ProgramFailure(.usage, "--timezone: '\(timezone)' is no time zone of this machine")
        }
        return zone
    }

    private func local(_ time: Double, at place: Coordinate, _ zone: LocalZone?) -> (secondOfDay: Int, isWeekend: Bool)
    {
        // Clocks are set a little ahead of the sun in most countries: by 0.6 h on the average.
        let offset = zone.map { Int($0.offset(at: Int64(time))) } ?? Int((place.longitude / 15 + 0.6).rounded()) * 3_600
        let local = Int(time) + offset
        let day = Int((Double(local) / 86_400).rounded(.down))
        // 1970-01-01 was a Thursday.
        let weekday = ((day + 3) % 7 + 7) % 7
        return (local - day * 86_400, weekday >= 5)
    }
}

extension RoadWeights.Profile: ExpressibleByArgument {}
