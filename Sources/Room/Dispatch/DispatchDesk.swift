package import PatrolWire

/// Where a desk keeps what it does: durable before anybody sees it.
package protocol CaseStore: Sendable {
    /// Keeps an incident and the deed that changed it.
    func save(_ incident: Incident, actor: String, origin: String, what: String, now: Int64) throws
}

/// The incidents of the room while it runs: one act after the other, each durable before it is answered.
///
/// Whoever acts second on the same thing is told who was first. What a device says comes in as records and moves
/// its order on; orders that no device has confirmed are told again.
package actor DispatchDesk {
    /// An order that is to be told to a device.
    package struct Order: Sendable, Hashable {
        /// Station.
        package let station: String
        /// Device.
        package let device: String
        /// What is told.
        package let command: Command
    }

    private var book: IncidentBook
    private let store: any CaseStore
    private let now: @Sendable () -> Int64
    private let changed: @Sendable (Incident) -> Void
    /// By command id: told, not yet answered.
    private var untold: [String: Order] = [:]
    private var told: [String: Int64] = [:]

    /// An order is not worth telling after so long, ms.
    private static let orderLife: Int64 = 600_000
    /// An incident that ended longer ago, ms, is in the store only.
    private static let remembered: Int64 = 30 * 86_400_000
    /// An order that was not answered is told again after so long, ms.
    private static let again: Int64 = 3_000

    /// Creates a desk.
    ///
    /// - Parameters:
    ///   - kept: The incidents of before.
    ///   - store: Where they are kept.
    ///   - now: ms since 1970 UTC.
    ///   - changed: Is told of each change, after it is durable.
    package init(
        _ kept: [Incident],
        store: any CaseStore,
        now: @escaping @Sendable () -> Int64,
        changed: @escaping @Sendable (Incident) -> Void
    ) {
        self.book = IncidentBook(kept)
        (self.store, self.now, self.changed) = (store, now, changed)
        for incident in self.book.open {
            for assignment in incident.assignments where assignment.isActive && assignment.delivered == nil {
                let order = Self.dispatch(incident, assignment, life: Self.orderLife)
                self.untold[order.command.id] = order
            }
        }
    }

    /// All incidents, newest first.
    package var all: [Incident] { self.book.all }

    /// One incident.
    ///
    /// - Throws: ``IncidentRefusal`` when there is none.
    package func incident(_ id: String) throws(IncidentRefusal) -> Incident {
        guard let incident = self.book[id] else {
            throw IncidentRefusal(.unknown, "no incident '\(id)'; GET /api/v1/incidents lists them")
        }
        return incident
    }

    /// The units, `station/device`, that are on an incident.
    package var engaged: Set<String> {
        Set(self.book.open.flatMap(\.assignments).filter(\.isActive).map(\.key))
    }

    /// What is overdue.
    package var alarms: [Alarm] { self.book.all.flatMap { $0.alarms(at: self.now()) } }

    /// Enters an incident.
    ///
    /// - Throws: ``IncidentRefusal``, or what the store throws; then nothing was entered.
    package func open(
        _ report: Incident.Report,
        station: String?,
        actor: String,
        origin: String,
        id: String? = nil
    ) throws -> Incident {
        let now = self.now()
        var book = self.book
        book.forget(endedBefore: now - Self.remembered)
        let incident = try book.open(report, station: station, actor: actor, now: now, id: id)
        guard self.book[incident.id] == nil else { return incident }
        try self.store.save(incident, actor: actor, origin: origin, what: "open", now: now)
        self.book = book
        self.changed(incident)
        return incident
    }

    /// Takes a step.
    ///
    /// - Throws: ``IncidentRefusal``, or what the store throws; then nothing was done.
    @discardableResult
    package func take(
        _ step: IncidentStep,
        with id: String,
        version: Int? = nil,
        actor: String,
        origin: String
    ) throws -> Incident {
        let now = self.now()
        let before = self.book[id]
        var book = self.book
        let (incident, isChanged) = try book.take(step, with: id, version: version, actor: actor, now: now)
        guard isChanged else { return incident }
        let what = incident.entries.last?.what ?? "step"
        try self.store.save(incident, actor: actor, origin: origin, what: what, now: now)
        self.book = book
        self.tell(incident, before: before, actor: actor, now: now)
        self.changed(incident)
        return incident
    }

    /// Takes what a device says or shows.
    package func heard(_ record: Record, station: Name, device: Name) throws {
        let time = record.timeQuality.isTrusted ? min(record.time, self.now()) : self.now()
        if let word = DeviceWord(record) {
            guard self.book[word.incident] != nil else { return }
            try self.move(word.step, device, of: station, in: word.incident, at: time)
        } else if let (incident, assignment) = self.book.engagement(of: device.text, station: station.text),
            assignment.departed == nil, time >= assignment.assigned, Departure.isSeen(in: record)
        {
            try self.move(.departed, device, of: station, in: incident.id, at: time)
        }
    }

    /// Takes a device's answer to a command.
    package func answered(_ result: CommandResult, station: Name, device: Name) throws {
        // Another device's word must not keep an order from the one that it is for.
        guard let order = self.untold[result.id], order.device == device.text, order.station == station.text else {
            return
        }
        self.untold[result.id] = nil
        self.told[result.id] = nil
        guard order.command.kind == .dispatch, case .string(let incident)? = order.command.data?["incident"],
            self.book[incident] != nil
        else { return }
        let step: IncidentStep.DeviceStep = result.ok ? .delivered : .declined(reason: result.reason ?? "")
        try self.move(step, device, of: station, in: incident, at: min(result.time, self.now()))
    }

    private func move(
        _ step: IncidentStep.DeviceStep,
        _ device: Name,
        of station: Name,
        in incident: String,
        at time: Int64
    ) throws {
        let step = IncidentStep.device(device.text, station: station.text, step, at: time)
        try self.take(step, with: incident, actor: device.text, origin: "mqtt")
    }

    /// Orders that are to be told now; those that nobody answers come again until their time is over.
    package func due() -> [Order] {
        let now = self.now()
        for (id, order) in self.untold where order.command.expires <= now {
            self.untold[id] = nil
            self.told[id] = nil
        }
        let due = self.untold.values.filter { order in
            self.told[order.command.id].map { now - $0 >= Self.again } ?? true
        }
        for order in due { self.told[order.command.id] = now }
        return due.sorted { $0.command.id < $1.command.id }
    }

    private func tell(_ incident: Incident, before: Incident?, actor: String, now: Int64) {
        let old = Dictionary(grouping: before?.assignments ?? []) { $0.order }.compactMapValues(\.first)
        for assignment in incident.assignments {
            let wasActive = old[assignment.order]?.isActive
            if assignment.isActive, wasActive == nil {
                let order = Self.dispatch(incident, assignment, life: Self.orderLife)
                self.untold[order.command.id] = order
            } else if !assignment.isActive, wasActive == true, assignment.refusal == nil, actor != assignment.device {
                self.untold[assignment.order] = nil
                let id = "\(assignment.order)-back"
                self.untold[id] = Order(
                    station: assignment.station,
                    device: assignment.device,
                    command: Command(
                        id: id,
                        kind: .cancel,
                        time: now,
                        expires: now + Self.orderLife,
                        actor: actor,
                        data: ["incident": .string(incident.id)]
                    )
                )
            }
        }
    }

    private static func dispatch(_ incident: Incident, _ assignment: Assignment, life: Int64) -> Order {
        var text = [incident.report.category, incident.report.place, incident.report.note].compactMap(\.self)
        text = text.filter { !$0.isEmpty }
        return Order(
            station: assignment.station,
            device: assignment.device,
            command: Command(
                id: assignment.order,
                kind: .dispatch,
                time: assignment.assigned,
                expires: assignment.assigned + life,
                actor: assignment.actor,
                data: [
                    "incident": .string(incident.id), "lat": .double(incident.report.latitude),
                    "lon": .double(incident.report.longitude), "text": .string(text.joined(separator: " · ")),
                    "priority": .int(Int64(incident.report.priority)),
                ]
            )
        )
    }
}
