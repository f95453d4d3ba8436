package import PatrolWire

/// Decides what goes live, and when: events first, then the newest position, one message at a time.
///
/// One at a time, so that on a slow link the position that goes out is the newest there is. Pure: an event in, actions out.
package struct LiveDelivery: Sendable {
    /// A record that goes live.
    package struct Message: Sendable, Hashable {
        /// Its bytes.
        package var body: [UInt8]
        /// Its number.
        package var number: RecordNumber
        /// Whether it is an event.
        package var isEvent: Bool

        /// Creates one.
        package init(_ body: [UInt8], _ number: RecordNumber, isEvent: Bool) {
            (self.body, self.number, self.isEvent) = (body, number, isEvent)
        }
    }

    /// What happens to the lane.
    package enum Event: Sendable, Hashable {
        /// A record has become durable.
        case offered(Message)
        /// The broker is connected.
        case connected
        /// The connection is gone.
        case disconnected
        /// The broker has the birth message of a connection.
        case announced(connection: Int)
        /// The broker did not take the birth message of a connection.
        case notAnnounced(connection: Int)
        /// The device goes on in another log.
        case logChanged
        /// The broker has the record.
        case taken
        /// The broker did not take the record.
        case refused
        /// The rest that was asked for is over.
        case rested
        /// The program is to end.
        case stop
        /// There is no more time for what waits.
        case outOfTime
        /// The broker was told that this is the end, or cannot be told.
        case goodbyeSaid
    }

    /// What is to be done.
    package enum Action: Sendable, Hashable {
        /// Tell the broker that the device is there, on a connection.
        case announce(connection: Int)
        /// Give the broker a record.
        case send(Message)
        /// Say ``Event/rested`` after so many ms.
        case rest(Int64)
        /// Say ``Event/outOfTime`` after so many ms.
        case limit(Int64)
        /// Tell the broker that this is the end.
        case sayGoodbye
        /// Nothing more will be sent.
        case end
    }

    /// The record that is being sent.
    private enum Sending: Sendable, Hashable {
        case none
        case underWay(Message)
        /// The last one was not taken: not again in a tight loop.
        case resting
    }

    private enum State: Sendable, Hashable {
        /// No connection; a record given to the broker before may still be unanswered.
        case offline(Sending)
        /// Connected; the birth message is on its way, and goes before every record.
        case announcing(Sending)
        case online(Sending)
        /// The program ends: what waits is still sent.
        case leaving(Sending)
        case sayingGoodbye
        case ended
    }

    /// After a record that was not taken, ms.
    private static let longRest: Int64 = 1_000
    /// The same while the program ends, ms.
    private static let shortRest: Int64 = 20
    /// What waits at the end gets so long, ms.
    private static let farewell: Int64 = 3_000
    /// Numbers offered lately: more than ten seconds of the fastest receiver.
    private static let mostRecent = 1_024

    private var state = State.offline(.none)
    /// Connections so far: the word on the birth message of an earlier one says nothing about this one.
    private var connection = 0
    private var queue = LaneQueue<Message>()
    /// Numbers offered lately and when, ms of CLOCK_BOOTTIME; oldest first.
    private var recent: [(sequence: Int64, offered: Int64)] = []

    /// Creates a lane without a connection.
    package init() {}

    /// Whether the broker is connected and has the birth message.
    package var isUp: Bool {
        switch self.state {
        case .online, .leaving: true
        case .offline, .announcing, .sayingGoodbye, .ended: false
        }
    }

    /// The newest number that has had `settling` ms to go live: up to it, what is not acknowledged is backlog.
    package mutating func settledSequence(at now: Int64, settling: Int64) -> Int64 {
        self.recent.removeAll { $0.offered + settling <= now }
        return self.recent.first.map { $0.sequence - 1 } ?? .max
    }

    /// Takes an event; `now` is ms of CLOCK_BOOTTIME.
    package mutating func take(_ event: Event, at now: Int64) -> [Action] {
        switch event {
        case .offered(let message):
            self.recent.append((message.number.sequence, now))
            if self.recent.count > Self.mostRecent { self.recent.removeFirst() }
            self.enqueue(message)
            return self.sendNext()
        case .connected: return self.connect()
        case .disconnected: return self.disconnect()
        case .announced(let connection): return connection == self.connection ? self.announced() : []
        case .notAnnounced(let connection):
            if case .announcing(let sending) = self.state, connection == self.connection {
                self.state = .offline(sending)
            }
            return []
        case .logChanged: return self.announceAgain()
        case .taken:
            _ = self.finishSending(.none)
            return self.sendNext()
        case .refused: return self.refused()
        case .rested:
            guard self.sending == .resting else { return [] }
            self.setSending(.none)
            return self.sendNext()
        case .stop: return self.stop()
        case .outOfTime:
            guard case .leaving = self.state else { return [] }
            return self.goodbye()
        case .goodbyeSaid: return self.goodbyeSaid()
        }
    }

    private mutating func connect() -> [Action] {
        switch self.state {
        case .offline(let sending), .announcing(let sending), .online(let sending):
            self.connection += 1
            self.state = .announcing(sending)
            return [.announce(connection: self.connection)]
        case .leaving, .sayingGoodbye, .ended: return []
        }
    }

    /// What was said of the device at its birth is no longer true.
    private func announceAgain() -> [Action] {
        switch self.state {
        case .announcing, .online: [.announce(connection: self.connection)]
        case .offline, .leaving, .sayingGoodbye, .ended: []
        }
    }

    private mutating func disconnect() -> [Action] {
        switch self.state {
        case .offline: return []
        case .announcing(let sending), .online(let sending):
            self.state = .offline(sending)
            return []
        case .leaving, .sayingGoodbye:
            self.state = .ended
            return [.end]
        case .ended: return []
        }
    }

    private mutating func announced() -> [Action] {
        guard case .announcing(let sending) = self.state else { return [] }
        self.state = .online(sending)
        return self.sendNext()
    }

    private mutating func refused() -> [Action] {
        guard let message = self.finishSending(.resting) else { return [] }
        self.giveBack(message)
        if case .leaving = self.state { return [.rest(Self.shortRest)] }
        return [.rest(Self.longRest)]
    }

    private mutating func stop() -> [Action] {
        switch self.state {
        case .offline, .announcing:
            self.state = .ended
            return [.end]
        case .online(let sending):
            // A rest of a second is a third of what is left.
            self.state = .leaving(sending == .resting ? .none : sending)
            return [.limit(Self.farewell)] + self.sendNext()
        case .leaving, .sayingGoodbye, .ended: return []
        }
    }

    private mutating func goodbye() -> [Action] {
        self.state = .sayingGoodbye
        return [.sayGoodbye]
    }

    private mutating func goodbyeSaid() -> [Action] {
        guard self.state == .sayingGoodbye else { return [] }
        self.state = .ended
        return [.end]
    }

    /// Sends what goes next, unless something is on its way or did not get through a moment ago.
    private mutating func sendNext() -> [Action] {
        switch self.state {
        case .online(.none):
            guard let message = self.next() else { return [] }
            self.state = .online(.underWay(message))
            return [.send(message)]
        case .leaving(.none):
            guard let message = self.next() else { return self.goodbye() }
            self.state = .leaving(.underWay(message))
            return [.send(message)]
        case .online, .leaving, .offline, .announcing, .sayingGoodbye, .ended: return []
        }
    }

    private var sending: Sending {
        switch self.state {
        case .offline(let sending), .announcing(let sending), .online(let sending), .leaving(let sending): sending
        case .sayingGoodbye, .ended: .none
        }
    }

    private mutating func setSending(_ sending: Sending) {
        switch self.state {
        case .offline: self.state = .offline(sending)
        case .announcing: self.state = .announcing(sending)
        case .online: self.state = .online(sending)
        case .leaving: self.state = .leaving(sending)
        case .sayingGoodbye, .ended: break
        }
    }

    /// The record on its way has been answered; `nil` when there is none.
    private mutating func finishSending(_ next: Sending) -> Message? {
        guard case .underWay(let message) = self.sending else { return nil }
        self.setSending(next)
        return message
    }

    private mutating func enqueue(_ message: Message) {
        if message.isEvent {
            self.queue.offer(event: message)
        } else {
            self.queue.offer(position: message)
        }
    }

    private mutating func giveBack(_ message: Message) {
        self.queue.giveBack(message, isEvent: message.isEvent)
    }

    private mutating func next() -> Message? { self.queue.next()?.record }
}
