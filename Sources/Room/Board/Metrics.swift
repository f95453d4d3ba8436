import Hummingbird
import Incidents
import Intake
import Live
import PatrolWire
import Threading
import Units

/// `GET /metrics`: the room's counts as Prometheus reads them.
///
/// Source of the format: prometheus.io, *Exposition formats*, text format 0.0.4.
struct Metrics: Sendable {
    let units: UnitTable
    let desk: IncidentDesk
    let feed: LiveFeed
    let health: RoomHealth
    let meter: IntakeMeter

    func text() async -> String {
        var text = Exposition()
        self.addIntake(to: &text)
        self.addUnits(self.units.all, to: &text)
        let incidents = Dictionary(grouping: await self.desk.all) { $0.state.rawValue }
        text.add(
            "incidents",
            "Incidents by state, ended ones as long as they are shown.",
            by: "state",
            incidents.mapValues(\.count)
        )
        let alarms = await self.desk.alarms
        text.add("alarms", "Steps that are overdue.", alarms.count)
        text.add("alarms_open", "Steps that are overdue and that nobody has taken.", alarms.count { $0.taken == nil })
        text.add("pages", "Pages that look on.", self.feed.pages)
        return text.lines.joined(separator: "\n") + "\n"
    }

    private func addIntake(to text: inout Exposition) {
        let counts = self.meter.counts
        text.add("messages_total", "Messages from devices.", counts.messages)
        text.add("records_total", "Records in them.", counts.records)
        text.add("stored_total", "Records that were new and are stored.", counts.stored)
        text.add("duplicates_total", "Records that were stored already.", counts.duplicates)
        text.add(
            "rejected_total",
            "Messages that were not believed.",
            by: "reason",
            Dictionary(uniqueKeysWithValues: counts.rejected.map { ($0.key.rawValue, $0.value) })
        )
        text.add("not_stored_total", "Records that could not be stored.", counts.notStored)
        text.add("forks_total", "Logs found to have given a number twice.", counts.forks)
        let faults = Dictionary(grouping: self.health.all, by: \.what)
        text.add(
            "fault",
            "Parts of the room that do not work now.",
            by: "part",
            Dictionary(
                uniqueKeysWithValues: RoomHealth.Part.allCases.map { ($0.rawValue, faults[$0.rawValue]?.count ?? 0) }
            )
        )
    }

    private func addUnits(_ units: [Unit], to text: inout Exposition) {
        let troubles = Dictionary(grouping: units.flatMap(\.troubles)) { $0 }
        text.add(
            "units_trouble",
            "Units with a trouble that the room can see.",
            by: "trouble",
            Dictionary(uniqueKeysWithValues: UnitTrouble.allCases.map { ($0.rawValue, troubles[$0]?.count ?? 0) })
        )
        text.add("officers", "Officers who are signed in.", Set(units.flatMap { $0.facts.officers ?? [] }).count)
        text.add("units_recording", "Units whose camera records.", units.count { $0.facts.camera == true })
        text.add(
            "units",
            "Units by what they are doing.",
            by: "status",
            Dictionary(grouping: units) { $0.status?.rawValue ?? "unknown" }.mapValues(\.count)
        )
        text.add("units_online", "Units that the broker has connected.", units.count(where: \.isOnline))
    }
}

/// Lines of Prometheus' text format.
private struct Exposition {
    private(set) var lines: [String] = []

    /// Adds one number; its name says whether it only grows.
    mutating func add(_ name: String, _ help: String, _ value: Int) {
        self.begin(name, help)
        self.lines.append("patrollink_\(name) \(value)")
    }

    /// Adds a number for each value of a label.
    mutating func add(_ name: String, _ help: String, by label: String, _ values: [String: Int]) {
        self.begin(name, help)
        for (value, number) in values.sorted(by: { $0.key < $1.key }) {
            self.lines.append("patrollink_\(name){\(label)=\"\(value)\"} \(number)")
        }
    }

    private mutating func begin(_ name: String, _ help: String) {
        self.lines.append("# HELP patrollink_\(name) \(help)")
        self.lines.append("# TYPE patrollink_\(name) \(name.hasSuffix("_total") ? "counter" : "gauge")")
    }
}
