import Hummingbird
import Incidents
import PatrolWire

/// What `POST incidents` takes.
struct IncidentRequest: Decodable, Sendable {
    /// An id from elsewhere: the same one twice is one incident.
    let id: String?
    let station: String?
    let lat: Double
    let lon: Double
    let place: String?
    let category: String?
    let priority: Int?
    let note: String?

    /// What of it is longer than it may be.
    var excess: String? {
        if let category, WireLimits.isTooLong(category, WireLimits.name) {
            return "'category' must have at most \(WireLimits.name) characters"
        }
        for (key, text) in ["place": self.place, "note": self.note] {
            if let text, WireLimits.isTooLong(text, WireLimits.text) {
                return "'\(key)' must have at most \(WireLimits.text) characters"
            }
        }
        return nil
    }

    var report: Incident.Report {
        Incident.Report(
            latitude: self.lat,
            longitude: self.lon,
            place: self.place,
            category: self.category,
            priority: self.priority ?? 2,
            note: self.note
        )
    }
}

/// An overdue step.
struct AlarmAnswer: Encodable, Sendable {
    let incident: String
    let alarm: String
    let kind: String
    let device: String?
    let since: Int64
    let taken: String?
    let station: String?
    /// In whose words: why an order was declined.
    let text: String?
    /// Whether a call for help waited on the device before it was heard.
    let late: Bool

    init(_ alarm: Alarm) {
        self.incident = alarm.incident
        self.alarm = alarm.name
        self.kind = alarm.kind.rawValue
        self.device = alarm.device
        self.since = alarm.since
        self.taken = alarm.taken
        (self.station, self.text, self.late) = (alarm.station, alarm.text, alarm.isLate)
    }
}

/// A unit that was sent.
struct AssignmentAnswer: Encodable, Sendable {
    struct Offer: Encodable, Sendable {
        let device: String
        let seconds: Double
    }

    let station: String
    let device: String
    let unit: String
    let by: String
    let state: String
    let assigned: Int64
    let delivered: Int64?
    let accepted: Int64?
    let departed: Int64?
    let arrived: Int64?
    let cleared: Int64?
    let ended: Int64?
    let refusal: String?
    let rank: Int?
    let offered: [Offer]
    let seconds: Double?
    let p10: Double?
    let p90: Double?
    let metres: Double?

    init(_ assignment: Assignment) {
        self.station = assignment.station
        self.device = assignment.device
        self.unit = assignment.unit
        self.by = assignment.actor
        self.state = assignment.state.rawValue
        self.assigned = assignment.assigned
        self.delivered = assignment.delivered
        self.accepted = assignment.accepted
        self.departed = assignment.departed
        self.arrived = assignment.arrived
        self.cleared = assignment.cleared
        self.ended = assignment.ended
        self.refusal = assignment.refusal
        self.rank = assignment.rank
        self.offered = assignment.offered.map { Offer(device: $0.device, seconds: $0.seconds) }
        self.seconds = assignment.forecast?.seconds
        self.p10 = assignment.forecast?.p10
        self.p90 = assignment.forecast?.p90
        self.metres = assignment.forecast?.metres
    }
}

/// An incident.
struct IncidentAnswer: Encodable, Sendable {
    struct Step: Encodable, Sendable {
        let t: Int64
        let by: String
        let what: String
        let text: String?
    }

    struct FollowUp: Encodable, Sendable {
        let text: String
        let owner: String
        let due: Int64
        let done: Int64?
    }

    /// The call for help that it is.
    struct SOS: Encodable, Sendable {
        let station: String
        let device: String
        let unit: String
        let since: Int64
        let heard: Int64
        let placed: Int64?
    }

    /// A unit that came upon it.
    struct Finder: Encodable, Sendable {
        let station: String
        let device: String
        let unit: String
    }

    let id: String
    let station: String?
    let lat: Double
    let lon: Double
    let place: String?
    let category: String?
    /// The upper level of the category.
    let group: String?
    let priority: Int
    let note: String?
    let received: Int64
    let by: String
    let state: String
    let version: Int
    let changed: Int64
    let firstArrival: Int64?
    let result: String?
    let referred: Bool?
    /// What else was said when it was closed.
    let resultNote: String?
    let sos: SOS?
    /// The unit that came upon it by itself.
    let finder: Finder?
    /// Whether nobody knows where it is: a call for help from a device that has never had a position.
    let placeless: Bool?
    let followUp: FollowUp?
    let units: [AssignmentAnswer]
    let steps: [Step]

    private enum CodingKeys: String, CodingKey {
        case id, station, lat, lon, place, category, group, priority, note, received, by, state, version, changed,
            result
        case referred, units, steps, sos, placeless, finder
        case resultNote = "result_note"
        case firstArrival = "first_arrival"
        case followUp = "follow_up"
    }

    init(_ incident: Incident) {
        self.id = incident.id
        self.station = incident.station
        self.lat = incident.report.latitude
        self.lon = incident.report.longitude
        self.place = incident.report.place
        (self.category, self.group) = (incident.report.category, incident.report.group)
        self.priority = incident.report.priority
        self.note = incident.report.note
        self.received = incident.received
        self.by = incident.actor
        self.state = incident.state.rawValue
        self.version = incident.version
        self.changed = incident.changed
        self.firstArrival = incident.firstArrival
        self.result = incident.disposition?.result
        self.referred = incident.disposition?.isReferred
        self.resultNote = incident.disposition?.note
        self.sos = incident.distress.map {
            SOS(
                station: $0.station,
                device: $0.device,
                unit: $0.unit,
                since: $0.since,
                heard: $0.heard,
                placed: $0.placed
            )
        }
        self.finder = incident.finder.map { Finder(station: $0.station, device: $0.device, unit: $0.unit) }
        self.placeless = incident.scene == nil ? true : nil
        self.followUp = incident.followUp.map {
            FollowUp(text: $0.text, owner: $0.owner, due: $0.due, done: $0.done)
        }
        self.units = incident.assignments.map(AssignmentAnswer.init)
        self.steps = incident.entries.map { Step(t: $0.time, by: $0.actor, what: $0.what, text: $0.text) }
    }
}

/// `GET incidents`.
struct IncidentsAnswer: Encodable, Sendable {
    let incidents: [IncidentAnswer]
    let alarms: [AlarmAnswer]
    /// More than these there are; ask again with `before` and `before_id` of ``next``.
    let more: Bool
    let next: Next?

    /// Where the list goes on.
    struct Next: Encodable, Sendable {
        let before: Int64
        let id: String

        private enum CodingKeys: String, CodingKey {
            case before
            case id = "before_id"
        }
    }
}

/// A way that is still to be driven.
struct ResponseAnswer: Encodable, Sendable {
    let incident: String
    let station: String
    let device: String
    let seconds: Double
    let p10: Double
    let p90: Double
    let metres: Double
    /// What was estimated when it was sent, s.
    let estimated: Double?
    let sent: Int64
    let line: [[Double]]
}
