import FoundationEssentials
import Incidents
import Plan
import Reports

/// `reports/incidents`: every incident of a time with the times of its steps, however many there are.
struct IncidentReport: Sendable {
    /// Local time of the table.
    let zone: LocalZone

    private static let columns = [
        "id", "station", "received", "category", "priority", "place", "lat", "lon", "note", "by", "state",
        "first_arrival", "response_s", "ended", "result", "unit_station", "device", "unit", "assigned", "delivered",
        "accepted", "departed", "arrived", "cleared", "recalled_or_declined", "refusal", "group",
    ]

    static let head = CSV.line(Self.columns)

    /// An incident as lines of the table: one a unit that was sent, or one without a unit.
    func lines(_ incident: Incident) -> String {
        let ended = incident.over
        let response = incident.firstArrival.map { Double($0 - incident.received) / 1_000 }
        let report = incident.report
        let common = [
            CSV.text(incident.id), CSV.text(incident.station), self.time(incident.received),
            CSV.text(report.category), "\(report.priority)", CSV.text(report.place), "\(report.latitude)",
            "\(report.longitude)", CSV.text(report.note), CSV.text(incident.actor), incident.state.rawValue,
            self.time(incident.firstArrival), CSV.number(response), self.time(ended),
            CSV.text(incident.disposition?.result),
        ]
        guard !incident.assignments.isEmpty else {
            let nothing = Array(repeating: "", count: Self.columns.count - common.count - 1)
            return CSV.line(common + nothing + [CSV.text(report.group)])
        }
        return incident.assignments.map { one in
            let times = [
                one.assigned, one.delivered, one.accepted, one.departed, one.arrived, one.cleared, one.ended,
            ]
            return CSV.line(
                common + [CSV.text(one.station), CSV.text(one.device), CSV.text(one.unit)]
                    + times.map { self.time($0) } + [CSV.text(one.refusal), CSV.text(report.group)]
            )
        }
        .joined()
    }

    private func time(_ milliseconds: Int64?) -> String { Self.time(milliseconds, in: self.zone) }

    /// Local time as ISO 8601 has it, with its offset; empty for none.
    static func time(_ milliseconds: Int64?, in zone: LocalZone) -> String {
        guard let milliseconds else { return "" }
        let seconds = milliseconds / 1_000
        let zone = TimeZone(secondsFromGMT: Int(zone.offset(at: seconds))) ?? .gmt
        let style = Date.ISO8601FormatStyle(timeZoneSeparator: .colon, timeZone: zone)
        return Date(timeIntervalSince1970: Double(seconds)).formatted(style)
    }
}
