package import PatrolWire
import Threading
package import Units

/// Texts for the officers of single units, and what else is wanted of one: told again until the device has answered, or their
/// time is over.
package final class NoticeDesk: Sendable {
    /// What became of something that was sent to a unit.
    package enum Outcome: String, Sendable, Hashable {
        /// The device has not answered yet.
        case waiting
        /// The device has it.
        case delivered
        /// The device has refused it.
        case refused
    }

    private let pending = Locked(PendingOrders(again: NoticeDesk.again))
    /// What was answered lately, the oldest first.
    private let answers = Locked<[(id: String, outcome: Outcome)]>([])
    /// So many answers are remembered.
    private static let mostAnswers = 1_000

    /// A device that does not answer is told again after so long, ms: a text is no order.
    private static let again: Int64 = 30_000
    /// After so long, ms, a text is no news any more.
    private static let life: Int64 = 12 * 3_600_000
    /// After so long, ms, nobody wants to know any more where a unit was.
    private static let locateLife: Int64 = 60_000
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
        self.send(unit, id, .message, ["text": .string(text)], actor, now..<now + Self.life)
    }

    /// Asks a unit for its position at once.
    ///
    /// - Parameters:
    ///   - unit: Which.
    ///   - id: Names the question.
    ///   - actor: In whose name.
    ///   - now: ms since 1970 UTC.
    /// - Returns: `false` when too much waits for that unit already.
    package func locate(_ unit: UnitID, id: String, actor: String, now: Int64) -> Bool {
        self.send(unit, id, .locate, nil, actor, now..<now + Self.locateLife)
    }

    /// What became of something that was sent; `nil` for what is not known, or was too long ago.
    package func outcome(of id: String, to unit: UnitID) -> Outcome? {
        let id = Self.name(id, unit)
        if self.pending.withLock({ $0[id] != nil }) { return .waiting }
        return self.answers.withLock { $0.last { $0.id == id }?.outcome }
    }

    private static func name(_ id: String, _ unit: UnitID) -> String { "\(id)-\(unit.station)-\(unit.device)" }

    private func send(
        _ unit: UnitID,
        _ id: String,
        _ kind: Command.Kind,
        _ data: [String: JSONValue]?,
        _ actor: String,
        _ life: Range<Int64>
    ) -> Bool {
        let order = Order(
            station: unit.station.text,
            device: unit.device.text,
            command: Command(
                id: Self.name(id, unit),
                kind: kind,
                time: life.lowerBound,
                expires: life.upperBound,
                actor: actor,
                data: data
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
        let isOurs = self.pending.withLock { pending in
            guard let order = pending[result.id], order.device == device.text, order.station == station.text else {
                return false
            }
            pending.remove(result.id)
            return true
        }
        guard isOurs else { return }
        self.answers.withLock { answers in
            answers.append((result.id, result.ok ? .delivered : .refused))
            if answers.count > Self.mostAnswers { answers.removeFirst() }
        }
    }

    /// The next texts that are to be told now.
    package func due(at now: Int64) -> [(order: Order, isFirst: Bool)] {
        self.pending.withLock { $0.due(at: now, limit: Self.portion) }
    }
}
