/// What will happen, by the time at which it does; of two at one time, the one that was planned first.
struct EventQueue<Event> {
    private struct Item {
        let time: Int64
        let order: Int
        let event: Event

        func isBefore(_ other: Item) -> Bool {
            self.time != other.time ? self.time < other.time : self.order < other.order
        }
    }

    /// A binary heap: the next is in front.
    private var heap: [Item] = []
    private var planned = 0

    mutating func plan(_ event: Event, at time: Int64) {
        self.planned += 1
        self.heap.append(Item(time: time, order: self.planned, event: event))
        var child = self.heap.count - 1
        while child > 0 {
            let parent = (child - 1) / 2
            guard self.heap[child].isBefore(self.heap[parent]) else { return }
            self.heap.swapAt(child, parent)
            child = parent
        }
    }

    /// Takes the next event; `nil` when there is none before a time.
    mutating func next(before end: Int64) -> (time: Int64, event: Event)? {
        guard let first = self.heap.first, first.time < end else { return nil }
        let last = self.heap.removeLast()
        guard !self.heap.isEmpty else { return (first.time, first.event) }
        self.heap[0] = last
        var parent = 0
        while true {
            let left = 2 * parent + 1
            guard left < self.heap.count else { break }
            let right = left + 1
            let child = right < self.heap.count && self.heap[right].isBefore(self.heap[left]) ? right : left
            guard self.heap[child].isBefore(self.heap[parent]) else { break }
            self.heap.swapAt(child, parent)
            parent = child
        }
        return (first.time, first.event)
    }
}
