import ConsoleWire
import Delivery
import Ground
import Numbering
import Orders
import PatrolWire
import Patrolling
import Plan
import Position
import Report

/// What a device does: as `patrold` performs it, on a model of its machine.
extension Night {
    private var settings: ReportPolicy.Settings { ReportPolicy.Settings(interval: 10_000, drift: 15, turn: 30) }

    func moment(_ unit: UnitNode) -> Moment {
        Moment(
            wall: Self.beginning + self.now + unit.clockError,
            boot: self.now - unit.bootedAt,
            isSynchronised: unit.isSynchronised
        )
    }

    // MARK: Start and end

    /// The program starts; it is tried again later where the disk does not let it.
    func start(_ unit: UnitNode, isBoot: Bool) {
        guard unit.process == nil, unit.isInService else { return }
        if isBoot { unit.bootedAt = self.now }
        unit.disk.restart()
        let table = self.table
        let log: RecordLog<ModelDisk>
        do throws(OutboxError) {
            log = try RecordLog(
                unit.disk,
                codec: self.planted == .forgetFormerNumbers ? ForgetfulRecords(table) : table,
                identity: unit.disk.identity,
                spaceBudget: self.weather.mostRecords.map { $0 * ModelDisk.recordSize },
                newLog: { table.newLog() },
                notice: { _ in }
            )
        } catch {
            return self.plan(.start(unit: unit.index, isBoot: isBoot), in: self.draw(1_000...10_000))
        }
        var patrol = Patrol(
            Patrol.Settings(
                device: unit.name.text,
                unit: "Patrol \(unit.index)",
                limits: FixGate.Limits(),
                report: self.settings,
                lostAfter: 10_000,
                saving: Patrol.Saving(below: 0.3, stretch: 3),
                earliest: Self.beginning - 86_400_000,
                keeper: PlanKeeper(keys: [:], reader: PlanReader { _ in nil })
            )
        )
        if let memory = unit.disk.image.notes["patrol"].flatMap({ table.memory($0) }) {
            // Without a plan there is no track that could be spoilt.
            do { try patrol.resume(memory) } catch { self.blame("a memory that was kept cannot be read: \(error)") }
        }
        let spent = unit.disk.image.spent
        let delivery = Delivery(self.weather.allowance, spent: DaySpending(day: spent.day, bytes: spent.bytes))
        unit.process = UnitNode.Process(patrol: patrol, log: log, delivery: delivery)
        unit.generation += 1
        self.note("\(unit.name) starts, log \(log.log), next \(log.next)")
        let isFirst = unit.disk.image.boot != unit.bootedAt
        unit.disk.noteBoot(unit.bootedAt)
        self.take(.started(isFirstOfBoot: isFirst, plan: nil), unit)
    }

    /// The program ends between two actions, as with kill -9 or the power.
    func die(_ unit: UnitNode) {
        guard unit.process != nil else { return }
        self.note("\(unit.name) dies")
        (unit.process, unit.generation) = (nil, unit.generation + 1)
        self.breakConnection(unit)
    }

    /// Whether the program has to die now; then it has.
    private func diesNow(_ unit: UnitNode) -> Bool {
        guard unit.disk.isCut || (!self.isCalm && self.chance(self.weather.dies)) else { return false }
        let isCut = unit.disk.isCut
        self.die(unit)
        self.plan(.start(unit: unit.index, isBoot: isCut || self.chance(0.3)), in: self.draw(500...20_000))
        if unit.isReached { self.plan(.connect(unit: unit.index), in: self.draw(1_000...30_000)) }
        return true
    }

    // MARK: What happens to it

    func secondPassed(_ unit: UnitNode) {
        guard let process = unit.process else { return }
        var state = UplinkState(isLinkUp: process.delivery.isUp, isRoomOnline: process.delivery.isRoomOnline)
        do throws(OutboxError) { state.waiting = try process.log.waiting().count } catch {}
        self.take(.uplink(state), unit)
        self.take(.tick, unit)
        self.take(.backlog(.tick), unit)
    }

    func move(_ unit: UnitNode) {
        guard unit.process != nil, !self.isCalm || self.now < self.calmFixesEnd else { return }
        if self.chance(0.1) { unit.speed = Double(self.draw(0...25)) }
        unit.north += unit.speed * Double(self.weather.fixEvery) / 1_000
        guard let start = Coordinate(latitude: 40, longitude: 116),
            let place = start.moved(by: Metres(unit.north), course: 0)
        else { return }
        let moment = self.moment(unit)
        var fix = Fix(received: moment.boot, coordinate: place, mode: 3)
        // The receiver knows the true time, and sometimes none.
        fix.measured = self.chance(0.9) ? Self.beginning + self.now : nil
        (fix.speed, fix.course) = (unit.speed, 0)
        self.take(.position(.fix(fix)), unit)
    }

