import Month
import Plan
import Rig
import TestSupport
import Testing

/// What is compared with another time, with an estimate, or by kind, against a naive count of the month's truth.
extension MonthTests {
    struct Speed: Decodable, Equatable {
        let counted: Int
        let reached: Int
        let median: Double?
        let p90: Double?
        let within: [String: Double]

        private enum CodingKeys: String, CodingKey {
            case counted, reached, within
            case median = "median_s"
            case p90 = "p90_s"
        }

        init(_ calls: [MonthTruth.Call]) {
            let reached = calls.compactMap(\.seconds)
            (self.counted, self.reached) = (calls.count, reached.count)
            (self.median, self.p90) = (quantile(0.5, reached), quantile(0.9, reached))
            self.within = ["1": 60.0, "3": 180, "5": 300].mapValues { limit in
                (Double(reached.count { $0 <= limit }) / Double(calls.count) * 1_000).rounded() / 1_000
            }
        }
    }

    struct Estimates: Decodable, Equatable {
        let journeys: Int
        let bias: Double?
        let error: Double?
        let meanError: Double?
        let inside: Double?

        private enum CodingKeys: String, CodingKey {
            case journeys
            case bias = "median_bias_percent"
            case error = "median_error_s"
            case meanError = "mape_percent"
            case inside = "inside_80_percent"
        }

        init(_ drives: [MonthTruth.Drive]) {
            let count = Double(drives.count)
            self.journeys = drives.count
            self.bias = quantile(0.5, drives.map { ($0.estimated / $0.took - 1) * 100 })
            self.error = quantile(0.5, drives.map { abs($0.estimated - $0.took) })
            self.meanError = tenth(drives.reduce(0) { $0 + abs($1.estimated / $1.took - 1) } / count * 100)
            self.inside = tenth(Double(drives.count { ($0.p10...$0.p90).contains($0.took) }) / count * 100)
        }
    }

    struct Comparison: Decodable {
        let found: Int
        let foundShare: Double?
        let categories: [String: Speed]
        let groups: [String: Speed]
        let estimates: Estimates

        private enum CodingKeys: String, CodingKey {
            case found, estimates
            case foundShare = "found_share"
            case categories = "by_category"
            case groups = "by_group"
        }
    }

    struct Trends: Decodable {
        struct Row: Decodable, Equatable {
            let count: Int
            let before: Int
            let yearBefore: Int
            let noise: Bool
            let yearNoise: Bool

            private enum CodingKeys: String, CodingKey {
                case count, before, noise
                case yearBefore = "year_before"
                case yearNoise = "year_noise"
            }

            init(_ count: Int, _ before: Int, _ yearBefore: Int) {
                (self.count, self.before, self.yearBefore) = (count, before, yearBefore)
                func isNoise(_ other: Int) -> Bool {
                    // Coins are thrown for each incident, row by row of Pascal's triangle.
                    var row = [1.0]
                    for _ in 0..<count + other { row = zip([0] + row, row + [0]).map { ($0 + $1) / 2 } }
                    return 2 * row.prefix(min(count, other) + 1).reduce(0, +) >= 0.05
                }
                (self.noise, self.yearNoise) = (isNoise(before), isNoise(yearBefore))
            }
        }

        let all: Row
        let categories: [String: Row]
        let groups: [String: Row]

        private enum CodingKeys: String, CodingKey {
            case all
            case categories = "by_category"
            case groups = "by_group"
        }
    }

    struct Heat: Decodable {
        struct Cell: Decodable {
            let lat: Double
            let lon: Double
            let count: Int
        }

        let cells: [Cell]
        let metres: Double
    }

    /// The second half of the month, whose period before is the first half, s since 1970 UTC.
    static let second = (month.begin + Int64(days / 2) * 86_400)..<(month.begin + Int64(days) * 86_400)

    /// The month's calls that needed somebody.
    static func needed(_ truth: MonthTruth) -> [MonthTruth.Call] { truth.calls.filter { $0.isWest != nil } }

