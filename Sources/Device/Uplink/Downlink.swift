package import BrokerLink
package import Logging
package import PatrolWire
import ServiceLifecycle
import Threading

/// Takes what comes down to the device: whether the room is there, and what it has stored.
package struct Downlink: Service {
    private let link: BrokerLink
    private let backlog: BacklogLane
    private let source: any BacklogSource
    private let logger: Logger

    /// Creates it.
    package init(link: BrokerLink, backlog: BacklogLane, source: any BacklogSource, logger: Logger) {
        self.link = link
        self.backlog = backlog
        self.source = source
        self.logger = logger
    }

    /// The topics that a device listens to.
    package static func subscriptions(station: Name, device: Name) -> [String] {
        [
            "\(Topic.room(station: station))",
            "\(Topic.device(station: station, device: device, channel: .acknowledgement))",
        ]
    }

    /// Runs until the link has ended.
    package func run() async throws {
        while let batch = await self.link.inbox.nextBatch() {
            for message in batch {
                do {
                    try await self.take(message)
                } catch {
                    self.logger.warning("From the room, not understood: \(message.topic): \(error)")
                }
            }
        }
        // The inbox closes a moment before the link's own end is seen: who returns then seems to have failed.
        try await gracefulShutdown()
    }

    private func take(_ message: ReceivedMessage) async throws {
        switch try Topic(message.topic) {
        case .room:
            // A cleared message is no word of a room.
            let isOnline =
                message.payload.isEmpty ? false : try WireCoder().decode(RoomState.self, from: message.payload).online
            self.backlog.roomChanged(isOnline: isOnline)
        case .device(_, _, .acknowledgement):
            guard !message.payload.isEmpty else { return }
            let acknowledgement = try WireCoder().decode(Acknowledgement.self, from: message.payload)
            // Of a log that was set aside: none of our numbers.
            guard acknowledgement.log == self.source.log else { return }
            do {
                _ = try await self.source.acknowledge(acknowledgement.stored)
            } catch {
                // The room says it again with its next one, and until then the records are only sent once more.
                self.logger.debug("Acknowledgement not kept: \(error)")
            }
        case .device:
            break
        }
    }
}
