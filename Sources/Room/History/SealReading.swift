import FoundationEssentials
import GRDB
package import PatrolWire

/// Numbers of one log that belong to a stretch of time, and to the seals around it.
package struct SealedStretch: Sendable, Hashable {
    /// The log, as the store numbers it.
    package let log: Int64
    /// The numbers.
    package let range: ClosedRange<Int64>
}

/// What was found to be wrong with a device's track.
package struct TrackFault: Sendable, Hashable {
    /// The device's station.
    package let station: Name
    /// The device.
    package let device: Name
    /// The number that the record was first given.
    package let number: RecordNumber
    /// What is wrong with it.
    package let what: String
    /// When that was found, ms since 1970 UTC.
    package let found: Int64

    /// Creates one.
    package init(station: Name, device: Name, number: RecordNumber, what: String, found: Int64) {
        (self.station, self.device, self.number) = (station, device, number)
        (self.what, self.found) = (what, found)
    }
}

extension HistoryReader {
    /// Seals that are looked at for one that covers the last record.
    private static let mostSeals = 20
    /// Keys of one device that are read, the newest first, out of its newest logs.
    package static let mostKeys = 20
    private static let mostLogs = 1_000

    /// The records of a device that were made in a time, and those that share a seal with them, in the order in which its
    /// logs were first heard of.
    ///
    /// - Parameters:
    ///   - station: The device's station.
    ///   - device: The device.
    ///   - from: ms since 1970 UTC.
    ///   - to: ms since 1970 UTC.
    ///   - reach: The numbers that a seal, given by its body, covers in a log of that id; `nil` where it is none.
    /// - Returns: The numbers of each log.
    /// - Throws: ``HistoryError``.
    package func stretches(
        of station: Name,
        _ device: Name,
        from: Int64,
        to: Int64,
        reach: ([UInt8], String) -> ClosedRange<Int64>?
    ) throws -> [SealedStretch] {
        try self.read { database in
            let logs = try Row.fetchAll(
                database,
                sql: "SELECT number, id FROM log WHERE station = ? AND device = ? ORDER BY number",
                arguments: [station.text, device.text]
            )
            return try logs.compactMap { log in
                let (number, id): (Int64, String) = (log[0], log[1])
                let ends = try Row.fetchOne(
                    database.cachedStatement(
                        sql: "SELECT min(seq), max(seq) FROM record WHERE log = ? AND made >= ? AND made <= ?"
                    ),
                    arguments: [number, from, to]
                )
                guard let ends, let low = ends[0] as Int64?, let high = ends[1] as Int64? else { return nil }
                let seals = try database.cachedStatement(
                    sql: "SELECT seq, body FROM record WHERE log = ? AND event = ? AND seq >= ? ORDER BY seq LIMIT ?"
                )
                func following(
                    _ sequence: Int64,
                    _ limit: Int
                ) throws -> [(sequence: Int64, covers: ClosedRange<Int64>)] {
                    try Row.fetchAll(seals, arguments: [number, EventKind.trackSeal.rawValue, sequence, limit])
                        .compactMap { row in
                            let body: Data = row[1]
                            return reach(Array(body), id).map { (row[0], $0) }
                        }
                }
                let first = try following(low, Self.mostSeals).first?.covers.lowerBound ?? low
                let last = try following(high, Self.mostSeals).first { $0.covers.upperBound >= high }?.sequence ?? high
                return SealedStretch(log: number, range: min(low, first)...max(high, last))
            }
        }
    }

    /// Some of the records of a stretch, in order.
    ///
    /// - Parameters:
    ///   - stretch: The stretch.
    ///   - sequence: Only those with a greater number.
    ///   - limit: So many at most.
    /// - Returns: Numbers, and the bytes as the device wrote them.
    /// - Throws: ``HistoryError``.
    package func bodies(
        of stretch: SealedStretch,
        after sequence: Int64,
        limit: Int
    ) throws -> [(sequence: Int64, body: [UInt8])] {
        try self.read { database in
            let select = try database.cachedStatement(
                sql: "SELECT seq, body FROM record WHERE log = ? AND seq > ? AND seq <= ? ORDER BY seq LIMIT ?"
            )
            let first = max(sequence, stretch.range.lowerBound - 1)
            return try Row.fetchAll(select, arguments: [stretch.log, first, stretch.range.upperBound, limit]).map {
                row in
                let body: Data = row[1]
                return (row[0], Array(body))
            }
        }
    }

