package import Cases
package import PatrolWire

/// The roll calls of the room while it runs.
package actor RollCallDesk {
    private var calls: [RollCall]
    private let store: any CaseStore
    private var keeper: CaseKeeper<RollCall>
    private let now: @Sendable () -> Int64
    private let changed: @Sendable (RollCall) -> Void
    /// Whether a record shows a unit where it belongs; `nil` when it belongs nowhere.
    private let isInside: @Sendable (Record) -> Bool?
    private var pending = PendingOrders(again: 5_000)

    /// Late answers count so long after the time, ms.
    private static let patience: Int64 = 600_000
    /// So many stay in memory; all others are read from the store.
    private static let mostRemembered = 200

    /// Creates a desk.
    package init(
        _ kept: [RollCall],
        store: any CaseStore,
        now: @escaping @Sendable () -> Int64,
        isInside: @escaping @Sendable (Record) -> Bool?,
        changed: @escaping @Sendable (RollCall) -> Void
    ) {
        self.calls = Array(kept.suffix(Self.mostRemembered))
        (self.store, self.keeper) = (store, CaseKeeper(store))
        (self.now, self.isInside, self.changed) = (now, isInside, changed)
    }

    package nonisolated var unownedExecutor: UnownedSerialExecutor {
        unsafe self.store.executor.asUnownedSerialExecutor()
    }

    /// The newest roll calls, newest first; older ones come by ``page(before:limit:)``.
    package var recent: [RollCall] { self.calls.reversed() }

    /// Roll calls before a cursor, newest first, out of the store.
    ///
    /// - Throws: What the store throws.
    package func page(before cursor: CaseCursor, limit: Int) throws -> [RollCall] {
        try self.keeper.items(before: cursor, limit: limit).map { kept in
            self.calls.last { $0.id == kept.id } ?? kept
        }
    }

    /// One roll call, however old; `nil` when there is none.
    ///
    /// - Throws: What the store throws.
    package func call(_ id: String) throws -> RollCall? {
        try self.calls.last { $0.id == id } ?? self.keeper.item(id)
    }

    /// Calls units.
    ///
    /// - Parameters:
    ///   - members: The units that are asked.
    ///   - seconds: How long they have.
    ///   - needsOfficer: Whether the officer has to answer.
    ///   - actor: The person who calls the roll.
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
        let deed = CaseDeed(actor: actor, origin: origin, what: "rollcall", time: now)
        var number = 1
        while true {
            let call = RollCall(
                id: "\(now / 1_000)-r\(number)",
                started: now,
                seconds: seconds,
                actor: actor,
                needsOfficer: needsOfficer,
                members: members
            )
            do {
                try self.keeper.keep(call, isNew: true, deed, mayWait: false)
            } catch is CaseExists where number < 1_000 {
                number += 1
                continue
            }
            self.calls.append(call)
            if self.calls.count > Self.mostRemembered { self.calls.removeFirst() }
            for member in call.members { self.pending.add(self.order(call, member, now: now)) }
            self.changed(call)
            return call
        }
    }

    private func order(_ call: RollCall, _ member: RollCall.Member, now: Int64) -> Order {
        Order(
            station: member.station,
            device: member.device,
            command: Command(
                id: "\(call.id)-\(member.station)-\(member.device)",
                kind: .rollcall,
                time: now,
                expires: call.deadline + Self.patience,
                actor: call.actor,
                data: ["rollcall": .string(call.id), "officer": .bool(call.needsOfficer)]
            )
        )
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
        self.calls[index] = call
        self.changed(call)
        let deed = CaseDeed(actor: device.text, origin: "mqtt", what: "answer", time: self.now())
        try self.keeper.keep(call, deed, mayWait: true)
    }

    /// Keeps what the store has not taken yet.
    ///
    /// - Throws: What the store throws; then the rest waits on.
    package func keepUnkept() throws { try self.keeper.keepWaiting() }

    /// Takes a device's answer to a command.
    package func answered(_ result: CommandResult, station: Name, device: Name) {
        guard let order = self.pending[result.id], order.device == device.text, order.station == station.text else {
            return
        }
        self.pending.remove(result.id)
    }

    /// Commands that are to be told now, and whether each is told for the first time.
    package func due() -> [(order: Order, isFirst: Bool)] { self.pending.due(at: self.now()) }
}
