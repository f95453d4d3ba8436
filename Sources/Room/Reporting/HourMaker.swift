package import History
import Reports
import Threading
import Units

/// Makes the sums of hours: of those that are due, and of those that hang on them.
package struct HourMaker: Sendable {
    private let reader: HistoryReader

    /// Creates a maker.
    package init(_ reader: HistoryReader) { self.reader = reader }

    /// The sums of hours that have ended.
    ///
    /// - Parameters:
    ///   - due: The hours.
    ///   - current: The hour that has not ended, hours since 1970 UTC.
    /// - Returns: Their sums, and those of the hours that hang on them.
    /// - Throws: `HistoryError`, or `CancellationError` when nobody waits any more.
    package func sums(of due: [DueHour], before current: Int64) throws -> [StoredHour] {
        let logs = try self.reader.logs()
        let firsts = try Dictionary(
            uniqueKeysWithValues: logs.compactMap { log in try self.reader.firstKnown(of: log).map { (log.number, $0) }
            }
        )
        let horizon = try self.reader.horizon().map { $0.quotientRoundedUp(by: LogSum.hour) } ?? .min
        var sums: [StoredHour] = []
        for (number, marks) in Dictionary(grouping: due, by: \.log) {
            guard let log = logs.first(where: { $0.number == number }), let first = firsts[number] else { continue }
            let own = logs.filter { $0.station == log.station && $0.device == log.device }
            let next = own.compactMap { firsts[$0.number] }.filter { $0 > first }.min() ?? .max
            let reading = LogReading(reader: self.reader, log: log, end: next)
            for hour in try self.hours(hangingOn: marks.map(\.hour), log, current) where hour >= horizon {
                let start = hour * LogSum.hour
                let sum = try reading.sum(of: start..<start + LogSum.hour)
                sums.append(
                    StoredHour(
                        log: number,
                        hour: hour,
                        positions: sum.positions,
                        metres: sum.metres,
                        body: sum.bytes(from: start)
                    )
                )
            }
        }
        return sums
    }

    private func hours(hangingOn due: [Int64], _ log: HistoryReader.Log, _ current: Int64) throws -> [Int64] {
        var hours: Set<Int64> = []
        for hour in Set(due) {
            hours.formUnion(try self.reader.hours(hangingOn: hour, of: log).prefix { $0 < current })
        }
        return hours.sorted()
    }
}

/// Makes sums of hours as their records come, and keeps them.
package struct HourKeeper: Sendable {
    private let history: History

    /// So many hours are made before the next look: a few seconds of work, of which a stop waits.
    private static let portion = 200

    /// Creates a keeper.
    package init(_ history: History) { self.history = history }

    /// Makes the sums of the next hours that are due.
    ///
    /// - Parameters:
    ///   - now: ms since 1970 UTC: hours that have not ended wait.
    ///   - goesOn: Asked between two readings; `false` ends the work with `CancellationError`.
    /// - Returns: How many hours were due; 0 when nothing is left to do.
    /// - Throws: `HistoryError`, or `CancellationError`.
    package func keepNext(now: Int64, while goesOn: @escaping @Sendable () -> Bool = { true }) async throws -> Int {
        let current = now.quotientRoundedDown(by: LogSum.hour)
        let marked = try await self.history.markOlder(limit: Self.portion)
        let due = try await self.history.dueHours(before: current, limit: Self.portion)
        guard !due.isEmpty else { return marked }
        let maker = HourMaker(self.history.reader(while: goesOn))
        let sums = try await onQuietThread("hours") { Result { try maker.sums(of: due, before: current) } }.get()
        try await self.history.keep(sums, for: due)
        return due.count
    }
}
