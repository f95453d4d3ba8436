import BrokerLink
import FoundationEssentials
import Logging
import PatrolWire
import Plan
import PlanSigning
import Program
import ServiceLifecycle
import Threading
import Units
import Zones

/// Sends a station's patrol plan, signed, to every device that does not have it.
struct PlanPublisher: Service {
    private let station: Name
    private let link: BrokerLink
    private let units: UnitTable
    private let payload: [UInt8]
    private let revision: Int
    private let logger: Logger

    /// How often the table is looked at.
    private static let round: Duration = .seconds(1)

    /// Creates the publisher of a station.
    init(_ plan: RoomPlan, station: Name, link: BrokerLink, units: UnitTable, logger: Logger) {
        (self.payload, self.revision) = (plan.signed, plan.plan.revision)
        (self.station, self.link, self.units, self.logger) = (station, link, units, logger)
    }

    /// Runs until graceful shutdown.
    func run() async throws {
        await cancelWhenGracefulShutdown {
            var sent: Set<Name> = []
            while !Task.isCancelled {
                let waiting = self.units.withLock { units in
                    units.all.filter { $0.station == self.station && ($0.state?.plan ?? 0) < self.revision }.map(
                        \.device
                    )
                }
                for device in waiting where !sent.contains(device) {
                    if await self.publish(to: device) { sent.insert(device) }
                }
                await pause(for: Self.round)
            }
        }
    }

    private func publish(to device: Name) async -> Bool {
        do {
            let topic = Topic.device(station: self.station, device: device, channel: .plan)
            try await self.link.publish(BrokerMessage(topic: "\(topic)", payload: self.payload, isRetained: true))
            self.logger.info("Plan revision \(self.revision) sent to \(device)")
            return true
        } catch {
            self.logger.debug("Plan not taken for \(device): \(error)")
            return false
        }
    }
}
