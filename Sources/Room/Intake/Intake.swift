package import BrokerLink
package import History
package import Logging
package import PatrolWire
import ServiceLifecycle
import Threading
package import Units

/// Takes what the devices of one station publish: checked, into the live table, into the store.
package struct Intake: Service {
    /// The channels that the room listens to.
    package static let channels: [Channel] = [.position, .event, .backlog, .state, .health, .result]

    /// All that the room subscribes to at a station.
    package static func subscriptions(_ station: Name) -> [String] {
        Self.channels.map { Topic.filter(station: station, channel: $0) } + ["\(Topic.incident(station: station))"]
    }

    private let station: Name
    private let link: BrokerLink
    private let units: UnitTable
    private let history: History
    private let meter: IntakeMeter
    private let observer: (any IntakeObserver)?
    private let logger: Logger

    /// Creates the intake of a station.
    package init(
        station: Name,
        link: BrokerLink,
        units: UnitTable,
        history: History,
        meter: IntakeMeter,
        observer: (any IntakeObserver)? = nil,
        logger: Logger
    ) {
        self.station = station
        self.link = link
        self.units = units
        self.history = history
        self.meter = meter
        self.observer = observer
        self.logger = logger
    }

    /// Runs until the link has ended and everything that came is stored.
    package func run() async throws {
        let acknowledger = Acknowledger(link: self.link, logger: self.logger)
        await withTaskGroup { group in
            group.addTask { await acknowledger.run() }
            await self.store(acknowledger)
            acknowledger.finish()
        }
        // The inbox closes a moment before the link's own end is seen: who returns then seems to have failed.
        try await gracefulShutdown()
    }

    private func store(_ acknowledger: Acknowledger) async {
        var lastComplaint: String?
        while let batch = await self.link.inbox.nextBatch() {
            var deliveries: [Delivery] = []
            var backlog: Set<LogName> = []
            for message in batch {
                guard let (delivery, isBacklog) = await self.take(message) else { continue }
                deliveries.append(delivery)
                if isBacklog { backlog.insert(delivery.name) }
            }
            guard !deliveries.isEmpty else { continue }
            do throws(HistoryError) {
                let outcome = try await self.history.store(deliveries)
                self.meter.withLock { counts in
                    counts.stored += outcome.added
                    counts.duplicates += outcome.duplicates
                }
                acknowledger.note(outcome.stored, backlog: backlog)
                lastComplaint = nil
            } catch {
                // Not acknowledged, so the devices send it again.
                if lastComplaint != "\(error)" { self.logger.error("Records not stored: \(error)") }
                lastComplaint = "\(error)"
            }
        }
    }

    /// Applies a message to the live table and returns what of it is to be stored.
    private func take(_ message: ReceivedMessage) async -> (delivery: Delivery, isBacklog: Bool)? {
        self.meter.withLock { $0.messages += 1 }
        switch Reading(message, station: self.station) {
        case .delivery(let delivery, let isBacklog):
            let name = delivery.name
            self.meter.withLock { $0.records += delivery.records.count }
            self.units.withLock { units in
                for item in delivery.records {
                    units.apply(item.record, station: name.station, device: name.device, received: message.received)
                }
            }
            if let observer {
                for item in delivery.records {
                    await observer.heard(
                        item.record,
                        isBacklog: isBacklog,
                        station: name.station,
                        device: name.device
                    )
                }
            }
            return (delivery, isBacklog)
        case .state(let state, let device):
            self.units.withLock { $0.apply(state, station: self.station, device: device) }
            await self.observer?.noticed(station: self.station, device: device)
        case .health(let health, let device):
            self.units.withLock { $0.apply(health, station: self.station, device: device) }
            await self.observer?.noticed(station: self.station, device: device)
        case .incident(let call):
            await self.observer?.called(call, station: self.station)
        case .result(let result, let device):
            await self.observer?.answered(result, station: self.station, device: device)
        case .cleared:
            break
        case .rejected(let rejection, let reason):
            let count = self.meter.withLock { counts in
                counts.rejected[rejection, default: 0] += 1
                return counts.rejected[rejection, default: 0]
            }
            // A device gone wild must not fill the log: the 1st, 10th, 100th … is told.
            if isPowerOfTen(count) {
                self.logger.warning("Rejected on \(message.topic): \(reason) (\(rejection.rawValue), \(count) so far)")
            }
        }
        return nil
    }
}

private func isPowerOfTen(_ count: Int) -> Bool {
    var rest = count
    while rest > 1, rest % 10 == 0 { rest /= 10 }
    return rest == 1
}
