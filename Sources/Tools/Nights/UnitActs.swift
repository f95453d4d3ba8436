import Delivery
import Numbering
import PatrolWire
import Patrolling
import Position
import Report

/// What a device does: as `patrold` performs it, on a model of its machine.
extension Night {
    /// Gives the patrol an input and does what it decides.
    func take(_ input: PatrolInput, _ unit: UnitNode) {
        guard let process = unit.process else { return }
        self.inputs += 1
        for action in process.patrol.take(input, at: self.moment(unit)) {
            guard unit.process === process, !self.diesNow(unit) else { return }
            switch action {
            case .store(let batch): self.take(self.store(batch, unit, process), unit)
            case .resend(let range, let command, let correlation):
                var count: Int64?
                do throws(OutboxError) { count = try process.log.resend(range) } catch {}
                self.take(.resending(count: count, of: command, correlation: correlation), unit)
            case .answer, .reply, .keep, .log, .end: break
            }
        }
    }

    /// Durable first, then live.
    func store(_ batch: PatrolAction.Batch, _ unit: UnitNode, _ process: UnitNode.Process) -> PatrolInput {
        let (table, writer, first) = (self.table, unit.writer, self.truth.contents.count)
        let drafts = batch.records.enumerated().map { index, draft in
            Draft(draft.isEvent ? .event : .position, made: draft.stamp.time) { number in
                var record = writer.record(draft, as: number)
                // What tells one content from another, wherever it goes.
                record.altitude = Double(first + index)
                return table.write(record, content: first + index)
            }
        }
        var notes: [String: [UInt8]] = [:]
        if let memory = batch.memory { notes["patrol"] = table.write(memory) }
        if self.planted == .sendBeforeDurable { self.sendEarly(drafts, unit, process) }
        for draft in batch.records {
            let content = Truth.Content(unit: unit.index, isEvent: draft.isEvent, happened: self.now)
            self.truth.contents.append(content)
        }
        let entries: [Entry]
        do {
            entries = try process.log.append(drafts, notes: notes)
        } catch {
            self.notBorn(from: first, unit)
            return .notStored(batch, reason: "\(error)")
        }
        for entry in entries { self.born(entry, log: process.log.log) }
        self.holdBudget(unit)
        for entry in entries {
            let number = RecordNumber(log: process.log.log, sequence: entry.sequence)
            self.take(.live(.offered(LiveDelivery.Message(entry.body, number, isEvent: entry.kind == .event))), unit)
        }
        return .stored
    }

    /// A planted fault: what is not durable yet goes out.
    func sendEarly(_ drafts: [Draft], _ unit: UnitNode, _ process: UnitNode.Process) {
        for (index, draft) in drafts.enumerated() {
            let number = RecordNumber(log: process.log.log, sequence: process.log.next + Int64(index))
            let body: [UInt8]
            do { body = try draft.body(number) } catch { return self.blame("a body was not made: \(error)") }
            self.take(.live(.offered(LiveDelivery.Message(body, number, isEvent: draft.kind == .event))), unit)
        }
    }

    /// Gives the delivery an event and does what it decides.
    func take(_ event: Delivery.Event, _ unit: UnitNode) {
        guard let process = unit.process else { return }
        self.inputs += 1
        let moment = self.moment(unit)
        for action in process.delivery.take(event, wall: moment.wall, boot: moment.boot) {
            guard unit.process === process, !self.diesNow(unit) else { return }
            self.perform(action, unit, process)
        }
    }

    func perform(_ action: Delivery.Action, _ unit: UnitNode, _ process: UnitNode.Process) {
        let generation = unit.generation
        switch action {
        case .announce(let connection):
            guard unit.connection > 0 else {
                return self.plan(
                    .done(unit: unit.index, generation: generation, .live(.notAnnounced(connection: connection))),
                    in: 1
                )
            }
            self.publish(.state(self.state(unit, process)), unit, process)
            self.plan(
                .done(unit: unit.index, generation: generation, .live(.announced(connection: connection))),
                in: self.delay
            )
        case .send(let message): self.publish(.live(body: message.body), unit, process)
        case .sent(let number): process.log.sent(number)
        case .doubtSent: process.log.doubtSent()
        case .sendBacklog(let payload): self.publish(.backlog(payload: payload), unit, process)
        case .sayGoodbye:
            self.plan(.done(unit: unit.index, generation: generation, .live(.goodbyeSaid)), in: self.delay)
        case .read(let query, let through):
            self.plan(
                .read(unit: unit.index, generation: generation, query, through: through),
                in: self.draw(0...20)
            )
        case .keep(let spending):
            do throws(OutboxError) {
                try unit.disk.commit([.backlogSpent(day: spending.day, bytes: spending.bytes)])
            } catch {}
        case .wait(let milliseconds, let event):
            self.plan(.done(unit: unit.index, generation: generation, event), in: milliseconds)
        case .end: self.die(unit)
        }
    }

    func state(_ unit: UnitNode, _ process: UnitNode.Process) -> DeviceState {
        DeviceState(
            device: unit.name.text,
            unit: "Patrol \(unit.index)",
            online: true,
            log: process.log.log,
            boot: unit.bootedAt,
            connect: Int64(unit.connections),
            version: "1",
            profile: "night",
            plan: nil,
            next: process.log.next
        )
    }

    /// Reads the next part of the backlog.
    func read(_ query: BacklogQuery, through: Int64, _ unit: UnitNode) {
        guard let process = unit.process else { return }
        self.inputs += 1
        var batch: BacklogBatch?
        do throws(OutboxError) {
            let part = try process.log.backlog(
                after: query.after,
                through: through,
                isChecked: query.isChecked,
                limit: Backlog.mostRecords,
                bytes: Backlog.mostBytes - 1_024
            )
            self.note("\(unit.name) sends \(part.bodies.count) records to \(part.last ?? 0), dropped \(part.dropped)")
            batch = BacklogBatch(log: process.log.log, records: part.bodies, last: part.last, dropped: part.dropped)
        } catch {
            if self.diesNow(unit) { return }
        }
        self.take(.backlog(.found(batch)), unit)
    }
}
