package import Delivery
import Numbering
package import Outbox
package import PatrolWire
package import Uplink

extension Outbox: BacklogSource {
    package func backlog(
        _ query: BacklogQuery,
        through: Int64,
        limit: Int,
        bytes: Int
    ) async throws -> BacklogBatch {
        let part = try self.backlog(
            after: query.after,
            through: through,
            isChecked: query.isChecked,
            limit: limit,
            bytes: bytes
        )
        return BacklogBatch(log: self.log, records: part.bodies, last: part.last, dropped: part.dropped)
    }

    package func acknowledge(_ acknowledgement: Acknowledgement) async throws -> AcknowledgementEffect {
        let log = self.log
        let again = try self.takeOver(acknowledgement)
        return AcknowledgementEffect(again: again, isNewLog: self.log != log)
    }

    package func spent() async throws -> DaySpending {
        let spent = try self.backlogSpent()
        return DaySpending(day: spent.day, bytes: spent.bytes)
    }

    package func keep(_ spent: DaySpending) async throws {
        try self.keepBacklogSpent(day: spent.day, bytes: spent.bytes)
    }
}
