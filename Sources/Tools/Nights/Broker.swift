import PatrolWire

/// What the broker keeps.
struct Broker {
    /// Whether the room's session is connected.
    var isRoomConnected = false
    /// The room's connections so far: a message on its way to an earlier one is lost.
    var roomConnection = 0
    /// Messages for the room while it is away.
    var waiting: [Message] = []
    /// Retained: whether the room is there; `nil` when forgotten.
    var isRoomOnline: Bool?
    /// Retained: the newest acknowledgement of each unit.
    var acknowledgements: [Int: Acknowledgement] = [:]
    /// Retained: what each unit said of itself when it last connected.
    var states: [Int: Message] = [:]
}

extension Night {
    /// The broker has a message of a unit.
    func reachBroker(_ message: Message, connection: Int, number: Int, generation: Int) {
        let unit = self.units[message.unit]
        // A connection that broke may have carried the last bytes, or not.
        guard unit.connection == connection || self.chance(0.5) else { return }
        self.plan(
            .answer(unit: unit.index, generation: generation, number: number, isTaken: true),
            in: self.delay
        )
        self.forward(message)
        if !self.isCalm, self.chance(self.weather.doubled) { self.forward(message) }
    }

    private func forward(_ message: Message) {
        if case .state = message.content { self.broker.states[message.unit] = message }
        guard self.broker.isRoomConnected else {
            self.broker.waiting.append(message)
            return
        }
        // Nothing overtakes the birth message of its connection.
        let time = max(self.now + self.delay, self.units[message.unit].lastBirth.room)
        if case .state = message.content { self.units[message.unit].lastBirth.room = time }
        self.queue.plan(.reachRoom(message, connection: self.broker.roomConnection), at: time)
    }

    /// A message comes to the room's door.
    func reachRoom(_ message: Message, connection: Int) {
        guard self.room.isUp, self.broker.roomConnection == connection else { return }
        let newest = self.room.newestConnection[message.unit] ?? 0
        guard message.connection >= newest else { return }
        self.room.newestConnection[message.unit] = message.connection
        self.room.inbox.append(message)
        guard !self.room.isBatchPlanned else { return }
        self.room.isBatchPlanned = true
        self.plan(.roomBatch(generation: self.room.generation), in: self.draw(5...200))
    }

    /// The room's session is connected.
    func roomConnects() {
        self.broker.isRoomConnected = true
        self.broker.roomConnection += 1
        let waiting = self.broker.waiting
        self.broker.waiting = []
        for message in waiting { self.forward(message) }
        for unit in self.units { if let state = self.broker.states[unit.index] { self.forward(state) } }
        self.say(isRoomOnline: true)
    }

    /// The room's session is gone; its will says so.
    func roomDisconnects() {
        self.broker.isRoomConnected = false
        self.say(isRoomOnline: false)
    }

    private func say(isRoomOnline: Bool) {
        self.broker.isRoomOnline = isRoomOnline
        for unit in self.units where unit.connection > 0 {
            self.send(.room(isOnline: isRoomOnline), to: unit)
        }
    }

    /// The broker sends a word down; what is late goes to the connection that was there.
    func send(_ word: Downward, to unit: UnitNode) {
        unit.lastWord = max(unit.lastWord, self.now + self.delay)
        self.queue.plan(.reachUnit(unit: unit.index, connection: unit.connection, word), at: unit.lastWord)
    }

    /// What the broker keeps goes to a unit that has connected.
    func sendRetained(to unit: UnitNode) {
        if let isOnline = self.broker.isRoomOnline { self.send(.room(isOnline: isOnline), to: unit) }
        if let word = self.broker.acknowledgements[unit.index] { self.send(.acknowledgement(word), to: unit) }
    }

    /// The broker is started anew, and has lost some or all of what it kept.
    func brokerForgets() {
        self.note("the broker forgets")
        if self.chance(0.7) { self.broker.waiting = [] }
        if self.chance(0.7) {
            (self.broker.isRoomOnline, self.broker.acknowledgements, self.broker.states) = (nil, [:], [:])
        }
        for unit in self.units where unit.connection > 0 {
            self.disconnect(unit)
            self.plan(.connect(unit: unit.index), in: self.draw(500...20_000))
        }
        guard self.room.isUp else { return }
        self.broker.isRoomConnected = false
        self.broker.roomConnection += 1
        self.roomConnects()
    }
}
