import Threading

/// Gathers what a task sees, for an expectation to look at.
package final class Collector<Element: Sendable>: Sendable {
    private let items = Locked<[Element]>([])

    /// Creates an empty one.
    package init() {}

    /// What was gathered.
    package var all: [Element] { self.items.withLock { $0 } }

    /// Adds an element.
    package func add(_ element: Element) { self.items.withLock { $0.append(element) } }
}
