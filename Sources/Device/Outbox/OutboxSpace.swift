import Logging
import PatrolWire

extension Outbox {
    /// So many records between two looks at the size of the file.
    private static let checkEvery = 32

    /// So many records go at once when space ends.
    private static let chunk: Int64 = 256

    /// Makes room within the budget: acknowledged records go first, then the oldest positions, events last.
    func keepBudget() throws(OutboxError) {
        guard let budget = self.spaceBudget else { return }
        self.appendsSinceCheck += 1
        guard self.appendsSinceCheck >= Self.checkEvery else { return }
        self.appendsSinceCheck = 0
        while try self.usedBytes() > budget {
            guard try self.dropOldest() else { return }
        }
    }

    /// Bytes of the file that hold something; freed pages are used again.
    package func usedBytes() throws(OutboxError) -> Int64 {
        let pages = try self.database.integer("PRAGMA page_count") ?? 0
        let free = try self.database.integer("PRAGMA freelist_count") ?? 0
        let size = try self.database.integer("PRAGMA page_size") ?? 4_096
        return (pages - free) * size
    }

    /// Drops some records; returns whether there were any.
    private func dropOldest() throws(OutboxError) -> Bool {
        for range in self.acknowledged.ranges {
            let gone = try self.delete("seq BETWEEN \(range.lowerBound) AND \(range.upperBound)")
            if !gone.isEmpty { return true }
        }
        if self.reserved != nil {
            // Older than all that is in this log; their numbers are declared dropped when the rest has got its own.
            var gone = 0
            try self.database.run(
                "DELETE FROM former WHERE seq IN (SELECT seq FROM former ORDER BY kind, seq LIMIT \(Self.chunk)) RETURNING seq"
            ) { _ in gone += 1 }
            if gone > 0 {
                self.logger.error("Out of space: \(gone) records of an earlier log dropped")
                return true
            }
        }
        for kind in [EntryKind.position, .event] {
            let gone = try self.delete("kind = \(kind.rawValue)")
            guard !gone.isEmpty else { continue }
            var dropped = self.dropped
            for sequence in gone { dropped.insert(sequence...sequence) }
            try self.write(dropped, to: "dropped")
            self.dropped = dropped
            self.logger.error(
                "Out of space: \(gone.count) unsent \(kind == .event ? "events" : "positions") dropped, \(dropped.count) records so far"
            )
            return true
        }
        return false
    }

    private func delete(_ condition: String) throws(OutboxError) -> [Int64] {
        var gone: [Int64] = []
        try self.database.run(
            "DELETE FROM record WHERE seq IN (SELECT seq FROM record WHERE \(condition) ORDER BY seq LIMIT \(Self.chunk)) RETURNING seq"
        ) { gone.append($0.integer(0)) }
        return gone
    }
}
