import Ledger
import Threading

/// Deliveries on their way into the store: what is shown does not wait for the disk, and what is stored together costs less.
///
/// For one producer and one consumer. When as much waits as may, the producer waits, and the pressure goes back to the broker.
final class StoreQueue: Sendable {
    /// A delivery of records.
    struct Item: Sendable {
        let delivery: LogDelivery
        let isBacklog: Bool

        /// What it costs: a number that is declared dropped costs what a record does.
        var weight: Int { max(1, self.delivery.records.count + self.delivery.dropped.count) }

        var bytes: Int { self.delivery.records.reduce(0) { $0 + $1.body.count } }
    }

    private struct State {
        var waiting: [Item] = []
        var weight = 0
        var bytes = 0
        var isClosed = false
        var producer: CheckedContinuation<Void, Never>?
        var consumer: CheckedContinuation<Void, Never>?

        var isFull: Bool { self.weight >= StoreQueue.mostWaiting || self.bytes >= StoreQueue.mostBytes }
    }

    /// Records that may wait; those of one portion of messages may come on top.
    private static let mostWaiting = 20_000
    private static let mostBytes = 32 << 20
    /// So much goes into one transaction: the longer it is, the fewer pages each record costs, and the later the others are
    /// acknowledged.
    private static let (mostRecords, mostDeliveries) = (20_000, 4_000)

    private let state = Locked(State())

    /// Adds deliveries, and returns once there is room for more.
    func add(_ items: [Item]) async {
        let (weight, bytes) = (items.reduce(0) { $0 + $1.weight }, items.reduce(0) { $0 + $1.bytes })
        let (isFull, consumer) = self.state.withLock { state in
            state.waiting += items
            (state.weight, state.bytes) = (state.weight + weight, state.bytes + bytes)
            return (state.isFull, state.consumer.take())
        }
        consumer?.resume()
        guard isFull else { return }
        await withCheckedContinuation { continuation in
            let hasRoom = self.state.withLock { state in
                guard state.isFull else { return true }
                state.producer = continuation
                return false
            }
            if hasRoom { continuation.resume() }
        }
    }

    /// Nothing comes any more: the consumer ends once it has taken what waits.
    func close() {
        self.state.withLock { state in
            state.isClosed = true
            return state.consumer.take()
        }?.resume()
    }

    /// What is stored next, oldest first; `nil` when nothing comes any more.
    func next() async -> [Item]? {
        while true {
            let (items, isClosed, producer) = self.state.withLock { state in
                let items = Self.take(from: &state)
                return (items, state.isClosed, state.isFull ? nil : state.producer.take())
            }
            producer?.resume()
            if !items.isEmpty { return items }
            if isClosed { return nil }
            await withCheckedContinuation { continuation in
                let isReady = self.state.withLock { state in
                    if !state.waiting.isEmpty || state.isClosed { return true }
                    state.consumer = continuation
                    return false
                }
                if isReady { continuation.resume() }
            }
        }
    }

    private static func take(from state: inout State) -> [Item] {
        var (count, weight, bytes) = (0, 0, 0)
        for item in state.waiting {
            guard count < Self.mostDeliveries, weight < Self.mostRecords else { break }
            (count, weight, bytes) = (count + 1, weight + item.weight, bytes + item.bytes)
        }
        let items = Array(state.waiting.prefix(count))
        state.waiting.removeFirst(count)
        (state.weight, state.bytes) = (state.weight - weight, state.bytes - bytes)
        return items
    }
}
