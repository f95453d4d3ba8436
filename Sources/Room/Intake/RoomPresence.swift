package import BrokerLink
package import Logging
package import PatrolWire
import ServiceLifecycle

/// Tells a station's devices whether their command room is there.
package struct RoomPresence: Service {
    private let station: Name
    private let link: BrokerLink
    private let since: Int64
    private let logger: Logger

    /// Creates it; `since` is when the room started, ms since 1970 UTC.
    package init(station: Name, link: BrokerLink, since: Int64, logger: Logger) {
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
            for await change in self.link.changes where change == .up { await self.say(online: true) }
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
