import CMosquitto
import DequeModule
import Settings
import Threading

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// One connection to the broker, from connect to its end, run by one thread of its own.
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

    /// More than this the broker may refuse, and a slow link would only queue.
    static let mostInFlight = 20

    private static let answerMilliseconds: Int64 = 15_000
    private static let farewellMilliseconds: Int64 = 2_000

    private struct Order {
        let message: BrokerMessage
        let reply: CheckedContinuation<Result<Void, BrokerError>, Never>
    }

    private struct Orders: Sendable {
        var waiting: Deque<Order> = []
        var isOpen = true
        var stopRequested = false
    }

    private let plan: Plan
    private let inbox: Inbox<ReceivedMessage>
    private let orders = Locked(Orders())
    private let wake = WakeEvent()

    init(plan: Plan, inbox: Inbox<ReceivedMessage>) {
        self.plan = plan
        self.inbox = inbox
    }

    /// Sends a message and returns once the broker has acknowledged it.
    func publish(_ message: BrokerMessage) async throws(BrokerError) {
        let result = await withCheckedContinuation { reply in
            let isTaken = self.orders.withLock { orders -> Bool in
                guard orders.isOpen, !orders.stopRequested else { return false }
                orders.waiting.append(Order(message: message, reply: reply))
                return true
            }
            if isTaken {
                self.wake.signal()
            } else {
                reply.resume(returning: .failure(.notConnected(broker: "\(self.plan.address.endpoint)")))
            }
        }
        try result.get()
    }

    /// Asks for an orderly end: what is in flight is waited for, then the broker is told.
    func stop() {
        self.orders.withLock { $0.stopRequested = true }
        self.wake.signal()
    }

    /// Runs the connection; blocks until it ends.
    ///
    /// - Parameter onUp: Called once, when the broker has accepted the connection and all subscriptions.
    /// - Returns: Why it ended; `nil` when it was asked to.
    func run(onUp: () -> Void) -> BrokerError? {
        let outcome: BrokerError?
        do throws(BrokerError) {
            outcome = try self.converse(onUp: onUp)
        } catch {
            outcome = error
        }
        self.close(outcome)
        return outcome
    }

    private func converse(onUp: () -> Void) throws(BrokerError) -> BrokerError? {
        let broker = "\(self.plan.address.endpoint)"
        let endpoint = self.plan.address.endpoint
        if !endpoint.isLoopback,
            let trouble = TCPProbe.trouble(host: endpoint.host, port: endpoint.port, milliseconds: 5_000)
        {
            return .unreachable(broker: broker, reason: trouble)
        }
        let inbox = self.inbox
        let keepsSession = self.plan.sessionExpiry > 0
        let client = try MosquittoClient(clientID: self.plan.clientID, cleanStart: !keepsSession, broker: broker) {
            inbox.push($0)
        }
        if let credentials = self.plan.address.credentials { try client.use(credentials) }
        if let will = self.plan.will { try client.setWill(will) }
        try client.connect(
            host: endpoint.host,
            port: endpoint.port,
            keepalive: self.plan.keepalive,
            sessionExpiry: self.plan.sessionExpiry
        )
        let end = self.loop(client, broker: broker, onUp: onUp)
        client.abandon(end ?? .notConnected(broker: broker))
        return end
    }

    private func loop(_ client: MosquittoClient, broker: String, onUp: () -> Void) -> BrokerError? {
        let began = SystemClock.bootMilliseconds
        var isUp = false
        var hasSubscribed = false
        var farewell: Int64?
        var idleHangups = 0
        while true {
            if isUp { self.sendOrders(to: client) }
            if self.orders.withLock({ $0.stopRequested }) {
                let deadline = farewell ?? SystemClock.bootMilliseconds + Self.farewellMilliseconds
                farewell = deadline
                let isDone = self.orders.withLock { $0.waiting.isEmpty } && client.inFlightCount == 0
                if !isUp || isDone || SystemClock.bootMilliseconds > deadline {
                    mosquitto_disconnect_v5(client.handle, 0, nil)
                    return nil
                }
            }
            let hangup = self.wait(for: client)
            // While the consumer is behind, nothing is read: the pressure goes back to the broker.
            let code = self.inbox.isFull ? mosquitto_loop_misc(client.handle) : mosquitto_loop(client.handle, 0, 1)
            if case .refused(let reason) = client.connack { return .refused(broker: broker, reason: reason) }
            if case .refused(let reason) = client.suback { return .refused(broker: broker, reason: reason) }
            if let error = BrokerError(code: code, broker: broker) {
                guard let reason = client.disconnectReason, isUp else { return error }
                return .unreachable(broker: broker, reason: reason)
            }
            // A TLS port that closes in the handshake leaves libmosquitto spinning without an error.
            idleHangups = hangup ? idleHangups + 1 : 0
            if idleHangups > 20 { return .unreachable(broker: broker, reason: "closed by the other side") }
            if client.connack == .accepted, !hasSubscribed {
                hasSubscribed = true
                do throws(BrokerError) { try client.subscribe(self.plan.subscriptions) } catch { return error }
            }
            if client.suback == .accepted, !isUp {
                isUp = true
                onUp()
            }
            if !isUp, SystemClock.bootMilliseconds - began > Self.answerMilliseconds {
                return .unreachable(
                    broker: broker,
                    reason: "no MQTT answer within \(Self.answerMilliseconds / 1_000) s"
                )
            }
        }
    }

    /// Waits until there is something to read, write or send; returns whether the other side hung up.
    private func wait(for client: MosquittoClient) -> Bool {
        let isPaused = self.inbox.isFull
        var events = isPaused ? 0 : Int16(POLLIN)
        if mosquitto_want_write(client.handle) { events |= Int16(POLLOUT) }
        var waiting = [
            pollfd(fd: self.wake.descriptor, events: Int16(POLLIN), revents: 0),
            pollfd(fd: client.socket, events: events, revents: 0),
        ]
        poll(&waiting, 2, isPaused ? 20 : 200)
        if waiting[0].revents != 0 { self.wake.clear() }
        return waiting[1].revents & Int16(POLLHUP | POLLERR) != 0
    }

    private func sendOrders(to client: MosquittoClient) {
        while client.inFlightCount < Self.mostInFlight {
            guard let order = self.orders.withLock({ $0.waiting.popFirst() }) else { return }
            client.publish(order.message) { order.reply.resume(returning: $0) }
        }
    }

    private func close(_ end: BrokerError?) {
        let abandoned = self.orders.withLock { orders -> Deque<Order> in
            orders.isOpen = false
            defer { orders.waiting = [] }
            return orders.waiting
        }
        let error = end ?? .notConnected(broker: "\(self.plan.address.endpoint)")
        for order in abandoned { order.reply.resume(returning: .failure(error)) }
    }
}
