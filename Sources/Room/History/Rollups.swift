import FoundationEssentials
import GRDB
import Threading

/// One hour of one log: hours since 1970 UTC.
struct HourMark: Sendable, Hashable {
    let log: Int64
    let hour: Int64
}

/// One hour of one log whose sum is to be made anew, because records of it came.
package struct DueHour: Sendable, Hashable {
    /// The log's number in the store.
    package let log: Int64
    /// Hours since 1970 UTC.
    package let hour: Int64
    /// Tells this mark from one that was set since.
    package let stamp: Int64
}

/// The sum of one hour of one log, as the store keeps it.
package struct StoredHour: Sendable, Hashable {
    /// The log's number in the store.
    package let log: Int64
    /// Hours since 1970 UTC.
    package let hour: Int64
    /// Positions recorded.
    package let positions: Int
    /// Metres driven.
    package let metres: Double
    /// All else.
    package let body: [UInt8]

    /// Creates one.
    package init(log: Int64, hour: Int64, positions: Int, metres: Double, body: [UInt8]) {
        (self.log, self.hour, self.positions, self.metres, self.body) = (log, hour, positions, metres, body)
    }
}

extension History {
    /// Hours that have ended and whose sums are to be made, the oldest first.
    ///
    /// From here on a record of such an hour marks it anew, so that none is missed while its sum is made.
    ///
    /// - Parameters:
    ///   - hour: Only hours before this one.
    ///   - limit: So many at most.
    /// - Returns: The hours.
    /// - Throws: ``HistoryError``.
    package func dueHours(before hour: Int64, limit: Int) async throws(HistoryError) -> [DueHour] {
        let marks = self.marked
        do {
            // In the writer's turn: a batch that relied on a mark of before is in the store by then.
            return try await self.database.write { database in
                marks.withLock { $0 = $0.filter { $0.hour >= hour } }
                return try Row.fetchAll(
                    database,
                    sql: "SELECT log, hour, stamp FROM due WHERE hour < ? ORDER BY hour, log LIMIT ?",
                    arguments: [hour, limit]
                )
                .map { DueHour(log: $0[0], hour: $0[1], stamp: $0[2]) }
            }
        } catch {
            throw self.failed(error)
        }
    }

    /// Marks hours of records that were stored before sums were made, some at a time.
    ///
    /// - Parameter limit: So many hours at most.
    /// - Returns: How many were marked; 0 when all are.
    /// - Throws: ``HistoryError``.
    package func markOlder(limit: Int) async throws(HistoryError) -> Int {
        do {
            return try await self.database.write { database in
                guard let row = try Row.fetchOne(database, sql: "SELECT log, made FROM backfill LIMIT 1") else {
                    return 0
                }
                let log: Int64 = row[0]
                var (from, count): (Int64, Int) = (row[1], 0)
                let next = try database.cachedStatement(
                    sql: "SELECT made FROM record WHERE log = ? AND made >= ? ORDER BY made LIMIT 1"
                )
                let insert = try database.cachedStatement(sql: "INSERT OR IGNORE INTO due VALUES (?, ?, 1)")
                while count < limit, let made = try Int64.fetchOne(next, arguments: [log, from]) {
                    let hour = max(0, made) / 3_600_000
                    try insert.execute(arguments: [log, hour])
                    from = (hour + 1) * 3_600_000
                    count += 1
                }
                if count < limit {
                    try database.execute(sql: "DELETE FROM backfill WHERE log = ?", arguments: [log])
                } else {
                    try database.execute(sql: "UPDATE backfill SET made = ? WHERE log = ?", arguments: [from, log])
                }
                return max(1, count)
            }
        } catch {
            throw self.failed(error)
        }
    }

    /// Keeps sums, and takes away the marks that they were made for.
    ///
    /// - Throws: ``HistoryError``; then nothing changed.
    package func keep(_ hours: [StoredHour], for due: [DueHour]) async throws(HistoryError) {
        do {
            try await self.database.write { database in
                let insert = try database.cachedStatement(sql: "INSERT OR REPLACE INTO rollup VALUES (?, ?, ?, ?, ?)")
                for one in hours {
                    try insert.execute(
                        arguments: [one.log, one.hour, one.positions, one.metres, Data(one.body)]
                    )
                }
                let delete = try database.cachedStatement(
                    sql: "DELETE FROM due WHERE log = ? AND hour = ? AND stamp = ?"
                )
                for one in due { try delete.execute(arguments: [one.log, one.hour, one.stamp]) }
            }
        } catch {
            throw self.failed(error)
        }
    }

