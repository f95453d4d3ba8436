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
        return migrator
    }

    /// The number under which a log is kept; made when it is new.
    static func number(of name: LogName, in database: Database) throws -> Int64 {
        let arguments: StatementArguments = [name.station.text, name.device.text, name.log]
        let select = try database.cachedStatement(
            sql: "SELECT number FROM log WHERE station = ? AND device = ? AND id = ?"
        )
        if let number = try Int64.fetchOne(select, arguments: arguments) { return number }
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

    /// Replaces what is said of a log.
    static func write(_ stored: SequenceRanges, of log: Int64, in database: Database) throws {
        try database.cachedStatement(sql: "DELETE FROM ledger WHERE log = ?").execute(arguments: [log])
        let insert = try database.cachedStatement(sql: "INSERT INTO ledger VALUES (?, ?, ?)")
        for range in stored.ranges { try insert.execute(arguments: [log, range.lowerBound, range.upperBound]) }
    }
}
