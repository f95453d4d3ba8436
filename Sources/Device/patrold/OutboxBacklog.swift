package import Outbox
import PatrolWire
package import Uplink

extension Outbox: BacklogSource {
    package func backlog(
        after: Int64,
        through: Int64,
        limit: Int,
        bytes: Int,
        checked: Bool
    ) async throws -> BacklogBatch {
        var pending = try self.pending(after: after, through: through, limit: limit, bytes: bytes)
        let damaged = checked ? pending.entries.filter { !self.isWhole($0) } : []
        if !damaged.isEmpty {
            for entry in damaged { try self.setAside(entry) }
            pending = try self.pending(after: after, through: through, limit: limit, bytes: bytes)
        }
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

    /// Whether the bytes are still the record that they were.
    private func isWhole(_ entry: Entry) -> Bool {
        do throws(WireError) {
            let record = try WireCoder().decode(Record.self, from: entry.body)
            return record.sequence == entry.sequence && record.log == self.log
        } catch {
            return false
        }
    }
}
