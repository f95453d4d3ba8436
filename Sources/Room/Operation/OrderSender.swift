package import BrokerLink
package import Incidents
package import Live
package import Logging
import PatrolWire
import ServiceLifecycle
package import Tasks
import Threading

/// Tells devices what the desks want of them, until they have answered.
package struct OrderSender: Service {
    private let desk: IncidentDesk
    private let rollCalls: RollCallDesk
    private let tasks: TaskDesk
    private let notices: NoticeDesk
    /// By station.
    private let links: [String: BrokerLink]
    private let feed: LiveFeed
    private let health: RoomHealth
    private let logger: Logger

    /// Creates a sender.
    ///
    /// - Parameters:
    ///   - desk: Incidents, and what devices are to be told of them.
    ///   - rollCalls: Roll calls, and what devices are to be told of them.
    ///   - tasks: Tasks, of which some may wait for the store.
    ///   - notices: Texts for units.
    ///   - links: Connection of each station.
    ///   - feed: Pages that look on.
    ///   - health: The room's own health.
    ///   - logger: Log.
    package init(
        desk: IncidentDesk,
        rollCalls: RollCallDesk,
        tasks: TaskDesk,
        notices: NoticeDesk,
        links: [String: BrokerLink],
        feed: LiveFeed,
        health: RoomHealth,
        logger: Logger
    ) {
        self.desk = desk
        self.rollCalls = rollCalls
        (self.tasks, self.notices) = (tasks, notices)
        self.links = links
        self.feed = feed
        self.health = health
        self.logger = logger
    }

    private static let round: Duration = .milliseconds(100)

    /// Runs until graceful shutdown.
    package func run() async throws {
        await cancelWhenGracefulShutdown {
            var rounds = 0
            var alarms: [Alarm] = []
            while !Task.isCancelled {
                let texts = self.notices.due(at: SystemClock.wallMilliseconds)
                for (order, isFirst) in await self.desk.due() + self.rollCalls.due() + texts {
                    await self.send(order, isFirst: isFirst)
                }
                rounds += 1
                if rounds % 10 == 0 {
                    await self.keepUnkept()
                    let now = await self.desk.alarms
                    if now != alarms { self.feed.touch(.alarms) }
                    alarms = now
                    // A responding unit keeps moving between reports, so its estimate is computed anew.
                    if await !self.desk.engaged.isEmpty { self.feed.touch(.responses) }
                }
                await pause(for: Self.round)
            }
        }
    }

    /// What devices said while the casebook failed is kept as soon as it takes it.
    private func keepUnkept() async {
        do {
            try await self.desk.keepUnkept()
            try await self.rollCalls.keepUnkept()
            try await self.tasks.keepUnkept()
            self.health.clear(.casebook)
        } catch {
            let count = await self.desk.unkeptCount + self.tasks.unkeptCount
            self.health.note(
                .casebook,
                detail: "\(error) (\(count) changes wait in memory)",
                now: SystemClock.wallMilliseconds
            )
        }
    }

    private func send(_ order: Order, isFirst: Bool) async {
        guard let link = self.links[order.station], let station = Name(order.station), let device = Name(order.device)
        else { return }
        do {
            let topic = Topic.device(station: station, device: device, channel: .command)
            let left = (order.command.expires - SystemClock.wallMilliseconds) / 1_000
            try await link.publish(
                BrokerMessage(
                    topic: "\(topic)",
                    payload: try WireCoder().encode(order.command),
                    expirySeconds: Int(max(1, left)),
                    correlation: Array(order.command.id.utf8)
                )
            )
            // A device that does not answer is told again every few seconds, and the log once.
            self.logger.log(
                level: isFirst ? .info : .debug,
                "\(order.command.kind.rawValue) \(order.command.id) sent to \(device)"
            )
        } catch {
            self.logger.debug("\(order.command.id) not taken for \(device): \(error)")
        }
    }
}