    func officerActs(_ unit: UnitNode) {
        guard unit.process != nil, !self.isCalm else { return }
        switch self.draw(0...5) {
        case 0: self.take(.console(ConsoleRequest(.sos)), unit)
        case 1:
            var request = ConsoleRequest(.checkin)
            request.officers = ["\(self.draw(1_000...1_009))"]
            self.take(.console(request), unit)
        case 2: self.take(.console(ConsoleRequest(.checkout)), unit)
        case 3: self.take(.machine(name: "ignition", value: self.chance(0.5) ? 1 : 0), unit)
        case 4: self.take(.machine(name: "battery", value: Double(self.draw(0...100)) / 100), unit)
        default: self.take(.machine(name: "siren", value: self.chance(0.5) ? 1 : 0), unit)
        }
    }

    /// A word of the room.
    func hear(_ word: Downward, _ unit: UnitNode) {
        guard let process = unit.process else { return }
        switch word {
        case .room(let isOnline): self.take(.backlog(.room(isOnline: isOnline)), unit)
        case .command(let command): self.take(.command(command, correlation: nil), unit)
        case .acknowledgement(let word):
            self.inputs += 1
            let (log, before) = (process.log.log, process.log.acknowledged)
            do throws(OutboxError) {
                let again = try process.log.takeOver(word)
                if process.log.log != log {
                    self.note("\(unit.name) begins log \(process.log.log) instead of \(log)")
                    if !self.ledgerOfTruth.setBack.contains(log) {
                        self.blame("log \(log) was given up without a reason")
                    }
                    self.take(.live(.logChanged), unit)
                } else {
                    self.acknowledged(process.log.acknowledged.subtracting(before), unit)
                }
                if again > 0 { self.take(.backlog(.again), unit) }
            } catch {
                _ = self.diesNow(unit)
            }
        }
    }

    // MARK: What it decides

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
    private func store(_ batch: PatrolAction.Batch, _ unit: UnitNode, _ process: UnitNode.Process) -> PatrolInput {
        let (table, writer, first) = (self.table, unit.writer, self.ledgerOfTruth.contents.count)
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
            self.ledgerOfTruth.contents.append(content)
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
    private func sendEarly(_ drafts: [Draft], _ unit: UnitNode, _ process: UnitNode.Process) {
        for (index, draft) in drafts.enumerated() {
            let number = RecordNumber(log: process.log.log, sequence: process.log.next + Int64(index))
            guard let body = try? draft.body(number) else { continue }
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

    private func perform(_ action: Delivery.Action, _ unit: UnitNode, _ process: UnitNode.Process) {
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

    private func state(_ unit: UnitNode, _ process: UnitNode.Process) -> DeviceState {
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

    // MARK: The link

    private func publish(_ content: Message.Content, _ unit: UnitNode, _ process: UnitNode.Process) {
        self.messages += 1
        let number = self.messages
        switch content {
        case .state: break
        case .live: process.unanswered.append((number, true))
        case .backlog: process.unanswered.append((number, false))
        }
        guard unit.connection > 0 else {
            return self.plan(
                .answer(unit: unit.index, generation: unit.generation, number: number, isTaken: false),
                in: 1
            )
        }
        let time = max(self.now + self.delay, unit.lastBirth.broker)
        if case .state = content { unit.lastBirth.broker = time }
        self.queue.plan(
            .reachBroker(
                Message(unit: unit.index, connection: unit.connection, content: content),
                connection: unit.connection,
                number: number,
                generation: unit.generation
            ),
            at: time
        )
    }

    /// The broker has a message, or the link says that it does not.
    func answered(_ number: Int, _ isTaken: Bool, _ unit: UnitNode) {
        guard let process = unit.process,
            let index = process.unanswered.firstIndex(where: { $0.message == number })
        else { return }
        if process.unanswered.remove(at: index).isLive {
            self.take(.live(isTaken ? .taken : .refused), unit)
        } else {
            self.take(.backlog(isTaken ? .taken : .refused), unit)
        }
    }

    func connect(_ unit: UnitNode) {
        unit.isReached = true
        guard let process = unit.process, unit.connection == 0 else { return }
        do throws(OutboxError) { _ = try process.log.countConnection() } catch {
            if self.diesNow(unit) { return }
        }
        unit.connections += 1
        unit.connection = unit.connections
        self.note("\(unit.name) connects")
        self.sendRetained(to: unit)
        self.take(.live(.connected), unit)
    }

    func disconnect(_ unit: UnitNode) {
        unit.isReached = false
        self.breakConnection(unit)
    }

    private func breakConnection(_ unit: UnitNode) {
        guard unit.connection > 0 else { return }
        self.note("\(unit.name) disconnects")
        unit.connection = 0
        guard let process = unit.process else { return }
        self.take(.live(.disconnected), unit)
        // What was not answered is refused: the broker may have it or not.
        let unanswered = process.unanswered
        for item in unanswered where unit.process === process { self.answered(item.message, false, unit) }
    }
}

/// A planted fault: records that get another number do not say which they had.
private struct ForgetfulRecords: RecordCodec {
    private let table: RecordTable

    init(_ table: RecordTable) { self.table = table }

    func digest(of body: [UInt8]) -> String? { self.table.digest(of: body) }

    func number(of body: [UInt8]) -> RecordNumber? { self.table.number(of: body) }

    func renumbered(_ body: [UInt8], as number: RecordNumber) -> [UInt8]? {
        guard let record = self.table.record(body), let content = self.table.content(body) else { return nil }
        var other = record.renumbered(number)
        other.was = nil
        return self.table.write(other, content: content)
    }
}
