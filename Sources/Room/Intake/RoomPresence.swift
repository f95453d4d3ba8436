package import BrokerLink
package import Logging
package import PatrolWire
import ServiceLifecycle

/// Tells a station's devices whether their command room is there.
package struct RoomPresence: Service {
    private let station: Name
    private let link: BrokerLink
    private let since: Int64
    private let changed: @Sendable (Bool) -> Void
    private let logger: Logger

    /// Creates it.
    ///
    /// - Parameters:
    ///   - station: Station.
    ///   - link: Its connection.
    ///   - since: When the room started, ms since 1970 UTC.
    ///   - logger: For the link's troubles.
    ///   - changed: Is told when the broker is there and when it is not.
    package init(
        station: Name,
        link: BrokerLink,
        since: Int64,
        logger: Logger,
        changed: @escaping @Sendable (Bool) -> Void = { _ in }
    ) {
        self.changed = changed
        self.station = station
        self.link = link
        self.since = since
        self.logger = logger
    }

    /// The retained message; with `online` false also the will.
    package static func message(station: Name, online: Bool, since: Int64) throws -> BrokerMessage {
        BrokerMessage(
            topic: "\(Topic.room(station: station))",
            payload: try WireCoder().encode(RoomState(online: online, since: since)),
            isRetained: true
        )
    }

    /// Says online at each connection, and offline at the graceful shutdown.
    package func run() async throws {
        await cancelWhenGracefulShutdown {
            for await change in self.link.changes {
                self.changed(change == .up)
                if change == .up { await self.say(online: true) }
            }
        }
        await self.say(online: false)
    }

    private func say(online: Bool) async {
        do {
            try await self.link.publish(Self.message(station: self.station, online: online, since: self.since))
        } catch {
            self.logger.debug("Room state not taken: \(error)")
        }
    }
}
