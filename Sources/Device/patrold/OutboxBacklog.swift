package import Outbox
import PatrolWire
package import Uplink

extension Outbox: BacklogSource {
    package func backlog(after: Int64, through: Int64, limit: Int, bytes: Int) async throws -> BacklogBatch {
        let pending = try self.pending(after: after, through: through, limit: limit, bytes: bytes)
        return BacklogBatch(
            records: pending.entries.map(\.body),
            last: pending.entries.last?.sequence,
            dropped: pending.dropped
        )
    }

    package func spent() async throws -> DaySpending {
        let spent = try self.backlogSpent()
        return DaySpending(day: spent.day, bytes: spent.bytes)
    }

    package func keep(_ spent: DaySpending) async throws {
        try self.keepBacklogSpent(day: spent.day, bytes: spent.bytes)
    }
}
