import FoundationEssentials
import GRDB
import PatrolWire

/// A position as reports need it.
package struct StoredPosition: Sendable, Hashable {
    /// When it was made, ms since 1970 UTC.
    package let made: Int64
    /// Degrees.
    package let latitude: Double
    /// Degrees.
    package let longitude: Double
}

extension HistoryReader {
    /// Rows that one transaction reads.
    private static let page = 4_096

    private static let latitude = Array("lat".utf8)
    private static let longitude = Array("lon".utf8)

    /// Lends every position that was made in a time, log by log, in the order of the log.
    ///
    /// - Parameters:
    ///   - from: Beginning, ms since 1970 UTC.
    ///   - to: End, ms since 1970 UTC; no longer in it.
    ///   - take: Gets each position and its log.
    /// - Throws: ``HistoryError``, `CancellationError` when nobody waits any more, or what `take` throws.
    package func positions(from: Int64, to: Int64, _ take: (Log, StoredPosition) throws -> Void) throws {
        for log in try self.logs() { try self.positions(of: log, from: from, to: to) { try take(log, $0) } }
    }

    /// Lends every position of one log that was made in a time, in the order of the log.
    ///
    /// - Parameters:
    ///   - log: Whose.
    ///   - from: Beginning, ms since 1970 UTC.
    ///   - to: End, ms since 1970 UTC; no longer in it.
    ///   - take: Gets each position.
    /// - Throws: ``HistoryError``, `CancellationError` when nobody waits any more, or what `take` throws.
    package func positions(of log: Log, from: Int64, to: Int64, _ take: (StoredPosition) throws -> Void) throws {
        try self.walk(log, from: from, to: to) { made, body in
            guard let place = Self.place(in: body) else { return }
            try take(StoredPosition(made: made, latitude: place.latitude, longitude: place.longitude))
        }
    }

    /// Lends the bytes of every position of one log that was made in a time, in the order of the log.
    func walk(_ log: Log, from: Int64, to: Int64, _ take: (_ made: Int64, _ body: Data) throws -> Void) throws {
        // A log's numbers lie together in the file and nearly in the order of time: this walks it once, leaf by leaf.
        guard let bounds = try self.sequences(of: log, from: from, to: to) else { return }
        var last = bounds.lowerBound - 1
        var isMore = true
        while isMore {
            (last, isMore) = try self.read { database in
                try Self.page(of: log, after: last, through: bounds.upperBound, from: from, to: to, database, take)
            }
        }
    }

    /// The last position of a log that was made before a moment, ms since 1970 UTC.
    ///
    /// - Throws: ``HistoryError``, or `CancellationError` when nobody waits any more.
    package func lastPosition(of log: Log, before moment: Int64) throws -> StoredPosition? {
        try self.read { database in
            let select = try database.cachedStatement(
                sql: """
                    SELECT made, body FROM record WHERE log = ? AND made < ? AND event IS NULL
                    ORDER BY made DESC, seq DESC LIMIT 1
                    """
            )
            guard let row = try Row.fetchOne(select, arguments: [log.number, moment]) else { return nil }
            let body: Data = row[1]
            return Self.place(in: body).map {
                StoredPosition(made: row[0], latitude: $0.latitude, longitude: $0.longitude)
            }
        }
    }

    /// About how many positions a report over a time has to read: those of the hours whose sums are made.
    ///
    /// - Throws: ``HistoryError``, or `CancellationError` when nobody waits any more.
    package func positionsBetween(_ from: Int64, _ to: Int64) throws -> Int {
        try self.logs().reduce(0) { sum, log in
            let positions = try self.read { database in
                let select = try database.cachedStatement(
                    sql: "SELECT sum(positions) FROM rollup WHERE log = ? AND hour >= ? AND hour < ?"
                )
                return try Int.fetchOne(select, arguments: [log.number, from / 3_600_000, to / 3_600_000])
            }
            return sum + (positions ?? 0)
        }
    }

    /// The numbers between which the records of a time lie.
    private func sequences(of log: Log, from: Int64, to: Int64) throws -> ClosedRange<Int64>? {
        try self.read { database in
            let select = try database.cachedStatement(
                sql: "SELECT min(seq), max(seq) FROM record WHERE log = ? AND made >= ? AND made < ?"
            )
            guard let row = try Row.fetchOne(select, arguments: [log.number, from, to]) else { return nil }
            let (first, last): (Int64?, Int64?) = (row[0], row[1])
            guard let first, let last, first <= last else { return nil }
            return first...last
        }
    }

    private static func page(
        of log: Log,
        after last: Int64,
        through end: Int64,
        from: Int64,
        to: Int64,
        _ database: Database,
        _ take: (_ made: Int64, _ body: Data) throws -> Void
    ) throws -> (last: Int64, isMore: Bool) {
        // The plus keeps SQLite from walking by time and looking each record up.
        let select = try database.cachedStatement(
            sql: """
                SELECT seq, made, body FROM record
                WHERE log = ? AND seq > ? AND seq <= ? AND event IS NULL AND +made >= ? AND +made < ?
                ORDER BY seq LIMIT ?
                """
        )
        let rows = try Row.fetchCursor(select, arguments: [log.number, last, end, from, to, Self.page])
        var (newest, count) = (last, 0)
        while let row = try rows.next() {
            let made: Int64 = row[1]
            newest = row[0]
            count += 1
            try row.withUnsafeData(atIndex: 2) { data in if let data { try take(made, data) } }
        }
        return (newest, count == Self.page)
    }

    /// The place that a record names; a decoder is asked only where the bytes are unusual.
    static func place(in body: Data) -> (latitude: Double, longitude: Double)? {
        var (latitude, longitude): (Double?, Double?)
        let bytes = body.span
        _ = ObjectScan.members(of: bytes, in: 0..<bytes.count) { name, value in
            if ObjectScan.isEqual(bytes, name, Self.latitude) {
                latitude = ObjectScan.number(bytes, value)
            } else if ObjectScan.isEqual(bytes, name, Self.longitude) {
                longitude = ObjectScan.number(bytes, value)
            }
            return latitude == nil || longitude == nil
        }
        if let latitude, let longitude { return (latitude, longitude) }
        guard let record = Self.decoded(body), let latitude = record.latitude, let longitude = record.longitude else {
            return nil
        }
        return (latitude, longitude)
    }
}