    /// The records in which a device said the keys that it signs with, the newest first.
    ///
    /// - Parameters:
    ///   - station: The device's station.
    ///   - device: The device.
    ///   - limit: So many at most: it says its key at each start and once a day.
    /// - Returns: Their bytes.
    /// - Throws: ``HistoryError``.
    package func keys(of station: Name, _ device: Name, limit: Int = mostKeys) throws -> [[UInt8]] {
        try self.read { database in
            let logs = try Int64.fetchAll(
                database,
                sql: "SELECT number FROM log WHERE station = ? AND device = ? ORDER BY number DESC LIMIT ?",
                arguments: [station.text, device.text, Self.mostLogs]
            )
            let select = try database.cachedStatement(
                sql: "SELECT body FROM record WHERE log = ? AND event = ? ORDER BY seq DESC LIMIT ?"
            )
            var keys: [[UInt8]] = []
            for log in logs where keys.count < limit {
                let arguments: StatementArguments = [log, EventKind.trackKey.rawValue, limit - keys.count]
                keys += try Data.fetchAll(select, arguments: arguments).map { Array($0) }
            }
            return keys
        }
    }

    /// Goes through the records in which a device said its keys, the newest first, log by log; blocks.
    ///
    /// A device says its key at each start and once a day: one that is switched on and off all day has ten thousands of
    /// them within the time that records are kept. They are read a page at a time, and nothing holds up writing.
    ///
    /// - Parameters:
    ///   - station: The device's station.
    ///   - device: The device.
    ///   - visit: Is told their bytes, and says whether it wants more.
    /// - Throws: ``HistoryError``.
    package func visitKeys(of station: Name, _ device: Name, _ visit: ([UInt8]) -> Bool) throws {
        var lastLog = Int64.max
        while true {
            let logs = try self.read { database in
                try Int64.fetchAll(
                    database.cachedStatement(
                        sql:
                            "SELECT number FROM log WHERE station = ? AND device = ? AND number < ? ORDER BY number DESC LIMIT ?"
                    ),
                    arguments: [station.text, device.text, lastLog, Self.mostLogs]
                )
            }
            guard let last = logs.last else { return }
            for log in logs {
                var before = Int64.max
                var count = 0
                repeat {
                    let page = try self.keys(inLog: log, before: before)
                    for key in page where !visit(key.body) { return }
                    count = page.count
                    before = page.last?.sequence ?? before
                } while count == Self.keysOfPage
            }
            lastLog = last
        }
    }

    private static let keysOfPage = 500

    private func keys(inLog log: Int64, before: Int64) throws -> [(sequence: Int64, body: [UInt8])] {
        try self.read { database in
            let select = try database.cachedStatement(
                sql: "SELECT seq, body FROM record WHERE log = ? AND event = ? AND seq < ? ORDER BY seq DESC LIMIT ?"
            )
            let arguments: StatementArguments = [log, EventKind.trackKey.rawValue, before, Self.keysOfPage]
            return try Row.fetchAll(select, arguments: arguments).map { row in
                let body: Data = row[1]
                return (row[0], Array(body))
            }
        }
    }

    /// The newest seals of each log that came since a moment.
    ///
    /// - Parameters:
    ///   - since: ms since 1970 UTC.
    ///   - limit: So many a log at most.
    /// - Returns: Whose they are, and their numbers.
    /// - Throws: ``HistoryError``.
    package func seals(since: Int64, limit: Int) throws -> [(station: Name, device: Name, number: RecordNumber)] {
        let logs = try self.read { try Row.fetchAll($0, sql: "SELECT number, station, device, id FROM log") }
        return try logs.flatMap { log -> [(station: Name, device: Name, number: RecordNumber)] in
            let (stored, stationText, deviceText, id): (Int64, String, String, String) = (
                log[0], log[1], log[2], log[3]
            )
            guard let station = Name(stationText), let device = Name.device(deviceText) else { return [] }
            let numbers = try self.read { database in
                let select = try database.cachedStatement(
                    sql: "SELECT seq, received FROM record WHERE log = ? AND event = ? ORDER BY seq DESC LIMIT ?"
                )
                let arguments: StatementArguments = [stored, EventKind.trackSeal.rawValue, limit]
                return try Row.fetchAll(select, arguments: arguments).filter { $0[1] as Int64 >= since }
                    .map { $0[0] as Int64 }
            }
            let name = String(id.prefix { $0 != "~" })
            return numbers.map { (station, device, RecordNumber(log: name, sequence: $0)) }
        }
    }