    /// Deletes sums of hours before one, hours since 1970 UTC.
    ///
    /// - Throws: ``HistoryError``.
    package func forgetHours(before hour: Int64, limit: Int) async throws(HistoryError) -> Int {
        do {
            return try await self.database.write { database in
                try database.execute(
                    sql: """
                        DELETE FROM rollup WHERE (log, hour) IN (
                            SELECT r.log, r.hour FROM log JOIN rollup r ON r.log = log.number WHERE r.hour < ? LIMIT ?
                        )
                        """,
                    arguments: [hour, limit]
                )
                return database.changesCount
            }
        } catch {
            throw self.failed(error)
        }
    }
}

extension HistoryReader {
    /// Sums of a log's hours that hold, by hour.
    ///
    /// Left out is each hour for which records came since its sum was made, and those that hang on it.
    ///
    /// - Parameters:
    ///   - log: Whose.
    ///   - from: First hour, hours since 1970 UTC.
    ///   - to: The first hour behind them.
    /// - Returns: The sums.
    /// - Throws: ``HistoryError``, or `CancellationError` when nobody waits any more.
    package func hours(of log: Log, from: Int64, to: Int64) throws -> [StoredHour] {
        try self.read { database in
            let stale = try Self.stale(log.number, from, to, database)
            let select = try database.cachedStatement(
                sql: """
                    SELECT hour, positions, metres, body FROM rollup
                    WHERE log = ? AND hour >= ? AND hour < ? ORDER BY hour
                    """
            )
            return try Row.fetchAll(select, arguments: [log.number, from, to]).compactMap { row in
                let (hour, body): (Int64, Data) = (row[0], row[3])
                guard !stale.contains(hour) else { return nil }
                return StoredHour(log: log.number, hour: hour, positions: row[1], metres: row[2], body: Array(body))
            }
        }
    }

    /// Hours that are due, and those that hang on them.
    private static func stale(_ log: Int64, _ from: Int64, _ to: Int64, _ database: Database) throws -> Set<Int64> {
        let inside = try database.cachedStatement(
            sql: "SELECT hour FROM due WHERE log = ? AND hour >= ? AND hour < ?"
        )
        let before = try database.cachedStatement(sql: "SELECT max(hour) FROM due WHERE log = ? AND hour < ?")
        let behind = try database.cachedStatement(sql: "SELECT min(hour) FROM due WHERE log = ? AND hour >= ?")
        let due =
            try Int64.fetchAll(inside, arguments: [log, from, to])
            + [Int64.fetchOne(before, arguments: [log, from]), Int64.fetchOne(behind, arguments: [log, to])]
            .compactMap(\.self)
        var stale: Set<Int64> = []
        for hour in due { stale.formUnion(try Self.hanging(on: hour, log, database).clamped(to: from...to)) }
        return stale
    }

    /// Over a longer silence, hours, nothing hangs together: no device is without a record for so long and still runs.
    private static let longestSilence: Int64 = 31 * 24

    /// The hours whose sums may change with a record of one hour: from the record before it to the next position behind it.
    ///
    /// Where the unit was meanwhile, and whether it ran, may be told by it alone. Bounded, since what a device says of its
    /// clock is from outside.
    private static func hanging(on hour: Int64, _ log: Int64, _ database: Database) throws -> ClosedRange<Int64> {
        let last = try database.cachedStatement(
            sql: "SELECT made FROM record WHERE log = ? AND made < ? ORDER BY made DESC LIMIT 1"
        )
        let next = try database.cachedStatement(
            sql: "SELECT made FROM record WHERE log = ? AND made >= ? AND event IS NULL ORDER BY made LIMIT 1"
        )
        let start = hour * 3_600_000
        let before = try Int64.fetchOne(last, arguments: [log, start]).map { max(0, $0) / 3_600_000 } ?? hour
        let behind = try Int64.fetchOne(next, arguments: [log, start + 3_600_000]).map { $0 / 3_600_000 } ?? hour
        return max(before, hour - Self.longestSilence)...max(hour, min(behind, hour + Self.longestSilence))
    }

    /// The hours whose sums may change with a record of one hour, the hour among them.
    ///
    /// - Throws: ``HistoryError``, or `CancellationError` when nobody waits any more.
    package func hours(hangingOn hour: Int64, of log: Log) throws -> ClosedRange<Int64> {
        try self.read { try Self.hanging(on: hour, log.number, $0) }
    }

    /// Records before this were deleted for their age, ms since 1970 UTC; `nil` while none were.
    package func horizon() throws -> Int64? {
        try self.read { try Int64.fetchOne($0, sql: "SELECT made FROM horizon") }
    }
}
