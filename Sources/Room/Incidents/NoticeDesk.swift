package import PatrolWire
import Threading
package import Units

/// Texts for the officers of single units: told again until the device has them, or their time is over.
package final class NoticeDesk: Sendable {
    private let pending = Locked(PendingOrders(again: NoticeDesk.again))

    /// A device that does not answer is told again after so long, ms: a text is no order.
    private static let again: Int64 = 30_000
    /// After so long, ms, a text is no news any more.
    private static let life: Int64 = 12 * 3_600_000
    /// Texts of one unit that wait at most: one that never answers must not keep the others' out.
    private static let mostOfOne = 32
    /// So many are told at a time: orders come between them.
    private static let portion = 8

    /// Creates a desk without texts.
    package init() {}

    /// Writes to a unit.
    ///
    /// - Parameters:
    ///   - unit: To whom.
    ///   - id: The same id twice is one text to this unit.
    ///   - text: What it says.
    ///   - actor: In whose name.
    ///   - now: ms since 1970 UTC.
    /// - Returns: `false` when too many wait for that unit already.
    @discardableResult
    package func tell(_ unit: UnitID, id: String, _ text: String, actor: String, now: Int64) -> Bool {
        let order = Order(
            station: unit.station.text,
            device: unit.device.text,
            command: Command(
                id: "\(id)-\(unit.station)-\(unit.device)",
                kind: .message,
                time: now,
                expires: now + Self.life,
                actor: actor,
                data: ["text": .string(text)]
            )
        )
        return self.pending.withLock { pending in
            guard pending.count(of: order) < Self.mostOfOne else { return false }
            pending.add(order)
            return true
        }
    }

    /// Takes a device's answer to a text.
    package func answered(_ result: CommandResult, station: Name, device: Name) {
        self.pending.withLock { pending in
            guard let order = pending[result.id], order.device == device.text, order.station == station.text else {
                return
            }
            pending.remove(result.id)
        }
    }

    /// The next texts that are to be told now.
    package func due(at now: Int64) -> [(order: Order, isFirst: Bool)] {
        self.pending.withLock { $0.due(at: now, limit: Self.portion) }
    }
}
