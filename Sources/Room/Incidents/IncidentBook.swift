import Ground

/// The incidents of the room; a pure value.
package struct IncidentBook: Sendable {
    private var incidents: [String: Incident] = [:]
    private var order: [String] = []

    /// Creates a book with what was kept.
    package init(_ kept: [Incident] = []) {
        for incident in kept.sorted(by: { ($0.received, $0.id) < ($1.received, $1.id) }) {
            self.incidents[incident.id] = incident
            self.order.append(incident.id)
        }
    }

    /// All incidents, newest first.
    package var all: [Incident] { self.order.reversed().compactMap { self.incidents[$0] } }

    /// Those that are not ended, newest first.
    package var open: [Incident] { self.all.filter { !$0.state.isEnded } }

    /// One incident.
    package subscript(id: String) -> Incident? { self.incidents[id] }

    /// The incident that a device is on, and its assignment.
    package func engagement(of device: String, station: String) -> (incident: Incident, assignment: Assignment)? {
        for incident in self.open {
            if let assignment = incident.assignments.last(where: {
                $0.device == device && $0.station == station && $0.isActive
            }) {
                return (incident, assignment)
            }
        }
        return nil
    }

    /// The calls for help of a device, newest first.
    func distress(of device: String, station: String) -> [Incident] {
        self.all.filter { $0.distress?.device == device && $0.distress?.station == station }
    }

    /// Moves a call for help to where its device is now; returns the incident when that changed anything.
    mutating func follow(_ id: String, latitude: Double, longitude: Double, at time: Int64) -> Incident? {
        guard var incident = self.incidents[id], incident.follow(latitude: latitude, longitude: longitude, at: time)
        else { return nil }
        self.incidents[id] = incident
        return incident
    }

    /// Enters an incident.
    ///
    /// - Parameters:
    ///   - report: What and where.
    ///   - station: Whose it is; `nil` in a room of one station.
    ///   - actor: Who enters it.
    ///   - now: ms since 1970 UTC.
    ///   - id: Its id when it has one from elsewhere; the same incident entered twice is one.
    ///   - taken: Ids that the store has given to others.
    ///   - distress: The call for help that it is.
    ///   - finder: The unit that came upon it and is there.
    /// - Returns: The incident with its id.
    /// - Throws: ``IncidentRefusal`` for a place or priority that makes no sense.
    package mutating func open(
        _ report: Incident.Report,
        station: String?,
        actor: String,
        now: Int64,
        id: String? = nil,
        taken: Set<String> = [],
        distress: Incident.Distress? = nil,
        finder: Incident.Finder? = nil
    ) throws(IncidentRefusal) -> Incident {
        if let id, let known = self.incidents[id] { return known }
        guard Coordinate(latitude: report.latitude, longitude: report.longitude) != nil else {
            throw IncidentRefusal(.invalid, "'lat' must be within -90 and 90, 'lon' within -180 and 180")
        }
        guard (1...4).contains(report.priority) else {
            throw IncidentRefusal(.invalid, "'priority' must be from 1 to 4")
        }
        // The number is for people on the radio; the time in front keeps it unique over restarts.
        var number = self.order.count + 1
        func isFree(_ name: String) -> Bool { self.incidents[name] == nil && !taken.contains(name) }
        while !isFree("\(now / 1_000)-\(number)") { number += 1 }
        let name = id ?? "\(now / 1_000)-\(number)"
        var incident = Incident(
            id: name,
            station: station,
            report: report,
            received: now,
            actor: actor,
            distress: distress,
            finder: finder
        )
        incident.entries = [Incident.Entry(time: now, actor: actor, what: "open", text: report.note)]
        self.incidents[name] = incident
        self.order.append(name)
        return incident
    }

    /// Takes a step with an incident.
    ///
    /// - Parameters:
    ///   - step: What is done.
    ///   - id: To which incident.
    ///   - version: The version that the actor saw; `nil` to act on whatever it is now.
    ///   - actor: Who does it.
    ///   - now: ms since 1970 UTC.
    /// - Returns: The incident as it is now, and whether it changed.
    /// - Throws: ``IncidentRefusal``; then nothing changed.
    package mutating func take(
        _ step: IncidentStep,
        with id: String,
        version: Int? = nil,
        actor: String,
        now: Int64
    ) throws(IncidentRefusal) -> (incident: Incident, changed: Bool) {
        guard var incident = self.incidents[id] else {
            throw IncidentRefusal(.unknown, "no incident '\(id)'; GET /api/v1/incidents lists them")
        }
        if let version, version != incident.version {
            let last = incident.entries.last
            throw IncidentRefusal(
                .conflict,
                "\(id) was changed meanwhile by \(last?.actor ?? "somebody") (\(last?.what ?? "")): look again",
                .changed,
                ["actor": last?.actor ?? ""]
            )
        }
        // A unit can be at one place: whoever sent it first has it.
        if case .assign(let unit) = step, let (other, held) = self.engagement(of: unit.device, station: unit.station),
            other.id != id
        {
            throw IncidentRefusal(
                .conflict,
                "\(held.actor) has sent \(unit.device) to \(other.id)",
                .sentElsewhere,
                ["actor": held.actor, "unit": held.unit, "incident": other.id]
            )
        }
        let changed = try incident.take(step, actor: actor, now: now)
        self.incidents[id] = incident
        return (incident, changed)
    }

    /// Takes an old incident back out of the store, because somebody acts on it.
    mutating func recall(_ incident: Incident) {
        guard self.incidents[incident.id] == nil else { return }
        self.incidents[incident.id] = incident
        self.order.append(incident.id)
        self.order.sort { a, b in
            let (first, second) = (self.incidents[a]?.received ?? 0, self.incidents[b]?.received ?? 0)
            return (first, a) < (second, b)
        }
    }

    /// Forgets incidents that ended before a time, ms since 1970 UTC; they stay in the store.
    package mutating func forget(endedBefore time: Int64) {
        self.order.removeAll { id in
            guard let incident = self.incidents[id], incident.state.isEnded, incident.changed < time,
                incident.followUp?.done != nil || incident.followUp == nil
            else { return false }
            self.incidents[id] = nil
            return true
        }
    }
}
