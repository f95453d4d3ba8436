extension Incident {
    /// Takes a step.
    ///
    /// - Parameters:
    ///   - step: What is done.
    ///   - actor: Who does it; a device's own steps carry its name.
    ///   - now: ms since 1970 UTC.
    /// - Returns: Whether anything changed: what a device says twice changes nothing.
    /// - Throws: ``IncidentRefusal``; then nothing changed.
    mutating func take(_ step: IncidentStep, actor: String, now: Int64) throws(IncidentRefusal) -> Bool {
        var entry: (what: String, text: String?)
        switch step {
        case .assign(let unit):
            try self.assign(unit, actor: actor, now: now)
            entry = ("assign", unit.device)
        case .recall(let device, let station):
            guard let index = try self.active(device, station) else {
                throw IncidentRefusal(.conflict, "\(device) is not on \(self.id)", .notSent, ["unit": device])
            }
            self.assignments[index].ended = now
            entry = ("recall", device)
        case .cancel(let reason):
            try self.requireOpen()
            for index in self.assignments.indices where self.assignments[index].isActive {
                self.assignments[index].ended = now
            }
            self.state = .cancelled
            self.takeDistress(actor)
            entry = ("cancel", reason)
        case .close(let disposition):
            try self.requireOpen()
            for index in self.assignments.indices where self.assignments[index].isActive {
                // A unit that never got there was called back; one that did is done.
                if self.assignments[index].arrived == nil {
                    self.assignments[index].ended = now
                } else {
                    self.assignments[index].cleared = now
                }
            }
            self.disposition = disposition
            self.state = .cleared
            self.takeDistress(actor)
            entry = ("close", disposition.result)
        case .reopen:
            guard self.state.isEnded else { throw IncidentRefusal(.conflict, "\(self.id) is open already", .open) }
            (self.disposition, self.state) = (nil, .received)
            entry = ("reopen", nil)
        case .amend(let amendment):
            try self.amend(amendment)
            entry = ("amend", amendment.note ?? amendment.category ?? amendment.place)
        case .follow(let followUp):
            self.followUp = followUp
            entry = ("follow", followUp.owner)
        case .followed:
            guard self.followUp != nil, self.followUp?.done == nil else {
                throw IncidentRefusal(.conflict, "nothing remains to be done for \(self.id)", .nothingLeft)
            }
            self.followUp?.done = now
            entry = ("followed", nil)
        case .take(let alarm):
            if let other = self.taken[alarm] {
                throw IncidentRefusal(.conflict, "\(other) has taken that alarm", .alarmTaken, ["actor": other])
            }
            self.taken[alarm] = actor
            entry = ("take", alarm)
        case .device(let device, let station, let deviceStep, let time):
            guard try self.apply(deviceStep, of: device, at: station, time) else { return false }
            entry = (deviceStep.name, device)
        }
        if !self.state.isEnded {
            self.state = self.assignments.map(\.state).filter { !$0.isEnded }.furthest ?? self.rest
        }
        self.entries.append(Entry(time: now, actor: actor, what: entry.what, text: entry.text))
        self.version += 1
        self.changed = now
        return true
    }

    /// What an open incident is when no unit is on it.
    private var rest: State { self.assignments.contains { $0.arrived != nil } ? .awaiting : .received }

    /// Whoever ends a call for help has seen it.
    private mutating func takeDistress(_ actor: String) {
        if let alarm = self.distressAlarm, self.taken[alarm] == nil { self.taken[alarm] = actor }
    }

    /// A call for help follows its device; the version stays, since no dispatcher decided anything.
    mutating func follow(latitude: Double, longitude: Double, at time: Int64) -> Bool {
        guard var distress, time >= distress.placed ?? .min,
            self.report.latitude != latitude || self.report.longitude != longitude || distress.placed == nil
        else { return false }
        distress.placed = time
        self.distress = distress
        (self.report.latitude, self.report.longitude) = (latitude, longitude)
        return true
    }

    private func requireOpen() throws(IncidentRefusal) {
        guard self.state.isEnded else { return }
        let state = self.state.rawValue
        throw IncidentRefusal(.conflict, "\(self.id) is \(state) already", .ended, ["state": state])
    }

    private mutating func amend(_ amendment: IncidentStep.Amendment) throws(IncidentRefusal) {
        if let priority = amendment.priority, !(1...4).contains(priority) {
            throw IncidentRefusal(.invalid, "'priority' must be from 1 to 4")
        }
        if let category = amendment.category {
            (self.report.category, self.report.group) = (category, amendment.group)
        }
        self.report.priority = amendment.priority ?? self.report.priority
        self.report.place = amendment.place ?? self.report.place
        self.report.note = amendment.note ?? self.report.note
    }

    private mutating func assign(
        _ unit: IncidentStep.UnitToSend,
        actor: String,
        now: Int64
    ) throws(IncidentRefusal) {
        try self.requireOpen()
        if let index = try self.active(unit.device, unit.station) {
            let known = self.assignments[index]
            throw IncidentRefusal(
                .conflict,
                "\(known.actor) has sent \(unit.device) to \(self.id) already",
                .sentAlready,
                ["actor": known.actor, "unit": known.unit]
            )
        }
        self.assignments.append(
            Assignment(
                station: unit.station,
                device: unit.device,
                unit: unit.unit,
                order: unit.order,
                actor: actor,
                assigned: now,
                offered: Array(unit.offered.prefix(5)),
                rank: unit.offered.firstIndex { $0.device == unit.device }.map { $0 + 1 },
                forecast: unit.forecast
            )
        )
    }

    /// Which assignment a device is on; the station may be left out where that is clear.
    private func active(_ device: String, _ station: String?) throws(IncidentRefusal) -> Int? {
        let found = self.assignments.indices.filter { index in
            let assignment = self.assignments[index]
            return assignment.isActive && assignment.device == device
                && station ?? assignment.station == assignment.station
        }
        guard found.count < 2 else {
            throw IncidentRefusal(.invalid, "'\(device)' of several stations is on \(self.id): say 'station' too")
        }
        return found.last
    }

    /// Moves a unit on; a later step includes the earlier ones, and no step is taken back.
    private mutating func apply(
        _ step: IncidentStep.DeviceStep,
        of device: String,
        at station: String?,
        _ time: Int64
    ) throws(IncidentRefusal) -> Bool {
        guard let index = try self.active(device, station) else { return false }
        let before = self.assignments[index]
        var unit = before
        // A device's clock may be behind the room's: nothing happens before the order.
        let time = max(time, unit.assigned)
        if case .declined(let reason) = step {
            guard unit.accepted == nil else { return false }
            (unit.ended, unit.refusal) = (time, reason)
        } else {
            unit.delivered = unit.delivered ?? time
            if step != .delivered { unit.accepted = unit.accepted ?? time }
            if step == .departed || step == .arrived { unit.departed = unit.departed ?? time }
            if step == .arrived { unit.arrived = unit.arrived ?? time }
            if step == .cleared { unit.cleared = time }
        }
        self.assignments[index] = unit
        return unit != before
    }
}

extension [Incident.State] {
    /// The one that has come furthest.
    fileprivate var furthest: Incident.State? {
        self.max {
            (Incident.State.allCases.firstIndex(of: $0) ?? 0) < (Incident.State.allCases.firstIndex(of: $1) ?? 0)
        }
    }
}
