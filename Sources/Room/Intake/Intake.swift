package import BrokerLink
package import History
import Ledger
package import Logging
package import PatrolWire
import ServiceLifecycle
import Threading
import Units

/// Takes what the devices of one station publish: checked, into the live table, into the store.
package struct Intake: Service {
    /// The channels that the room listens to.
    package static let channels: [Channel] = [.position, .event, .backlog, .state, .health, .result]

    /// All that the room subscribes to at a station.
    package static func subscriptions(_ station: Name) -> [String] {
        Self.channels.map { Topic.filter(station: station, channel: $0) }
            + ["\(Topic.incident(station: station))", "\(Topic.task(station: station))"]
    }

    /// Which devices a station takes.
    package struct Admission: Sendable, Hashable {
        /// So many devices at most: each costs memory, and a place in every ranking.
        package var most: Int
        /// The only ones that are taken; `nil` for all that the broker lets in.
        package var enrolled: Set<Name>?

        /// Creates an admission.
        package init(most: Int = 5_000, enrolled: Set<Name>? = nil) { (self.most, self.enrolled) = (most, enrolled) }
    }

    private let station: Name
    private let link: BrokerLink
    private let units: UnitTable
    private let history: History
    private let meter: IntakeMeter
    private let observer: (any IntakeObserver)?
    private let admission: Admission
    private let logger: Logger

    /// So many messages are looked at before those behind them have their turn.
    private static let portion = 1_000

    /// Creates the intake of a station.
    package init(
        station: Name,
        link: BrokerLink,
        units: UnitTable,
        history: History,
        meter: IntakeMeter,
        observer: (any IntakeObserver)? = nil,
        admission: Admission = Admission(),
        logger: Logger
    ) {
        self.station = station
        self.link = link
        self.units = units
        self.history = history
        self.meter = meter
        self.observer = observer
        self.admission = admission
        self.logger = logger
    }

    /// Runs until the link has ended and everything that came is stored.
    package func run() async throws {
        let acknowledger = Acknowledger(link: self.link, logger: self.logger)
        let queue = StoreQueue()
        await withTaskGroup { group in
            group.addTask { await acknowledger.run() }
            group.addTask {
                await self.store(from: queue, acknowledger)
                acknowledger.finish()
            }
            await self.read(into: queue)
            queue.close()
        }
        // The inbox closes a moment before the link's own end is seen: a service that returns then seems to have failed.
        try await gracefulShutdown()
    }

    /// The same complaint is said again after so long.
    private static let quiet: Duration = .seconds(60)

    /// Puts what comes into the live table, and then into the queue for the store.
    private func read(into queue: StoreQueue) async {
        while let batch = await self.link.inbox.nextBatch() {
            if let oldest = batch.first {
                let waited = ContinuousClock.now - oldest.arrival
                await self.observer?.waited(waited / .seconds(1), station: self.station)
            }
            for portion in FairOrder.portions(of: batch, size: Self.portion) {
                var items: [StoreQueue.Item] = []
                for message in portion {
                    guard let (delivery, isBacklog) = await self.take(message) else { continue }
                    items.append(StoreQueue.Item(delivery: delivery, isBacklog: isBacklog))
                }
                await queue.add(items)
            }
        }
    }

    private func store(from queue: StoreQueue, _ acknowledger: Acknowledger) async {
        // At the edge of a full disk a small portion still goes in, and the next does not: that is one fault, said once a minute.
        var last: (complaint: String, said: ContinuousClock.Instant)?
        while let items = await queue.next() {
            guard let complaint = await self.store(items, acknowledger) else { continue }
            let now = ContinuousClock.now
            if let last, last.complaint == complaint, now - last.said < Self.quiet { continue }
            self.logger.error("Records not stored: \(complaint)")
            last = (complaint, now)
        }
    }

    /// Stores deliveries; returns what went wrong.
    private func store(_ items: [StoreQueue.Item], _ acknowledger: Acknowledger) async -> String? {
        let deliveries = items.map(\.delivery)
        let backlog = Set(items.filter(\.isBacklog).map(\.delivery.name))
        let records = deliveries.reduce(0) { $0 + $1.records.count }
        self.meter.beginStoring(self.station, at: SystemClock.bootMilliseconds)
        do throws(HistoryError) {
            let outcome = try await self.history.store(deliveries)
            self.meter.stored(outcome, of: self.station)
            for name in outcome.forked {
                self.logger.error(
                    "\(name.device) of \(name.station) has given numbers of its log \(name.log) twice: its disk was set back, or runs in two devices; both records are kept, and it is told to begin a new log"
                )
            }
            acknowledger.note(outcome, of: deliveries, backlog: backlog)
            await self.observer?.stored(nil, station: self.station)
            return nil
        } catch {
            // Not acknowledged, so the devices send it again.
            acknowledger.notStored(deliveries)
            self.meter.notStored(records, of: self.station)
            await self.observer?.stored(error, station: self.station)
            return "\(error)"
        }
    }

    /// Whether a device is one that the station takes.
    private func admits(_ device: Name) -> Bool {
        if let enrolled = self.admission.enrolled { return enrolled.contains(device) }
        let id = UnitID(station: self.station, device: device)
        return self.units.hasRoom(for: id, atMost: self.admission.most)
    }

    /// Applies a message to the live table and returns what of it is to be stored.
    private func take(_ message: ReceivedMessage) async -> (delivery: LogDelivery, isBacklog: Bool)? {
        self.meter.message()
        let reading = Reading(message, station: self.station)
        if let device = reading.device, !self.admits(device) {
            let reason =
                self.admission.enrolled == nil
                ? "the station has \(self.admission.most) devices, which is 'devices.most'"
                : "'devices.enrolled' does not name it"
            self.reject(.stranger, "\(device): \(reason)", message)
            return nil
        }
        switch reading {
        case .delivery(let delivery, let isBacklog):
            await self.apply(delivery, isBacklog: isBacklog, received: message.received)
            return (delivery, isBacklog)
        case .state(let state, let device):
            self.units.apply(state, of: UnitID(station: self.station, device: device))
            await self.observer?.noticed(station: self.station, device: device)
        case .health(let health, let device):
            self.units.apply(health, of: UnitID(station: self.station, device: device))
            await self.observer?.noticed(station: self.station, device: device)
        case .incident(let call, let correlation):
            if let receipt = await self.observer?.called(call, station: self.station) {
                self.answer(
                    receipt,
                    on: .incidentReceipt(station: self.station, id: receipt.id),
                    correlation: correlation
                )
            }
        case .task(let call, let correlation):
            if let receipt = await self.observer?.called(call, station: self.station) {
                self.answer(receipt, on: .taskReceipt(station: self.station, id: receipt.id), correlation: correlation)
            }
        case .result(let result, let device):
            await self.observer?.answered(result, station: self.station, device: device)
        case .cleared:
            break
        case .rejected(let rejection, let reason):
            self.reject(rejection, reason, message)
        }
        return nil
    }

    private func apply(_ delivery: LogDelivery, isBacklog: Bool, received: Int64) async {
        let name = delivery.name
        self.meter.records(delivery.records.count)
        self.units.apply(delivery, received: received, isBacklog: isBacklog)
        guard let observer else { return }
        for item in delivery.records {
            await observer.heard(item.record, isBacklog: isBacklog, station: name.station, device: name.device)
        }
    }

    /// Tells the sender of an incident or a task what became of it, and does not wait for the broker.
    private func answer(_ receipt: IncidentReceipt, on topic: Topic, correlation: [UInt8]?) {
        do throws(WireError) {
            let message = BrokerMessage(
                topic: "\(topic)",
                payload: try WireCoder().encode(receipt),
                correlation: correlation
            )
            self.link.publish(message) { result in
                if case .failure(let error) = result {
                    self.logger.debug("Receipt of \(receipt.id) not taken: \(error)")
                }
            }
        } catch {
            self.logger.error("Receipt of \(receipt.id) not written: \(error)")
        }
    }

    private func reject(_ rejection: IntakeCounts.Rejection, _ reason: String, _ message: ReceivedMessage) {
        let count = self.meter.reject(rejection)
        // A device gone wild must not fill the log: the 1st, 10th, 100th … is told.
        if isPowerOfTen(count) {
            self.logger.warning("Rejected on \(message.topic): \(reason) (\(rejection.rawValue), \(count) so far)")
        }
    }
}

private func isPowerOfTen(_ count: Int) -> Bool {
    var rest = count
    while rest > 1, rest % 10 == 0 { rest /= 10 }
    return rest == 1
}
