import Cases
package import PatrolWire

/// What devices say, and what becomes of incidents by it.
extension IncidentDesk {
    /// Takes what a device says or shows.
    ///
    /// - Parameters:
    ///   - record: The record.
    ///   - isBacklog: Whether it waited on the device.
    ///   - station: Station.
    ///   - device: Device.
    ///   - place: Where the device was last seen, degrees, and when, ms since 1970 UTC; for a call for help without a
    ///     place of its own.
    /// - Throws: ``IncidentRefusal``, or what the store throws when too much waits for it already.
    package func heard(
        _ record: Record,
        isBacklog: Bool = false,
        station: Name,
        device: Name,
        place: (latitude: Double, longitude: Double, time: Int64)? = nil
    ) throws {
        let time = record.timeQuality.isTrusted ? min(record.time, self.now()) : self.now()
        if record.event == .sos {
            try self.distress(record, isBacklog: isBacklog, station: station, device: device, at: time, place: place)
        } else if record.event == .incidentFound {
            try self.found(record, station: station, device: device, at: time, place: place)
        } else if record.event == nil, let latitude = record.latitude, let longitude = record.longitude,
            let call = self.book.distress(of: device.text, station: station.text).first(where: { !$0.state.isEnded })
        {
            try self.follow(call.id, latitude: latitude, longitude: longitude, at: time)
        }
        if let word = DeviceWord(record) {
            guard self.book[word.incident] != nil else {
                self.remember(word, of: device, station, at: time)
                return
            }
            try self.move(word.step, device, of: station, in: word.incident, at: time)
        } else if let (incident, assignment) = self.book.engagement(of: device.text, station: station.text),
            assignment.departed == nil, time >= assignment.assigned, Departure.isSeen(in: record)
        {
            try self.move(.departed, device, of: station, in: incident.id, at: time)
        }
    }

    /// An officer calls for help: the first call of a device makes an incident, repeats make no more.
    private func distress(
        _ record: Record,
        isBacklog: Bool,
        station: Name,
        device: Name,
        at time: Int64,
        place: (latitude: Double, longitude: Double, time: Int64)?
    ) throws {
        let calls = self.book.distress(of: device.text, station: station.text)
        // One that is open stands for all; one that ended after this was pressed was about it.
        guard !calls.contains(where: { !$0.state.isEnded || $0.changed >= time }) else { return }
        let now = self.now()
        let own = record.latitude.flatMap { latitude in record.longitude.map { (latitude, $0, time) } }
        let found = own ?? place.map { ($0.latitude, $0.longitude, $0.time) }
        let identity = record.identity
        let report = Incident.Report(
            latitude: found?.0 ?? 0,
            longitude: found?.1 ?? 0,
            category: "sos",
            priority: 1
        )
        _ = try self.enter(
            report,
            station.text,
            CaseDeed(actor: device.text, origin: "mqtt", what: "sos", time: now),
            "sos-\(device)-\(identity.log.prefix(8))-\(identity.sequence)",
            false,
            distress: Incident.Distress(
                station: station.text,
                device: device.text,
                unit: record.unit,
                since: isBacklog || record.timeQuality.isTrusted ? time : now,
                heard: now,
                placed: found?.2
            )
        )
    }

    /// A unit came upon an incident: it is there, and nobody needs to be sent.
    ///
    /// What came late out of a backlog began when the officer said so, and not when the room heard of it.
    private func found(
        _ record: Record,
        station: Name,
        device: Name,
        at time: Int64,
        place: (latitude: Double, longitude: Double, time: Int64)?
    ) throws {
        // Its own name stands in it: no device can speak for another's incident, or for a dispatcher's.
        guard case .string(let id)? = record.data?["incident"], Self.isOwn(id, of: device) else { return }
        func text(_ key: String, _ limit: Int) -> String? {
            guard case .string(let text)? = record.data?[key] else { return nil }
            return WireLimits.isTooLong(text, limit) ? nil : text
        }
        let own = record.latitude.flatMap { latitude in record.longitude.map { (latitude, $0) } }
        guard let (latitude, longitude) = own ?? place.map({ ($0.latitude, $0.longitude) }) else { return }
        var priority = 2
        if case .int(let told)? = record.data?["priority"], (1...4).contains(told) { priority = Int(told) }
        _ = try self.enter(
            Incident.Report(
                latitude: latitude,
                longitude: longitude,
                place: text("place", WireLimits.text),
                category: text("category", WireLimits.name),
                priority: priority,
                note: text("note", WireLimits.text)
            ),
            station.text,
            CaseDeed(actor: device.text, origin: "mqtt", what: "found", time: self.now()),
            id,
            false,
            finder: Incident.Finder(station: station.text, device: device.text, unit: record.unit),
            // A device that was never told the time, or was told a wrong one, says nothing about when.
            began: time > self.now() - Self.oldest ? time : self.now()
        )
        for early in self.earlyWords where early.word.incident == id && early.device == device {
            try self.move(early.word.step, device, of: station, in: id, at: early.time)
        }
        self.earlyWords.removeAll { $0.word.incident == id }
    }

    /// Nothing that is older, ms, is told by a device that has only been out of reach.
    private static let oldest: Int64 = 400 * 86_400_000

    /// An id that a device gives: its name, and when, so that none speaks for another's incident, or for a dispatcher's.
    private static func isOwn(_ id: String, of device: Name) -> Bool {
        let prefix = "own-\(device)-"
        guard id.hasPrefix(prefix), id.utf8.count <= WireLimits.id else { return false }
        let rest = id.utf8.dropFirst(prefix.utf8.count)
        return !rest.isEmpty && rest.allSatisfy { (0x30...0x39).contains($0) }
    }

    /// Keeps a word about an incident that the room has not heard of yet: live ones overtake those of a backlog.
    private func remember(_ word: DeviceWord, of device: Name, _ station: Name, at time: Int64) {
        guard Self.isOwn(word.incident, of: device) else { return }
        self.earlyWords.append((word, device, time))
        if self.earlyWords.count > Self.mostEarlyWords { self.earlyWords.removeFirst() }
    }

    /// Takes a device's answer to a command.
    package func answered(_ result: CommandResult, station: Name, device: Name) throws {
        // Another device's word must not keep an order from the one that it is for.
        guard let order = self.pending[result.id], order.device == device.text, order.station == station.text else {
            return
        }
        self.pending.remove(result.id)
        guard order.command.kind == .dispatch, order.command.data?["update"] == nil,
            case .string(let incident)? = order.command.data?["incident"], self.book[incident] != nil
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
        try self.take(step, with: incident, actor: device.text, origin: "mqtt", isKept: false)
    }
}
