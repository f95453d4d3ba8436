package import Incidents
package import Plan

/// How fast help came, and how right the estimates were.
package struct ResponseReport: Sendable, Hashable, Encodable {
    /// Estimates held against what came true.
    package struct Estimates: Sendable, Hashable, Encodable {
        /// Journeys that were both estimated and driven.
        package let journeys: Int
        /// Median of estimate over truth, less 1, %.
        package let medianBiasPercent: Double?
        /// Mean of the error's amount over the truth, %.
        package let meanErrorPercent: Double?
        /// Median of the error's amount, s.
        package let medianErrorSeconds: Double?
        /// Share of journeys within the 80 % interval, %.
        package let inside80Percent: Double?

        private enum CodingKeys: String, CodingKey {
            case journeys
            case medianBiasPercent = "median_bias_percent"
            case meanErrorPercent = "mape_percent"
            case medianErrorSeconds = "median_error_s"
            case inside80Percent = "inside_80_percent"
        }
    }

    /// One journey.
    package struct Row: Sendable, Hashable, Encodable {
        /// Incident.
        package let incident: String
        /// Station of the device: two stations may give one name.
        package let station: String
        /// Device.
        package let device: String
        /// When it was sent, ms since 1970 UTC.
        package let sent: Int64
        /// From the order to being there, s.
        package let took: Double
        /// From driving off to being there, s.
        package let drove: Double
        /// Median that was estimated with the order, s.
        package let estimated: Double?
        /// One of ten is sooner, s.
        package let p10: Double?
        /// One of ten is later, s.
        package let p90: Double?
    }

    /// How fast help came to the incidents of one category.
    package struct Category: Sendable, Hashable, Encodable {
        /// Incidents that needed somebody.
        package let counted: Int
        /// Those that a unit got to.
        package let reached: Int
        /// From the call to the first unit there, s: the median of the reached ones.
        package let medianSeconds: Double?
        /// Nine of ten of the reached ones are below, s.
        package let p90Seconds: Double?
        /// Shares within 1, 3 and 5 minutes, 0…1, as for all.
        package let within: [String: Double]

        private enum CodingKeys: String, CodingKey {
            case counted, reached, within
            case medianSeconds = "median_s"
            case p90Seconds = "p90_s"
        }
    }

    /// What an incident by itself does not say.
    package struct Keys: Sendable {
        /// Grids that an incident was in.
        package var grids: @Sendable (Incident) -> [String]
        /// Officers who were on the unit of a response.
        package var officers: @Sendable (Assignment) -> [String]

        /// Creates keys that say nothing.
        package init(
            grids: @escaping @Sendable (Incident) -> [String] = { _ in [] },
            officers: @escaping @Sendable (Assignment) -> [String] = { _ in [] }
        ) {
            (self.grids, self.officers) = (grids, officers)
        }
    }

    /// Incidents received in the time.
    package let incidents: Int
    /// Those that were called off.
    package let cancelled: Int
    /// Those that a unit came upon by itself: nobody had to get there, so they are not counted below.
    package let found: Int
    /// Share of ``found`` of all that were not called off, 0…1 (管事率); `nil` when there were none.
    package let foundShare: Double?
    /// Those that needed somebody: all but the cancelled and the found ones.
    package let counted: Int
    /// Those of them that a unit got to.
    package let reached: Int
    /// From the call to the first unit there, s: the median of the reached ones.
    package let medianSeconds: Double?
    /// Nine of ten of the reached ones are below, s.
    package let p90Seconds: Double?
    /// Shares within 1, 3 and 5 minutes, 0…1, of those of ``withinCounted``.
    ///
    /// An incident that nobody got to is one that was not reached in time. It does not count while it is open and younger
    /// than the limit. A limit that no incident counts for is missing.
    package let within: [String: Double]
    /// How many incidents each share is of.
    package let withinCounted: [String: Int]
    /// The same within 2 min 35 s.
    package let within155Seconds: Double?
    /// How many incidents that share is of.
    package let within155SecondsCounted: Int
    /// By category: the median of the reached ones, s.
    package let byCategory: [String: Double]
    /// By category: all that is said of all.
    package let categories: [String: Category]
    /// By the upper level of the category; only incidents that have one.
    package let groups: [String: Category]
    /// How long each step took.
    package let steps: ResponseSteps
    /// By hour of the local day, `0` … `23`.
    package let hours: [String: Category]
    /// By weekday, `1` for Monday … `7`.
    package let weekdays: [String: Category]
    /// By local day, such as `2026-11-28`.
    package let days: [String: Category]
    /// By unit that was first there, or that was sent where nobody got there: `station/device`.
    package private(set) var units: [String: Category]
    /// By grid of the plan; an incident at which grids lie in each other counts for each of them.
    package let grids: [String: Category]
    /// By officer who was signed in on that unit then, by number.
    package private(set) var officers: [String: Category]
    /// Estimates and truth.
    package let estimates: Estimates
    /// Every journey.
    package private(set) var rows: [Row]

    private enum CodingKeys: String, CodingKey {
        case incidents, cancelled, found, counted, reached, within, estimates, rows, steps
        case foundShare = "found_share"
        case hours = "by_hour"
        case weekdays = "by_weekday"
        case days = "by_day"
        case units = "by_unit"
        case grids = "by_grid"
        case officers = "by_officer"
        case medianSeconds = "median_s"
        case p90Seconds = "p90_s"
        case withinCounted = "within_counted"
        case within155Seconds = "within_155_s"
        case within155SecondsCounted = "within_155_s_counted"
        case byCategory = "by_category_median_s"
        case categories = "by_category"
        case groups = "by_group"
    }

    /// Makes the report of incidents.
    ///
    /// - Parameters:
    ///   - incidents: Those received in the time.
    ///   - now: ms since 1970 UTC: an open incident is so old.
    ///   - zone: Local time of hours and weekdays.
    ///   - keys: Where an incident was, and who answered it.
    package init(_ incidents: [Incident], now: Int64, zone: LocalZone, keys: Keys = Keys()) {
        let standing = incidents.filter { $0.state != .cancelled }
        let needed = standing.filter { $0.finder == nil }
        let all = ResponseTimes(needed, now: now)
        self.incidents = incidents.count
        self.cancelled = incidents.count - standing.count
        self.found = standing.count - needed.count
        self.foundShare =
            standing.isEmpty
            ? nil : (Double(standing.count - needed.count) / Double(standing.count) * 1_000).rounded() / 1_000
        self.counted = needed.count
        self.reached = all.seconds.count
        self.medianSeconds = Self.quantile(0.5, all.seconds)
        self.p90Seconds = Self.quantile(0.9, all.seconds)
        (self.within, self.withinCounted) = (all.within, all.counted)
        (self.within155Seconds, self.within155SecondsCounted) = (all.share(155), all.count(155))
        func groups(_ keys: (Incident) -> [String]) -> [String: Category] {
            let keyed = needed.flatMap { incident in keys(incident).map { ($0, incident) } }
            return Dictionary(grouping: keyed, by: \.0).mapValues { group in
                let times = ResponseTimes(group.map(\.1), now: now)
                return Category(
                    counted: group.count,
                    reached: times.seconds.count,
                    medianSeconds: Self.quantile(0.5, times.seconds),
                    p90Seconds: Self.quantile(0.9, times.seconds),
                    within: times.within
                )
            }
        }
        let categories = groups { [$0.report.category ?? ""] }
        self.categories = categories
        self.groups = groups { $0.report.group.map { [$0] } ?? [] }
        self.steps = ResponseSteps(needed)
        self.hours = groups { ["\(Self.local($0.received, zone).hour)"] }
        self.days = groups { ["\(Self.local($0.received, zone).date)"] }
        self.weekdays = groups { ["\(Self.local($0.received, zone).weekday)"] }
        self.units = groups { Self.response(to: $0)?.id.map { ["\($0)"] } ?? [] }
        self.grids = groups { keys.grids($0) }
        self.officers = groups { incident in Self.response(to: incident).map { keys.officers($0) } ?? [] }
        self.byCategory = categories.compactMapValues(\.medianSeconds)
        let rows = incidents.filter { $0.finder == nil }.flatMap { incident in
            incident.assignments.compactMap { assignment in assignment.arrived.map { Row(incident, assignment, $0) } }
        }
        self.rows = rows
        let pairs = rows.compactMap { row in
            row.estimated.flatMap { row.drove >= 1 ? (estimated: $0, true: row.drove, row: row) : nil }
        }
        let ratios = pairs.map { $0.estimated / $0.true - 1 }
        let count = Double(max(1, pairs.count))
        self.estimates = Estimates(
            journeys: pairs.count,
            medianBiasPercent: Self.quantile(0.5, ratios.map { $0 * 100 }),
            meanErrorPercent: pairs.isEmpty
                ? nil : Self.short(ratios.reduce(0) { $0 + abs($1) } / count * 100),
            medianErrorSeconds: Self.quantile(0.5, pairs.map { abs($0.estimated - $0.true) }),
            inside80Percent: pairs.isEmpty
                ? nil
                : Self.short(
                    Double(pairs.count { ($0.row.p10 ?? 0) <= $0.true && $0.true <= ($0.row.p90 ?? 0) }) / count * 100
                )
        )
    }

    /// The share of incidents that a unit got to within a limit, of those that needed somebody; `nil` while there are none.
    ///
    /// - Parameters:
    ///   - incidents: The incidents.
    ///   - limit: The limit, s.
    ///   - now: ms since 1970 UTC: an open incident is so old.
    /// - Returns: The share, 0…1.
    package static func share(of incidents: [Incident], within limit: Double, now: Int64) -> Double? {
        ResponseTimes(incidents.filter { $0.state != .cancelled && $0.finder == nil }, now: now).share(limit)
    }

    /// The same without what single units did.
    package var impersonal: ResponseReport {
        var report = self
        (report.units, report.officers, report.rows) = ([:], [:], [])
        return report
    }

    /// The journeys as a table.
    package var csv: String {
        var text = CSV.line(["incident", "device", "took_s", "drove_s", "estimated_s", "p10_s", "p90_s", "station"])
        for row in self.rows {
            text += CSV.line([
                CSV.text(row.incident), CSV.text(row.device), "\(row.took)", "\(row.drove)", CSV.number(row.estimated),
                CSV.number(row.p10), CSV.number(row.p90), CSV.text(row.station),
            ])
        }
        return text
    }

    /// Hour, weekday and date of a moment, ms since 1970 UTC.
    private static func local(_ time: Int64, _ zone: LocalZone) -> (hour: Int64, weekday: Int, date: CivilDate) {
        let local = zone.local(time / 1_000)
        let date = CivilDate(daysSince1970: local.quotientAndRemainder(dividingBy: 86_400).quotient)
        return (local % 86_400 / 3_600, date.weekday, date)
    }

    /// Whose the response is: the first unit there; where nobody got there, the last that was sent.
    private static func response(to incident: Incident) -> Assignment? {
        let first = incident.assignments.filter { $0.arrived != nil }
            .min { ($0.arrived ?? .max) < ($1.arrived ?? .max) }
        return first ?? incident.assignments.last
    }

    private static func quantile(_ share: Double, _ values: [Double]) -> Double? {
        let sorted = values.sorted()
        return sorted.isEmpty ? nil : Self.short(sorted[min(sorted.count - 1, Int(Double(sorted.count) * share))])
    }

    private static func short(_ value: Double) -> Double { (value * 10).rounded() / 10 }
}

