import FoundationEssentials
import GRDB
package import PatrolWire

/// An event as reports need it.
package struct StoredEvent: Sendable, Hashable {
    /// What the first position after a start says of the grids.
    package struct Inside: Sendable, Hashable {
        /// When it was made, ms since 1970 UTC.
        package let made: Int64
        /// Its number in the log.
        package let sequence: Int64
        /// The grids that the unit was in.
        package let grids: [String]
    }

    /// What happened.
    package let kind: EventKind
    /// When it was made, ms since 1970 UTC.
    package let made: Int64
    /// Its number in the log.
    package let sequence: Int64
    /// Whether the unit was off duty.
    package let isOff: Bool
    /// What belongs to the event: its texts, numbers and flags.
    package let data: [String: JSONValue]
    /// Where the unit was, degrees; `nil` while it knew no place.
    package let latitude: Double?
    /// Where the unit was, degrees.
    package let longitude: Double?
    /// For a `device.start`: when the last record before it was made, ms since 1970 UTC.
    package internal(set) var lastBefore: Int64?
    /// For a `device.start`: what the first position after it says.
    package internal(set) var next: Inside?
}

extension HistoryReader {
    private static let page = 1_024
    private static let status = Array("st".utf8)
    private static let data = Array("data".utf8)
    private static let latitude = Array("lat".utf8)
    private static let longitude = Array("lon".utf8)

    /// Lends events of some kinds of one log, in the order in which they were made.
    ///
    /// - Parameters:
    ///   - log: Whose.
    ///   - kinds: The kinds that are wanted.
    ///   - from: Beginning, ms since 1970 UTC.
    ///   - to: End, ms since 1970 UTC; no longer in it.
    ///   - sequence: Only those with a greater number.
    ///   - take: Gets each event.
    /// - Throws: ``HistoryError``, or `CancellationError` when nobody waits any more.
    package func events(
        of log: Log,
        _ kinds: [EventKind],
        from: Int64,
        to: Int64,
        after sequence: Int64 = 0,
        _ take: (StoredEvent) -> Void
    ) throws {
        var (made, last) = (from, Int64(-1))
        while true {
            let page = try self.read { database in
                try Self.page(of: log, kinds, from: made, after: last, to: to, beyond: sequence, in: database)
            }
            for event in page {
                var event = event
                if event.kind == .deviceStart, event.lastBefore == nil {
                    event.lastBefore =
                        try self.lastMade(of: log, before: event.made)?.made
                        ?? self.lastForgotten(of: log, before: event.made)
                    event.next = try self.positionAfter(event.sequence, of: log)
                }
                take(event)
            }
            guard page.count == Self.page, let newest = page.last else { return }
            (made, last) = (newest.made, newest.sequence)
        }
    }

    /// The last record that was made before a moment, ms since 1970 UTC.
    package func lastMade(of log: Log, before moment: Int64) throws -> (made: Int64, sequence: Int64)? {
        try self.read { database in
            let select = try database.cachedStatement(
                sql: "SELECT made, seq FROM record WHERE log = ? AND made < ? ORDER BY made DESC, seq DESC LIMIT 1"
            )
            return try Row.fetchOne(select, arguments: [log.number, moment]).map { ($0[0], $0[1]) }
        }
    }

    /// When the device last started before a moment, ms since 1970 UTC.
    package func lastStart(of log: Log, before moment: Int64) throws -> Int64? {
        try self.read { database in
            let select = try database.cachedStatement(
                sql: """
                    SELECT made FROM record INDEXED BY record_event
                    WHERE log = ? AND event IS NOT NULL AND made < ? AND event = ? ORDER BY made DESC, seq DESC LIMIT 1
                    """
            )
            return try Int64.fetchOne(select, arguments: [log.number, moment, EventKind.deviceStart.rawValue])
        }
    }

    /// The last position that was made before a moment, if it says which grids the unit was in.
    package func gridsKnown(of log: Log, before moment: Int64) throws -> StoredEvent.Inside? {
        try self.inside(
            "log = ? AND made < ? AND event IS NULL ORDER BY made DESC, seq DESC LIMIT 1",
            [log.number, moment]
        )
    }

    /// Whether the device still ran at a moment: its next record is not that of a start.
    package func runsOn(_ log: Log, after moment: Int64) throws -> Bool {
        try self.read { database in
            let select = try database.cachedStatement(
                sql: "SELECT event FROM record WHERE log = ? AND made >= ? ORDER BY made, seq LIMIT 1"
            )
            guard let row = try Row.fetchOne(select, arguments: [log.number, moment]) else { return false }
            let event: String? = row[0]
            return event != EventKind.deviceStart.rawValue
        }
    }

    private func positionAfter(_ sequence: Int64, of log: Log) throws -> StoredEvent.Inside? {
        try self.inside(
            "log = ? AND seq > ? AND event IS NULL AND made IS NOT NULL ORDER BY seq LIMIT 1",
            [log.number, sequence]
        )
    }

