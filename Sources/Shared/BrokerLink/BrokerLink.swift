package import Logging
import ServiceLifecycle
package import Threading

/// The connection to the broker, kept up for as long as the service runs.
///
/// Each connection is a ``BrokerSession`` on a thread of its own; between two of them the back-off waits.
/// A message that is published while there is none fails at once: the publisher keeps it.
package final class BrokerLink: Service, Sendable {
    /// What the link is.
    package struct Configuration: Sendable {
        /// Where the broker is.
        package var address: BrokerAddress
        /// MQTT client id.
        package var clientID: String
        /// Topic filters, QoS 1.
        package var subscriptions: [String]
        /// How long the broker keeps the session after the link breaks, s; 0 for not at all.
        package var sessionExpiry: UInt32
        /// Seconds between signs of life.
        package var keepalive: Int32
        /// How to wait between attempts.
        package var backOff: BackOff

        /// Creates a configuration.
        package init(
            address: BrokerAddress,
            clientID: String,
            subscriptions: [String],
            sessionExpiry: UInt32 = 0,
            keepalive: Int32 = 20,
            backOff: BackOff = BackOff()
        ) {
            self.address = address
            self.clientID = clientID
            self.subscriptions = subscriptions
            self.sessionExpiry = sessionExpiry
            self.keepalive = keepalive
            self.backOff = backOff
        }
    }

    /// What became of the link.
    package enum Change: Sendable, Hashable {
        /// The broker accepted connection and subscriptions.
        case up
        /// The connection ended.
        case down
    }

    private let configuration: Configuration
    private let will: @Sendable () async throws -> BrokerMessage?
    private let logger: Logger
    private let session = Locked<BrokerSession?>(nil)
    private let changesContinuation: AsyncStream<Change>.Continuation

    /// Messages that came, for one consumer.
    package let inbox: Inbox<ReceivedMessage>

    /// Ups and downs, for one consumer.
    package let changes: AsyncStream<Change>

    /// Creates a link; nothing is opened before ``run()``.
    ///
    /// - Parameters:
    ///   - configuration: What the link is.
    ///   - inboxLimit: So many messages may wait before no more are read from the socket.
    ///   - logger: Told once of each trouble, not at each attempt.
    ///   - will: Asked before each attempt for the message that the broker sends should the link break.
    package init(
        _ configuration: Configuration,
        inboxLimit: Int = 10_000,
        logger: Logger,
        will: @escaping @Sendable () async throws -> BrokerMessage?
    ) {
        self.configuration = configuration
        self.will = will
        self.logger = logger
        self.inbox = Inbox(limit: inboxLimit)
        (self.changes, self.changesContinuation) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(16))
    }

    /// Sends a message and returns once the broker has acknowledged it.
    ///
    /// - Throws: ``BrokerError``; after ``BrokerError/unreachable(broker:reason:)`` the message may have
    ///   arrived all the same, and the receiver drops the duplicate by its number.
    package func publish(_ message: BrokerMessage) async throws(BrokerError) {
        let result = await withCheckedContinuation { continuation in
            self.publish(message) { continuation.resume(returning: $0) }
        }
        try result.get()
    }

    /// Sends a message at once where the link is free, on the caller's thread.
    ///
    /// - Parameters:
    ///   - message: What to send.
    ///   - reply: Called once, when the broker has acknowledged it or never will, on whatever thread; it must be short
    ///     and must not publish itself.
    package func publish(
        _ message: BrokerMessage,
        reply: @escaping @Sendable (Result<Void, BrokerError>) -> Void
    ) {
        guard let session = self.session.withLock({ $0 }) else {
            return reply(.failure(.notConnected(broker: "\(self.configuration.address.endpoint)")))
        }
        session.publish(message, reply: reply)
    }

    /// Keeps the link up until graceful shutdown or cancellation; then says goodbye to the broker.
    package func run() async throws {
        let stopping = Locked(false)
        let stop: @Sendable () -> Void = {
            stopping.withLock { $0 = true }
            self.session.withLock { $0 }?.stop()
        }
        await withTaskCancellationHandler {
            await withGracefulShutdownHandler {
                await self.keepUp(isStopping: { stopping.withLock { $0 } })
            } onGracefulShutdown: {
                stop()
            }
        } onCancel: {
            stop()
        }
        self.changesContinuation.finish()
        self.inbox.close()
    }

    private func keepUp(isStopping: @escaping @Sendable () -> Bool) async {
        var backOff = self.configuration.backOff
        var complained: String?
        while !isStopping() {
            let held = Locked<ContinuousClock.Instant?>(nil)
            let end: String?
            do {
                let plan = try await self.plan()
                let error = await onOwnThread("broker") {
                    self.talk(plan, isStopping: isStopping) { held.withLock { $0 = .now } }
                }
                end = error.map { "\($0); \($0.recovery)" }
            } catch {
                end = "\(error)"
            }
            let upSince = held.withLock { $0 }
            if upSince != nil { self.changesContinuation.yield(.down) }
            guard let end else { continue }
            if upSince != nil || complained != end { self.logger.warning("\(end)") }
            complained = end
            let wait = backOff.wait(afterHolding: upSince.map { .now - $0 } ?? .zero, chance: .random(in: 0...1))
            // Cut short by the shutdown, which the loop's condition sees.
            await cancelWhenGracefulShutdown { await pause(for: wait) }
        }
    }

    /// One connection, on the thread that is its own.
    private func talk(
        _ plan: BrokerSession.Plan,
        isStopping: @Sendable () -> Bool,
        onUp: () -> Void
    ) -> BrokerError? {
        do throws(BrokerError) {
            let session = try BrokerSession(plan, inbox: self.inbox)
            self.session.withLock { $0 = session }
            defer { self.session.withLock { $0 = nil } }
            // The stop may have come before there was a session to tell.
            if isStopping() { session.stop() }
            return session.run {
                onUp()
                self.logger.info("Connected to broker \(self.configuration.address.endpoint)")
                self.changesContinuation.yield(.up)
            }
        } catch {
            return error
        }
    }

    private func plan() async throws -> BrokerSession.Plan {
        BrokerSession.Plan(
            address: self.configuration.address,
            clientID: self.configuration.clientID,
            will: try await self.will(),
            subscriptions: self.configuration.subscriptions,
            sessionExpiry: self.configuration.sessionExpiry,
            keepalive: self.configuration.keepalive
        )
    }
}
