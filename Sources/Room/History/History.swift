import FoundationEssentials
import GRDB
package import Ledger
import PatrolWire
import Threading

/// The room's store: every record once, whatever came twice, and the ledger of what is there.
///
/// Records and ledger change in one transaction: what the ledger says is stored is stored.
package actor History {
    // Readers of this module use it without the actor: a report must not wait for the intake, nor the intake for it.
    nonisolated let database: DatabasePool
    /// The ledger as committed; read from the file when a log is first touched.
    private var ledger: [LogName: SequenceRanges] = [:]
    /// Logs of which records came under other numbers; `nil` before the first batch.
    private var superseded: Set<Int64>?
    /// The file's numbers of logs, as committed: they never change.
    private var numbers: [LogName: Int64] = [:]
    /// Hours that are marked in the file already: each costs one write, however many records it gets.
    ///
    /// Read and changed in the writer's turn only: its order is the one in which marks hold.
    nonisolated let marked = Locked<Set<HourMark>>([])

    /// Opens or creates `folder/history.sqlite`.
    ///
    /// - Parameters:
    ///   - folder: Where the file is.
    ///   - notice: Told when a damaged file was set aside.
    /// - Throws: ``HistoryError``.
    package init(folder: String, notice: (String) -> Void = { _ in }) throws(HistoryError) {
        try UnfinishedRestore.refuse(folder)
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
    package func store(_ deliveries: [LogDelivery]) async throws(HistoryError) -> StoreOutcome {
        let (known, before, marks, numbers) = (self.ledger, self.superseded, self.marked, self.numbers)
        do {
            let (outcome, superseded, found) = try await self.database.write { database in
                let before = try before ?? Int64.fetchSet(database, sql: "SELECT DISTINCT log FROM successor")
                let stored = try StoredLedger(database, superseded: before, numbers: numbers)
                var writer = LedgerWriter(stored, known: known)
                for delivery in deliveries { try writer.store(delivery) }
                try writer.writeLedger()
                let new = try stored.mark(butNot: marks.withLock { $0 })
                database.afterNextTransaction(onCommit: { _ in marks.withLock { $0.formUnion(new) } })
                return (writer.outcome, stored.superseded, stored.found)
            }
            self.ledger.merge(outcome.stored) { _, new in new }
            // Another station's batch may have been stored meanwhile: what is known only grows.
            self.superseded = (self.superseded ?? []).union(superseded)
            self.numbers.merge(found) { _, new in new }
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

    /// Deletes records that were made, and came, before `cutoff`; the ledger keeps their numbers, and deeds stay.
    ///
    /// - Parameters:
    ///   - cutoff: ms since 1970 UTC.
    ///   - limit: So many at most, so that the intake never waits long.
    /// - Returns: How many were deleted.
    /// - Throws: ``HistoryError``.
    package func forget(before cutoff: Int64, limit: Int) async throws(HistoryError) -> Int {
        do {
            return try await self.database.write { database in
                let count = try Deed.forget(before: cutoff, limit: limit, in: database)
                if count > 0 {
                    try database.execute(
                        sql:
                            "INSERT INTO horizon VALUES (1, ?) ON CONFLICT DO UPDATE SET made = max(made, excluded.made)",
                        arguments: [cutoff]
                    )
                }
                return count
            }
        } catch {
            throw self.failed(error)
        }
    }
}
