/// What several clients wait for, one of each in turn: a client that asks a lot delays only itself.
package struct TurnQueue<Element: Sendable>: Sendable {
    private var waiting: [Int: [Element]] = [:]
    /// Clients of whom something waits, the next first.
    private var turns: [Int] = []
    private let most: Int

    /// Creates an empty queue.
    ///
    /// - Parameter most: How many things of one client may wait.
    package init(mostOfEach most: Int) { self.most = most }

    /// Adds something of a client; returns `false`, and does not, when as much of his waits as may.
    package mutating func add(_ element: Element, of client: Int) -> Bool {
        let count = self.waiting[client]?.count ?? 0
        guard count < self.most else { return false }
        if count == 0 { self.turns.append(client) }
        self.waiting[client, default: []].append(element)
        return true
    }

    /// Takes the next thing out, and whose it is; `nil` when nothing waits.
    package mutating func next() -> (client: Int, element: Element)? {
        guard let client = self.turns.first, var own = self.waiting[client] else { return nil }
        self.turns.removeFirst()
        let element = own.removeFirst()
        self.waiting[client] = own.isEmpty ? nil : own
        if !own.isEmpty { self.turns.append(client) }
        return (client, element)
    }

    /// Forgets what waits of a client that has left.
    package mutating func forget(_ client: Int) {
        self.waiting[client] = nil
        self.turns.removeAll { $0 == client }
    }
}
