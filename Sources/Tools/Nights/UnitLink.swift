import Delivery
import Numbering

/// The link of a device to the broker.
extension Night {
    func publish(_ content: Message.Content, _ unit: UnitNode, _ process: UnitNode.Process) {
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

    func breakConnection(_ unit: UnitNode) {
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
