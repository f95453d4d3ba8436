import DequeModule

/// Hands values from a thread to one waiting task, all that wait at once.
///
/// It never drops: the producer asks ``isFull`` first and stops taking more, so that the pressure
/// goes back to where the values come from.
package final class Inbox<Element: Sendable>: Sendable {
    private struct State {
        var waiting: Deque<Element> = []
        var consumer: CheckedContinuation<Void, Never>?
        var isClosed = false
    }

    private let state = Locked(State())

    /// How many values may wait before ``isFull`` is true.
    package let limit: Int

    /// Creates an empty inbox.
    package init(limit: Int) { self.limit = limit }

    /// Whether as many values wait as should.
    package var isFull: Bool { self.state.withLock { $0.waiting.count >= self.limit } }

    /// Adds a value; after ``close()`` it is ignored.
    package func push(_ element: Element) {
        self.state.withLock { state -> CheckedContinuation<Void, Never>? in
            guard !state.isClosed else { return nil }
            state.waiting.append(element)
            return state.consumer.take()
        }?.resume()
    }

    /// Ends the consumer's loop once it has taken what waits.
    package func close() {
        self.state.withLock { state -> CheckedContinuation<Void, Never>? in
            state.isClosed = true
            return state.consumer.take()
        }?.resume()
    }

    /// Takes all that wait now, without waiting.
    package func takeAll() -> [Element] {
        self.state.withLock { state in
            guard !state.waiting.isEmpty else { return [] }
            defer { state.waiting = [] }
            return Array(state.waiting)
        }
    }

    /// Waits for at least one value and returns all that wait; `nil` when closed or cancelled.
    ///
    /// For one consumer only.
    package func nextBatch() async -> [Element]? {
        while true {
            let (batch, isClosed) = self.state.withLock { state -> ([Element], Bool) in
                // Making an array of an empty deque writes to the one empty array that all threads share.
                guard !state.waiting.isEmpty else { return ([], state.isClosed) }
                defer { state.waiting.removeAll(keepingCapacity: true) }
                return (Array(state.waiting), state.isClosed)
            }
            if !batch.isEmpty { return batch }
            if isClosed || Task.isCancelled { return nil }
            await withTaskCancellationHandler {
                await withCheckedContinuation { continuation in
                    let isReady = self.state.withLock { state -> Bool in
                        if !state.waiting.isEmpty || state.isClosed || Task.isCancelled { return true }
                        state.consumer = continuation
                        return false
                    }
                    if isReady { continuation.resume() }
                }
            } onCancel: {
                self.state.withLock { $0.consumer.take() }?.resume()
            }
        }
    }
}
