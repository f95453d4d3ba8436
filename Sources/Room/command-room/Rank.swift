import ArgumentParser
import FoundationEssentials
import Ground
import PatrolWire
import Program
import RoadSearch
import TimeToScene

/// `command-room rank`: which of these units is soonest at a scene.
struct Rank: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Rank units by their time to a scene by road.",
        discussion: "UNITS.csv has the header device,lat,lon and may have cog,age_s,acc."
    )

    enum Format: String, ExpressibleByArgument, CaseIterable {
        case table
        case json
    }

    @Option(help: "The road file that 'command-room roads import' made.")
    var roads: String

    @Option(help: "Where the units are needed, as LAT,LON in degrees.")
    var scene: String

    @Option(help: "The units, a CSV file.")
    var units: String

    @Option(help: "How they drive: civil or siren.")
    var profile: RoadWeights.Profile = .civil

    @Option(help: "Hour of the day, 0 to 24, for the traffic of that hour; the mean of a working day without it.")
    var hour: Double?

    @Option(help: "Changed tables of driving, as 'command-room driving' prints them.")
    var driving: String?

    @Option(help: "table or json.")
    var format: Format = .table

    func run() async throws {
        guard let place = Coordinate(parsing: self.scene) else {
            throw ProgramFailure(.usage, "--scene: '\(self.scene)' is not LAT,LON in degrees, such as 41.1496,-8.6110")
        }
        let units = try UnitsTable.read(self.units)
        if let hour, !(0...24).contains(hour) { throw ProgramFailure(.usage, "--hour: must be from 0 to 24") }
        let driving = try self.driving.map(loadDriving) ?? .usual
        let estimator = TimeToScene(
            try openRoads(self.roads),
            driving: driving,
            load: self.hour.map { driving.day.load(hour: $0, isWeekend: false) },
            profiles: [self.profile],
            isForOneQuestion: true
        )
        let clock = ContinuousClock()
        let began = clock.now
        let estimates: [Estimate]
        do throws(SceneError) {
            estimates = try estimator.rank(units, scene: place, profile: self.profile)
        } catch {
            throw ProgramFailure(.data, "--scene \(self.scene): \(error)")
        }
        let milliseconds = (clock.now - began) / .milliseconds(1)
        switch self.format {
        case .json:
            let answer = RankAnswer(
                scene: RankAnswer.Place(lat: place.latitude, lon: place.longitude),
                profile: self.profile.rawValue,
                units: estimates.map(RankAnswer.Unit.init),
                searchMilliseconds: milliseconds.rounded(decimals: 3)
            )
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
            print(String(decoding: try encoder.encode(answer), as: UTF8.self))
        case .table:
            print("device                            seconds     p90   metres  from road")
            for estimate in estimates { print(Self.row(estimate)) }
        }
    }

    private static func row(_ estimate: Estimate) -> String {
        func cell(_ value: Double?, _ width: Int) -> String {
            let text = value.map { "\(Int($0.rounded()))" } ?? "-"
            return String(repeating: " ", count: max(0, width - text.count)) + text
        }
        let name = estimate.device + String(repeating: " ", count: max(1, 32 - estimate.device.count))
        let journey = estimate.journey
        let numbers = cell(journey?.seconds, 9) + cell(journey?.p90, 8) + cell(journey?.metres, 9)
        let remark = journey == nil ? (estimate.snapped == nil ? "  no road near" : "  no way") : ""
        return name + numbers + cell(estimate.snapped, 9) + " m" + remark
    }
}

extension RoadWeights.Profile: ExpressibleByArgument {}

/// What `rank --format json` prints.
private struct RankAnswer: Encodable {
    struct Place: Encodable {
        let lat: Double
        let lon: Double
    }

    struct Unit: Encodable {
        let device: String
        let seconds: Double?
        let p90: Double?
        let metres: Double?
        let snappedMetres: Double?
        let reachable: Bool

        init(_ estimate: Estimate) {
            self.device = estimate.device
            self.seconds = estimate.journey?.seconds.rounded(decimals: 1)
            self.p90 = estimate.journey?.p90.rounded(decimals: 1)
            self.metres = estimate.journey?.metres.rounded(decimals: 0)
            self.snappedMetres = estimate.snapped?.rounded(decimals: 1)
            self.reachable = estimate.journey != nil
        }

        // Absent values are written as null: a reader can rely on each key.
        func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(self.device, forKey: .device)
            try container.encode(self.seconds, forKey: .seconds)
            try container.encode(self.p90, forKey: .p90)
            try container.encode(self.metres, forKey: .metres)
            try container.encode(self.snappedMetres, forKey: .snappedMetres)
            try container.encode(self.reachable, forKey: .reachable)
        }

        private enum CodingKeys: String, CodingKey {
            case device, seconds, p90, metres, reachable
            case snappedMetres = "snapped_m"
        }
    }

    let scene: Place
    let profile: String
    let units: [Unit]
    let searchMilliseconds: Double

    private enum CodingKeys: String, CodingKey {
        case scene, profile, units
        case searchMilliseconds = "search_ms"
    }
}
