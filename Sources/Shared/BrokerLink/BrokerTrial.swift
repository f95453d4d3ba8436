import Threading

/// Whether a broker lets somebody in: one connection, what it has kept for the subscriptions, and the end.
package enum BrokerTrial {
    /// Connects, listens for a moment, and leaves.
    ///
    /// - Parameters:
    ///   - address: Where the broker is.
    ///   - clientID: An id of its own: a broker ends an older connection that has the same one.
    ///   - subscriptions: What is listened to; each has to be granted.
    ///   - patience: How long connecting may take, ms.
    ///   - listening: How long is listened after that, ms.
    /// - Returns: What came, or why there is no way in.
    package static func listen(
        to address: BrokerAddress,
        clientID: String,
        subscriptions: [String],
        patience: Int64 = 8_000,
        listening: Int64 = 1_500
    ) async -> Result<[ReceivedMessage], BrokerError> {
        let plan = BrokerSession.Plan(
            address: address,
            clientID: clientID,
            will: nil,
            subscriptions: subscriptions,
            sessionExpiry: 0,
            keepalive: 20
        )
        return await withCheckedContinuation { continuation in
            startThread("broker trial") {
                continuation.resume(returning: Self.run(plan, patience: patience, listening: listening))
            }
        }
    }

    private static func run(
        _ plan: BrokerSession.Plan,
        patience: Int64,
        listening: Int64
    ) -> Result<[ReceivedMessage], BrokerError> {
        // What is there now is enough to tell: what does not fit waits at the broker until the end.
        let inbox = Inbox<ReceivedMessage>(limit: 10_000)
        do throws(BrokerError) {
            let session = try BrokerSession(plan, inbox: inbox)
            let up = Locked<Int64?>(nil)
            let begin = SystemClock.bootMilliseconds
            let hasEnded = Latch()
            Task.detached {
                while true {
                    let now = SystemClock.bootMilliseconds
                    let end = up.withLock { $0.map { $0 + listening } } ?? begin + patience
                    guard now < end else { break }
                    await pause(for: .milliseconds(50))
                }
                session.stop()
                hasEnded.open()
            }
            let end = session.run { up.withLock { $0 = SystemClock.bootMilliseconds } }
            if let end { return .failure(end) }
            hasEnded.wait()
            guard up.withLock({ $0 != nil }) else {
                return .failure(
                    .unreachable(broker: "\(plan.address.endpoint)", reason: "no word within \(patience / 1_000) s")
                )
            }
            return .success(inbox.takeAll())
        } catch {
            return .failure(error)
        }
    }
}
