/// What waits to be sent live: events in order, and only the newest position.
///
/// A pure value. What falls out of it is not lost: each record is on the disk before it is offered here.
package struct LaneQueue<Record: Sendable>: Sendable {
    private var events: [Record] = []
    private var position: Record?
    private let mostEvents: Int

    /// Creates a queue that keeps the newest `mostEvents` events.
    package init(mostEvents: Int = 256) { self.mostEvents = mostEvents }

    /// Whether nothing waits.
    package var isEmpty: Bool { self.events.isEmpty && self.position == nil }

    /// Adds an event.
    package mutating func offer(event: Record) {
        self.events.append(event)
        if self.events.count > self.mostEvents { self.events.removeFirst() }
    }

    /// Replaces the position.
    package mutating func offer(position: Record) { self.position = position }

    /// Takes what goes next: events before the position.
    package mutating func next() -> (record: Record, isEvent: Bool)? {
        if !self.events.isEmpty { return (self.events.removeFirst(), true) }
        return self.position.take().map { ($0, false) }
    }

    /// Gives back what could not be sent; a position only while there is no newer one.
    package mutating func giveBack(_ record: Record, isEvent: Bool) {
        if isEvent {
            self.events.insert(record, at: 0)
        } else if self.position == nil {
            self.position = record
        }
    }
}
