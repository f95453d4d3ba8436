package import BrokerLink
package import Logging
package import PatrolWire
import ServiceLifecycle
import Threading

/// Takes what comes down to the device: whether the room is there, what it has stored, and what it asks.
package struct Downlink: Service {
    /// What the room asks.
    package enum Order: Sendable {
        /// A command, and what its answer is to carry.
        case command(Command, correlation: [UInt8]?)
        /// A patrol plan.
        case plan(SignedPlan)
        /// What the roster wants of the unit; `nil` for nothing.
        case assignment(DutyAssignment?)
    }

    private let link: BrokerLink
    private let uplink: Uplink
    private let source: any BacklogSource
    private let logger: Logger
    private let order: @Sendable (Order) -> Void

    /// Creates it; `order` is given what the room asks, and must not wait.
    package init(
        link: BrokerLink,
        uplink: Uplink,
        source: any BacklogSource,
        logger: Logger,
        order: @escaping @Sendable (Order) -> Void
    ) {
        self.order = order
        self.link = link
        self.uplink = uplink
        self.source = source
        self.logger = logger
    }

    /// The topics that a device listens to.
    package static func subscriptions(station: Name, device: Name) -> [String] {
        [
            "\(Topic.room(station: station))"
        ]
            + [Channel.acknowledgement, .plan, .assignment, .command].map {
                "\(Topic.device(station: station, device: device, channel: $0))"
            }
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
        // The inbox closes a moment before the link's own end is seen: a service that returns then seems to have failed.
        try await gracefulShutdown()
    }

    private func take(_ message: ReceivedMessage) async throws {
        switch try Topic(message.topic) {
        case .room:
            // A cleared message is no word of a room.
            let isOnline =
                message.payload.isEmpty ? false : try WireCoder().decode(RoomState.self, from: message.payload).online
            self.uplink.roomChanged(isOnline: isOnline)
        case .device(_, _, .acknowledgement):
            guard !message.payload.isEmpty else { return }
            let acknowledgement = try WireCoder().decode(Acknowledgement.self, from: message.payload)
            do {
                let effect = try await self.source.acknowledge(acknowledgement)
                if effect.isNewLog { self.uplink.logChanged() }
                if effect.again > 0 { self.uplink.beginAnew() }
            } catch {
                // The room says it again with its next one, and until then the records are only sent once more.
                self.logger.debug("Acknowledgement not kept: \(error)")
            }
        case .device(_, _, .command):
            guard !message.payload.isEmpty else { return }
            let command = try WireCoder().decode(Command.self, from: message.payload)
            self.order(.command(command, correlation: message.correlation))
        case .device(_, _, .plan):
            guard !message.payload.isEmpty else { return }
            self.order(.plan(try WireCoder().decode(SignedPlan.self, from: message.payload)))
        case .device(_, _, .assignment):
            let isNothing = message.payload.isEmpty
            self.order(
                .assignment(isNothing ? nil : try WireCoder().decode(DutyAssignment.self, from: message.payload))
            )
        case .device, .incident, .incidentReceipt, .task, .taskReceipt:
            break
        }
    }
}
