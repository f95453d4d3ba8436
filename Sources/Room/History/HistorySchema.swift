import GRDB

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
        // A record that got another number, because its device had to begin a new log, is known by those that it had.
        // What was deleted for its age is known by its time, so that it is not stored again when it comes again.
        migrator.registerMigration("5: numbers that records had before, and how far back the store goes") { database in
            try database.execute(
                sql: """
                    CREATE TABLE successor (
                        log INTEGER NOT NULL REFERENCES log,
                        seq INTEGER NOT NULL,
                        at_log INTEGER NOT NULL REFERENCES log,
                        at_seq INTEGER NOT NULL,
                        PRIMARY KEY (log, seq, at_log, at_seq)
                    ) STRICT, WITHOUT ROWID;
                    CREATE TABLE horizon (
                        one INTEGER PRIMARY KEY CHECK (one = 1),
                        made INTEGER NOT NULL
                    ) STRICT;
                    """
            )
        }
        // Sums of hours outlive their records. An hour is marked in the transaction that stores its records, so that no crash
        // leaves a sum behind that lacks some. What was stored before is marked while the room runs: `backfill` says from where
        // on of each log.
        migrator.registerMigration("6: sums of hours") { database in
            try database.execute(
                sql: """
                    CREATE TABLE rollup (
                        log INTEGER NOT NULL REFERENCES log,
                        hour INTEGER NOT NULL,
                        positions INTEGER NOT NULL,
                        metres REAL NOT NULL,
                        body BLOB NOT NULL,
                        PRIMARY KEY (log, hour)
                    ) STRICT, WITHOUT ROWID;
                    CREATE TABLE due (
                        log INTEGER NOT NULL REFERENCES log,
                        hour INTEGER NOT NULL,
                        stamp INTEGER NOT NULL,
                        PRIMARY KEY (log, hour)
                    ) STRICT, WITHOUT ROWID;
                    CREATE TABLE backfill (
                        log INTEGER PRIMARY KEY REFERENCES log,
                        made INTEGER NOT NULL
                    ) STRICT;
                    INSERT INTO backfill SELECT number, 0 FROM log;
                    """
            )
        }
        // `before` is when the record before it was made, -1 where there was none: a start ends what was open then.
        migrator.registerMigration("7: what officers did outlives the records around it") { database in
            try database.execute(
                sql: """
                    CREATE TABLE deed (
                        log INTEGER NOT NULL REFERENCES log,
                        made INTEGER NOT NULL,
                        seq INTEGER NOT NULL,
                        event TEXT NOT NULL,
                        before INTEGER NOT NULL,
                        body BLOB NOT NULL,
                        PRIMARY KEY (log, made, seq)
                    ) STRICT, WITHOUT ROWID;
                    CREATE TABLE forgotten (
                        log INTEGER PRIMARY KEY REFERENCES log,
                        made INTEGER NOT NULL
                    ) STRICT;
                    """
            )
        }
        // By name, not by the store's number: it outlives the records.
        migrator.registerMigration("8: what of a track is not as its device wrote it") { database in
            try database.execute(
                sql: """
                    CREATE TABLE track_fault (
                        station TEXT NOT NULL,
                        device TEXT NOT NULL,
                        log TEXT NOT NULL,
                        seq INTEGER NOT NULL,
                        what TEXT NOT NULL,
                        found INTEGER NOT NULL,
                        PRIMARY KEY (station, device, log, seq)
                    ) STRICT, WITHOUT ROWID;
                    """
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
        _ = try Row.fetchOne(database, sql: "SELECT log, seq, at_log, at_seq FROM successor LIMIT 1")
        _ = try Row.fetchOne(database, sql: "SELECT made FROM horizon")
        _ = try Row.fetchOne(database, sql: "SELECT log, hour, positions, metres, body FROM rollup LIMIT 1")
        _ = try Row.fetchOne(database, sql: "SELECT log, hour, stamp FROM due LIMIT 1")
        _ = try Row.fetchOne(database, sql: "SELECT log, made FROM backfill LIMIT 1")
        _ = try Row.fetchOne(database, sql: "SELECT log, made, seq, event, before, body FROM deed LIMIT 1")
        _ = try Row.fetchOne(database, sql: "SELECT log, made FROM forgotten LIMIT 1")
        _ = try Row.fetchOne(database, sql: "SELECT station, device, log, seq, what, found FROM track_fault LIMIT 1")
    }
}
