/// A queue with a limit, in which what is urgent goes first and is never pushed out.
package struct UrgentQueue<Element: Sendable>: Sendable {
    /// What an element is worth.
    package enum Rank: Sendable, Hashable {
        /// Goes before all others; never pushed out or refused, so the caller that adds it needs a limit of its own.
        case urgent
        /// In order; never pushed out or refused.
        case kept
        /// In order; refused when the queue is full of its like.
        case refusable
        /// In order; pushed out, the oldest first, by anything that comes to a full queue.
        case replaceable
    }

    private var urgent: [Element] = []
    private var rest: [(element: Element, rank: Rank)] = []
    private let limit: Int

    /// Creates an empty queue for `limit` elements that are not urgent.
    package init(limit: Int) { self.limit = limit }

    /// Adds an element; returns the one that had to go for it, which is the new one itself when it is refused.
    package mutating func add(_ element: Element, _ rank: Rank) -> Element? {
        if rank == .urgent {
            self.urgent.append(element)
            return nil
        }
        guard self.rest.count >= self.limit else {
            self.rest.append((element, rank))
            return nil
        }
        if let oldest = self.rest.firstIndex(where: { $0.rank == .replaceable }) {
            let gone = self.rest.remove(at: oldest)
            self.rest.append((element, rank))
            return gone.element
        }
        guard rank == .kept else { return element }
        self.rest.append((element, rank))
        return nil
    }

    /// Takes the next element out; `nil` when nothing waits.
    package mutating func next() -> Element? {
        if !self.urgent.isEmpty { return self.urgent.removeFirst() }
        return self.rest.isEmpty ? nil : self.rest.removeFirst().element
    }
}
