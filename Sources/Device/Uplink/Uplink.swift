package import BrokerLink
package import Delivery
package import Logging
package import PatrolWire
import ServiceLifecycle
import Threading

/// Performs what the delivery decides: link, log and waiting.
package final class Uplink: Service, Sendable {
    private let link: BrokerLink
    private let presence: Presence
    private let source: any BacklogSource
    private let station: Name
    private let device: Name
    private let logger: Logger
    /// Behind a lock, as the link's own thread says what became of a message, and the chain's thread sends.
    private let delivery: Locked<Delivery>
    private let actions: AsyncStream<Delivery.Action>
    private let later: AsyncStream<Delivery.Action>.Continuation

    /// Creates the uplink of one device.
    ///
    /// - Parameters:
    ///   - link: The connection.
    ///   - presence: Words of birth and death.
    ///   - source: The durable log.
    ///   - station: Station.
    ///   - device: Device.
    ///   - allowance: What the backlog may spend.
    ///   - spent: What it had spent of the day before the start.
    ///   - logger: Told what the broker does not take.
    package init(
        link: BrokerLink,
        presence: Presence,
        source: any BacklogSource,
        station: Name,
        device: Name,
        allowance: BacklogAllowance,
        spent: DaySpending,
        logger: Logger
    ) {
        (self.link, self.presence, self.source) = (link, presence, source)
        (self.station, self.device, self.logger) = (station, device, logger)
        self.delivery = Locked(Delivery(allowance, spent: spent))
        (self.actions, self.later) = AsyncStream.makeStream()
    }

    /// Whether the broker is connected and knows that the device is there.
    package var isUp: Bool { self.delivery.withLock { $0.isUp } }

    /// Whether the room is there.
    package var isRoomOnline: Bool { self.delivery.withLock { $0.isRoomOnline } }

    /// Takes a record that is durable already; it goes out on the caller's thread if it may go at once.
    package func offer(_ body: [UInt8], number: RecordNumber, isEvent: Bool) {
        self.take(.live(.offered(LiveDelivery.Message(body, number, isEvent: isEvent))))
    }

    /// The room came or went.
    package func roomChanged(isOnline: Bool) { self.take(.backlog(.room(isOnline: isOnline))) }

    /// The room wants records again that it had before.
    package func beginAnew() { self.take(.backlog(.again)) }

    /// A new log was begun, and the room is to know which one is in use.
    package func logChanged() { self.take(.live(.logChanged)) }

    /// Runs until graceful shutdown; what waits then is sent if the broker takes it soon.
    package func run() async throws {
        await withGracefulShutdownHandler {
            await withDiscardingTaskGroup { group in
                group.addTask {
                    for await change in self.link.changes {
                        self.take(.live(change == .up ? .connected : .disconnected))
                    }
                }
                group.addTask {
                    while !Task.isCancelled {
                        await pause(for: .seconds(1))
                        self.take(.backlog(.tick))
                    }
                }
                for await action in self.actions {
                    if case .wait(let milliseconds, let event) = action {
                        group.addTask {
                            await pause(for: .milliseconds(milliseconds))
                            self.take(event)
                        }
                    } else {
                        await self.perform(action)
                    }
                }
                group.cancelAll()
            }
        } onGracefulShutdown: {
            self.take(.stop)
        }
    }

    private func decide(_ event: Delivery.Event) -> [Delivery.Action] {
        let (wall, boot) = (SystemClock.wallMilliseconds, SystemClock.bootMilliseconds)
        return self.delivery.withLock { $0.take(event, wall: wall, boot: boot) }
    }

    private func take(_ event: Delivery.Event) {
        for action in self.decide(event) {
            switch action {
            // Not by way of a task: what was just made durable goes out on the thread that made it so.
            case .send(let message): self.send(message)
            case .sendBacklog(let payload): self.send(backlog: payload)
            case .end: self.later.finish()
            case .announce, .sayGoodbye, .read, .keep, .sent, .doubtSent, .wait: self.later.yield(action)
            }
        }
    }

    /// Takes what became of a message, from the link's own thread, which must not publish.
    private func answered(_ event: Delivery.Event) {
        for action in self.decide(event) {
            if action == .end { self.later.finish() } else { self.later.yield(action) }
        }
    }

    private func perform(_ action: Delivery.Action) async {
        switch action {
        case .announce(let connection): await self.announce(connection)
        case .sayGoodbye: await self.sayGoodbye()
        case .read(let query, let through): await self.read(query, through: through)
        case .keep(let spending):
            do { try await self.source.keep(spending) } catch { self.logger.debug("Spending not kept: \(error)") }
        case .sent(let number): await self.source.sent(number)
        case .doubtSent: await self.source.doubtSent()
        case .send(let message): self.send(message)
        case .sendBacklog(let payload): self.send(backlog: payload)
        case .wait, .end: break
        }
    }

    private func announce(_ connection: Int) async {
        do {
            try await self.link.publish(await self.presence.message(online: true))
            self.take(.live(.announced(connection: connection)))
        } catch {
            self.logger.warning("Birth message not taken: \(error)")
            self.take(.live(.notAnnounced(connection: connection)))
        }
    }

    private func sayGoodbye() async {
        do {
            try await self.link.publish(await self.presence.message(online: false))
        } catch {
            self.logger.debug("Goodbye not taken: \(error)")
        }
        self.take(.live(.goodbyeSaid))
    }

    private func read(_ query: BacklogQuery, through: Int64) async {
        do {
            let batch = try await self.source.backlog(
                query,
                through: through,
                limit: Backlog.mostRecords,
                // The envelope, and a declaration of dropped numbers, need room too.
                bytes: Backlog.mostBytes - Self.envelope
            )
            self.take(.backlog(.found(batch)))
        } catch {
            self.logger.error("Backlog cannot be read: \(error)")
            self.take(.backlog(.found(nil)))
        }
    }

    /// Bytes of a backlog message beside its records, at most.
    private static let envelope = 1_024

    private func send(_ message: LiveDelivery.Message) {
        self.link.publish(self.message(message.body, on: message.isEvent ? .event : .position)) { result in
            switch result {
            case .success: self.answered(.live(.taken))
            case .failure(let error):
                self.logger.debug("Record not taken: \(error)")
                self.answered(.live(.refused))
            }
        }
    }

    private func send(backlog payload: [UInt8]) {
        self.link.publish(self.message(payload, on: .backlog)) { result in
            switch result {
            case .success: self.answered(.backlog(.taken))
            case .failure(let error):
                self.logger.debug("Backlog not taken: \(error)")
                self.answered(.backlog(.refused))
            }
        }
    }

    private func message(_ body: [UInt8], on channel: Channel) -> BrokerMessage {
        BrokerMessage(
            topic: "\(Topic.device(station: self.station, device: self.device, channel: channel))",
            payload: body,
            qualityOfService: channel.qualityOfService,
            isRetained: channel.isRetained,
            expirySeconds: channel.expirySeconds
        )
    }
}
