import FoundationEssentials
import GRDB
package import PatrolWire

/// The room's store: every record once, whatever came twice, and the ledger of what is there.
///
/// Records and ledger change in one transaction: what the ledger says is stored is stored.
package actor History {
    /// What became of a batch.
    package struct Outcome: Sendable, Hashable {
        /// Records that were new.
        package var added = 0
        /// Records that were there already.
        package var duplicates = 0
        /// Records whose true time became known with this batch.
        package var dated = 0
        /// What is now stored of each log that the batch touched.
        package var stored: [LogName: SequenceRanges] = [:]
    }

    private let database: DatabasePool
    /// The ledger as committed; read from the file when a log is first touched.
    private var ledger: [LogName: SequenceRanges] = [:]

    /// Opens or creates `folder/history.sqlite`.
    ///
    /// - Throws: ``HistoryError``.
    package init(folder: String) throws(HistoryError) {
        let path = "\(folder)/history.sqlite"
        do {
            var configuration = Configuration()
            configuration.busyMode = .timeout(5)
            configuration.prepareDatabase { try $0.execute(sql: "PRAGMA synchronous = FULL") }
            self.database = try DatabasePool(path: path, configuration: configuration)
            try HistorySchema.migrator.migrate(self.database)
        } catch {
            throw HistoryError(path: path, reason: "\(error)")
        }
    }

    /// Stores deliveries in one transaction.
    ///
    /// - Returns: How many records were new, and what is now stored of each log.
    /// - Throws: ``HistoryError``; then none of it is stored.
    package func store(_ deliveries: [Delivery]) async throws(HistoryError) -> Outcome {
        let known = self.ledger
        do {
            let outcome = try await self.database.write { database in
                try Self.store(deliveries, known: known, in: database)
            }
            self.ledger.merge(outcome.stored) { _, new in new }
            return outcome
        } catch {
            throw HistoryError(path: self.database.path, reason: "\(error)")
        }
    }

    /// Bodies that a query finds; readers do not wait for the intake.
    func bodies(_ sql: String, _ arguments: StatementArguments) async throws(HistoryError) -> [Data] {
        do {
            return try await self.database.read { try Data.fetchAll($0, sql: sql, arguments: arguments) }
        } catch {
            throw HistoryError(path: self.database.path, reason: "\(error)")
        }
    }

    /// The same with the station of each: names of devices are unique at their station only.
    func stationBodies(
        _ sql: String,
        _ arguments: StatementArguments
    ) async throws(HistoryError) -> [(station: String, body: Data)] {
        do {
            return try await self.database.read { database in
                try Row.fetchAll(database, sql: sql, arguments: arguments).map { ($0["station"], $0["body"]) }
            }
        } catch {
            throw HistoryError(path: self.database.path, reason: "\(error)")
        }
    }

    /// How many records are stored.
    package func count() async throws(HistoryError) -> Int {
        do {
            return try await self.database.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM record") ?? 0 }
        } catch {
            throw HistoryError(path: self.database.path, reason: "\(error)")
        }
    }

    /// Deletes records that were made, and came, before `cutoff`; the ledger keeps their numbers.
    ///
    /// - Parameters:
    ///   - cutoff: ms since 1970 UTC.
    ///   - limit: So many at most, so that the intake never waits long.
    /// - Returns: How many were deleted.
    /// - Throws: ``HistoryError``.
    package func forget(before cutoff: Int64, limit: Int) async throws(HistoryError) -> Int {
        do {
            return try await self.database.write { database in
                try database.execute(
                    sql: """
                        DELETE FROM record WHERE (log, seq) IN (
                            SELECT r.log, r.seq FROM log JOIN record r ON r.log = log.number
                            WHERE r.made < :cutoff AND r.received < :cutoff
                            UNION ALL
                            SELECT log, seq FROM record WHERE made IS NULL AND received < :cutoff
                            LIMIT :limit
                        )
                        """,
                    arguments: ["cutoff": cutoff, "limit": limit]
                )
                return database.changesCount
            }
        } catch {
            throw HistoryError(path: self.database.path, reason: "\(error)")
        }
    }

    private static func store(
        _ deliveries: [Delivery],
        known: [LogName: SequenceRanges],
        in database: Database
    ) throws -> Outcome {
        var outcome = Outcome()
        let insert = try database.cachedStatement(sql: "INSERT INTO record VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)")
        let undated = try database.cachedStatement(
            sql: "SELECT EXISTS (SELECT 1 FROM record WHERE log = ? AND made IS NULL)"
        )
        for delivery in deliveries {
            let name = delivery.name
            let log = try HistorySchema.number(of: name, in: database)
            var stored = try outcome.stored[name] ?? known[name] ?? HistorySchema.ledger(of: log, in: database)
            for item in delivery.records {
                let record = item.record
                guard !stored.contains(record.sequence) else {
                    outcome.duplicates += 1
                    continue
                }
                stored.insert(record.sequence...record.sequence)
                try insert.execute(arguments: [
                    log, record.sequence, record.time, record.timeQuality.rawValue, record.event?.rawValue,
                    item.received, Data(item.body), record.uptime, record.timeQuality.isTrusted ? record.time : nil,
                ])
                outcome.added += 1
            }
            for range in delivery.dropped { stored.insert(range) }
            outcome.stored[name] = stored
            if try Bool.fetchOne(undated, arguments: [log]) == true {
                let retiming = Retiming(log: log, stored: stored, database: database)
                outcome.dated += try retiming.run(after: delivery.records)
            }
        }
        for (name, stored) in outcome.stored where stored != known[name] {
            try HistorySchema.write(stored, of: HistorySchema.number(of: name, in: database), in: database)
        }
        return outcome
    }
}

/// Why the store could not be used.
package struct HistoryError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The file.
    package let path: String
    /// What SQLite says.
    package let reason: String

    /// What is wrong and what to do.
    package var description: String { "\(self.path): \(self.reason); check space and permissions of its folder" }
}
