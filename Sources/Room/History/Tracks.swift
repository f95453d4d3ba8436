import FoundationEssentials
import GRDB
import Ledger
package import PatrolWire

/// A record with the time that it is filed under.
package struct DatedRecord: Sendable {
    /// When it was made, ms since 1970 UTC, by a clock that was right.
    package let made: Int64
    /// When it came, ms since 1970 UTC.
    package let received: Int64
    /// What it says.
    package let record: PatrolWire.Record
}

extension History {
    /// The positions of one device that were made in a time, oldest first.
    ///
    /// - Parameters:
    ///   - station: Station.
    ///   - device: Device.
    ///   - from: From then on, ms since 1970 UTC.
    ///   - to: Up to then, ms since 1970 UTC.
    ///   - limit: So many at most, and the rest of the last millisecond.
    /// - Returns: The positions, and where to go on; `nil` at the end.
    /// - Throws: ``HistoryError``.
    package nonisolated func track(
        of station: Name,
        _ device: Name,
        from: Int64,
        to: Int64,
        limit: Int
    ) async throws(HistoryError) -> (records: [DatedRecord], next: Int64?) {
        do {
            return try await self.database.read { database in
                let sql = """
                    SELECT r.made, r.received, r.body FROM log JOIN record r ON r.log = log.number
                    WHERE log.station = ? AND log.device = ? AND r.event IS NULL AND r.made >= ? AND r.made <= ?
                    ORDER BY r.made, r.log, r.seq LIMIT ?
                    """
                let rows = try Row.fetchCursor(
                    database,
                    sql: sql,
                    arguments: [station.text, device.text, from, to, limit + 1]
                )
                var records: [DatedRecord] = []
                while let row = try rows.next() {
                    let body: Data = row[2]
                    guard let record = StoredRecord.decoded(Array(body)) else { continue }
                    records.append(DatedRecord(made: row[0], received: row[1], record: record))
                }
                guard records.count > limit, let last = records.last else { return (records, nil) }
                // A page ends between two milliseconds, so that the next begins with one.
                let whole = records.filter { $0.made < last.made }
                return whole.isEmpty ? (records, last.made + 1) : (whole, last.made)
            }
        } catch {
            throw HistoryError(path: self.database.path, error)
        }
    }

    /// Whether any record of a device is stored, whenever it came.
    ///
    /// - Throws: ``HistoryError``.
    package nonisolated func stations(of device: String) async throws(HistoryError) -> [String] {
        do {
            return try await self.database.read { database in
                try String.fetchAll(
                    database,
                    sql: "SELECT DISTINCT station FROM log WHERE device = ? ORDER BY station",
                    arguments: [device]
                )
            }
        } catch {
            throw HistoryError(path: self.database.path, error)
        }
    }

    /// The newest word of each device: its last position, and its last event of each kind, oldest log first.
    ///
    /// - Parameters:
    ///   - since: Devices that reported later than this only, ms since 1970 UTC.
    ///   - kinds: The kinds of event.
    /// - Returns: Each log's device and its newest records.
    /// - Throws: ``HistoryError``.
    package nonisolated func newest(
        since: Int64,
        kinds: [EventKind]
    ) async throws(HistoryError) -> [(station: Name, device: Name, records: [DatedRecord])] {
        do {
            return try await self.database.read { database in
                let logs = try Row.fetchAll(database, sql: "SELECT number, station, device FROM log ORDER BY number")
                let newest = try database.cachedStatement(
                    sql: "SELECT made, received, body FROM record WHERE log = ? ORDER BY seq DESC LIMIT 1"
                )
                let position = try database.cachedStatement(
                    sql:
                        "SELECT made, received, body FROM record WHERE log = ? AND event IS NULL ORDER BY seq DESC LIMIT 1"
                )
                let event = try database.cachedStatement(
                    sql: "SELECT made, received, body FROM record WHERE log = ? AND event = ? ORDER BY seq DESC LIMIT 1"
                )
                var found: [(station: Name, device: Name, records: [DatedRecord])] = []
                for log in logs {
                    let number: Int64 = log[0]
                    let (stationText, deviceText): (String, String) = (log[1], log[2])
                    guard let station = Name(stationText), let device = Name.device(deviceText),
                        let last = try Row.fetchOne(newest, arguments: [number]), last[1] as Int64 >= since
                    else { continue }
                    var rows = [last]
                    if let row = try Row.fetchOne(position, arguments: [number]) { rows.append(row) }
                    for kind in kinds {
                        if let row = try Row.fetchOne(event, arguments: [number, kind.rawValue]) { rows.append(row) }
                    }
                    found.append((station, device, rows.compactMap(DatedRecord.init)))
                }
                return found
            }
        } catch {
            throw HistoryError(path: self.database.path, error)
        }
    }
}

extension DatedRecord {
    /// Reads a row of `made`, `received`, `body`; `nil` when the disk has spoilt it.
    fileprivate init?(_ row: Row) {
        let (made, received, body): (Int64?, Int64, Data) = (row[0], row[1], row[2])
        guard let record = StoredRecord.decoded(Array(body)) else { return nil }
        self.init(made: made ?? received, received: received, record: record)
    }
}
