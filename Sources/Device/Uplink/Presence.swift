package import BrokerLink
package import PatrolWire

/// Birth and death of the device: what is said of it when it comes, goes, or falls silent.
package actor Presence {
    private let topic: Topic
    private let connectNumber: @Sendable () async throws -> Int64
    private let state: @Sendable (_ online: Bool, _ connect: Int64) async -> DeviceState
    private let coder = WireCoder()
    private var connect: Int64 = 0

    /// Creates it.
    ///
    /// - Parameters:
    ///   - station: Station.
    ///   - device: Device.
    ///   - connectNumber: Counts the connections of the log up by one, durably, and returns the new count.
    ///   - state: Says what the device is now.
    package init(
        station: Name,
        device: Name,
        connectNumber: @escaping @Sendable () async throws -> Int64,
        state: @escaping @Sendable (_ online: Bool, _ connect: Int64) async -> DeviceState
    ) {
        self.topic = .device(station: station, device: device, channel: .state)
        self.connectNumber = connectNumber
        self.state = state
    }

    /// Begins a connection, and returns what the broker is to say should it break.
    package func will() async throws -> BrokerMessage {
        self.connect = try await self.connectNumber()
        return try await self.message(online: false)
    }

    /// What is said when the connection is up, and when it ends in order.
    package func message(online: Bool) async throws -> BrokerMessage {
        let state = await self.state(online, self.connect)
        return BrokerMessage(topic: "\(self.topic)", payload: try self.coder.encode(state), isRetained: true)
    }
}
