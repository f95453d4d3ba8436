package import BrokerLink
package import Intake
package import Logging
package import PatrolWire
package import People
package import Plan
import ServiceLifecycle
import Threading
import Units

/// Tells the units of a station what the roster wants of them: when a shift begins, changes and ends.
package struct AssignmentPublisher: Service {
    private let station: Name
    private let link: BrokerLink
    private let register: RegisterDesk
    private let units: UnitTable
    private let zone: LocalZone
    private let logger: Logger

    /// How often the roster is looked at.
    private static let round: Duration = .seconds(2)
    /// A broker that has forgotten is told again after so long, ms.
    private static let again: Int64 = 600_000

    /// Creates the publisher of a station.
    package init(
        _ register: RegisterDesk,
        station: Name,
        link: BrokerLink,
        units: UnitTable,
        zone: LocalZone,
        logger: Logger
    ) {
        (self.register, self.station, self.link, self.zone, self.logger) = (register, station, link, zone, logger)
        self.units = units
    }

    /// Runs until graceful shutdown.
    package func run() async throws {
        await cancelWhenGracefulShutdown {
            var told: [Name: (assignment: DutyAssignment, time: Int64)] = [:]
            // What was told before this run, and holds no longer, is taken back once.
            var known = Set(self.units.all.filter { $0.station == self.station }.map(\.device))
            while !Task.isCancelled {
                let now = SystemClock.wallMilliseconds
                let wanted = Roster(await self.register.register, zone: self.zone).assignments(at: now)
                for (unit, assignment) in wanted where unit.station == self.station {
                    if let last = told[unit.device], last.assignment == assignment, now - last.time < Self.again {
                        continue
                    }
                    if await self.publish(assignment, to: unit.device) { told[unit.device] = (assignment, now) }
                }
                for device in known.union(told.keys)
                where wanted[UnitID(station: self.station, device: device)] == nil {
                    if await self.publish(nil, to: device) {
                        told[device] = nil
                        known.remove(device)
                    }
                }
                known.subtract(told.keys)
                await pause(for: Self.round)
            }
        }
    }

    private func publish(_ assignment: DutyAssignment?, to device: Name) async -> Bool {
        do {
            let topic = Topic.device(station: self.station, device: device, channel: .assignment)
            let payload = try assignment.map { try WireCoder().encode($0) } ?? []
            try await self.link.publish(BrokerMessage(topic: "\(topic)", payload: payload, isRetained: true))
            // Most units have none when a room starts, and are told so once: that is no news.
            self.logger.log(
                level: assignment == nil ? .debug : .info,
                "\(assignment.map { "Assignment \($0.id)" } ?? "No assignment") told to \(device)"
            )
            return true
        } catch {
            self.logger.debug("Assignment not taken for \(device): \(error)")
            return false
        }
    }
}
