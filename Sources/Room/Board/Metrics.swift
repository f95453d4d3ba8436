import Hummingbird
import Incidents
import Intake
import PatrolWire
import Threading
import Units

/// `GET /metrics`: the room's counts as Prometheus reads them.
///
/// Source of the format: prometheus.io, *Exposition formats*, text format 0.0.4.
struct Metrics: Sendable {
    let parts: BoardParts

    func text() async -> String {
        let counts = self.parts.meter.withLock { $0 }
        let units = self.parts.units.withLock { $0.all }
        let incidents = await self.parts.desk.all
        var lines: [String] = []
        func add(_ name: String, _ kind: String, _ help: String, _ values: [(String, Double)]) {
            lines.append("# HELP patrollink_\(name) \(help)")
            lines.append("# TYPE patrollink_\(name) \(kind)")
            for (labels, value) in values {
                let number = Int(exactly: value).map(String.init) ?? "\(value)"
                lines.append("patrollink_\(name)\(labels.isEmpty ? "" : "{\(labels)}") \(number)")
            }
        }
        add("messages_total", "counter", "Messages from devices.", [("", Double(counts.messages))])
        add("records_total", "counter", "Records in them.", [("", Double(counts.records))])
        add("stored_total", "counter", "Records that were new and are stored.", [("", Double(counts.stored))])
        add("duplicates_total", "counter", "Records that were stored already.", [("", Double(counts.duplicates))])
        add(
            "rejected_total",
            "counter",
            "Messages that were not believed.",
            counts.rejected.map { ("reason=\"\($0.key.rawValue)\"", Double($0.value)) }.sorted { $0.0 < $1.0 }
        )
        add("not_stored_total", "counter", "Records that could not be stored.", [("", Double(counts.notStored))])
        add("forks_total", "counter", "Logs found to have given a number twice.", [("", Double(counts.forks))])
        let faults = self.parts.health.all
        add(
            "fault",
            "gauge",
            "Parts of the room that do not work now.",
            RoomHealth.Part.allCases.map { part in
                ("part=\"\(part.rawValue)\"", Double(faults.count { $0.what == part.rawValue }))
            }
        )
        let troubles = units.flatMap(\.troubles)
        add(
            "units_trouble",
            "gauge",
            "Units with a trouble that the room can see.",
            UnitTrouble.allCases.map { trouble in
                ("trouble=\"\(trouble.rawValue)\"", Double(troubles.count { $0 == trouble }))
            }
        )
        add(
            "officers",
            "gauge",
            "Officers who are signed in.",
            [("", Double(Set(units.flatMap { $0.facts.officers ?? [] }).count))]
        )
        add(
            "units_recording",
            "gauge",
            "Units whose camera records.",
            [("", Double(units.count { $0.facts.camera == true }))]
        )
        let byStatus = Dictionary(grouping: units) { $0.status?.rawValue ?? "unknown" }
        add(
            "units",
            "gauge",
            "Units by what they are doing.",
            byStatus.map { ("status=\"\($0.key)\"", Double($0.value.count)) }.sorted { $0.0 < $1.0 }
        )
        add(
            "units_online",
            "gauge",
            "Units that the broker has connected.",
            [("", Double(units.count(where: \.isOnline)))]
        )
        let byState = Dictionary(grouping: incidents) { $0.state.rawValue }
        add(
            "incidents",
            "gauge",
            "Incidents by state, ended ones as long as they are shown.",
            byState.map { ("state=\"\($0.key)\"", Double($0.value.count)) }.sorted { $0.0 < $1.0 }
        )
        add("alarms", "gauge", "Steps that are overdue.", [("", Double(await self.parts.desk.alarms.count))])
        add("pages", "gauge", "Pages that look on.", [("", Double(self.parts.feed.pages))])
        return lines.joined(separator: "\n") + "\n"
    }
}
