import Glibc
import Settings
import Threading

/// One connection to the broker, from connect to its end, kept up by one thread of its own.
final class BrokerSession: Sendable {
    /// What the session is made of.
    struct Plan: Sendable {
        var address: BrokerAddress
        var clientID: String
        var will: BrokerMessage?
        var subscriptions: [String]
        var sessionExpiry: UInt32
        var keepalive: Int32
    }

    private let broker: String
    private let inbox: Inbox<ReceivedMessage>
    private let conversation: Locked<Conversation>
    private let wake: WakeEvent

    /// Connects; blocks until the broker's port has answered, or has not.
    init(_ plan: Plan, inbox: Inbox<ReceivedMessage>) throws(BrokerError) {
        let endpoint = plan.address.endpoint
        self.broker = "\(endpoint)"
        self.inbox = inbox
        do throws(OutOfDescriptors) {
            self.wake = try WakeEvent()
        } catch {
            throw .unreachable(broker: self.broker, reason: "\(error)")
        }
        if !endpoint.isLoopback,
            let trouble = TCPProbe.trouble(host: endpoint.host, port: endpoint.port, milliseconds: 5_000)
        {
            throw .unreachable(broker: self.broker, reason: trouble)
        }
        let keepsSession = plan.sessionExpiry > 0
        let client = try MosquittoClient(clientID: plan.clientID, cleanStart: !keepsSession, broker: self.broker) {
            inbox.push($0)
        }
        if let credentials = plan.address.credentials { try client.use(credentials) }
        if let will = plan.will { try client.setWill(will) }
        try client.connect(
            host: endpoint.host,
            port: endpoint.port,
            keepalive: plan.keepalive,
            sessionExpiry: plan.sessionExpiry
        )
        self.conversation = Locked(Conversation(client, filters: plan.subscriptions))
    }

    /// Sends a message, and says what the broker made of it.
    ///
    /// The caller's own thread writes to the socket: to wake the link's thread first would cost a position a tenth of
    /// its way to the broker.
    func publish(_ message: BrokerMessage, reply: @escaping @Sendable (Result<Void, BrokerError>) -> Void) {
        let (isTaken, hasRest) = self.conversation.withLock { conversation in
            (conversation.take(Conversation.Order(message: message, reply: reply)), conversation.hasRest)
        }
        if hasRest { self.wake.signal() }
        if !isTaken { reply(.failure(.notConnected(broker: self.broker))) }
    }

    /// Asks for an orderly end: what is in flight is waited for, then the broker is told.
    func stop() {
        self.conversation.withLock { $0.isEnding = true }
        self.wake.signal()
    }

    /// Keeps the connection up; blocks until it ends.
    ///
    /// - Parameter onUp: Called once, when the broker has accepted the connection and all subscriptions.
    /// - Returns: Why it ended; `nil` when it was asked to.
    func run(onUp: () -> Void) -> BrokerError? {
        let end = self.keepUp(onUp: onUp)
        self.conversation.withLock { $0.end(end) }
        return end
    }

    private func keepUp(onUp: () -> Void) -> BrokerError? {
        var wasUp = false
        var hasHungUp = false
        while true {
            let (turn, isUp) = self.conversation.withLock { conversation in
                (conversation.turn(isPaused: self.inbox.isFull, hasHungUp: hasHungUp), conversation.isUp)
            }
            if isUp, !wasUp { onUp() }
            wasUp = wasUp || isUp
            switch turn {
            case .end(let error): return error
            case .farewell(let socket):
                self.awaitHangUp(socket)
                close(socket)
                return nil
            case .wait(let socket, let events, let milliseconds):
                hasHungUp = self.wait(for: socket, events: events, milliseconds: milliseconds)
            }
        }
    }

    /// Reads what still comes, for nobody, until the broker hangs up or the time for it is over.
    private func awaitHangUp(_ socket: CInt) {
        let deadline = SystemClock.bootMilliseconds + Conversation.hangUpMilliseconds
        var rest = [UInt8](repeating: 0, count: 65_536)
        while case let left = deadline - SystemClock.bootMilliseconds, left > 0 {
            var waiting = pollfd(fd: socket, events: Int16(POLLIN), revents: 0)
            guard poll(&waiting, 1, CInt(left)) > 0 else { continue }
            let count = read(socket, &rest, rest.count)
            if count == 0 || (count < 0 && errno != EAGAIN && errno != EINTR) { return }
        }
    }

    /// Waits until there is something to read or write, or the thread is wanted; returns whether the other side hung up.
    private func wait(for socket: CInt, events: Int16, milliseconds: CInt) -> Bool {
        var waiting = [
            pollfd(fd: self.wake.descriptor, events: Int16(POLLIN), revents: 0),
            pollfd(fd: socket, events: events, revents: 0),
        ]
        poll(&waiting, 2, milliseconds)
        if waiting[0].revents != 0 { self.wake.clear() }
        return waiting[1].revents & Int16(POLLHUP | POLLERR) != 0
    }
}
