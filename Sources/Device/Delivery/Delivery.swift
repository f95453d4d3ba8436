package import PatrolWire

/// What goes from the device to the room: the live lane, and the backlog beside it.
///
/// Pure: an event in, actions out.
package struct Delivery: Sendable {
    /// What happens.
    package enum Event: Sendable, Hashable {
        /// To the live lane.
        case live(LiveDelivery.Event)
        /// To the backlog.
        case backlog(BacklogDelivery.Event)
        /// The program is to end.
        case stop
    }

    /// What is to be done.
    package enum Action: Sendable, Hashable {
        /// Tell the broker that the device is there, on a connection.
        case announce(connection: Int)
        /// Give the broker a record, at once.
        case send(LiveDelivery.Message)
        /// Remember that a record went out.
        case sent(RecordNumber)
        /// What went out and was not acknowledged may not have arrived: the link broke, or the room went away.
        case doubtSent
        /// Tell the broker that this is the end.
        case sayGoodbye
        /// Read from the log, up to a number.
        case read(BacklogQuery, through: Int64)
        /// Give the broker a message of backlog.
        case sendBacklog([UInt8])
        /// Keep what was spent, over restarts.
        case keep(DaySpending)
        /// Say an event after so many ms.
        case wait(Int64, then: Event)
        /// Nothing more will be sent.
        case end
    }

    /// A record gets this long to go live and be acknowledged before it counts as backlog, ms.
    private static let settling: Int64 = 8_000

    private var live = LiveDelivery()
    private var backlog: BacklogDelivery
    /// Lanes that still send.
    private var open = 2

    /// Creates a delivery without a connection.
    ///
    /// - Parameters:
    ///   - allowance: What the backlog may spend.
    ///   - spent: What it had spent of the day before the start.
    package init(_ allowance: BacklogAllowance, spent: DaySpending) {
        self.backlog = BacklogDelivery(allowance, spent: spent)
    }

    /// Whether the broker is connected and knows that the device is there.
    package var isUp: Bool { self.live.isUp }

    /// Whether the room is there.
    package var isRoomOnline: Bool { self.backlog.isRoomOnline }

    /// Takes an event.
    ///
    /// - Parameters:
    ///   - event: What happened.
    ///   - wall: ms since 1970 UTC.
    ///   - boot: ms of CLOCK_BOOTTIME.
    /// - Returns: What is to be done, in order.
    package mutating func take(_ event: Event, wall: Int64, boot: Int64) -> [Action] {
        switch event {
        case .live(let event): return self.takeLive(event, wall, boot)
        case .backlog(let event): return self.takeBacklog(event, wall, boot)
        case .stop: return self.takeBacklog(.stop, wall, boot) + self.takeLive(.stop, wall, boot)
        }
    }

    private mutating func takeLive(_ event: LiveDelivery.Event, _ wall: Int64, _ boot: Int64) -> [Action] {
        let wasUp = self.live.isUp
        var actions = self.live.take(event, at: boot).flatMap { action -> [Action] in
            switch action {
            case .announce(let connection): [.announce(connection: connection)]
            case .send(let message): [.send(message), .sent(message.number)]
            case .rest(let milliseconds): [.wait(milliseconds, then: .live(.rested))]
            case .limit(let milliseconds): [.wait(milliseconds, then: .live(.outOfTime))]
            case .sayGoodbye: [.sayGoodbye]
            case .end: [.end]
            }
        }
        if self.live.isUp != wasUp {
            if wasUp { actions.append(.doubtSent) }
            actions += self.takeBacklog(.link(isUp: !wasUp), wall, boot)
        }
        return self.ending(actions)
    }

    private mutating func takeBacklog(_ event: BacklogDelivery.Event, _ wall: Int64, _ boot: Int64) -> [Action] {
        let wasOnline = self.backlog.isRoomOnline
        var actions = self.backlog.take(event, wall: wall, boot: boot).map { action -> Action in
            switch action {
            case .read(let query):
                .read(query, through: self.live.settledSequence(at: boot, settling: Self.settling))
            case .send(let payload): .sendBacklog(payload)
            case .pause(let milliseconds): .wait(milliseconds, then: .backlog(.tick))
            case .keep(let spending): .keep(spending)
            case .end: .end
            }
        }
        if !wasOnline, self.backlog.isRoomOnline { actions.insert(.doubtSent, at: 0) }
        return self.ending(actions)
    }

    /// The end is the end of both lanes.
    private mutating func ending(_ actions: [Action]) -> [Action] {
        actions.filter { action in
            guard action == .end else { return true }
            self.open -= 1
            return self.open == 0
        }
    }
}
