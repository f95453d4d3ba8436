package import BrokerLink
package import Logging
package import PatrolWire
import ServiceLifecycle
import Threading

/// Sends what the room has not acknowledged, oldest first, in batches, beside the live lane.
///
/// It goes through the log with a cursor. At the end it waits for acknowledgements; what they do not cover
/// after a while is gone through again. It pauses while there is no link or the room is offline.
package final class BacklogLane: Service, Sendable {
    /// What the hardware profile sets.
    package struct Settings: Sendable, Hashable {
        /// Bytes a second; `nil` for as fast as the link is.
        package var bytesPerSecond: Double?
        /// Bytes a day (UTC); `nil` for no limit.
        package var bytesPerDay: Int?

        /// Creates settings.
        package init(bytesPerSecond: Double? = nil, bytesPerDay: Int? = nil) {
            self.bytesPerSecond = bytesPerSecond
            self.bytesPerDay = bytesPerDay
        }
    }

    private struct State: Sendable {
        var isRoomOnline = false
        var isStopping = false
        var cursor: Int64 = 0
        /// ms of CLOCK_BOOTTIME until which the pass that ended waits for acknowledgements.
        var restAt: Int64?
        /// What was sent was not acknowledged in time: something in it may be damaged.
        var isDoubtful = false
        /// Counts how often the cursor was set back: what was read before that must not move it on.
        var generation = 0
    }

    /// A record gets this long to go live and be acknowledged before it counts as backlog, ms.
    package static let settling: Int64 = 8_000

    /// After a pass the room gets this long to acknowledge, ms.
    private static let patience: Int64 = 10_000

    /// Messages on their way at the same time; the live lane needs the rest of the connection's twenty.
    private static let inFlight = 8

    /// ms that a pass waits for its budget.
    private static let longestWait: Int64 = 1_000

    private let link: BrokerLink
    private let live: LiveLane
    private let source: any BacklogSource
    private let topic: String
    private let settings: Settings
    private let budget: Locked<ByteBudget>
    private let logger: Logger
    private let state = Locked(State())
    private let work: AsyncStream<Void>
    private let wake: AsyncStream<Void>.Continuation

    /// Creates the lane of one device.
    package init(
        link: BrokerLink,
        live: LiveLane,
        source: any BacklogSource,
        station: Name,
        device: Name,
        settings: Settings,
        logger: Logger
    ) {
        self.link = link
        self.live = live
        self.source = source
        self.topic = "\(Topic.device(station: station, device: device, channel: .backlog))"
        self.settings = settings
        self.budget = Locked(ByteBudget(settings))
        self.logger = logger
        (self.work, self.wake) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    /// The room came or went.
    package func roomChanged(isOnline: Bool) {
        self.state.withLock { state in
            // What was sent to a room that then went away may not have been stored: begin again.
            if isOnline, !state.isRoomOnline {
                (state.cursor, state.restAt, state.generation) = (0, nil, state.generation + 1)
            }
            state.isRoomOnline = isOnline
        }
        self.wake.yield()
    }

    /// The room wants records again that it had before.
    package func beginAnew() {
        self.state.withLock { ($0.cursor, $0.restAt, $0.generation) = (0, nil, $0.generation + 1) }
        self.wake.yield()
    }

    /// Whether the room is there.
    package var isRoomOnline: Bool { self.state.withLock { $0.isRoomOnline } }

    /// Runs until graceful shutdown.
    package func run() async throws {
        if self.settings.bytesPerDay != nil {
            let spent = try await self.source.spent()
            self.budget.withLock { $0 = ByteBudget(self.settings, spent: spent) }
        }
        await withGracefulShutdownHandler {
            await withTaskGroup { group in
                group.addTask { [wake] in
                    while !Task.isCancelled {
                        await pause(for: .seconds(1))
                        wake.yield()
                    }
                }
                for await _ in self.work {
                    if self.state.withLock({ $0.isStopping }) { break }
                    await self.pass()
                }
                group.cancelAll()
            }
        } onGracefulShutdown: {
            self.state.withLock { $0.isStopping = true }
            self.wake.yield()
        }
    }

    private var mayRun: Bool {
        self.live.isUp && self.state.withLock { $0.isRoomOnline && !$0.isStopping }
    }

    /// Sends batches until there is nothing more to send now.
    private func pass() async {
        let before = self.budget.withLock { $0.spent }
        await withTaskGroup(of: Bool.self) { group in
            var onTheWay = 0
            while self.mayRun {
                if onTheWay >= Self.inFlight {
                    onTheWay -= 1
                    if await group.next() == false { break }
                }
                let now = (wall: SystemClock.wallMilliseconds, boot: SystemClock.bootMilliseconds)
                let wait = self.budget.withLock { $0.wait(wall: now.wall, boot: now.boot) }
                // A longer wait ends the pass, so that a shutdown never waits for it; the next round asks again.
                if wait > Self.longestWait { break }
                if wait > 0 { await pause(for: .milliseconds(wait)) }
                guard let payload = await self.nextBatch() else { break }
                self.budget.withLock { $0.spend(payload.count, wall: now.wall, boot: now.boot + wait) }
                onTheWay += 1
                group.addTask { await self.send(payload) }
            }
            await group.waitForAll()
        }
        await self.keepSpending(since: before)
    }

    /// Before the next pass a restart may come: what this one cost is kept.
    private func keepSpending(since before: DaySpending) async {
        let spent = self.budget.withLock { $0.spent }
        guard self.settings.bytesPerDay != nil, spent != before else { return }
        do {
            try await self.source.keep(spent)
        } catch {
            self.logger.debug("Spending not kept: \(error)")
        }
    }

    private func nextBatch() async -> [UInt8]? {
        let now = SystemClock.bootMilliseconds
        let (cursor, isDoubtful, generation) = self.state.withLock { state -> (Int64, Bool, Int) in
            if let restAt = state.restAt, now >= restAt {
                (state.cursor, state.restAt, state.isDoubtful) = (0, nil, true)
            }
            return (state.cursor, state.isDoubtful, state.generation)
        }
        do {
            let batch = try await self.source.backlog(
                after: cursor,
                through: self.live.settledSequence(now: now, settling: Self.settling),
                limit: Backlog.mostRecords,
                // The envelope, and a declaration of dropped numbers, need room too.
                bytes: Backlog.mostBytes - 1_024,
                checked: isDoubtful
            )
            let isDeclaration = batch.records.isEmpty && !batch.dropped.isEmpty && cursor == 0
            guard let last = batch.last ?? (isDeclaration ? 1 : nil) else {
                self.state.withLock { state in
                    state.isDoubtful = false
                    if state.restAt == nil, state.cursor > 0 { state.restAt = now + Self.patience }
                }
                return nil
            }
            self.state.withLock { if $0.generation == generation { $0.cursor = max(last, $0.cursor) } }
            return Backlog.splice(
                log: batch.log,
                records: batch.records,
                dropped: Array(batch.dropped.prefix(16))
            )
        } catch {
            self.logger.error("Backlog cannot be read: \(error)")
            return nil
        }
    }

    private func send(_ payload: [UInt8]) async -> Bool {
        do {
            try await self.link.publish(BrokerMessage(topic: self.topic, payload: payload))
            return true
        } catch {
            self.logger.debug("Backlog not taken: \(error)")
            // The cursor has passed these records: after the next connection it begins again.
            self.state.withLock { ($0.cursor, $0.restAt) = (0, SystemClock.bootMilliseconds + 1_000) }
            return false
        }
    }
}