    /// What the trend of the second half is.
    static func trends(_ truth: MonthTruth) -> (all: Trends.Row, categories: [String: Trends.Row]) {
        let first = Self.month.begin..<Self.second.lowerBound
        // By the calendar, day for day.
        func yearBefore(_ time: Int64) -> Int64 {
            let date = CivilDate(daysSince1970: time / 86_400)
            let then =
                CivilDate(year: date.year - 1, month: date.month, day: date.day)
                ?? CivilDate(year: date.year - 1, month: 2, day: 28)
            return (then?.daysSince1970 ?? 0) * 86_400
        }
        let year = yearBefore(Self.second.lowerBound)..<yearBefore(Self.second.upperBound)
        func row(_ isMeant: (MonthTruth.Call) -> Bool) -> Trends.Row {
            Trends.Row(
                truth.calls.count { Self.second.contains($0.time) && isMeant($0) },
                truth.calls.count { first.contains($0.time) && isMeant($0) },
                truth.yearBefore.count { year.contains($0.time) && isMeant($0) }
            )
        }
        let names = Set(truth.groups.keys)
        return (row { _ in true }, names.reduce(into: [:]) { rows, name in rows[name] = row { $0.category == name } })
    }

    func compareComparisons(_ chain: Chain, _ truth: MonthTruth) async throws {
        let response: Comparison = try await self.ask("response", chain)
        let needed = Self.needed(truth)
        let byCategory = Dictionary(grouping: needed, by: \.category)
        #expect(response.categories == byCategory.mapValues(Speed.init))
        #expect(response.categories.count == 4)
        let byGroup = Dictionary(grouping: needed) { truth.groups[$0.category] ?? "" }
        #expect(response.groups == byGroup.mapValues(Speed.init))
        #expect(response.groups.count == 3)
        let drives = needed.compactMap(\.drive)
        #expect(response.estimates == Estimates(drives))
        // Some were sent without one, and estimates are off in both directions.
        #expect(drives.count > 10 && drives.count < needed.compactMap(\.seconds).count)
        #expect(response.found == truth.found)
        #expect(response.foundShare == (Double(truth.found) / Double(truth.calls.count) * 1_000).rounded() / 1_000)
        let trend = try await RoomClient(port: chain.http, patience: 60).ask(
            "GET",
            "/api/v1/reports/trend?from=\(Self.second.lowerBound * 1_000)&to=\(Self.second.upperBound * 1_000)"
        ).decode(Trends.self)
        let wanted = Self.trends(truth)
        #expect(trend.all == wanted.all && wanted.all.before > 0 && wanted.all.yearBefore > 0)
        #expect(trend.categories == wanted.categories)
        for (name, row) in trend.groups {
            let own = wanted.categories.filter { truth.groups[$0.key] == name }.map(\.value)
            #expect(row.count == own.reduce(0) { $0 + $1.count } && row.before == own.reduce(0) { $0 + $1.before })
            #expect(row.yearBefore == own.reduce(0) { $0 + $1.yearBefore })
        }
        #expect(trend.groups.count == 3)
        let heat: Heat = try await self.ask("heatmap", chain, "&metres=100&format=json")
        #expect(heat.cells.reduce(0) { $0 + $1.count } == truth.spots.reduce(0) { $0 + $1.positions })
        #expect(heat.cells.count > 10)
        for cell in heat.cells {
            let own = truth.spots.filter { cell.contains($0, edge: heat.metres) }
            #expect(cell.count == own.reduce(0) { $0 + $1.positions }, "\(cell)")
        }
    }
}

extension MonthTests.Heat.Cell {
    /// Whether a place is in the square about the cell's middle; a degree of latitude is 111,195 m.
    func contains(_ spot: MonthTruth.Spot, edge metres: Double) -> Bool {
        // The cosine of 40.0° and a little; cells are told to a millionth of a degree.
        abs(spot.latitude - self.lat) * 111_195 <= metres / 2
            && abs(spot.longitude - self.lon) * 111_195 * 0.765_9 <= metres / 2
    }
}

private func tenth(_ value: Double) -> Double { (value * 10).rounded() / 10 }

private func quantile(_ share: Double, _ values: [Double]) -> Double? {
    values.isEmpty ? nil : tenth(values.sorted()[min(values.count - 1, Int(Double(values.count) * share))])
}
