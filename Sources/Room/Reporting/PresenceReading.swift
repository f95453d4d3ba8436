import History
import PatrolWire
package import Plan
package import Reports
import Units

extension ReportReading {
    /// Which grids, posts and lines were covered.
    ///
    /// - Parameters:
    ///   - plan: What is to be covered.
    ///   - zone: Local time where no plan says another.
    /// - Returns: The report.
    /// - Throws: `HistoryError`, or `CancellationError` when nobody waits any more.
    package func presence(_ plan: PatrolPlan?, zone: LocalZone) throws -> PresenceReport {
        let report = try self.presenceBook(plan, zone: zone).report
        guard let plan else { return report }
        return report.adding(try self.incidents(), of: plan)
    }

    /// Each grid by hour of the day.
    ///
    /// - Throws: `HistoryError`, or `CancellationError` when nobody waits any more.
    package func presenceMatrix(_ plan: PatrolPlan?, zone: LocalZone) throws -> PresenceMatrix {
        PresenceMatrix(try self.presenceBook(plan, zone: zone), zone: plan?.zone ?? zone)
    }

    /// What the presence report is made of: by unit and place, what proves it.
    ///
    /// - Throws: `HistoryError`, or `CancellationError` when nobody waits any more.
    package func presenceBook(_ plan: PatrolPlan?, zone: LocalZone) throws -> PresenceBook {
        let logs = try self.reader.logs().compactMap { log in
            try self.reader.firstKnown(of: log).map { (log: log, first: $0) }
        }
        // Nobody knows what was missed before the first record, or before the plan in force held, or after now.
        let validity = plan?.validity ?? 0..<0
        let records = try logs.compactMap { try self.reader.firstMade(of: $0.log) }.min() ?? .max
        let first = max(validity.lowerBound.milliseconds, records, self.span.lowerBound)
        let last = min(validity.upperBound.milliseconds, self.now, self.span.upperBound)
        let nothing = self.span.lowerBound..<self.span.lowerBound
        let begin = max(self.span.lowerBound, logs.map(\.first).min() ?? .max)
        let end = min(self.now, self.span.upperBound)
        var book = PresenceBook(
            span: self.span,
            duties: PresenceReport.Duties(plan),
            zone: plan?.zone ?? zone,
            judged: first < last ? first..<last : nothing,
            known: begin < end ? begin..<end : nothing
        )
        for (unit, logs) in Dictionary(grouping: logs, by: { UnitID(station: $0.log.station, device: $0.log.device) }) {
            guard let unit else { continue }
            for (log, first) in logs {
                // A device that was wiped begins a new log, which ends what its old one left open.
                let next = logs.map(\.first).filter { $0 > first }.min() ?? .max
                try self.readDuties(log, unit, into: &book)
                for part in try LogReading(reader: self.reader, log: log, end: next).parts(of: self.span) {
                    book.add(part, of: "\(unit)")
                }
            }
        }
        return book
    }

    private func readDuties(_ log: HistoryReader.Log, _ unit: UnitID, into book: inout PresenceBook) throws {
        let duties = PresenceBook.dutyTime(self.span)
        try self.reader.events(of: log, PresenceBook.duties, from: duties.lowerBound, to: duties.upperBound) {
            book.take(PatrolEvent($0), by: "\(unit)")
        }
    }
}

extension PresenceReport.Duties {
    fileprivate init(_ plan: PatrolPlan?) {
        guard let plan else {
            self.init()
            return
        }
        self.init(
            grids: plan.grids.map { ($0.id, $0.name) },
            posts: plan.posts.map { ($0.id, $0.name) },
            categories: Dictionary(plan.posts.map { ($0.id, $0.category.rawValue) }) { $1 },
            lines: plan.lines.map {
                PresenceReport.Line(id: $0.id, name: $0.name, windows: $0.windows, laps: $0.laps)
            }
        )
    }
}

extension PatrolEvent {
    init(_ event: StoredEvent) {
        self.init(
            kind: event.kind,
            time: event.made,
            sequence: event.sequence,
            isOff: event.isOff,
            data: event.data,
            lastBefore: event.lastBefore,
            next: event.next.map { Inside($0) }
        )
    }
}

extension PatrolEvent.Inside {
    init(_ inside: StoredEvent.Inside) {
        self.init(time: inside.made, sequence: inside.sequence, grids: inside.grids)
    }
}

extension Int64 {
    /// Seconds as milliseconds; a plan without end ends where no clock gets.
    fileprivate var milliseconds: Int64 {
        let (product, isTooLarge) = self.multipliedReportingOverflow(by: 1_000)
        return isTooLarge ? (self < 0 ? .min : .max) : product
    }
}
