package import PatrolWire

/// A command on its way to a device.
package struct Order: Sendable, Hashable {
    /// Station.
    package let station: String
    /// Device.
    package let device: String
    /// What is told.
    package let command: Command
}

/// Commands that no device has answered yet: each is told again until it is answered or its time is over.
///
/// A pure value; times are ms since 1970 UTC.
struct PendingOrders: Sendable {
    private struct Entry: Sendable {
        let order: Order
        var told: Int64?
    }

    private var entries: [String: Entry] = [:]
    private let again: Int64

    /// Creates an empty list; an order is told again after `again` ms.
    init(again: Int64) { self.again = again }

    /// The order of an id.
    subscript(id: String) -> Order? { self.entries[id]?.order }

    /// How many wait for the device of an order.
    func count(of order: Order) -> Int {
        self.entries.values.count { $0.order.device == order.device && $0.order.station == order.station }
    }

    /// Adds an order, or replaces the one of the same id.
    mutating func add(_ order: Order) { self.entries[order.command.id] = Entry(order: order) }

    /// Forgets an order.
    mutating func remove(_ id: String) { self.entries[id] = nil }

    /// Orders that are to be told now, and whether each is told for the first time.
    ///
    /// Of more than `limit` those that were told longest ago go first.
    mutating func due(at now: Int64, limit: Int = .max) -> [(order: Order, isFirst: Bool)] {
        self.entries = self.entries.filter { $0.value.order.command.expires > now }
        let ready = self.entries.filter { $0.value.told.map { now - $0 >= self.again } ?? true }
        let due =
            ready.count <= limit
            ? ready
            : Dictionary(
                uniqueKeysWithValues: ready.sorted { ($0.value.told ?? 0, $0.key) < ($1.value.told ?? 0, $1.key) }
                    .prefix(limit).map { ($0.key, $0.value) }
            )
        for id in due.keys { self.entries[id]?.told = now }
        return due.values.map { ($0.order, $0.told == nil) }.sorted { $0.0.command.id < $1.0.command.id }
    }
}
