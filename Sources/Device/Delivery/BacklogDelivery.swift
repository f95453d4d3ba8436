import PatrolWire

/// Decides what of the backlog goes out, and when: oldest first, in batches, beside the live lane.
///
/// It goes through the log with a cursor. At the end it waits for acknowledgements; what they do not cover after a while is
/// gone through again. It pauses while there is no link or the room is offline. Pure: an event in, actions out.
package struct BacklogDelivery: Sendable {
    /// What happens to the lane.
    package enum Event: Sendable, Hashable {
        /// The link came up or went down.
        case link(isUp: Bool)
        /// The room came or went.
        case room(isOnline: Bool)
        /// The room wants records again that it had before.
        case again
        /// What ``Action/read(_:)`` found; `nil` when the log cannot be read now.
        case found(BacklogBatch?)
        /// The broker has a message.
        case taken
        /// The broker did not take a message.
        case refused
        /// A second is over, or the pause that was asked for.
        case tick
        /// The program is to end.
        case stop
    }

    /// What is to be done.
    package enum Action: Sendable, Hashable {
        /// Read from the log.
        case read(BacklogQuery)
        /// Give the broker a message.
        case send([UInt8])
        /// Say ``Event/tick`` after so many ms.
        case pause(Int64)
        /// Keep what was spent, over restarts.
        case keep(DaySpending)
        /// Nothing more will be sent.
        case end
    }

    private enum State: Sendable, Hashable {
        /// No link, or no room.
        case away
        /// Nothing to do until the next second.
        case resting
        /// The log is being read; `isStale` when the cursor was set back meanwhile.
        case reading(isStale: Bool)
        /// As many messages are on their way as may be.
        case crowded
        /// The rate allows no more for a moment.
        case throttled
        /// The program ends once the messages on their way are answered.
        case ending
        case ended
    }

    /// Where it is in the log.
    private struct Pass: Sendable, Hashable {
        var cursor: Int64 = 0
        /// Whether records are looked at before they go: the pass before was not acknowledged.
        var isChecked = false
        /// Everything was sent: until then the room has time to acknowledge, ms of CLOCK_BOOTTIME.
        var waitsUntil: Int64?
    }

    /// After a pass the room gets this long to acknowledge, ms.
    private static let patience: Int64 = 10_000

    /// Messages on their way at the same time; the live lane needs the rest of the connection's twenty.
    private static let mostOnTheWay = 8

    /// A longer wait for the rate is left to the next second, ms: a shutdown must not wait for it.
    private static let longestPause: Int64 = 1_000

    /// Ranges of dropped numbers in a message.
    private static let mostDeclared = 16

    private var state = State.away
    private var pass = Pass()
    private var onTheWay = 0
    private var isLinkUp = false
    /// Whether the room is there.
    package private(set) var isRoomOnline = false
    private var budget: ByteBudget
    private var kept: DaySpending
    private let keepsSpending: Bool

    /// Creates a lane without a link.
    ///
    /// - Parameters:
    ///   - allowance: What may be spent.
    ///   - spent: What was spent of the day before the start.
    package init(_ allowance: BacklogAllowance, spent: DaySpending = DaySpending(day: 0, bytes: 0)) {
        self.budget = ByteBudget(allowance, spent: spent)
        (self.kept, self.keepsSpending) = (spent, allowance.bytesPerDay != nil)
    }

    /// Takes an event.
    ///
    /// - Parameters:
    ///   - event: What happened.
    ///   - wall: ms since 1970 UTC.
    ///   - boot: ms of CLOCK_BOOTTIME.
    /// - Returns: What is to be done, in order.
    package mutating func take(_ event: Event, wall: Int64, boot: Int64) -> [Action] {
        switch event {
        case .link(let isUp):
            self.isLinkUp = isUp
            return self.presenceChanged(wall, boot)
        case .room(let isOnline):
            // What was sent to a room that then went away may not have been stored: begin again.
            if isOnline, !self.isRoomOnline { self.beginAnew() }
            self.isRoomOnline = isOnline
            return self.presenceChanged(wall, boot)
        case .again:
            self.beginAnew()
            return self.state == .resting ? self.goOn(wall, boot) : []
        case .found(let batch): return self.found(batch, wall, boot)
        case .taken:
            self.onTheWay = max(0, self.onTheWay - 1)
            return self.answered(wall, boot)
        case .refused:
            self.onTheWay = max(0, self.onTheWay - 1)
            // The cursor has passed these records: the next pass takes them again.
            self.setBack(to: Pass(waitsUntil: boot + 1_000))
            if case .crowded = self.state { self.state = .resting }
            return self.answered(wall, boot)
        case .tick: return self.tick(wall, boot)
        case .stop: return self.stop()
        }
    }

    private mutating func presenceChanged(_ wall: Int64, _ boot: Int64) -> [Action] {
        switch self.state {
        case .away where self.isLinkUp && self.isRoomOnline: return self.goOn(wall, boot)
        case .resting, .crowded, .throttled:
            guard !self.isLinkUp || !self.isRoomOnline else {
                return self.state == .resting ? self.goOn(wall, boot) : []
            }
            self.state = .away
            return self.keepSpending()
        // What is being read is still sent or, without a link, refused.
        case .away, .reading, .ending, .ended: return []
        }
    }

    private mutating func beginAnew() { self.setBack(to: Pass()) }

    private mutating func setBack(to pass: Pass) {
        self.pass = pass
        if case .reading = self.state { self.state = .reading(isStale: true) }
    }

    private mutating func tick(_ wall: Int64, _ boot: Int64) -> [Action] {
        switch self.state {
        case .resting, .throttled: self.goOn(wall, boot)
        case .away, .reading, .crowded, .ending, .ended: []
        }
    }

    private mutating func answered(_ wall: Int64, _ boot: Int64) -> [Action] {
        switch self.state {
        case .crowded: return self.goOn(wall, boot)
        case .ending where self.onTheWay == 0:
            self.state = .ended
            return self.keepSpending() + [.end]
        case .away, .resting, .reading, .throttled, .ending, .ended: return []
        }
    }

    private mutating func stop() -> [Action] {
        switch self.state {
        case .away, .resting, .crowded, .throttled, .reading:
            self.state = self.onTheWay == 0 ? .ended : .ending
            return self.state == .ended ? self.keepSpending() + [.end] : []
        case .ending, .ended: return []
        }
    }

    /// Reads on, or says why not.
    private mutating func goOn(_ wall: Int64, _ boot: Int64) -> [Action] {
        guard self.isLinkUp, self.isRoomOnline else {
            self.state = .away
            return self.keepSpending()
        }
        guard self.onTheWay < Self.mostOnTheWay else {
            self.state = .crowded
            return []
        }
        let wait = self.budget.wait(wall: wall, boot: boot)
        guard wait == 0 else {
            self.state = .throttled
            return wait > Self.longestPause ? self.keepSpending() : [.pause(wait)]
        }
        if let waitsUntil = self.pass.waitsUntil, boot >= waitsUntil { self.pass = Pass(isChecked: true) }
        self.state = .reading(isStale: false)
        return [.read(BacklogQuery(after: self.pass.cursor, isChecked: self.pass.isChecked))]
    }

    private mutating func found(_ batch: BacklogBatch?, _ wall: Int64, _ boot: Int64) -> [Action] {
        guard case .reading(let isStale) = self.state else { return [] }
        guard let batch else {
            self.state = .resting
            return self.keepSpending()
        }
        // Dropped numbers alone are declared once a pass.
        let isDeclaration = batch.records.isEmpty && !batch.dropped.isEmpty && self.pass.cursor == 0
        guard let last = batch.last ?? (isDeclaration ? 1 : nil) else {
            self.pass.isChecked = false
            if self.pass.waitsUntil == nil, self.pass.cursor > 0 { self.pass.waitsUntil = boot + Self.patience }
            self.state = .resting
            return self.keepSpending()
        }
        if !isStale { self.pass.cursor = max(last, self.pass.cursor) }
        let payload = Backlog.splice(
            log: batch.log,
            records: batch.records,
            dropped: Array(batch.dropped.prefix(Self.mostDeclared))
        )
        self.budget.spend(payload.count, wall: wall, boot: boot)
        self.onTheWay += 1
        return [.send(payload)] + self.goOn(wall, boot)
    }

    /// Before the next pass a restart may come: what this one cost is kept.
    private mutating func keepSpending() -> [Action] {
        guard self.keepsSpending, self.budget.spent != self.kept else { return [] }
        self.kept = self.budget.spent
        return [.keep(self.kept)]
    }
}