    private func inside(_ condition: String, _ arguments: StatementArguments) throws -> StoredEvent.Inside? {
        try self.read { database in
            let select = try database.cachedStatement(sql: "SELECT made, seq, body FROM record WHERE \(condition)")
            guard let row = try Row.fetchOne(select, arguments: arguments) else { return nil }
            let body: Data = row[2]
            guard let grids = Self.decoded(body)?.grids else { return nil }
            return StoredEvent.Inside(made: row[0], sequence: row[1], grids: grids)
        }
    }

    private static func page(
        of log: Log,
        _ kinds: [EventKind],
        from made: Int64,
        after last: Int64,
        to: Int64,
        beyond sequence: Int64,
        in database: Database
    ) throws -> [StoredEvent] {
        let marks = kinds.map { _ in "?" }.joined(separator: ", ")
        let wanted = "log = ? AND made >= ? AND (made > ? OR seq > ?) AND made < ? AND seq > ? AND event IN (\(marks))"
        let records = "SELECT event, made, seq, body, NULL FROM record INDEXED BY record_event"
        var arguments: StatementArguments = [log.number, made, made, last, to, sequence]
        arguments += StatementArguments(kinds.map(\.rawValue))
        let select: Statement
        // Only what was made before something was deleted can have become a deed.
        if let horizon = try Int64.fetchOne(database, sql: "SELECT made FROM horizon"), made < horizon {
            select = try database.cachedStatement(
                sql: """
                    SELECT event, made, seq, body, before FROM deed WHERE \(wanted)
                    UNION ALL
                    \(records) WHERE event IS NOT NULL AND \(wanted) ORDER BY made, seq LIMIT ?
                    """
            )
            arguments += arguments
        } else {
            select = try database.cachedStatement(
                sql: "\(records) WHERE event IS NOT NULL AND \(wanted) ORDER BY made, seq LIMIT ?"
            )
        }
        arguments += [Self.page]
        let rows = try Row.fetchCursor(select, arguments: arguments)
        var events: [StoredEvent] = []
        while let row = try rows.next() {
            let kind: String = row[0]
            let content = try row.withUnsafeData(atIndex: 3) { data in data.map { Self.content(of: $0) } }
            var event = StoredEvent(
                kind: EventKind(rawValue: kind),
                made: row[1],
                sequence: row[2],
                isOff: content?.isOff ?? false,
                data: content?.data ?? [:],
                latitude: content?.latitude,
                longitude: content?.longitude
            )
            // Of a deed the record before it is gone, and its time is kept.
            if let before: Int64 = row[4] { event.lastBefore = before < 0 ? event.made : before }
            events.append(event)
        }
        return events
    }

    /// What an event says.
    private struct Content {
        var isOff = false
        var data: [String: JSONValue] = [:]
        var latitude: Double?
        var longitude: Double?
    }

    /// What an event says; a decoder is asked only where the bytes are unusual.
    private static func content(of body: Data) -> Content {
        var content = Content()
        var isPlain = true
        let bytes = body.span
        let isUnderstood = ObjectScan.members(of: bytes, in: 0..<bytes.count) { name, value in
            if ObjectScan.isEqual(bytes, name, Self.status) {
                guard let status = ObjectScan.text(bytes, value) else {
                    isPlain = false
                    return false
                }
                content.isOff = status == UnitStatus.off.rawValue
            } else if ObjectScan.isEqual(bytes, name, Self.data) {
                isPlain = Self.read(bytes, value, into: &content.data)
            } else if ObjectScan.isEqual(bytes, name, Self.latitude) {
                content.latitude = ObjectScan.number(bytes, value)
                isPlain = content.latitude != nil
            } else if ObjectScan.isEqual(bytes, name, Self.longitude) {
                content.longitude = ObjectScan.number(bytes, value)
                isPlain = content.longitude != nil
            }
            return isPlain
        }
        if isUnderstood, isPlain { return content }
        guard let record = Self.decoded(body) else { return Content() }
        return Content(
            isOff: record.status == .off,
            data: record.data ?? [:],
            latitude: record.latitude,
            longitude: record.longitude
        )
    }

    private static func read(_ bytes: Span<UInt8>, _ range: Range<Int>, into data: inout [String: JSONValue]) -> Bool {
        var (isPlain, members): (Bool, [String: JSONValue]) = (true, [:])
        let isUnderstood = ObjectScan.members(of: bytes, in: range) { name, value in
            guard let key = ObjectScan.text(bytes, name.lowerBound - 1..<name.upperBound + 1),
                let scalar = ObjectScan.scalar(bytes, value)
            else {
                isPlain = false
                return false
            }
            members[key] = scalar
            return true
        }
        data = members
        return isUnderstood && isPlain
    }
}
