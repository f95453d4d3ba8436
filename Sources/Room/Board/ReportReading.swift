import Cases
import FoundationEssentials
import Ground
import HTTPTypes
import History
import Incidents
import PatrolWire
import Plan
import Reports
import Units

/// Makes reports from what is stored: runs on a thread of its own, and asks again and again whether anybody still waits.
struct ReportReading: Sendable {
    let reader: HistoryReader
    let casebook: Casebook
    /// Beginning and end, ms since 1970 UTC.
    let span: Range<Int64>
    /// ms since 1970 UTC.
    let now: Int64

    /// Incidents or roll calls that are read at once.
    private static let page = 200

    /// Which grids, posts and lines were covered.
    ///
    /// - Parameters:
    ///   - plan: What is to be covered.
    ///   - zone: Local time where no plan says another.
    /// - Returns: The report.
    /// - Throws: `HistoryError`, or `CancellationError` when nobody waits any more.
    func presence(_ plan: PatrolPlan?, zone: LocalZone) throws -> PresenceReport {
        let logs = try self.reader.logs().compactMap { log in
            try self.reader.firstMade(of: log).map { (log: log, first: $0) }
        }
        // Nobody knows what was missed before the first record, or before the plan in force held, or after now.
        let validity = plan?.validity ?? 0..<0
        let first = max(validity.lowerBound.milliseconds, logs.map(\.first).min() ?? .max, self.span.lowerBound)
        let last = min(validity.upperBound.milliseconds, self.now, self.span.upperBound)
        var book = PresenceBook(
            span: self.span,
            duties: PresenceReport.Duties(plan),
            zone: plan?.zone ?? zone,
            judged: first < last ? first..<last : self.span.lowerBound..<self.span.lowerBound
        )
        for (unit, logs) in Dictionary(grouping: logs, by: { UnitID(station: $0.log.station, device: $0.log.device) }) {
            guard let unit else { continue }
            for (log, first) in logs {
                // A device that was wiped begins a new log, which ends what its old one left open.
                let next = logs.map(\.first).filter { $0 > first }.min() ?? .max
                try self.read(log, unit, end: next, into: &book)
            }
        }
        return book.report
    }

    private func read(_ log: HistoryReader.Log, _ unit: UnitID, end: Int64, into book: inout PresenceBook) throws {
        let (from, to) = (self.span.lowerBound, self.span.upperBound)
        guard let last = try self.reader.lastMade(of: log, before: to) else { return }
        let duties = PresenceBook.dutyTime(self.span)
        guard last.made >= duties.lowerBound else { return }
        let runsOn = try self.reader.runsOn(log, after: to)
        book.begin("\(unit)", known: nil)
        try self.reader.events(of: log, PresenceBook.duties, from: duties.lowerBound, to: duties.upperBound) {
            book.take(PatrolEvent($0))
        }
        guard last.made >= from || runsOn else { return book.end(at: from) }
        let known = try self.reader.gridsKnown(of: log, before: from).map { PatrolEvent.Inside($0) }
        book.begin("\(unit)", known: known)
        try self.reader.events(of: log, PresenceBook.presence, from: .min, to: to, after: known?.sequence ?? 0) {
            book.take(PatrolEvent($0))
        }
        book.end(at: min(runsOn ? to : last.made, end))
    }

    /// What each unit did.
    func workload() throws -> WorkloadReport {
        var book = WorkloadBook()
        try self.reader.positions(from: self.span.lowerBound, to: self.span.upperBound) { log, position in
            guard let place = Coordinate(latitude: position.latitude, longitude: position.longitude),
                let unit = UnitID(station: log.station, device: log.device)
            else { return }
            book.position(log: log.number, of: unit, place, at: position.made)
        }
        return book.report(incidents: try self.incidents(), rollCalls: try self.all())
    }

    /// Counts where units were.
    ///
    /// - Throws: A problem document when the cells are too small for the ground that is covered.
    func heat(into map: inout HeatMap) throws {
        try self.reader.positions(from: self.span.lowerBound, to: self.span.upperBound) { _, position in
            if let place = Coordinate(latitude: position.latitude, longitude: position.longitude) {
                try map.add(place)
            }
        }
    }

    /// Counts where incidents were.
    ///
    /// - Throws: A problem document when the cells are too small for the ground that is covered.
    func incidentHeat(into map: inout HeatMap) throws {
        for incident in try self.incidents() {
            if let scene = incident.scene { try map.add(scene) }
        }
    }

    /// Incidents that were received in the time, oldest first.
    func incidents() throws -> [Incident] { try self.all() }

    /// The next incidents of the time, oldest first; `last` is where to go on, and `nil` at the beginning and at the end.
    func incidents(after last: inout Casebook.Place?) throws -> [Incident] { try self.next(after: &last) }

    private func all<T: Case>() throws -> [T] {
        var (all, last): ([T], Casebook.Place?) = ([], nil)
        repeat { all += try self.next(after: &last) } while last != nil
        return all
    }

    private func next<T: Case>(after last: inout Casebook.Place?) throws -> [T] {
        guard self.reader.goesOn() else { throw CancellationError() }
        let items = try self.casebook.items(
            T.kind,
            from: self.span.lowerBound,
            to: self.span.upperBound,
            after: last,
            limit: Self.page
        )
        last = items.count == Self.page ? items.last.map { Casebook.Place(time: $0.time, id: $0.id) } : nil
        return try items.map { try JSONDecoder().decode(T.self, from: Data($0.body)) }
    }
}

extension HeatMap {
    fileprivate mutating func add(_ place: Coordinate) throws {
        self.count(place)
        guard self.isTooFine else { return }
        throw Problem(
            .badRequest,
            "the map would have more than \(Self.mostCells) cells: ask for larger 'metres' or a shorter time"
        )
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
            lines: plan.lines.map {
                PresenceReport.Line(id: $0.id, name: $0.name, windows: $0.windows, laps: $0.laps)
            }
        )
    }
}

extension PatrolEvent {
    fileprivate init(_ event: StoredEvent) {
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
    fileprivate init(_ inside: StoredEvent.Inside) {
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
