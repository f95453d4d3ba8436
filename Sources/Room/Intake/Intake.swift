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
    package static let channels: [Channel] = [.position, .event, .backlog, .state, .health]

    private let station: Name
    private let link: BrokerLink
    private let units: UnitTable
    private let history: History
    private let meter: IntakeMeter
    private let logger: Logger

    /// Creates the intake of a station.
    package init(
        station: Name,
        link: BrokerLink,
        units: UnitTable,
        history: History,
        meter: IntakeMeter,
        logger: Logger
    ) {
        self.station = station
        self.link = link
        self.units = units
        self.history = history
        self.meter = meter
        self.logger = logger
    }

    /// Runs until the link has ended and everything that came is stored.
    package func run() async throws {
        var lastComplaint: String?
        while let batch = await self.link.inbox.nextBatch() {
            var records: [StoredRecord] = []
            for message in batch { records += self.take(message) }
            guard !records.isEmpty else { continue }
            do throws(HistoryError) {
                let added = try await self.history.store(records)
                let count = records.count
                self.meter.withLock { counts in
                    counts.stored += added
                    counts.duplicates += count - added
                }
                lastComplaint = nil
            } catch {
                if lastComplaint != "\(error)" { self.logger.error("Records not stored: \(error)") }
                lastComplaint = "\(error)"
            }
        }
    }

    /// Applies a message to the live table and returns the records in it.
    private func take(_ message: ReceivedMessage) -> [StoredRecord] {
        self.meter.withLock { $0.messages += 1 }
        switch Reading(message, station: self.station) {
        case .records(let records, let device):
            self.meter.withLock { $0.records += records.count }
            self.units.withLock { units in
                for item in records {
                    units.apply(item.record, station: self.station, device: device, received: message.received)
                }
            }
            return records
        case .state(let state, let device):
            self.units.withLock { $0.apply(state, station: self.station, device: device) }
        case .health(let health, let device):
            self.units.withLock { $0.apply(health, station: self.station, device: device) }
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
        return []
    }
}

private func isPowerOfTen(_ count: Int) -> Bool {
    var rest = count
    while rest > 1, rest % 10 == 0 { rest /= 10 }
    return rest == 1
}
