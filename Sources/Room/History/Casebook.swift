import FoundationEssentials
import GRDB
package import Threading

/// What the room itself does, kept for good: incidents, roll calls, closures, and who did what.
///
/// Each item is opaque bytes under a kind and an id; a newer version replaces an older one, never the other way.
/// The audit can only grow: the table refuses changes, and each line is marked with the one before it, see ``AuditMark``.
package final class Casebook: Sendable {
    /// One item.
    package struct Item: Sendable, Hashable {
        /// What kind: `incident`, `rollcall`, `closure`.
        package var kind: String
        /// Its id within the kind.
        package var id: String
        /// When it began, ms since 1970 UTC.
        package var time: Int64
        /// Whether something is still expected of it.
        package var isOpen: Bool
        /// Changes so far.
        package var version: Int
        /// The item.
        package var body: [UInt8]

        /// Creates an item.
        package init(kind: String, id: String, time: Int64, isOpen: Bool, version: Int, body: [UInt8]) {
            (self.kind, self.id, self.time) = (kind, id, time)
            (self.isOpen, self.version, self.body) = (isOpen, version, body)
        }
    }

    /// One line of the audit.
    package struct Deed: Sendable, Hashable, Codable {
        /// When, ms since 1970 UTC.
        package var time: Int64
        /// The account, device or part of the room that did it.
        package var actor: String
        /// From where: an address, `mqtt`, `room`.
        package var origin: String
        /// What was done.
        package var what: String
        /// To what.
        package var subject: String

        /// Creates a line.
        package init(time: Int64, actor: String, origin: String, what: String, subject: String) {
            (self.time, self.actor, self.origin) = (time, actor, origin)
            (self.what, self.subject) = (what, subject)
        }
    }

    let queue: DatabasePool

    /// Where it is written: a write waits for the disk, and the pool that serves everybody must not.
    package let executor: ThreadExecutor

    /// Opens or creates `folder/casebook.sqlite`.
    ///
    /// - Parameters:
    ///   - folder: Where the file is.
    ///   - notice: Told when a damaged file was set aside.
    /// - Throws: ``HistoryError``.
    package init(folder: String, notice: (String) -> Void = { _ in }) throws(HistoryError) {
        try UnfinishedRestore.refuse(folder)
        self.executor = .start("casebook")
        self.queue = try StoreFile.open("\(folder)/casebook.sqlite", notice: notice) { path in
            var configuration = Configuration()
            configuration.busyMode = .timeout(3)
            configuration.prepareDatabase {
                try $0.execute(sql: "PRAGMA synchronous = FULL")
            }
            let queue = try DatabasePool(path: path, configuration: configuration)
            try StoreFile.migrate(queue, by: Self.migrator, path: path)
            try queue.read { database in
                _ = try Row.fetchOne(database, sql: "SELECT kind, id, time, open, version, body FROM item LIMIT 1")
                _ = try Row.fetchOne(
                    database,
                    sql: "SELECT number, time, actor, origin, what, subject, mark FROM audit LIMIT 1"
                )
            }
            return queue
        }
    }

    static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("1: items and audit") { database in
            try database.execute(
                sql: """
                    CREATE TABLE item (
                        kind TEXT NOT NULL,
                        id TEXT NOT NULL,
                        time INTEGER NOT NULL,
                        open INTEGER NOT NULL,
                        version INTEGER NOT NULL,
                        body BLOB NOT NULL,
                        PRIMARY KEY (kind, id)
                    ) STRICT;
                    CREATE INDEX item_by_time ON item (kind, time);
                    CREATE TABLE audit (
                        number INTEGER PRIMARY KEY,
                        time INTEGER NOT NULL,
                        actor TEXT NOT NULL,
                        origin TEXT NOT NULL,
                        what TEXT NOT NULL,
                        subject TEXT NOT NULL
                    ) STRICT;
                    CREATE TRIGGER audit_stays BEFORE UPDATE ON audit
                    BEGIN SELECT RAISE(ABORT, 'the audit is not changed'); END;
                    CREATE TRIGGER audit_is_kept BEFORE DELETE ON audit
                    BEGIN SELECT RAISE(ABORT, 'the audit is not shortened'); END;
                    """
            )
        }
        // Lines of before are marked as they stand now: from here on they hold together.
        migrator.registerMigration("2: the lines of the audit hold together") { database in
            try database.execute(sql: "DROP TRIGGER IF EXISTS audit_stays; ALTER TABLE audit ADD COLUMN mark BLOB")
            try Self.markAll(in: database)
            try database.execute(
                sql: """
                    CREATE TRIGGER audit_stays BEFORE UPDATE ON audit
                    BEGIN SELECT RAISE(ABORT, 'the audit is not changed'); END;
                    CREATE TRIGGER audit_is_marked BEFORE INSERT ON audit WHEN NEW.mark IS NULL
                    BEGIN SELECT RAISE(ABORT, 'a line of the audit has its mark'); END;
                    """
            )
        }
        return migrator
    }

    private static func markAll(in database: Database) throws {
        let write = try database.makeStatement(sql: "UPDATE audit SET mark = ? WHERE number = ?")
        // So many at once: years of an audit need not be in memory.
        let portion = 10_000
        var last = AuditMark.origin
        while true {
            let lines = try Row.fetchAll(
                database,
                sql:
                    "SELECT number, time, actor, origin, what, subject FROM audit WHERE number > ? ORDER BY number LIMIT ?",
                arguments: [last.number, portion]
            )
            for row in lines {
                let deed = Deed(time: row[1], actor: row[2], origin: row[3], what: row[4], subject: row[5])
                last = last.next(number: row[0], deed)
                try write.execute(arguments: [Data(last.mark), last.number])
            }
            if lines.count < portion { return }
        }
    }

    /// Keeps an item and the deed that made it what it is, in one transaction.
    ///
    /// - Parameters:
    ///   - item: The item.
    ///   - isNew: Whether there must be none of that kind and id.
    ///   - deed: What was done.
    /// - Returns: Whether it is kept: `false` for a new one whose id is another's; then neither is kept.
    /// - Throws: ``HistoryError``; then neither is kept.
    @discardableResult
    package func save(_ item: Item, isNew: Bool = false, _ deed: Deed?) throws(HistoryError) -> Bool {
        try self.wrapped {
            try self.queue.write { database in
                let sql = "SELECT EXISTS (SELECT 1 FROM item WHERE kind = ? AND id = ?)"
                if isNew, try Bool.fetchOne(database, sql: sql, arguments: [item.kind, item.id]) == true {
                    return false
                }
                try Self.put(item, in: database)
                if let deed { try Self.insert(deed, in: database) }
                return true
            }
        }
    }

    /// Keeps items and the one deed that made them what they are, in one transaction.
    ///
    /// - Throws: ``HistoryError``; then none of them is kept.
    package func save(all items: [Item], _ deed: Deed) throws(HistoryError) {
        try self.wrapped {
            try self.queue.write { database in
                for item in items { try Self.put(item, in: database) }
                try Self.insert(deed, in: database)
            }
        }
    }

    /// A newer version replaces an older one, never the other way.
    private static func put(_ item: Item, in database: Database) throws {
        try database.execute(
            sql: """
                INSERT INTO item VALUES (?, ?, ?, ?, ?, ?)
                ON CONFLICT (kind, id) DO UPDATE SET
                    time = excluded.time, open = excluded.open, version = excluded.version, body = excluded.body
                WHERE excluded.version >= version
                """,
            arguments: [item.kind, item.id, item.time, item.isOpen ? 1 : 0, item.version, Data(item.body)]
        )
    }

    /// One item; `nil` when there is none.
    ///
    /// - Throws: ``HistoryError``.
    package func item(_ kind: String, id: String) throws(HistoryError) -> Item? {
        try self.read(kind, "id = ?", [id]).first
    }

    /// Items of a kind before a time, newest first.
    ///
    /// - Parameters:
    ///   - kind: The kind.
    ///   - time: Items that began before it, ms since 1970 UTC …
    ///   - id: … and those that began at it with an id before this one.
    ///   - isOpen: Whether only open ones are wanted.
    ///   - limit: So many at most.
    /// - Returns: The items.
    /// - Throws: ``HistoryError``.
    package func items(
        _ kind: String,
        before time: Int64,
        id: String?,
        isOpen: Bool,
        limit: Int
    ) throws(HistoryError) -> [Item] {
        try self.read(
            kind,
            "(time < ? OR (time = ? AND id < ?)) AND (open OR NOT ?) ORDER BY time DESC, id DESC LIMIT ?",
            [time, time, id ?? "", isOpen, limit]
        )
    }

    /// Keeps a deed that is about no item, a login for instance; on the casebook's own thread.
    ///
    /// - Throws: ``HistoryError``.
    package func note(_ deed: Deed) async throws(HistoryError) {
        try await Writer(executor: self.executor).note(deed, in: self)
    }

    private actor Writer {
        private let executor: ThreadExecutor

        init(executor: ThreadExecutor) { self.executor = executor }

        nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe self.executor.asUnownedSerialExecutor() }

        func note(_ deed: Deed, in casebook: Casebook) throws(HistoryError) {
            try casebook.wrapped { try casebook.queue.write { try Casebook.insert(deed, in: $0) } }
        }
    }

    private static func insert(_ deed: Deed, in database: Database) throws {
        // SQLite's texts end at a zero byte: what is marked is what will be read.
        let deed = Deed(
            time: deed.time,
            actor: Self.stored(deed.actor),
            origin: Self.stored(deed.origin),
            what: Self.stored(deed.what),
            subject: Self.stored(deed.subject)
        )
        let last = try Self.head(database) ?? .origin
        guard last.number < .max else { throw DatabaseError(message: "the audit has a line of the highest number") }
        let mark = last.next(number: last.number + 1, deed)
        try database.execute(
            sql: "INSERT INTO audit (number, time, actor, origin, what, subject, mark) VALUES (?, ?, ?, ?, ?, ?, ?)",
            arguments: [mark.number, deed.time, deed.actor, deed.origin, deed.what, deed.subject, Data(mark.mark)]
        )
    }

    private static func stored(_ text: String) -> String {
        text.utf8.contains(0) ? String(decoding: text.utf8.map { $0 == 0 ? 0x20 : $0 }, as: UTF8.self) : text
    }

    /// Items of a kind that are open or began in a time, ms since 1970 UTC, oldest first.
    ///
    /// - Throws: ``HistoryError``.
    package func items(_ kind: String, from: Int64, to: Int64, orOpen: Bool = false) throws(HistoryError) -> [Item] {
        try self.read(kind, "((time >= ? AND time < ?) OR (? AND open)) ORDER BY time, id", [from, to, orOpen])
    }

    private func read(_ kind: String, _ rest: String, _ arguments: StatementArguments) throws(HistoryError) -> [Item] {
        try self.wrapped {
            try self.queue.read { database in
                try Row.fetchAll(
                    database,
                    sql: "SELECT id, time, open, version, body FROM item WHERE kind = ? AND \(rest)",
                    arguments: [kind] + arguments
                )
                .map { row in
                    let (body, open): (Data, Int) = (row[4], row[2])
                    return Item(
                        kind: kind,
                        id: row[0],
                        time: row[1],
                        isOpen: open != 0,
                        version: row[3],
                        body: Array(body)
                    )
                }
            }
        }
    }

    func wrapped<R>(_ body: () throws -> R) throws(HistoryError) -> R {
        do { return try body() } catch {
            let error = HistoryError(path: self.queue.path, error)
            if error.isDamage { StoreFile.mark(self.queue.path) }
            throw error
        }
    }
}
