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
        /// Records that were not stored, because their log has too many gaps.
        package var refused = 0
        /// Logs that gave a number to two different records; both are kept.
        package var forked: Set<LogName> = []
        /// What is stored under the last number before the first gap of each log that the batch touched.
        package var sums: [LogName: String] = [:]
        /// What is now stored of each log that the batch touched.
        package var stored: [LogName: SequenceRanges] = [:]
    }

    // Readers of this module use it without the actor: a report must not wait for the intake, nor the intake for it.
    nonisolated let database: DatabasePool
    /// The ledger as committed; read from the file when a log is first touched.
    private var ledger: [LogName: SequenceRanges] = [:]

    /// Opens or creates `folder/history.sqlite`.
    ///
    /// - Parameters:
    ///   - folder: Where the file is.
    ///   - notice: Told when a damaged file was set aside.
    /// - Throws: ``HistoryError``.
    package init(folder: String, notice: (String) -> Void = { _ in }) throws(HistoryError) {
        self.database = try StoreFile.open("\(folder)/history.sqlite", notice: notice) { path in
            var configuration = Configuration()
            configuration.busyMode = .timeout(3)
            configuration.prepareDatabase { try $0.execute(sql: "PRAGMA synchronous = FULL") }
            let database = try DatabasePool(path: path, configuration: configuration)
            try StoreFile.migrate(database, by: HistorySchema.migrator, path: path)
            try database.read { try HistorySchema.probe($0) }
            return database
        }
    }

    /// Stores deliveries in one transaction.
    ///
    /// - Returns: What became of them, and what is now stored of each log.
    /// - Throws: ``HistoryError``; then none of it is stored.
    package func store(_ deliveries: [Delivery]) async throws(HistoryError) -> Outcome {
        let known = self.ledger
        do {
            let outcome = try await self.database.write { database in
                var writer = try LedgerWriter(database, known: known)
                for delivery in deliveries { try writer.store(delivery) }
                try writer.writeLedger()
                return writer.outcome
            }
            self.ledger.merge(outcome.stored) { _, new in new }
            return outcome
        } catch {
            throw self.failed(error)
        }
    }

    /// What went wrong, in words; a damaged file is noted, so that the next start sets it aside.
    nonisolated func failed(_ error: any Error) -> HistoryError {
        let error = HistoryError(path: self.database.path, error)
        if error.isDamage { StoreFile.mark(self.database.path) }
        return error
    }

    /// How many records are stored.
    package func count() async throws(HistoryError) -> Int {
        do {
            return try await self.database.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM record") ?? 0 }
        } catch {
            throw self.failed(error)
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
            throw self.failed(error)
        }
    }
}
