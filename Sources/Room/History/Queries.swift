import FoundationEssentials
import GRDB

extension History {
    nonisolated func bodies(
        of device: String,
        from: Int64,
        to: Int64,
        limit: Int
    ) async throws(HistoryError) -> [Data] {
        do {
            return try await self.database.read { database in
                try Data.fetchAll(
                    database,
                    sql: """
                        SELECT r.body FROM log JOIN record r ON r.log = log.number
                        WHERE log.device = ? AND r.made >= ? AND r.made <= ? ORDER BY r.made, r.seq LIMIT ?
                        """,
                    arguments: [device, from, to, limit]
                )
            }
        } catch {
            throw self.failed(error)
        }
    }
}
