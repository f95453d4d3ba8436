import History
package import Reports
import Units

extension ReportReading {
    /// Who was signed in where, and when: all that reaches into the time.
    ///
    /// What happened before it is looked at too, as far back as somebody may be on duty without a break.
    package func signIns() throws -> [SignIn] {
        var book = SignInBook()
        let from = self.span.lowerBound - Self.longestDuty
        let to = min(self.span.upperBound, self.now + 1)
        let logs = try self.reader.logs().compactMap { log in
            try self.reader.firstMade(of: log).map { (log: log, first: $0) }
        }
        for (unit, logs) in Dictionary(grouping: logs, by: { UnitID(station: $0.log.station, device: $0.log.device) }) {
            guard let unit else { continue }
            let newest = logs.map(\.first).max() ?? 0
            for (log, first) in logs {
                guard let last = try self.reader.lastKnown(of: log, before: to), last >= from else { continue }
                book.begin(unit)
                try self.reader.events(of: log, SignInBook.events, from: from, to: to) { event in
                    let place = event.latitude.flatMap { latitude in event.longitude.map { (latitude, $0) } }
                    book.take(PatrolEvent(event), at: place)
                }
                let next = logs.map(\.first).filter { $0 > first }.min() ?? .max
                book.end(at: min(last, next), isOver: first < newest)
            }
        }
        return book.signIns.filter { $0.until >= self.span.lowerBound || $0.isOpen }
    }

    /// So long, ms, somebody may have been signed in before: two days and nights.
    static let longestDuty: Int64 = 48 * 3_600_000
}
