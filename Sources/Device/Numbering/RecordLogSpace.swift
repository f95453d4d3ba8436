import PatrolWire

extension RecordLog {
    /// So many records between two looks at the size of the file.
    private static var checkEvery: Int { 32 }

    /// So many records go at once when space ends.
    private static var chunk: Int { 256 }

    /// Makes room within the budget: acknowledged records go first, then the oldest positions, events last.
    mutating func keepBudget() throws(OutboxError) {
        guard let budget = self.spaceBudget else { return }
        self.appendsSinceCheck += 1
        guard self.appendsSinceCheck >= Self.checkEvery else { return }
        self.appendsSinceCheck = 0
        while try self.storage.usedBytes() > budget {
            guard try self.dropOldest() else { return }
        }
    }

    /// Drops some records; returns whether there were any.
    private mutating func dropOldest() throws(OutboxError) -> Bool {
        for range in self.acknowledged.ranges {
            let gone = try self.storage.lowest(nil, in: range, limit: Self.chunk)
            guard gone.isEmpty else {
                try self.storage.commit([.delete(gone)])
                return true
            }
        }
        if self.reserved != nil {
            // Older than all that is in this log; their numbers are declared dropped when the rest has got its own.
            let gone = try self.storage.formerToDrop(limit: Self.chunk)
            if !gone.isEmpty {
                try self.storage.commit([.deleteFormer(gone)])
                self.say(.error, "Out of space: \(gone.count) records of an earlier log dropped")
                return true
            }
        }
        for kind in [EntryKind.position, .event] {
            let gone = try self.storage.lowest(kind, in: 1...Int64.max, limit: Self.chunk)
            guard !gone.isEmpty else { continue }
            var dropped = self.dropped
            for sequence in gone { dropped.insert(sequence...sequence) }
            // Together: a number whose record is gone and that is not declared would be waited for without end.
            try self.storage.commit([.delete(gone), .dropped(dropped)])
            self.dropped = dropped
            self.say(
                .error,
                "Out of space: \(gone.count) unsent \(kind == .event ? "events" : "positions") dropped, \(dropped.count) records so far"
            )
            return true
        }
        return false
    }
}
