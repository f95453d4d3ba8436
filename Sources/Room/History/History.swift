import FoundationEssentials
import GRDB
import PatrolWire

/// The room's store: every record once, whatever came twice.
package struct History: Sendable {
    private let database: DatabasePool

    /// Opens or creates `folder/history.sqlite`.
    ///
    /// - Throws: ``HistoryError``.
    package init(folder: String) throws(HistoryError) {
        let path = "\(folder)/history.sqlite"
        do {
            var configuration = Configuration()
            configuration.prepareDatabase { try $0.execute(sql: "PRAGMA synchronous = FULL") }
            self.database = try DatabasePool(path: path, configuration: configuration)
            try Self.migrator.migrate(self.database)
        } catch {
            throw HistoryError(path: path, reason: "\(error)")
        }
    }

    private static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("1: records") { database in
            // A log is numbered by its device alone: log and number name a record for good.
            try database.execute(
                sql: """
                    CREATE TABLE record (
                        log TEXT NOT NULL,
                        seq INTEGER NOT NULL,
                        station TEXT NOT NULL,
                        device TEXT NOT NULL,
                        t INTEGER NOT NULL,
                        event TEXT,
                        received INTEGER NOT NULL,
                        body BLOB NOT NULL,
                        PRIMARY KEY (log, seq)
                    ) STRICT, WITHOUT ROWID;
                    CREATE INDEX record_by_device ON record (device, t);
                    """
            )
        }
        return migrator
    }

    /// Stores a batch in one transaction.
    ///
    /// - Returns: How many were new; the others were there already.
    /// - Throws: ``HistoryError``; then none of the batch is stored.
    package func store(_ records: [StoredRecord]) async throws(HistoryError) -> Int {
        do {
            return try await self.database.write { database in
                let statement = try database.cachedStatement(
                    sql: "INSERT OR IGNORE INTO record VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
                )
                var added = 0
                for item in records {
                    let record = item.record
                    try statement.execute(arguments: [
                        record.log, record.sequence, item.station.text, record.device, record.time,
                        record.event?.rawValue, item.received, Data(item.body),
                    ])
                    added += database.changesCount
                }
                return added
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
