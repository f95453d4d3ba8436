import Ledger
import Numbering
import PatrolWire
import Units

/// What the room does: as the intake performs it, on a model of its store.
extension Night {
    func roomStarts() {
        guard !self.room.isUp else { return }
        self.note("the room starts")
        self.room.isUp = true
        self.room.generation += 1
        (self.room.known, self.room.schedule, self.room.units) = ([:], AckSchedule(), Units())
        (self.room.inbox, self.room.isBatchPlanned) = ([], false)
        self.truth.shown = [:]
        self.remember()
        self.plan(.roomSecond(generation: self.room.generation), in: 1_000)
        self.roomConnects()
    }

    /// The live table begins with the newest word of each log, oldest log first.
    private func remember() {
        for log in self.room.store.committed.logs {
            let records = log.rows.compactMap { self.table.record($0.body) }
            let newest = [records.last { $0.event == nil }, records.last { $0.event != nil }].compactMap { $0 }
            for record in newest.sorted(by: { $0.sequence < $1.sequence }) {
                self.room.units.apply(
                    record,
                    station: self.station,
                    device: log.name.device,
                    received: Self.beginning + self.now
                )
            }
        }
    }

    func roomDies() {
        guard self.room.isUp else { return }
        self.note("the room dies")
        self.room.store.rollBack()
        (self.room.isUp, self.room.generation) = (false, self.room.generation + 1)
        self.room.inbox = []
        self.roomDisconnects()
    }

    /// Whether the room has to die now; then it has.
    private func roomDiesNow() -> Bool {
        guard !self.isCalm, self.chance(self.weather.dies * 5) else { return false }
        self.roomDies()
        self.plan(.roomStart, in: self.draw(1_000...60_000))
        return true
    }

    /// Looks at what came: into the live table, into the store, and then it is acknowledged.
    func roomLooks() {
        self.room.isBatchPlanned = false
        let messages = self.room.inbox
        self.room.inbox = []
        var deliveries: [LogDelivery] = []
        var backlog: Set<LogName> = []
        for message in messages {
            let unit = self.units[message.unit]
            switch message.content {
            case .state(let state):
                self.room.units.apply(state, station: self.station, device: unit.name)
            case .live(let body):
                guard let record = self.table.record(body) else { continue }
                deliveries.append(self.delivery([body], log: record.log, dropped: [], unit, isBacklog: false))
            case .backlog(let payload):
                guard let (log, bodies, dropped) = Self.parts(of: payload) else { continue }
                // One that is spoilt costs its whole message.
                guard bodies.allSatisfy({ self.table.record($0) != nil }) else { continue }
                let delivery = self.delivery(bodies, log: log, dropped: dropped, unit, isBacklog: true)
                deliveries.append(delivery)
                backlog.insert(delivery.name)
            }
        }
        guard !deliveries.isEmpty, !self.roomDiesNow() else { return }
        self.store(deliveries, backlog: backlog)
    }

    private func delivery(
        _ bodies: [[UInt8]],
        log: String,
        dropped: [ClosedRange<Int64>],
        _ unit: UnitNode,
        isBacklog: Bool
    ) -> LogDelivery {
        let received = Self.beginning + self.now
        var records: [StoredRecord] = []
        for body in bodies {
            guard let record = self.table.record(body) else { continue }
            self.inputs += 1
            var shown = record
            if self.planted == .showRenumbered { shown.was = nil }
            self.room.units.apply(
                shown,
                station: self.station,
                device: unit.name,
                received: received,
                isBacklog: isBacklog
            )
            records.append(StoredRecord(record: record, body: body, received: received))
        }
        self.look(at: unit)
        let name = LogName(station: self.station, device: unit.name, log: log)
        return LogDelivery(name: name, records: records, dropped: dropped)
    }

    private func store(_ deliveries: [LogDelivery], backlog: Set<LogName>) {
        let store = self.room.store
        var writer = LedgerWriter(store, known: self.room.known)
        do {
            for delivery in deliveries { try writer.store(self.trusting(delivery)) }
            try writer.writeLedger()
        } catch {
            return self.blame("the ledger does not take a batch: \(error)")
        }
        if self.planted == .acknowledgeBeforeCommit { self.acknowledge(writer.outcome, of: deliveries, backlog) }
        guard !self.roomDiesNow() else { return }
        guard self.now >= self.room.storeFailsUntil else {
            self.room.schedule.notStored(deliveries)
            return store.rollBack()
        }
        self.stored(store.commit())
        self.room.known.merge(writer.outcome.stored) { _, new in new }
        guard !self.roomDiesNow() else { return }
        self.acknowledge(writer.outcome, of: deliveries, backlog)
    }

    /// A planted fault: a record under a number that the ledger has is not looked at.
    private func trusting(_ delivery: LogDelivery) -> LogDelivery {
        guard self.planted == .trustNumbers else { return delivery }
        let known = self.room.store.knownNumber(of: delivery.name).map { self.room.store.ledger(of: $0) }
        return LogDelivery(
            name: delivery.name,
            records: delivery.records.filter { known?.contains($0.record.sequence) != true },
            dropped: delivery.dropped
        )
    }

    private func acknowledge(_ outcome: StoreOutcome, of deliveries: [LogDelivery], _ backlog: Set<LogName>) {
        self.room.schedule.note(outcome, of: deliveries, backlog: backlog, now: self.now)
        if !backlog.isEmpty || !outcome.forked.isEmpty { self.publishDue() }
    }

    /// Publishes the acknowledgements that are due.
    func publishDue() {
        for due in self.room.schedule.takeDue(now: self.now) {
            guard let unit = self.units.first(where: { $0.name == due.name.device }) else { continue }
            var stored = due.stored
            if self.planted == .forgetGaps, let last = stored.ranges.last { stored.insert(1...last.upperBound) }
            let word = Acknowledgement(
                log: due.name.log,
                stored: stored,
                isForked: due.isForked,
                sum: due.end.flatMap { self.table.digest(of: $0) }
            )
            self.broker.acknowledgements[unit.index] = word
            if unit.connection > 0 { self.send(.acknowledgement(word), to: unit) }
        }
    }

    /// What a message of backlog holds: `{"dropped":[[first,last],…],"log":"…","records":[body,…],"v":1}`.
    private static func parts(
        of payload: [UInt8]
    ) -> (log: String, bodies: [[UInt8]], dropped: [ClosedRange<Int64>])? {
        let text = payload[...]
        func section(_ key: String, until end: String) -> ArraySlice<UInt8>? {
            guard let start = text.firstRange(of: Array(key.utf8)) else { return nil }
            let rest = text[start.upperBound...]
            guard let stop = rest.firstRange(of: Array(end.utf8)) else { return nil }
            return rest[..<stop.lowerBound]
        }
        guard let log = section("\"log\":\"", until: "\""),
            let records = section("\"records\":[", until: "],\"v\"")
        else { return nil }
        let numbers = (section("\"dropped\":[[", until: "]],") ?? [])
            .split { !(0x30...0x39).contains($0) }.compactMap { Int64(String(decoding: $0, as: UTF8.self)) }
        let dropped = stride(from: 0, to: numbers.count - numbers.count % 2, by: 2).map { index in
            numbers[index]...numbers[index + 1]
        }
        let bodies = records.split(separator: UInt8(ascii: ",")).map { Array($0) }
        return (String(decoding: log, as: UTF8.self), bodies, dropped)
    }
}
