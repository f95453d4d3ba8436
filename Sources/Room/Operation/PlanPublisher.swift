package import BrokerLink
import FoundationEssentials
package import Intake
package import Logging
package import PatrolWire
import Plan
import PlanSigning
package import Plans
import Program
import ServiceLifecycle
import Threading
import Units
import Zones

/// Sends a station's patrol plan, signed, to every device that does not have it.
package struct PlanPublisher: Service {
    private let station: Name
    private let link: BrokerLink
    private let units: UnitTable
    private let plans: PlanHolder
    private let logger: Logger

    /// How often the table is looked at.
    private static let round: Duration = .seconds(1)

    /// Creates the publisher of a station.
    package init(_ plans: PlanHolder, station: Name, link: BrokerLink, units: UnitTable, logger: Logger) {
        (self.plans, self.station, self.link, self.units, self.logger) = (plans, station, link, units, logger)
    }

    /// Runs until graceful shutdown.
    package func run() async throws {
        await cancelWhenGracefulShutdown {
            var sent: [Name: Int] = [:]
            while !Task.isCancelled {
                if let plan = self.plans.plan {
                    let revision = plan.plan.revision
                    let waiting = self.units.all.filter {
                        $0.station == self.station && ($0.state?.plan ?? 0) < revision
                    }
                    for device in waiting.map(\.device) where sent[device] != revision {
                        if await self.publish(plan, to: device) { sent[device] = revision }
                    }
                }
                await pause(for: Self.round)
            }
        }
    }

    private func publish(_ plan: RoomPlan, to device: Name) async -> Bool {
        do {
            let topic = Topic.device(station: self.station, device: device, channel: .plan)
            try await self.link.publish(BrokerMessage(topic: "\(topic)", payload: plan.signed, isRetained: true))
            self.logger.info("Plan revision \(plan.plan.revision) sent to \(device)")
            return true
        } catch {
            self.logger.debug("Plan not taken for \(device): \(error)")
            return false
        }
    }
}
