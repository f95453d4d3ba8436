package import Incidents
package import Plan

/// Incidents of a time against the time before (环比) and the same time a year before (同比).
package struct IncidentTrend: Sendable, Hashable, Encodable {
    /// Counts of one kind in the three times.
    package struct Row: Sendable, Hashable, Encodable {
        /// In the time.
        package let count: Int
        /// In the time before, which is as long.
        package let before: Int
        /// In the same time a year before.
        package let yearBefore: Int
        /// How much more than before, %; `nil` when there was nothing before.
        package let changePercent: Double?
        /// How much more than a year before, %; `nil` when there was nothing then.
        package let yearChangePercent: Double?
        /// Whether the difference to the time before is no larger than chance alone makes it.
        package let isNoise: Bool
        /// The same for a year before.
        package let isYearNoise: Bool

        private enum CodingKeys: String, CodingKey {
            case count, before
            case yearBefore = "year_before"
            case changePercent = "change_percent"
            case yearChangePercent = "year_change_percent"
            case isNoise = "noise"
            case isYearNoise = "year_noise"
        }

        init(_ count: Int, _ before: Int, _ yearBefore: Int) {
            (self.count, self.before, self.yearBefore) = (count, before, yearBefore)
            (self.changePercent, self.yearChangePercent) = (Self.change(count, before), Self.change(count, yearBefore))
            (self.isNoise, self.isYearNoise) = (Self.isNoise(count, before), Self.isNoise(count, yearBefore))
        }

        private static func change(_ count: Int, _ other: Int) -> Double? {
            other == 0 ? nil : (Double(count - other) / Double(other) * 1_000).rounded() / 10
        }

        /// Whether two counts differ as much as this, or more, in at least 5 of 100 cases when nothing has changed.
        ///
        /// Source: two Poisson counts of one rate, given their sum, are binomial with 1/2 (Przyborowski and Wilenski, 1940).
        /// Small sums are summed up exactly, since 5 against 0 is still chance; larger ones are near enough to normal.
        private static func isNoise(_ count: Int, _ other: Int) -> Bool {
            let sum = count + other
            guard sum <= 1_000 else { return Double(abs(count - other)) <= 1.96 * Double(sum).squareRoot() }
            // Chances of 0, 1, 2 … of the sum; 2 to the power of -1000 is still a number.
            var chance = 1.0
            for _ in 0..<sum { chance /= 2 }
            var tail = 0.0
            for number in 0...min(count, other) {
                tail += chance
                chance *= Double(sum - number) / Double(number + 1)
            }
            return 2 * tail >= 0.05
        }
    }

    /// Beginning, ms since 1970 UTC.
    package let from: Int64
    /// End, ms since 1970 UTC.
    package let to: Int64
    /// All together.
    package let all: Row
    /// By category.
    package let categories: [String: Row]
    /// By the upper level of the category; only incidents that have one.
    package let groups: [String: Row]
    /// By hour of the local day, 0…23, and then by weekday from Monday on: how many incidents of the time.
    package let hours: [[Int]]

    private enum CodingKeys: String, CodingKey {
        case from, to, all
        case categories = "by_category"
        case groups = "by_group"
        case hours = "by_hour_and_weekday"
    }

    /// The time before, as long.
    package static func before(_ span: Range<Int64>) -> Range<Int64> {
        span.lowerBound - (span.upperBound - span.lowerBound)..<span.lowerBound
    }

    /// The same time a year before, by the station's calendar: 29 February's is 28 February.
    package static func yearBefore(_ span: Range<Int64>, zone: LocalZone) -> Range<Int64> {
        let (from, to) = (Self.yearBefore(span.lowerBound, zone), Self.yearBefore(span.upperBound, zone))
        return from..<max(from, to)
    }

    private static func yearBefore(_ time: Int64, _ zone: LocalZone) -> Int64 {
        let (seconds, rest) = (
            Int64((Double(time) / 1_000).rounded(.down)), time - Int64((Double(time) / 1_000).rounded(.down)) * 1_000
        )
        let local = zone.local(seconds)
        let day = Int64((Double(local) / 86_400).rounded(.down))
        let date = CivilDate(daysSince1970: day)
        guard
            let then = CivilDate(year: date.year - 1, month: date.month, day: date.day)
                ?? CivilDate(year: date.year - 1, month: date.month, day: date.day - 1)
        else { return time - 365 * 86_400_000 }
        return zone.moments(local: then.daysSince1970 * 86_400 + local - day * 86_400).lowerBound * 1_000 + rest
    }

    /// Compares.
    ///
    /// - Parameters:
    ///   - incidents: Those received in the time.
    ///   - before: Those of the time before.
    ///   - yearBefore: Those of the same time a year before.
    ///   - span: The time, ms since 1970 UTC.
    ///   - zone: Local time.
    package init(
        _ incidents: [Incident],
        before: [Incident],
        yearBefore: [Incident],
        span: Range<Int64>,
        zone: LocalZone
    ) {
        (self.from, self.to) = (span.lowerBound, span.upperBound)
        self.all = Row(incidents.count, before.count, yearBefore.count)
        func rows(_ key: (Incident) -> String?) -> [String: Row] {
            func counts(_ list: [Incident]) -> [String: Int] {
                Dictionary(grouping: list.compactMap(key)) { $0 }.mapValues(\.count)
            }
            let (now, then, year) = (counts(incidents), counts(before), counts(yearBefore))
            let names = Set(now.keys).union(then.keys).union(year.keys)
            return Dictionary(
                uniqueKeysWithValues: names.map { ($0, Row(now[$0] ?? 0, then[$0] ?? 0, year[$0] ?? 0)) }
            )
        }
        self.categories = rows { $0.report.category ?? "" }
        self.groups = rows { $0.report.group }
        var hours = [[Int]](repeating: [Int](repeating: 0, count: 24), count: 7)
        for incident in incidents {
            let local = zone.local(incident.received / 1_000)
            let day = Int64((Double(local) / 86_400).rounded(.down))
            hours[CivilDate(daysSince1970: day).weekday - 1][Int(local - day * 86_400) / 3_600] += 1
        }
        self.hours = hours
    }

    /// As a table.
    package var csv: String {
        var text = CSV.line([
            "category", "count", "before", "change_percent", "noise", "year_before", "year_change_percent",
            "year_noise", "level",
        ])
        let (groups, categories) = (
            self.groups.sorted { $0.key < $1.key }.map { ($0.key, $0.value, "group") },
            self.categories.sorted { $0.key < $1.key }.map { ($0.key, $0.value, "category") }
        )
        for (name, row, level) in [("all", self.all, "all")] + groups + categories {
            text += CSV.line([
                CSV.text(name), "\(row.count)", "\(row.before)", CSV.number(row.changePercent), "\(row.isNoise)",
                "\(row.yearBefore)", CSV.number(row.yearChangePercent), "\(row.isYearNoise)", level,
            ])
        }
        return text
    }
}
