import PatrolWire
import Plan
import Reports
import Units

/// `reports/visits`: visits and checks of a time.
struct VisitsAnswer: Encodable, Sendable {
    struct Row: Encodable, Sendable {
        let t: Int64
        let station: String
        let device: String
        let kind: String
        let place: String?
        let lat: Double?
        let lon: Double?
        let checks: [String: String]
        let result: String?
        let officers: [String]
    }

    let visits: [Row]
    private let zone: LocalZone

    private enum CodingKeys: CodingKey {
        case visits
    }

    init(_ visits: [Visit], zone: LocalZone) {
        self.zone = zone
        self.visits = visits.map {
            Row(
                t: $0.time,
                station: $0.unit.station.text,
                device: $0.unit.device.text,
                kind: $0.kind,
                place: $0.place,
                lat: $0.latitude,
                lon: $0.longitude,
                checks: $0.checks,
                result: $0.result,
                officers: $0.officers
            )
        }
    }

    /// The same as a table; times are local.
    var csv: String {
        let head = ["time", "station", "device", "kind", "place", "lat", "lon", "checks", "result", "officers"]
        return self.visits.reduce(into: CSV.line(head)) { text, visit in
            let checks = visit.checks.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
            text += CSV.line([
                IncidentReport.time(visit.t, in: self.zone), CSV.text(visit.station), CSV.text(visit.device),
                CSV.text(visit.kind), CSV.text(visit.place), CSV.number(visit.lat), CSV.number(visit.lon),
                CSV.text(checks.joined(separator: "; ")), CSV.text(visit.result),
                CSV.text(visit.officers.joined(separator: " ")),
            ])
        }
    }
}
