import BrokerLink
import Logging
import PatrolWire
import Rig
import Settings
import Threading

/// Devices that send backlog at a fixed rate and note how long each message waits for its acknowledgement.
final class IntakeLoad: Sendable {
    private struct State: Sendable {
        /// Last number of each message that is on its way, by log, and when it was sent.
        var waiting: [String: [(last: Int64, sent: ContinuousClock.Instant)]] = [:]
        var milliseconds: [Double] = []
    }

    private static let devices = 8
    private static let batch = Backlog.mostRecords

    private let rate: Int
    private let station: Name
    private let broker: UInt16
    private let state = Locked(State())

    init(rate: Int, station: Name, broker: UInt16) {
        (self.rate, self.station, self.broker) = (rate, station, broker)
    }

    /// From sending to acknowledgement, ms; what is still on its way counts as long as it waits already.
    var delays: [Double] {
        let now = ContinuousClock.now
        return self.state.withLock { state in
            state.milliseconds + state.waiting.values.flatMap { $0.map { (now - $0.sent) / .milliseconds(1) } }
        }
    }

    /// Forgets what was measured so far.
    func clear() { self.state.withLock { $0.milliseconds = [] } }

    /// Sends while `body` runs.
    func during<R: Sendable>(_ body: () async throws -> R) async throws -> R {
        var logger = Logger(label: "load")
        logger.logLevel = .error
        let link = BrokerLink(
            BrokerLink.Configuration(
                address: BrokerAddress(endpoint: HostPort(host: "127.0.0.1", port: self.broker)),
                clientID: "load",
                subscriptions: [Topic.filter(station: self.station, channel: .acknowledgement)]
            ),
            logger: logger,
            will: { nil }
        )
        let tasks = [
            Task { try await link.run() }, Task { try await self.send(on: link) }, Task { await self.listen(to: link) },
        ]
        defer { for task in tasks { task.cancel() } }
        return try await body()
    }

    private func send(on link: BrokerLink) async throws {
        for await change in link.changes where change == .up { break }
        let coder = WireCoder()
        let clock = ContinuousClock()
        var (next, last) = (clock.now, Int64(0))
        while !Task.isCancelled {
            for device in 0..<Self.devices {
                next += .seconds(1) * Self.batch / self.rate
                await pause(for: next - clock.now)
                guard let name = Name.device("load-\(device)") else { continue }
                let log = "f00000000000000\(device)"
                let records = try (last + 1...last + Int64(Self.batch)).map { number in
                    try coder.encode(record: Self.record(name, log, number))
                }
                let end = last + Int64(Self.batch)
                self.state.withLock { $0.waiting[log, default: []].append((end, clock.now)) }
                let topic = Topic.device(station: self.station, device: name, channel: .backlog)
                try await link.publish(
                    BrokerMessage(topic: "\(topic)", payload: Backlog.splice(log: log, records: records))
                )
            }
            last += Int64(Self.batch)
        }
    }

    private static func record(_ device: Name, _ log: String, _ number: Int64) -> Record {
        var record = Record(
            device: device.text,
            unit: device.text,
            log: log,
            sequence: number,
            time: SystemClock.wallMilliseconds,
            timeQuality: .gnss,
            uptime: number,
            trigger: .time,
            status: .patrol
        )
        record.setPlace(latitude: 40.02 + Double(number % 1_000) / 1e5, longitude: 116.55)
        (record.accuracy, record.speed, record.course, record.mode, record.satellites) = (3.5, 8.25, 271.5, 3, 11)
        return record
    }

    private func listen(to link: BrokerLink) async {
        while let batch = await link.inbox.nextBatch() {
            for message in batch where !message.isRetained {
                guard let word = self.acknowledgement(message.payload) else { continue }
                self.state.withLock { state in
                    let waiting = state.waiting[word.log] ?? []
                    for one in waiting where one.last <= word.upTo {
                        state.milliseconds.append((message.arrival - one.sent) / .milliseconds(1))
                    }
                    state.waiting[word.log] = waiting.filter { $0.last > word.upTo }
                }
            }
        }
    }

    private func acknowledgement(_ payload: [UInt8]) -> Acknowledgement? {
        do { return try WireCoder().decode(Acknowledgement.self, from: payload) } catch { return nil }
    }
}