    /// The records of a device that were first given some numbers of a log, under whatever numbers they are stored.
    ///
    /// - Returns: The numbers that they were first given, and their bytes.
    /// - Throws: ``HistoryError``.
    package func records(
        of station: Name,
        _ device: Name,
        log: String,
        _ range: ClosedRange<Int64>
    ) throws -> [(sequence: Int64, body: [UInt8])] {
        try self.read { database in
            let select = try database.cachedStatement(
                sql: """
                    SELECT r.seq, r.body FROM log JOIN record r ON r.log = log.number
                    WHERE log.station = ?1 AND log.device = ?2 AND (log.id = ?3 OR log.id GLOB ?3 || '~*')
                        AND r.seq BETWEEN ?4 AND ?5
                    UNION ALL
                    SELECT s.seq, r.body FROM log JOIN successor s ON s.log = log.number
                    JOIN record r ON r.log = s.at_log AND r.seq = s.at_seq
                    WHERE log.station = ?1 AND log.device = ?2 AND log.id = ?3 AND s.seq BETWEEN ?4 AND ?5
                    """
            )
            let arguments: StatementArguments = [
                station.text, device.text, log, range.lowerBound, range.upperBound,
            ]
            return try Row.fetchAll(select, arguments: arguments).map { row in
                let body: Data = row[1]
                return (row[0], Array(body))
            }
        }
    }

    /// A seal, also where it is kept beside another record of its number.
    ///
    /// - Throws: ``HistoryError``.
    package func seal(of station: Name, _ device: Name, _ number: RecordNumber) throws -> [UInt8]? {
        try self.read { database in
            let select = try database.cachedStatement(
                sql: """
                    SELECT r.body FROM log JOIN record r ON r.log = log.number
                    WHERE log.station = ?1 AND log.device = ?2 AND (log.id = ?3 OR log.id GLOB ?3 || '~*')
                        AND r.seq = ?4 AND r.event = ?5 ORDER BY log.number DESC LIMIT 1
                    """
            )
            let arguments: StatementArguments = [
                station.text, device.text, number.log, number.sequence, EventKind.trackSeal.rawValue,
            ]
            return try Data.fetchOne(select, arguments: arguments).map { Array($0) }
        }
    }

    /// What was found to be wrong with tracks since a moment, ms since 1970 UTC, the first found first.
    ///
    /// - Throws: ``HistoryError``.
    package func trackFaults(since: Int64) throws -> [TrackFault] {
        try self.read { database in
            try Row.fetchAll(
                database,
                sql: """
                    SELECT station, device, log, seq, what, found FROM track_fault WHERE found >= ? ORDER BY found, log, seq
                    """,
                arguments: [since]
            )
            .compactMap { row in
                let (stationText, deviceText): (String, String) = (row[0], row[1])
                guard let station = Name(stationText), let device = Name.device(deviceText) else { return nil }
                let number = RecordNumber(log: row[2], sequence: row[3])
                return TrackFault(station: station, device: device, number: number, what: row[4], found: row[5])
            }
        }
    }
}

extension History {
    /// Keeps what is wrong with a track; what is known already stays as it was first found.
    ///
    /// - Throws: ``HistoryError``.
    package func keep(_ faults: [TrackFault]) async throws(HistoryError) {
        do {
            try await self.database.write { database in
                for fault in faults {
                    try database.execute(
                        sql: "INSERT OR IGNORE INTO track_fault VALUES (?, ?, ?, ?, ?, ?)",
                        arguments: [
                            fault.station.text, fault.device.text, fault.number.log, fault.number.sequence, fault.what,
                            fault.found,
                        ]
                    )
                }
            }
        } catch {
            throw self.failed(error)
        }
    }
}
