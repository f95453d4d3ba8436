import Ground
import PatrolWire

/// What devices are told of what was decided.
extension IncidentDesk {
    /// An order is not worth telling after so long, ms.
    private static let orderLife: Int64 = 600_000
    /// Whoever called for help is told that it was seen, even after a night without a link, ms.
    private static let messageLife: Int64 = 12 * 3_600_000
    /// Units on their way are told anew when a call for help has moved so far, metres.
    private static let placeStep = 100.0
    /// Units on their way are told anew at most so often, ms.
    private static let placeEvery: Int64 = 20_000

    func tell(_ incident: Incident, before: Incident?, actor: String, now: Int64) {
        let old = Dictionary(grouping: before?.assignments ?? []) { $0.order }.compactMapValues(\.first)
        for assignment in incident.assignments {
            let wasActive = old[assignment.order]?.isActive
            if assignment.isActive, wasActive == nil {
                self.pending.add(Self.dispatch(incident, assignment))
            } else if !assignment.isActive, wasActive == true, assignment.refusal == nil, actor != assignment.device {
                self.pending.remove(assignment.order)
                self.pending.add(Self.cancel(incident, assignment, actor: actor, now: now))
            }
        }
        if let distress = incident.distress, let alarm = incident.distressAlarm {
            if let taker = incident.taken[alarm], before?.taken[alarm] == nil {
                self.pending.add(Self.seen(incident, distress, by: taker, now: now))
            }
            if incident.state.isEnded { self.endFollowing(incident.id) }
        }
    }

    /// Tells the units on their way where a call for help is now.
    func tellPlace(_ incident: Incident, now: Int64) {
        let moving = incident.assignments.filter { $0.isActive && $0.arrived == nil && $0.delivered != nil }
        guard !moving.isEmpty, let place = incident.scene else { return }
        if let told = self.toldPlaces[incident.id] {
            let before = Coordinate(latitude: told.latitude, longitude: told.longitude)
            let metres = before?.distance(to: place).value ?? .infinity
            guard metres >= Self.placeStep, now - told.time >= Self.placeEvery else { return }
        }
        let isFirst = self.toldPlaces[incident.id] == nil
        self.toldPlaces[incident.id] = (place.latitude, place.longitude, now)
        // The order itself said where it began.
        if isFirst { return }
        for assignment in moving {
            self.pending.add(Self.dispatch(incident, assignment, update: now))
        }
    }

    /// The order to go; with `update` the word that the place is another by now.
    static func dispatch(_ incident: Incident, _ assignment: Assignment, update: Int64? = nil) -> Order {
        var text = [incident.report.category, incident.report.place, incident.report.note].compactMap(\.self)
        text = text.filter { !$0.isEmpty }
        var data: [String: JSONValue] = [
            "incident": .string(incident.id), "lat": .double(incident.report.latitude),
            "lon": .double(incident.report.longitude), "text": .string(text.joined(separator: " · ")),
            "priority": .int(Int64(incident.report.priority)),
        ]
        if update != nil { data["update"] = .bool(true) }
        let time = update ?? assignment.assigned
        return Order(
            station: assignment.station,
            device: assignment.device,
            command: Command(
                id: update.map { "\(assignment.order)-u\($0)" } ?? assignment.order,
                kind: .dispatch,
                time: time,
                expires: time + (update == nil ? Self.orderLife : Self.placeEvery),
                actor: assignment.actor,
                data: data
            )
        )
    }

    private static func cancel(_ incident: Incident, _ assignment: Assignment, actor: String, now: Int64) -> Order {
        Order(
            station: assignment.station,
            device: assignment.device,
            command: Command(
                id: "\(assignment.order)-back",
                kind: .cancel,
                time: now,
                expires: now + Self.orderLife,
                actor: actor,
                data: ["incident": .string(incident.id)]
            )
        )
    }

    private static func seen(
        _ incident: Incident,
        _ distress: Incident.Distress,
        by taker: String,
        now: Int64
    ) -> Order {
        Order(
            station: distress.station,
            device: distress.device,
            command: Command(
                id: "\(incident.id)-seen",
                kind: .message,
                time: now,
                expires: now + Self.messageLife,
                actor: taker,
                data: [
                    "sos": .string(incident.id), "by": .string(taker), "pressed": .int(distress.since),
                    "text": .string("紧急求助已由 \(taker) 受理 / \(taker) has seen your SOS"),
                ]
            )
        )
    }
}
