package import BrokerLink
package import Logging
package import PatrolWire
import ServiceLifecycle
import Threading

/// Sends what has just happened: events first, then the newest position, one at a time.
///
/// One at a time, so that on a slow link the position that goes out is the newest there is.
package final class LiveLane: Service, Sendable {
    private struct State: Sendable {
        var queue = LaneQueue<[UInt8]>()
        var isUp = false
        /// One record is on its way to the broker.
        var isSending = false
        /// The last one was not taken.
        var hasFailed = false
        var isStopping = false
        /// Numbers offered lately and when, ms of CLOCK_BOOTTIME; oldest first.
        var recent: [(sequence: Int64, offered: Int64)] = []
    }

    private static let farewell: Duration = .seconds(3)

    /// More numbers than ten seconds of the fastest receiver.
    private static let mostRecent = 1_024

    private let link: BrokerLink
    private let presence: Presence
    private let station: Name
    private let device: Name
    private let logger: Logger
    private let state = Locked(State())
    private let work: AsyncStream<Void>
    private let wake: AsyncStream<Void>.Continuation

    /// Creates the lane of one device.
    package init(link: BrokerLink, presence: Presence, station: Name, device: Name, logger: Logger) {
        self.link = link
        self.presence = presence
        self.station = station
        self.device = device
        self.logger = logger
        (self.work, self.wake) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    /// Whether the broker is connected.
    package var isUp: Bool { self.state.withLock { $0.isUp } }

    /// The newest number that has had `settling` ms to go live: up to it, what is not acknowledged is backlog.
    package func settledSequence(now: Int64, settling: Int64) -> Int64 {
        self.state.withLock { state in
            state.recent.removeAll { $0.offered + settling <= now }
            return state.recent.first.map { $0.sequence - 1 } ?? .max
        }
    }

    /// Takes a record that is durable already.
    ///
    /// - Parameters:
    ///   - body: Its bytes.
    ///   - sequence: Its number.
    ///   - isEvent: Whether it is an event.
    ///   - now: ms of CLOCK_BOOTTIME.
    package func offer(_ body: [UInt8], sequence: Int64, isEvent: Bool, now: Int64) {
        self.state.withLock { state in
            state.recent.append((sequence, now))
            if state.recent.count > Self.mostRecent { state.recent.removeFirst() }
            if isEvent { state.queue.offer(event: body) } else { state.queue.offer(position: body) }
        }
        // Not by way of the lane's task: what was just made durable goes out on the thread that made it so.
        self.sendNext()
    }

    /// Runs until graceful shutdown; what waits then is sent if the broker takes it soon.
    package func run() async throws {
        try await withGracefulShutdownHandler {
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { await self.followLink() }
                group.addTask { await self.send() }
                // The sender ends at the shutdown; the link's changes end only with the link.
                while (try await group.next()) != nil {
                    if self.state.withLock({ $0.isStopping }) { group.cancelAll() }
                }
            }
        } onGracefulShutdown: {
            self.state.withLock { $0.isStopping = true }
            self.wake.yield()
        }
    }

    private func followLink() async {
        for await change in self.link.changes {
            switch change {
            case .up:
                do {
                    try await self.link.publish(await self.presence.message(online: true))
                    self.state.withLock { $0.isUp = true }
                    self.wake.yield()
                } catch {
                    self.logger.warning("Birth message not taken: \(error)")
                }
            case .down:
                self.state.withLock { $0.isUp = false }
            }
        }
    }

    /// Sends what goes next, unless something is on its way already or did not get through a moment ago.
    private func sendNext() {
        let next = self.state.withLock { state -> (record: [UInt8], isEvent: Bool)? in
            guard state.isUp, !state.isSending, !state.hasFailed else { return nil }
            let next = state.queue.next()
            state.isSending = next != nil
            return next
        }
        guard let (body, isEvent) = next else { return }
        self.link.publish(self.message(body, isEvent: isEvent)) { result in
            self.state.withLock { state in
                state.isSending = false
                guard case .failure(let error) = result else { return }
                state.hasFailed = true
                state.queue.giveBack(body, isEvent: isEvent)
                self.logger.debug("Record not taken: \(error)")
            }
            self.wake.yield()
        }
    }

    private func send() async {
        for await _ in self.work {
            if self.state.withLock({ $0.hasFailed }) {
                // Whatever the reason: not again in a tight loop.
                await pause(for: .seconds(1))
                self.state.withLock { $0.hasFailed = false }
            }
            self.sendNext()
            if self.state.withLock({ $0.isStopping }) { return await self.sayGoodbye() }
        }
    }

    /// What still waits goes out, if the broker takes it soon; then the broker is told that this is the end.
    private func sayGoodbye() async {
        let deadline = ContinuousClock.now + Self.farewell
        while self.state.withLock({ $0.isUp && ($0.isSending || !$0.queue.isEmpty) }), !Task.isCancelled,
            ContinuousClock.now < deadline
        {
            await pause(for: .milliseconds(20))
            self.state.withLock { $0.hasFailed = false }
            self.sendNext()
        }
        guard self.isUp else { return }
        do {
            try await self.link.publish(await self.presence.message(online: false))
        } catch {
            self.logger.debug("Goodbye not taken: \(error)")
        }
    }

    private func message(_ body: [UInt8], isEvent: Bool) -> BrokerMessage {
        let channel: Channel = isEvent ? .event : .position
        return BrokerMessage(
            topic: "\(Topic.device(station: self.station, device: self.device, channel: channel))",
            payload: body,
            qualityOfService: channel.qualityOfService,
            isRetained: channel.isRetained,
            expirySeconds: channel.expirySeconds
        )
    }
}