extension ResponseReport.Row {
    fileprivate init(_ incident: Incident, _ assignment: Assignment, _ arrived: Int64) {
        self.incident = incident.id
        self.station = assignment.station
        self.device = assignment.device
        self.sent = assignment.assigned
        self.took = Double(arrived - assignment.assigned) / 1_000
        // The estimate is of driving: the time until the officer has accepted is not the road's.
        let start = assignment.accepted ?? assignment.assigned
        self.drove = Double(arrived - start) / 1_000
        self.estimated = assignment.forecast?.seconds
        self.p10 = assignment.forecast?.p10
        self.p90 = assignment.forecast?.p90
    }
}

/// How fast help came to some incidents that needed somebody.
private struct ResponseTimes {
    private static let minutes: KeyValuePairs = ["1": 60.0, "3": 180, "5": 300]

    /// From the call to the first unit there, s, of those that a unit got to.
    let seconds: [Double]
    /// How long the others are known not to have been reached, s.
    private let unreached: [Double]

    init(_ incidents: [Incident], now: Int64) {
        self.seconds = incidents.compactMap { incident in
            incident.firstArrival.map { Double($0 - incident.received) / 1_000 }
        }
        self.unreached = incidents.filter { $0.firstArrival == nil }.map { incident in
            // What was closed without anybody being there stays unreached for good.
            incident.state.isEnded ? .infinity : Double(now - incident.received) / 1_000
        }
    }

    /// How many incidents a share within a limit, s, is of.
    func count(_ limit: Double) -> Int { self.seconds.count + self.unreached.count { $0 >= limit } }

    /// The share within a limit, s; `nil` while there is nothing to share.
    func share(_ limit: Double) -> Double? {
        let count = self.count(limit)
        guard count > 0 else { return nil }
        return (Double(self.seconds.count { $0 <= limit }) / Double(count) * 1_000).rounded() / 1_000
    }

    var within: [String: Double] {
        Dictionary(
            uniqueKeysWithValues: Self.minutes.compactMap { name, limit in self.share(limit).map { (name, $0) } }
        )
    }

    var counted: [String: Int] {
        Dictionary(uniqueKeysWithValues: Self.minutes.map { name, limit in (name, self.count(limit)) })
    }
}
