package import Outbox
package import PatrolWire
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
            // Left out even where the disk does not take the note of it: the others must not wait for that.
            let last = pending.entries.last?.sequence
            pending.entries.removeAll { damaged.contains($0) }
            for entry in damaged { self.setAside(entry) }
            return BacklogBatch(records: pending.entries.map(\.body), last: last, dropped: pending.dropped)
        }
        return BacklogBatch(
            records: pending.entries.map(\.body),
            last: pending.entries.last?.sequence,
            dropped: pending.dropped
        )
    }

    /// Takes the room's word; what was made under numbers that were others' already gets new ones.
    package func acknowledge(_ stored: SequenceRanges) async throws -> Int64 {
        let taken = try self.takeOver(stored)
        guard let collided = taken.collided else { return taken.again }
        var anew: Int64 = 0
        var from = collided.lowerBound
        while from <= collided.upperBound {
            let entries = try self.entries(from: from, limit: Self.chunk).filter { $0.sequence <= collided.upperBound }
            guard let last = entries.last?.sequence else { break }
            let drafts = try entries.filter(self.isWhole).map { entry in
                let record = try WireCoder().decode(Record.self, from: entry.body)
                return Outbox.Draft(entry.kind, made: record.time) { sequence in
                    var renumbered = record
                    renumbered.sequence = sequence
                    return try WireCoder().encode(renumbered)
                }
            }
            anew += Int64(try self.append(drafts).count)
            from = last + 1
        }
        return taken.again + anew
    }

    private static let chunk = 500

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
