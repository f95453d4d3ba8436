/// A message to the broker.
package struct BrokerMessage: Sendable, Hashable {
    /// Topic.
    package var topic: String
    /// Bytes.
    package var payload: [UInt8]
    /// 0, or 1 to be told that the broker has it.
    package var qualityOfService: Int
    /// Whether the broker keeps it for later subscribers.
    package var isRetained: Bool
    /// Seconds until the broker forgets it.
    package var expirySeconds: Int?
    /// Which question it answers.
    package var correlation: [UInt8]?

    /// Creates a message.
    package init(
        topic: String,
        payload: [UInt8],
        qualityOfService: Int = 1,
        isRetained: Bool = false,
        expirySeconds: Int? = nil,
        correlation: [UInt8]? = nil
    ) {
        self.topic = topic
        self.payload = payload
        self.qualityOfService = qualityOfService
        self.isRetained = isRetained
        self.expirySeconds = expirySeconds
        self.correlation = correlation
    }
}

/// A message from the broker.
package struct ReceivedMessage: Sendable, Hashable {
    /// Topic.
    package let topic: String
    /// Bytes.
    package let payload: [UInt8]
    /// Whether it was kept by the broker, and so may be old.
    package let isRetained: Bool
    /// Which question it answers.
    package let correlation: [UInt8]?
    /// When it came, ms since 1970 UTC by this machine's clock.
    package let received: Int64
    /// When it came, by a clock that only runs on.
    package let arrival: ContinuousClock.Instant

    /// Creates a message.
    package init(topic: String, payload: [UInt8], isRetained: Bool, correlation: [UInt8]?, received: Int64) {
        self.topic = topic
        self.payload = payload
        self.isRetained = isRetained
        self.correlation = correlation
        self.received = received
        self.arrival = .now
    }
}
