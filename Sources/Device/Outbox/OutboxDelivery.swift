import Logging
package import PatrolWire

/// What still has to reach the room.
package struct Backlogged: Sendable, Hashable {
    /// Records, in order.
    package var entries: [Entry]
    /// Dropped numbers that the room does not know of yet.
    package var dropped: [ClosedRange<Int64>]
}

extension Outbox {
    /// Takes over what the room has stored; those records are never sent again.
    ///
    /// - Returns: Whether that was news.
    package func acknowledge(_ stored: SequenceRanges) throws(OutboxError) -> Bool {
        var merged = self.acknowledged
        // A number that was not given yet cannot be stored; believing it would skip what is still to come.
        for range in stored.ranges where range.lowerBound < self.next {
            merged.insert(range.lowerBound...min(range.upperBound, self.next - 1))
        }
        guard merged != self.acknowledged else { return false }
        try self.write(merged, to: "acknowledged")
        self.acknowledged = merged
        return true
    }

    /// Returns what the room has not acknowledged, oldest first.
    ///
    /// - Parameters:
    ///   - after: Only records beyond this number.
    ///   - last: Only records up to this number; younger ones are being sent live.
    ///   - limit: So many records at most.
    ///   - bytes: So many bytes of records at most.
    /// - Returns: The records, and the dropped numbers that are still to be declared.
    /// - Throws: ``OutboxError``.
    package func pending(
        after: Int64,
        through last: Int64,
        limit: Int,
        bytes: Int
    ) throws(OutboxError) -> Backlogged {
        var entries: [Entry] = []
        var size = 0
        var cursor = self.acknowledged.firstMissing(from: after + 1)
        while entries.count < limit, cursor <= last {
            let page = try self.entries(from: cursor, limit: limit - entries.count)
            guard let end = page.last?.sequence else { break }
            for entry in page where entry.sequence <= last && !self.acknowledged.contains(entry.sequence) {
                guard size + entry.body.count + 1 <= bytes || entries.isEmpty else {
                    return Backlogged(entries: entries, dropped: self.undeclared)
                }
                entries.append(entry)
                size += entry.body.count + 1
            }
            cursor = self.acknowledged.firstMissing(from: end + 1)
        }
        return Backlogged(entries: entries, dropped: self.undeclared)
    }

    /// How many records the room has not acknowledged, and when the oldest of them was made (ms since 1970 UTC).
    ///
    /// Reckoned from the ranges: counting rows would read the whole black box.
    package func waiting() throws(OutboxError) -> (count: Int64, oldest: Int64?) {
        var settled = self.acknowledged
        settled.formUnion(self.dropped)
        let count = max(0, self.next - 1 - settled.count)
        guard count > 0 else { return (0, nil) }
        let oldest = try self.database.integer(
            "SELECT made FROM record WHERE seq >= ? ORDER BY seq LIMIT 1",
            [.integer(settled.firstMissing(from: 1))]
        )
        return (count, oldest)
    }

    /// Dropped numbers that no acknowledgement covers yet.
    private var undeclared: [ClosedRange<Int64>] {
        self.dropped.ranges.filter { range in
            self.acknowledged.firstMissing(from: range.lowerBound) <= range.upperBound
        }
    }

    func write(_ ranges: SequenceRanges, to table: String) throws(OutboxError) {
        try self.database.run("BEGIN IMMEDIATE")
        do throws(OutboxError) {
            try self.database.run("DELETE FROM \(table)")
            for range in ranges.ranges {
                try self.database.run(
                    "INSERT INTO \(table) VALUES (?, ?)",
                    [.integer(range.lowerBound), .integer(range.upperBound)]
                )
            }
            try self.database.run("COMMIT")
        } catch {
            self.rollback()
            throw error
        }
    }
}
