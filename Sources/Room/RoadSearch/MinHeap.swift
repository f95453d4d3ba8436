/// A binary heap: the least element comes out first.
///
/// Source: Williams, *Algorithm 232: Heapsort*, Comm. ACM 7 (1964).
struct MinHeap<Element: Comparable> {
    private var items: [Element] = []

    mutating func push(_ element: Element) {
        self.items.append(element)
        var child = self.items.count - 1
        while child > 0, self.items[child] < self.items[(child - 1) / 2] {
            self.items.swapAt(child, (child - 1) / 2)
            child = (child - 1) / 2
        }
    }

    mutating func pop() -> Element? {
        guard let first = self.items.first, let last = self.items.popLast() else { return nil }
        guard !self.items.isEmpty else { return first }
        self.items[0] = last
        var parent = 0
        while true {
            var child = parent * 2 + 1
            guard child < self.items.count else { break }
            if child + 1 < self.items.count, self.items[child + 1] < self.items[child] { child += 1 }
            guard self.items[child] < self.items[parent] else { break }
            self.items.swapAt(parent, child)
            parent = child
        }
        return first
    }
}
