package import Dispatching

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
        /// Device.
        package let device: String
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

    /// Incidents received in the time.
    package let incidents: Int
    /// Those that a unit got to.
    package let reached: Int
    /// From the call to the first unit there, s: the median.
    package let medianSeconds: Double?
    /// Nine of ten are below, s.
    package let p90Seconds: Double?
    /// Shares of the reached ones within 1, 3 and 5 minutes, 0…1.
    package let within: [String: Double]
    /// The same within 2 min 35 s.
    package let within155Seconds: Double?
    /// By category: the median, s.
    package let byCategory: [String: Double]
    /// Estimates and truth.
    package let estimates: Estimates
    /// Every journey.
    package let rows: [Row]

    private enum CodingKeys: String, CodingKey {
        case incidents, reached, within, estimates, rows
        case medianSeconds = "median_s"
        case p90Seconds = "p90_s"
        case within155Seconds = "within_155_s"
        case byCategory = "by_category_median_s"
    }

    /// Makes the report of incidents.
    package init(_ incidents: [Incident]) {
        let responses = incidents.compactMap { incident in
            incident.firstArrival.map { Double($0 - incident.received) / 1_000 }
        }
        self.incidents = incidents.count
        self.reached = responses.count
        self.medianSeconds = Self.quantile(0.5, responses)
        self.p90Seconds = Self.quantile(0.9, responses)
        func share(_ limit: Double) -> Double {
            (Double(responses.count { $0 <= limit }) / Double(max(1, responses.count)) * 1_000).rounded() / 1_000
        }
        self.within = responses.isEmpty ? [:] : ["1": share(60), "3": share(180), "5": share(300)]
        self.within155Seconds = responses.isEmpty ? nil : share(155)
        let byCategory = Dictionary(grouping: incidents) { $0.report.category ?? "" }
        self.byCategory = byCategory.compactMapValues { group in
            Self.quantile(0.5, group.compactMap { one in one.firstArrival.map { Double($0 - one.received) / 1_000 } })
        }
        let rows = incidents.flatMap { incident in
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

    /// The journeys as a table.
    package var csv: String {
        var text = "incident,device,took_s,drove_s,estimated_s,p10_s,p90_s\r\n"
        for row in self.rows {
            let cells = [row.took, row.drove] + [row.estimated, row.p10, row.p90].map { $0 ?? .nan }
            let numbers = cells.map { $0.isNaN ? "" : "\($0)" }
            text += ([row.incident, row.device] + numbers).joined(separator: ",") + "\r\n"
        }
        return text
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
        self.device = assignment.device
        self.took = Double(arrived - assignment.assigned) / 1_000
        // The estimate is of driving: the time until the officer has accepted is not the road's.
        let start = assignment.accepted ?? assignment.assigned
        self.drove = Double(arrived - start) / 1_000
        self.estimated = assignment.forecast?.seconds
        self.p10 = assignment.forecast?.p10
        self.p90 = assignment.forecast?.p90
    }
}
