import FoundationEssentials
import GRDB

extension History {
    func bodies(of device: String, from: Int64, to: Int64, limit: Int) async throws(HistoryError) -> [Data] {
        try await self.bodies(
            """
            SELECT r.body FROM log JOIN record r ON r.log = log.number
            WHERE log.device = ? AND r.made >= ? AND r.made <= ? ORDER BY r.made, r.seq LIMIT ?
            """,
            [device, from, to, limit]
        )
    }

    func bodies(
        ofEvents kinds: [String],
        from: Int64,
        to: Int64
    ) async throws(HistoryError) -> [(station: String, body: Data)] {
        let marks = kinds.map { _ in "?" }.joined(separator: ", ")
        return try await self.stationBodies(
            """
            SELECT log.station, r.body FROM log JOIN record r ON r.log = log.number
            WHERE r.event IN (\(marks)) AND r.made >= ? AND r.made < ? ORDER BY r.made, r.seq
            """,
            StatementArguments(kinds) + [from, to]
        )
    }

    func bodiesOfPositions(
        from: Int64,
        to: Int64,
        limit: Int
    ) async throws(HistoryError) -> [(station: String, body: Data)] {
        try await self.stationBodies(
            """
            SELECT log.station, r.body FROM log JOIN record r ON r.log = log.number
            WHERE r.event IS NULL AND r.made >= ? AND r.made < ? ORDER BY r.made, r.seq LIMIT ?
            """,
            [from, to, limit]
        )
    }
}
