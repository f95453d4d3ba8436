import CMosquitto
import DequeModule
import Glibc
import Threading

/// What is said to the broker over one connection, and what still waits to be said.
///
/// Not `Sendable`: the session keeps it locked, and only the holder of the lock is inside libmosquitto.
struct Conversation {
    /// A message, and the caller that waits for the broker's acknowledgement.
    struct Order {
        let message: BrokerMessage
        /// Called with the conversation locked: it must not publish.
        let reply: @Sendable (Result<Void, BrokerError>) -> Void
    }

    /// How it goes on.
    enum Turn {
        /// When the socket has something, or the time is over.
        case wait(socket: CInt, events: Int16, milliseconds: CInt)
        /// Not at all, once the broker has hung up on a descriptor that is the caller's to close: it has heard the goodbye.
        case farewell(socket: CInt)
        /// Not at all.
        case end(BrokerError?)
    }

    /// More than this the broker may refuse, and a slow link would only queue.
    static let mostInFlight = 20

    private static let answerMilliseconds: Int64 = 15_000
    private static let farewellMilliseconds: Int64 = 2_000

    /// How long the broker has to hang up once it was told of the end, ms.
    static let hangUpMilliseconds: Int64 = 1_000

    /// So many times in a row a socket may say that the other side hung up before that is believed.
    private static let mostIdleHangups = 20

    /// How long the socket is waited for, ms: with all to do as before, while the inbox's reader is behind, and for the
    /// rest of a goodbye.
    private static let (usualWait, pausedWait, goodbyeWait): (CInt, CInt, CInt) = (200, 20, 50)

    /// Whether the broker accepted connection and subscriptions.
    private(set) var isUp = false

    /// Whether an orderly end is wanted: nothing new is taken, what is in flight is waited for.
    var isEnding = false

    private let broker: String
    private let filters: [String]
    private let client: MosquittoClient
    private var waiting: Deque<Order> = []
    private var isOver = false
    private var hasSubscribed = false
    private var idleHangups = 0
    private let began = SystemClock.bootMilliseconds
    private var farewell: Int64?
    /// Stays open when libmosquitto has closed its own, which it does as soon as the goodbye is written.
    private var lastSocket: CInt?

    /// Creates a conversation over a client that has connected.
    init(_ client: MosquittoClient, filters: [String]) {
        (self.client, self.broker, self.filters) = (client, client.broker, filters)
    }

    /// Takes a message and sends it, when its turn has come; returns `false` when nothing is taken any more.
    mutating func take(_ order: Order) -> Bool {
        guard !self.isOver, !self.isEnding else { return false }
        self.waiting.append(order)
        self.send()
        return true
    }

    /// Whether the socket did not take all of what was sent: the link's thread has to look after the rest.
    var hasRest: Bool { !self.isOver && mosquitto_want_write(self.client.handle) }

    /// Lets libmosquitto read and write what it can, and sends what its answers made room for.
    ///
    /// - Parameters:
    ///   - isPaused: Nothing is to be read now, because the reader of the inbox is behind.
    ///   - hasHungUp: What the socket's last `poll` said.
    /// - Returns: How it goes on.
    mutating func turn(isPaused: Bool, hasHungUp: Bool) -> Turn {
        let client = self.client
        if let socket = self.lastSocket { return self.finishGoodbye(socket) }
        let code = isPaused ? client.writeOnly() : client.readAndWrite()
        if case .refused(let reason) = client.connack { return .end(.refused(broker: self.broker, reason: reason)) }
        if case .refused(let reason) = client.suback { return .end(.refused(broker: self.broker, reason: reason)) }
        if let error = BrokerError(code: code, broker: self.broker) {
            guard let reason = client.disconnectReason, self.isUp else { return .end(error) }
            return .end(.unreachable(broker: self.broker, reason: reason))
        }
        // A TLS port that closes in the handshake leaves libmosquitto spinning without an error.
        self.idleHangups = hasHungUp ? self.idleHangups + 1 : 0
        if self.idleHangups > Self.mostIdleHangups {
            return .end(.unreachable(broker: self.broker, reason: "closed by the other side"))
        }
        if client.connack == .accepted, !self.hasSubscribed {
            self.hasSubscribed = true
            do throws(BrokerError) { try client.subscribe(self.filters) } catch { return .end(error) }
        }
        self.isUp = client.suback == .accepted
        if !self.isUp, SystemClock.bootMilliseconds - self.began > Self.answerMilliseconds {
            let reason = "no MQTT answer within \(Self.answerMilliseconds / 1_000) s"
            return .end(.unreachable(broker: self.broker, reason: reason))
        }
        self.send()
        if self.isEnding, self.hasSaidAll() { return self.sayGoodbye() }
        return self.wait(isPaused: isPaused)
    }

    /// Ends it: callers that still wait get an error.
    mutating func end(_ error: BrokerError?) {
        self.isOver = true
        self.isUp = false
        let error = error ?? .notConnected(broker: self.broker)
        self.client.abandon(error)
        for order in self.waiting { order.reply(.failure(error)) }
        self.waiting = []
    }

    private mutating func send() {
        guard self.isUp else { return }
        while self.client.inFlightCount < Self.mostInFlight, let order = self.waiting.popFirst() {
            self.client.publish(order.message, acknowledge: order.reply)
        }
    }

    /// Tells the broker of the end.
    ///
    /// A socket that is closed while something in it is unread is reset, and a broker that writes to it then
    /// takes the client for vanished, before it has read the goodbye.
    private mutating func sayGoodbye() -> Turn {
        let socket = fcntl(self.client.socket, F_DUPFD_CLOEXEC, 0)
        mosquitto_disconnect_v5(self.client.handle, 0, nil)
        guard socket >= 0 else { return .end(nil) }
        self.lastSocket = socket
        self.farewell = SystemClock.bootMilliseconds + Self.hangUpMilliseconds
        return self.finishGoodbye(socket)
    }

    private func finishGoodbye(_ socket: CInt) -> Turn {
        let isWritten = !mosquitto_want_write(self.client.handle)
        if isWritten || SystemClock.bootMilliseconds > self.farewell ?? 0 { return .farewell(socket: socket) }
        let code = self.client.writeOnly()
        return code == 0
            ? .wait(socket: socket, events: Int16(POLLOUT), milliseconds: Self.goodbyeWait) : .farewell(socket: socket)
    }

    private mutating func hasSaidAll() -> Bool {
        let deadline = self.farewell ?? SystemClock.bootMilliseconds + Self.farewellMilliseconds
        self.farewell = deadline
        let isDone = self.waiting.isEmpty && self.client.inFlightCount == 0
        return !self.isUp || isDone || SystemClock.bootMilliseconds > deadline
    }

    private func wait(isPaused: Bool) -> Turn {
        var events = isPaused ? 0 : Int16(POLLIN)
        if mosquitto_want_write(self.client.handle) { events |= Int16(POLLOUT) }
        return .wait(
            socket: self.client.socket,
            events: events,
            milliseconds: isPaused ? Self.pausedWait : Self.usualWait
        )
    }
}
