import BrokerLink
import History
import Ledger
import Logging
import PatrolWire
import Threading

/// Publishes what is stored for good, after it was committed.
final class Acknowledger: Sendable {
    private let link: BrokerLink
    private let logger: Logger
    private let schedule = Locked(AckSchedule())
    private let work: AsyncStream<Void>
    private let wake: AsyncStream<Void>.Continuation

    init(link: BrokerLink, logger: Logger) {
        self.link = link
        self.logger = logger
        (self.work, self.wake) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    /// Takes what a commit has stored; `backlog` names the logs that sent backlog in it.
    func note(_ outcome: StoreOutcome, of deliveries: [LogDelivery], backlog: Set<LogName>) {
        let now = SystemClock.bootMilliseconds
        self.schedule.withLock { $0.note(outcome, of: deliveries, backlog: backlog, now: now) }
        if !backlog.isEmpty || !outcome.forked.isEmpty { self.wake.yield() }
    }

    /// A batch could not be stored.
    func notStored(_ deliveries: [LogDelivery]) { self.schedule.withLock { $0.notStored(deliveries) } }

    /// Ends ``run()``.
    func finish() { self.wake.finish() }

    /// Publishes what is due until ``finish()``.
    func run() async {
        await withTaskGroup { group in
            group.addTask { [wake] in
                while !Task.isCancelled {
                    await pause(for: .seconds(1))
                    wake.yield()
                }
            }
            for await _ in self.work { await self.publishDue() }
            group.cancelAll()
        }
    }

    private func publishDue() async {
        let due = self.schedule.withLock { $0.takeDue(now: SystemClock.bootMilliseconds) }
        for one in due {
            let name = one.name
            do {
                let topic = Topic.device(station: name.station, device: name.device, channel: .acknowledgement)
                let message = Acknowledgement(
                    log: name.log,
                    stored: one.stored,
                    isForked: one.isForked,
                    sum: Self.sum(one.end)
                )
                try await self.link.publish(
                    BrokerMessage(topic: "\(topic)", payload: try WireCoder().encode(message), isRetained: true)
                )
            } catch {
                self.logger.debug("Acknowledgement not taken: \(error)")
                self.schedule.withLock { $0.giveBack(one, now: SystemClock.bootMilliseconds) }
            }
        }
    }

    /// What tells the record of a number from another; reckoned once an acknowledgement, not once a batch.
    private static func sum(_ body: [UInt8]?) -> String? {
        guard let body, let record = StoredRecord.decoded(body) else { return nil }
        do throws(WireError) { return try WireCoder().digest(of: record) } catch { return nil }
    }
}
