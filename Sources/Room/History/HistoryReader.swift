import GRDB

/// Reads the store for reports, beside the intake and never in its way.
///
/// Each method blocks, so call it from a thread of its own. Records come in pages, each of which is one short
/// transaction: no memory grows with the time that a report is about, and the log of writes is folded back into the
/// file meanwhile. What comes in between two pages may be in the answer or not.
package struct HistoryReader: Sendable {
    /// One device's log, as the store numbers it.
    package struct Log: Sendable, Hashable {
        /// Its number in this store.
        package let number: Int64
        /// Station.
        package let station: String
        /// Device.
        package let device: String
    }

    let database: any DatabaseReader
    /// Whether damage is noted, so that the room sets the file aside when it starts: only the room itself may say so.
    var isRoom = true
    /// Asked between two pages: `false` ends the reading with `CancellationError`.
    package let goesOn: @Sendable () -> Bool

    /// All logs, by station, device, and the order in which they were first heard of.
    ///
    /// - Throws: ``HistoryError``.
    package func logs() throws -> [Log] {
        try self.read { database in
            try Row.fetchAll(database, sql: "SELECT number, station, device FROM log ORDER BY station, device, number")
                .map { Log(number: $0[0], station: $0[1], device: $0[2]) }
        }
    }

    /// When the first record or deed of a log was made, ms since 1970 UTC; `nil` while there is none with a time.
    ///
    /// - Throws: ``HistoryError``.
    package func firstMade(of log: Log) throws -> Int64? {
        [try self.firstRecord(of: log), try self.firstDeed(of: log)].compactMap(\.self).min()
    }

    private func firstRecord(of log: Log) throws -> Int64? {
        try self.read { database in
            let select = try database.cachedStatement(
                sql: "SELECT min(made) FROM record WHERE log = ? AND made IS NOT NULL"
            )
            return try Int64.fetchOne(select, arguments: [log.number])
        }
    }

    /// When the first that is known of a log happened, ms since 1970 UTC: its first record, or the first hour or deed that
    /// outlived its records.
    ///
    /// - Throws: ``HistoryError``.
    package func firstKnown(of log: Log) throws -> Int64? {
        let (record, deed) = (try self.firstRecord(of: log), try self.firstDeed(of: log) ?? .max)
        let hour = try self.read { database in
            let select = try database.cachedStatement(sql: "SELECT min(hour) FROM rollup WHERE log = ?")
            return try Int64.fetchOne(select, arguments: [log.number])
        }
        // Where both are there the record is the finer one, but for hours whose records are gone.
        guard let record, let hour else {
            return [record, hour.map { $0 * 3_600_000 }, deed < .max ? deed : nil].compactMap(\.self).min()
        }
        return min(deed, (hour + 1) * 3_600_000 <= record ? hour * 3_600_000 : record)
    }

    /// One transaction.
    func read<R>(_ body: (Database) throws -> R) throws -> R {
        guard self.goesOn() else { throw CancellationError() }
        do {
            return try self.database.read(body)
        } catch let error as DatabaseError {
            let error = HistoryError(path: self.database.path, error)
            if error.isDamage, self.isRoom { StoreFile.mark(self.database.path) }
            throw error
        }
    }
}

extension History {
    /// Reads the store in a folder from another program; the room may run.
    ///
    /// - Parameter folder: Where the file is.
    /// - Returns: The reader.
    /// - Throws: ``HistoryError`` when it is not there.
    package static func reading(_ folder: String) throws(HistoryError) -> HistoryReader {
        let path = "\(folder)/history.sqlite"
        try UnfinishedRestore.refuse(folder)
        do {
            var configuration = Configuration()
            configuration.readonly = true
            configuration.busyMode = .timeout(3)
            return HistoryReader(
                database: try DatabaseQueue(path: path, configuration: configuration),
                isRoom: false,
                goesOn: { true }
            )
        } catch {
            throw HistoryError(path: path, error)
        }
    }

    /// Reads the store beside the intake.
    ///
    /// - Parameter goesOn: Asked between two pages; `false` ends the reading with `CancellationError`.
    /// - Returns: The reader.
    package nonisolated func reader(while goesOn: @escaping @Sendable () -> Bool = { true }) -> HistoryReader {
        HistoryReader(database: self.database, goesOn: goesOn)
    }
}
