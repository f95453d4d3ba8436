package import BrokerLink
import Logging
import Rig
import ServiceLifecycle
import Settings
import Threading

/// A link that runs, and what came of it.
package struct LinkRig: Sendable {
    /// The link.
    package let link: BrokerLink
    /// Ups and downs.
    package let changes = Collector<BrokerLink.Change>()
    /// What came.
    package let messages = Collector<ReceivedMessage>()
    private let isReading: Bool

    /// Creates a rig; what nobody reads waits in the link, up to its limit.
    package init(
        port: UInt16,
        clientID: String,
        subscriptions: [String] = [],
        credentials: BrokerAddress.Credentials? = nil,
        host: String = "127.0.0.1",
        will: BrokerMessage? = nil,
        isReading: Bool = true,
        inboxLimit: Int = 10_000
    ) {
        self.isReading = isReading
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        self.link = BrokerLink(
            BrokerLink.Configuration(
                address: BrokerAddress(endpoint: HostPort(host: host, port: port), credentials: credentials),
                clientID: clientID,
                subscriptions: subscriptions,
                keepalive: 5,
                backOff: BackOff(shortest: .milliseconds(100), longest: .milliseconds(500))
            ),
            inboxLimit: inboxLimit,
            logger: logger,
            will: { will }
        )
    }

    /// Runs the link while `body` runs; then lets it say goodbye.
    package func running<R: Sendable>(_ body: @Sendable (LinkRig) async throws -> R) async throws -> R {
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        let group = ServiceGroup(services: [self.link], logger: logger)
        async let service: Void = group.run()
        let watching = Task { for await change in self.link.changes { self.changes.add(change) } }
        let reading = Task {
            while self.isReading, let batch = await self.link.inbox.nextBatch() {
                for message in batch { self.messages.add(message) }
            }
        }
        defer {
            watching.cancel()
            reading.cancel()
        }
        let result: Result<R, any Error>
        do { result = .success(try await body(self)) } catch { result = .failure(error) }
        await group.triggerGracefulShutdown()
        try await service
        return try result.get()
    }

    /// Waits until the broker has accepted the link, for the first time or once more.
    package func waitUntilUp(times: Int = 1) async throws {
        try await eventually("the link being up \(times) times") {
            self.changes.all.filter { $0 == .up }.count >= times ? () : nil
        }
    }

    /// Waits until so many messages came.
    package func waitForMessages(_ count: Int) async throws {
        try await eventually("\(count) messages") { self.messages.all.count >= count }
    }
}
