import FoundationEssentials
import GRDB
import PatrolWire

/// Events that outlive the records around them: what officers did, and missed, is asked for years later.
///
/// They are few: a record of age is deleted, and such an event of it moves to the table `deed` in the same transaction.
enum Deed {
    /// The kinds.
    ///
    /// A start is among them because it ends what a device that died left open.
    static let kinds: [EventKind] = [
        .postDone, .postMissed, .lineComplete, .lineMissed, .unitCheckin, .unitCheckout, .visit, .deviceStart,
    ]

    /// One record that is to be deleted.
    private struct Aged {
        let log: Int64
        let sequence: Int64
        let made: Int64?
        let event: String?

        init(_ row: Row) {
            (self.log, self.sequence, self.made, self.event) = (row[0], row[1], row[2], row[3])
        }
    }

    /// Deletes records that were made, and came, before `cutoff`, and keeps their deeds.
    ///
    /// - Returns: How many were deleted.
    /// - Throws: What SQLite throws.
    static func forget(before cutoff: Int64, limit: Int, in database: Database) throws -> Int {
        let aged = try Row.fetchAll(
            database,
            sql: """
                SELECT r.log, r.seq, r.made, r.event FROM log JOIN record r ON r.log = log.number
                WHERE r.made < :cutoff AND r.received < :cutoff
                UNION ALL
                SELECT log, seq, NULL, NULL FROM record WHERE made IS NULL AND received < :cutoff
                LIMIT :limit
                """,
            arguments: ["cutoff": cutoff, "limit": limit]
        )
        .map { Aged($0) }
        let lasting = Set(Self.kinds.map(\.rawValue))
        for one in aged where one.made != nil && one.event.map(lasting.contains) == true {
            try Self.keep(one, in: database)
        }
        let delete = try database.cachedStatement(sql: "DELETE FROM record WHERE log = ? AND seq = ?")
        var newest: [Int64: Int64] = [:]
        for one in aged {
            try delete.execute(arguments: [one.log, one.sequence])
            if let made = one.made { newest[one.log] = max(made, newest[one.log] ?? .min) }
        }
        let note = try database.cachedStatement(
            sql: "INSERT INTO forgotten VALUES (?, ?) ON CONFLICT DO UPDATE SET made = max(made, excluded.made)"
        )
        for (log, made) in newest { try note.execute(arguments: [log, made]) }
        return aged.count
    }

    private static func keep(_ one: Aged, in database: Database) throws {
        // The record before it may have been deleted in the portion before.
        let insert = try database.cachedStatement(
            sql: """
                INSERT OR IGNORE INTO deed
                SELECT log, made, seq, event,
                    max(
                        ifnull((SELECT max(p.made) FROM record p WHERE p.log = r.log AND p.made < r.made), -1),
                        ifnull((SELECT f.made FROM forgotten f WHERE f.log = r.log AND f.made < r.made), -1)
                    ),
                    body
                FROM record r WHERE log = ? AND seq = ?
                """
        )
        try insert.execute(arguments: [one.log, one.sequence])
    }
}

extension History {
    /// Deletes deeds that were made before `cutoff`.
    ///
    /// - Parameters:
    ///   - cutoff: ms since 1970 UTC.
    ///   - limit: So many at most.
    /// - Returns: How many were deleted.
    /// - Throws: ``HistoryError``.
    package func forgetDeeds(before cutoff: Int64, limit: Int) async throws(HistoryError) -> Int {
        do {
            return try await self.database.write { database in
                try database.execute(
                    sql: """
                        DELETE FROM deed WHERE (log, made, seq) IN (
                            SELECT d.log, d.made, d.seq FROM log JOIN deed d ON d.log = log.number
                            WHERE d.made < ? LIMIT ?
                        )
                        """,
                    arguments: [cutoff, limit]
                )
                return database.changesCount
            }
        } catch {
            throw self.failed(error)
        }
    }
}

extension HistoryReader {
    /// When the first deed of a log was made, ms since 1970 UTC.
    func firstDeed(of log: Log) throws -> Int64? {
        try self.read { database in
            let select = try database.cachedStatement(sql: "SELECT min(made) FROM deed WHERE log = ?")
            return try Int64.fetchOne(select, arguments: [log.number])
        }
    }

    /// When the last record or deed of a log before a moment was made, ms since 1970 UTC.
    ///
    /// - Throws: ``HistoryError``.
    package func lastKnown(of log: Log, before moment: Int64) throws -> Int64? {
        if let record = try self.lastMade(of: log, before: moment) { return record.made }
        return try self.read { database in
            let deed = try database.cachedStatement(sql: "SELECT max(made) FROM deed WHERE log = ? AND made < ?")
            // The records are gone: the last hour of which a sum tells positions says how long the device ran.
            let hour = try database.cachedStatement(
                sql: "SELECT max(hour) FROM rollup WHERE log = ? AND hour < ? AND positions > 0"
            )
            let (last, rest) = moment.quotientAndRemainder(dividingBy: 3_600_000)
            let ran = try Int64.fetchOne(hour, arguments: [log.number, rest > 0 ? last + 1 : last])
            return [
                try Int64.fetchOne(deed, arguments: [log.number, moment]),
                ran.map { min(moment - 1, ($0 + 1) * 3_600_000 - 1) },
            ]
            .compactMap(\.self).max()
        }
    }

    /// When the newest record of a log that was deleted for its age was made, ms since 1970 UTC, if that was before a moment.
    func lastForgotten(of log: Log, before moment: Int64) throws -> Int64? {
        try self.read { database in
            let select = try database.cachedStatement(sql: "SELECT made FROM forgotten WHERE log = ? AND made < ?")
            return try Int64.fetchOne(select, arguments: [log.number, moment])
        }
    }
}
