package import PatrolWire

/// Where roll calls are kept.
package protocol RollCallStore: Sendable {
    /// Keeps a roll call.
    func save(_ rollCall: RollCall, actor: String, origin: String, what: String, now: Int64) throws
}

/// The roll calls of the room while it runs.
package actor RollCallDesk {
    private var calls: [RollCall]
    private let store: any RollCallStore
    private let now: @Sendable () -> Int64
    private let changed: @Sendable (RollCall) -> Void
    /// Whether a record shows a unit where it belongs; `nil` when it belongs nowhere.
    private let isInside: @Sendable (Record) -> Bool?
    private var untold: [String: DispatchDesk.Order] = [:]
    private var told: [String: Int64] = [:]

    private static let again: Int64 = 5_000
    /// Late answers count so long after the time, ms.
    private static let patience: Int64 = 600_000
    private static let mostKept = 200

    /// Creates a desk.
    package init(
        _ kept: [RollCall],
        store: any RollCallStore,
        now: @escaping @Sendable () -> Int64,
        isInside: @escaping @Sendable (Record) -> Bool?,
        changed: @escaping @Sendable (RollCall) -> Void
    ) {
        self.calls = Array(kept.suffix(Self.mostKept))
        (self.store, self.now, self.isInside, self.changed) = (store, now, isInside, changed)
    }

    /// All roll calls, newest first.
    package var all: [RollCall] { self.calls.reversed() }

    /// Calls units.
    ///
    /// - Parameters:
    ///   - members: Who is asked.
    ///   - seconds: How long they have.
    ///   - needsOfficer: Whether the officer has to answer.
    ///   - actor: Who calls.
    ///   - origin: From where.
    /// - Returns: The roll call.
    /// - Throws: What the store throws; then nobody is called.
    package func call(
        _ members: [RollCall.Member],
        seconds: Double,
        needsOfficer: Bool,
        actor: String,
        origin: String
    ) throws -> RollCall {
        let now = self.now()
        let call = RollCall(
            id: "\(now / 1_000)-r\(self.calls.count + 1)",
            started: now,
            seconds: seconds,
            actor: actor,
            needsOfficer: needsOfficer,
            members: members
        )
        try self.store.save(call, actor: actor, origin: origin, what: "rollcall", now: now)
        self.calls.append(call)
        if self.calls.count > Self.mostKept { self.calls.removeFirst() }
        for member in call.members {
            let id = "\(call.id)-\(member.station)-\(member.device)"
            self.untold[id] = DispatchDesk.Order(
                station: member.station,
                device: member.device,
                command: Command(
                    id: id,
                    kind: .rollcall,
                    time: now,
                    expires: call.deadline + Self.patience,
                    actor: actor,
                    data: ["rollcall": .string(call.id), "officer": .bool(needsOfficer)]
                )
            )
        }
        self.changed(call)
        return call
    }

    /// Takes a device's record, if it is an answer.
    package func heard(_ record: Record, station: Name, device: Name) throws {
        guard record.event == .rollcallAnswer, case .string(let id)? = record.data?["rollcall"],
            let index = self.calls.firstIndex(where: { $0.id == id })
        else { return }
        var call = self.calls[index]
        let isOfficer = record.data?["by"] == .string("officer")
        let time = record.timeQuality.isTrusted ? min(record.time, self.now()) : self.now()
        let place = record.latitude.flatMap { latitude in record.longitude.map { (latitude, $0) } }
        guard
            call.answer(
                device.text,
                of: station.text,
                isOfficer: isOfficer,
                at: time,
                place: place.map { (latitude: $0.0, longitude: $0.1) },
                isInside: self.isInside(record)
            )
        else { return }
        try self.store.save(call, actor: device.text, origin: "mqtt", what: "answer", now: self.now())
        self.calls[index] = call
        self.changed(call)
    }

    /// Takes a device's answer to a command.
    package func answered(_ result: CommandResult, station: Name, device: Name) {
        guard let order = self.untold[result.id], order.device == device.text, order.station == station.text else {
            return
        }
        self.untold[result.id] = nil
        self.told[result.id] = nil
    }

    /// Commands that are to be told now.
    package func due() -> [DispatchDesk.Order] {
        let now = self.now()
        self.untold = self.untold.filter { $0.value.command.expires > now }
        self.told = self.told.filter { self.untold[$0.key] != nil }
        let due = self.untold.values.filter { order in
            self.told[order.command.id].map { now - $0 >= Self.again } ?? true
        }
        for order in due { self.told[order.command.id] = now }
        return due.sorted { $0.command.id < $1.command.id }
    }
}
