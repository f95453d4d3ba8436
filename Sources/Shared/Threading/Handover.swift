/// Hands what waits, in whatever order the collection behind it gives, from any thread to one waiting task.
///
/// Unlike ``Inbox`` it hands over one thing at a time, so that what comes meanwhile can still go before the rest.
package final class Handover<Waiting: Sendable>: Sendable {
    private struct State: Sendable {
        var waiting: Waiting
        var consumer: CheckedContinuation<Void, Never>?
        var isClosed = false
        /// Counts what was added, so that nothing that comes between a look and the wait is slept through.
        var additions: UInt64 = 0
    }

    private let state: Locked<State>

    /// Creates one around an empty collection.
    package init(_ waiting: Waiting) { self.state = Locked(State(waiting: waiting)) }

    /// Adds to what waits; returns what `body` returns, or `nil`, without calling it, after ``close()``.
    package func add<Result: Sendable>(_ body: (inout Waiting) -> Result) -> Result? {
        let (result, consumer) = self.state.withLock { state -> (Result?, CheckedContinuation<Void, Never>?) in
            guard !state.isClosed else { return (nil, nil) }
            state.additions &+= 1
            return (body(&state.waiting), state.consumer.take())
        }
        consumer?.resume()
        return result
    }

    /// Takes something out without waiting; `nil` when nothing is there.
    package func take<Element: Sendable>(_ body: (inout Waiting) -> Element?) -> Element? {
        self.state.withLock { body(&$0.waiting) }
    }

    /// Takes something out, and waits until there is something; `nil` when closed or cancelled and nothing is left.
    ///
    /// For one consumer only.
    package func next<Element: Sendable>(_ body: (inout Waiting) -> Element?) async -> Element? {
        while true {
            let (element, seen) = self.state.withLock { (body(&$0.waiting), $0.additions) }
            if let element { return element }
            if Task.isCancelled { return nil }
            guard await self.wait(after: seen) else { return nil }
        }
    }

    /// Waits for an addition after `seen` of them; returns `false` when none will come any more.
    private func wait(after seen: UInt64) async -> Bool {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isReady = self.state.withLock { state -> Bool in
                    if state.isClosed || state.additions != seen || Task.isCancelled { return true }
                    state.consumer = continuation
                    return false
                }
                if isReady { continuation.resume() }
            }
        } onCancel: {
            self.state.withLock { $0.consumer.take() }?.resume()
        }
        return self.state.withLock { !$0.isClosed || $0.additions != seen }
    }

    /// Ends the consumer's loop once it has taken what waits.
    package func close() {
        self.state.withLock { state -> CheckedContinuation<Void, Never>? in
            state.isClosed = true
            return state.consumer.take()
        }?.resume()
    }
}
