import FoundationEssentials
import GRDB

extension Casebook {
    /// A line of the audit and its number.
    package struct NumberedDeed: Sendable, Hashable, Encodable {
        /// Its number: the audit is numbered without end and never anew.
        package let number: Int64
        /// When, ms since 1970 UTC.
        package let time: Int64
        /// The account, device or part of the room that did it.
        package let actor: String
        /// From where: an address, `mqtt`, `room`.
        package let origin: String
        /// What was done.
        package let what: String
        /// To what.
        package let subject: String
    }

    /// A part of the audit, newest first.
    ///
    /// - Parameters:
    ///   - number: Only lines with smaller numbers; `nil` for the newest.
    ///   - limit: So many at most.
    /// - Returns: The lines, and whether there are older ones.
    /// - Throws: ``HistoryError``.
    package func deeds(before number: Int64?, limit: Int) throws(HistoryError) -> (deeds: [NumberedDeed], more: Bool) {
        let found = try self.wrapped {
            try self.queue.read { database in
                try Row.fetchAll(
                    database,
                    sql: """
                        SELECT number, time, actor, origin, what, subject FROM audit
                        WHERE number < ? ORDER BY number DESC LIMIT ?
                        """,
                    arguments: [number ?? .max, limit + 1]
                )
                .map {
                    NumberedDeed(number: $0[0], time: $0[1], actor: $0[2], origin: $0[3], what: $0[4], subject: $0[5])
                }
            }
        }
        return (Array(found.prefix(limit)), found.count > limit)
    }

    /// Where in the order of time an item stands.
    package struct Place: Sendable, Hashable {
        /// When it began, ms since 1970 UTC.
        package let time: Int64
        /// Its id.
        package let id: String

        /// Creates a place.
        package init(time: Int64, id: String) { (self.time, self.id) = (time, id) }
    }

    /// Items of a kind that began in a time, ms since 1970 UTC, oldest first, so many at once.
    ///
    /// - Parameters:
    ///   - kind: The kind of item, such as `incident`.
    ///   - from: Beginning.
    ///   - to: End; no longer in it.
    ///   - last: The last one that is known already.
    ///   - limit: So many at most.
    /// - Returns: The items.
    /// - Throws: ``HistoryError``.
    package func items(
        _ kind: String,
        from: Int64,
        to: Int64,
        after last: Place?,
        limit: Int
    ) throws(HistoryError) -> [Item] {
        let begin = max(from, last?.time ?? from)
        return try self.wrapped {
            try self.queue.read { database in
                try Row.fetchAll(
                    database,
                    sql: """
                        SELECT id, time, open, version, body FROM item
                        WHERE kind = ? AND time >= ? AND time < ? AND (time > ? OR id > ?) ORDER BY time, id LIMIT ?
                        """,
                    arguments: [kind, begin, to, last?.time ?? .min, last?.id ?? "", limit]
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
}
