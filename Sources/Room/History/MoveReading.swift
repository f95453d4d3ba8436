import FoundationEssentials
import GRDB
package import PatrolWire

/// A position with what the unit was doing.
package struct StoredMove: Sendable, Hashable {
    /// When and where.
    package let position: StoredPosition
    /// What the unit was doing.
    package let status: UnitStatus
}

extension HistoryReader {
    private static let status = Array("st".utf8)
    private static let latitudeName = Array("lat".utf8)
    private static let longitudeName = Array("lon".utf8)
    /// Each status as it stands in a record.
    private static let statuses = UnitStatus.allCases.map { (status: $0, bytes: Array("\"\($0.rawValue)\"".utf8)) }

    /// Lends every position of one log that was made in a time with what the unit was doing, in the order of the log.
    ///
    /// - Parameters:
    ///   - log: Whose.
    ///   - from: Beginning, ms since 1970 UTC.
    ///   - to: End, ms since 1970 UTC; no longer in it.
    ///   - take: Gets each.
    /// - Throws: ``HistoryError``, or `CancellationError` when nobody waits any more.
    package func moves(of log: Log, from: Int64, to: Int64, _ take: (StoredMove) -> Void) throws {
        try self.walk(log, from: from, to: to) { made, body in
            if let move = Self.move(in: body, at: made) { take(move) }
        }
    }

    /// What the device was called in the last record of a log; `nil` when it has none.
    ///
    /// - Throws: ``HistoryError``, or `CancellationError` when nobody waits any more.
    package func callSign(of log: Log) throws -> String? {
        try self.read { database in
            let select = try database.cachedStatement(
                sql: "SELECT body FROM record WHERE log = ? ORDER BY seq DESC LIMIT 1"
            )
            return try Data.fetchOne(select, arguments: [log.number]).flatMap { Self.decoded($0)?.unit }
        }
    }

    /// Place and status of a record, found in one look at its bytes; a decoder is asked only where they are unusual.
    private static func move(in body: Data, at made: Int64) -> StoredMove? {
        var (latitude, longitude): (Double?, Double?)
        var status: UnitStatus?
        let bytes = body.span
        _ = ObjectScan.members(of: bytes, in: 0..<bytes.count) { name, value in
            if ObjectScan.isEqual(bytes, name, Self.latitudeName) {
                latitude = ObjectScan.number(bytes, value)
            } else if ObjectScan.isEqual(bytes, name, Self.longitudeName) {
                longitude = ObjectScan.number(bytes, value)
            } else if ObjectScan.isEqual(bytes, name, Self.status) {
                status = Self.statuses.first { ObjectScan.isEqual(bytes, value, $0.bytes) }?.status
            }
            return latitude == nil || longitude == nil || status == nil
        }
        if let latitude, let longitude, let status {
            let position = StoredPosition(made: made, latitude: latitude, longitude: longitude)
            return StoredMove(position: position, status: status)
        }
        guard let record = Self.decoded(body), let latitude = record.latitude, let longitude = record.longitude else {
            return nil
        }
        let position = StoredPosition(made: made, latitude: latitude, longitude: longitude)
        return StoredMove(position: position, status: record.status)
    }
}
