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
    /// The room's own certificates: what each is for, and when it ends, s since 1970 UTC.
    let certificates: @Sendable () -> [String: Int]
    /// How many seals of tracks came to what.
    let seals: @Sendable () -> [String: Int]

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
        text.add(
            "certificate_end_seconds",
            "When a certificate of the room's own ends, seconds since 1970.",
            by: "of",
            self.certificates()
        )
        text.add(
            "seals_total",
            "Looks at seals of tracks, by what they came to; one that came twice is looked at twice.",
            by: "result",
            self.seals()
        )
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
        text.add(
            "units_version",
            "Units by the version of their daemon; beyond \(Self.mostVersions) the rarest are other.",
            by: "version",
            Self.versions(units)
        )
        let waiting = units.compactMap { $0.health?.queue }.reduce(0) { $0 &+ Int(clamping: max(0, $1)) }
        text.add("units_waiting_records", "Records that wait on devices, as they last said.", waiting)
        let ends = units.filter { !$0.isOffline }.compactMap { $0.health?.certificateEnds }.min()
        text.add(
            "units_certificate_end_seconds",
            "When the first certificate of a device that is not offline ends, seconds since 1970; 0 where none is known.",
            Int(clamping: (ends ?? 0) / 1_000)
        )
    }

    /// So many versions are told apart; a device says what it likes, and each makes a series.
    private static let mostVersions = 20

    private static func versions(_ units: [Unit]) -> [String: Int] {
        let counts = Dictionary(grouping: units) { $0.state?.version ?? "unknown" }.mapValues(\.count)
        let sorted = counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
        var told = Dictionary(uniqueKeysWithValues: sorted.prefix(Self.mostVersions).map { ($0.key, $0.value) })
        let rest = sorted.dropFirst(Self.mostVersions).reduce(0) { $0 + $1.value }
        if rest > 0 { told["other", default: 0] += rest }
        return told
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
            self.lines.append("patrollink_\(name){\(label)=\"\(Self.escaped(value))\"} \(number)")
        }
    }

    /// A label's value may come from a device.
    private static func escaped(_ value: String) -> String {
        value.reduce(into: "") { text, character in
            switch character {
            case "\\": text += "\\\\"
            case "\"": text += "\\\""
            case let other where other.isNewline: text += "\\n"
            case let other: text.append(other)
            }
        }
    }

    private mutating func begin(_ name: String, _ help: String) {
        self.lines.append("# HELP patrollink_\(name) \(help)")
        self.lines.append("# TYPE patrollink_\(name) \(name.hasSuffix("_total") ? "counter" : "gauge")")
    }
}
