import GRDB
import PatrolWire

/// The store's tables.
enum HistorySchema {
    static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("1: logs, records, ledger") { database in
            try database.execute(
                sql: """
                    CREATE TABLE log (
                        number INTEGER PRIMARY KEY,
                        station TEXT NOT NULL,
                        device TEXT NOT NULL,
                        id TEXT NOT NULL,
                        UNIQUE (station, device, id)
                    ) STRICT;
                    CREATE TABLE record (
                        log INTEGER NOT NULL REFERENCES log,
                        seq INTEGER NOT NULL,
                        t INTEGER NOT NULL,
                        tq TEXT NOT NULL,
                        event TEXT,
                        received INTEGER NOT NULL,
                        body BLOB NOT NULL,
                        PRIMARY KEY (log, seq)
                    ) STRICT, WITHOUT ROWID;
                    CREATE INDEX record_by_time ON record (log, t);
                    CREATE TABLE ledger (
                        log INTEGER NOT NULL REFERENCES log,
                        first INTEGER NOT NULL,
                        last INTEGER NOT NULL,
                        PRIMARY KEY (log, first)
                    ) STRICT, WITHOUT ROWID;
                    """
            )
        }
        // `made` is the time that reports go by: NULL until it is known, which is at once where the clock was right.
        migrator.registerMigration("2: when a record was made, by a clock that was right") { database in
            try database.execute(
                sql: """
                    ALTER TABLE record ADD COLUMN up INTEGER NOT NULL DEFAULT 0;
                    ALTER TABLE record ADD COLUMN made INTEGER;
                    UPDATE record SET made = t, up = json_extract(CAST(body AS TEXT), '$.up');
                    UPDATE record SET made = NULL WHERE tq NOT IN ('gnss', 'ntp');
                    DROP INDEX record_by_time;
                    CREATE INDEX record_by_time ON record (log, made);
                    CREATE INDEX record_undated ON record (log, seq) WHERE made IS NULL;
                    """
            )
        }
        // What the live table begins with after a restart: the newest word of each kind of each log.
        migrator.registerMigration("3: newest events of a log") { database in
            try database.execute(
                sql: "CREATE INDEX record_by_event ON record (log, event, seq) WHERE event IS NOT NULL"
            )
        }
        // Reports walk a log's events by the time at which they were made, and hop over its positions.
        migrator.registerMigration("4: events by time") { database in
            try database.execute(
                sql: "CREATE INDEX record_event ON record (log, made, seq, event) WHERE event IS NOT NULL"
            )
        }
        return migrator
    }

    /// Reads a little of every table: one that is missing shows now and not at the first record.
    static func probe(_ database: Database) throws {
        _ = try Row.fetchOne(database, sql: "SELECT number, station, device, id FROM log LIMIT 1")
        _ = try Row.fetchOne(
            database,
            sql: "SELECT log, seq, t, tq, event, received, body, up, made FROM record LIMIT 1"
        )
        _ = try Row.fetchOne(database, sql: "SELECT log, first, last FROM ledger LIMIT 1")
    }

    /// The number under which a log is kept; `nil` when nothing of it came.
    static func knownNumber(of name: LogName, in database: Database) throws -> Int64? {
        let select = try database.cachedStatement(
            sql: "SELECT number FROM log WHERE station = ? AND device = ? AND id = ?"
        )
        return try Int64.fetchOne(select, arguments: [name.station.text, name.device.text, name.log])
    }

    /// The number under which a log is kept; made when it is new.
    static func number(of name: LogName, in database: Database) throws -> Int64 {
        if let number = try Self.knownNumber(of: name, in: database) { return number }
        let arguments: StatementArguments = [name.station.text, name.device.text, name.log]
        let insert = try database.cachedStatement(sql: "INSERT INTO log (station, device, id) VALUES (?, ?, ?)")
        try insert.execute(arguments: arguments)
        return database.lastInsertedRowID
    }

    /// What is stored of a log.
    static func ledger(of log: Int64, in database: Database) throws -> SequenceRanges {
        var stored = SequenceRanges()
        let select = try database.cachedStatement(sql: "SELECT first, last FROM ledger WHERE log = ? ORDER BY first")
        let rows = try Row.fetchCursor(select, arguments: [log])
        while let row = try rows.next() {
            let first: Int64 = row[0]
            let last: Int64 = row[1]
            if first <= last { stored.insert(first...last) }
        }
        return stored
    }

    /// Writes what is said of a log, and only what of it changed.
    static func write(
        _ stored: SequenceRanges,
        insteadOf before: SequenceRanges?,
        of log: Int64,
        in database: Database
    ) throws {
        let (old, new) = (before?.ranges ?? [], stored.ranges)
        if before == nil {
            try database.cachedStatement(sql: "DELETE FROM ledger WHERE log = ?").execute(arguments: [log])
        }
        let delete = try database.cachedStatement(sql: "DELETE FROM ledger WHERE log = ? AND first = ?")
        let insert = try database.cachedStatement(sql: "INSERT OR REPLACE INTO ledger VALUES (?, ?, ?)")
        var (left, right) = (0, 0)
        // Both are sorted: what stands in one only was taken away or came.
        while left < old.count || right < new.count {
            if left < old.count, right < new.count, old[left].lowerBound == new[right].lowerBound {
                if old[left] != new[right] {
                    try insert.execute(arguments: [log, new[right].lowerBound, new[right].upperBound])
                }
                (left, right) = (left + 1, right + 1)
            } else if right >= new.count || left < old.count && old[left].lowerBound < new[right].lowerBound {
                try delete.execute(arguments: [log, old[left].lowerBound])
                left += 1
            } else {
                try insert.execute(arguments: [log, new[right].lowerBound, new[right].upperBound])
                right += 1
            }
        }
    }
}
