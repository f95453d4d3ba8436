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
            guard let place = Self.place(in: body) else { return }
            let position = StoredPosition(made: made, latitude: place.latitude, longitude: place.longitude)
            take(StoredMove(position: position, status: Self.status(in: body)))
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

    private static func status(in body: Data) -> UnitStatus {
        var found: UnitStatus?
        let bytes = body.span
        _ = ObjectScan.members(of: bytes, in: 0..<bytes.count) { name, value in
            guard ObjectScan.isEqual(bytes, name, Self.status) else { return true }
            found = Self.statuses.first { ObjectScan.isEqual(bytes, value, $0.bytes) }?.status
            return false
        }
        return found ?? Self.decoded(body)?.status ?? .off
    }
}
