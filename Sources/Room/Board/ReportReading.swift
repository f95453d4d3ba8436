import Cases
import FoundationEssentials
import Ground
import HTTPTypes
import History
import Incidents
import PatrolWire
import People
import Plan
import Reports
import Tasks
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
        try self.presenceBook(plan, zone: zone).report
    }

    private func presenceBook(_ plan: PatrolPlan?, zone: LocalZone) throws -> PresenceBook {
        let logs = try self.reader.logs().compactMap { log in
            try self.reader.firstMade(of: log).map { (log: log, first: $0) }
        }
        // Nobody knows what was missed before the first record, or before the plan in force held, or after now.
        let validity = plan?.validity ?? 0..<0
        let first = max(validity.lowerBound.milliseconds, logs.map(\.first).min() ?? .max, self.span.lowerBound)
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
                try self.read(log, unit, end: next, into: &book)
            }
        }
        return book
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

    /// Who was signed in where, and when: all that reaches into the time.
    ///
    /// What happened before it is looked at too, as far back as somebody may be on duty without a break.
    func signIns() throws -> [SignIn] {
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
                guard let last = try self.reader.lastMade(of: log, before: to), last.made >= from else { continue }
                book.begin(unit)
                try self.reader.events(of: log, SignInBook.events, from: from, to: to) { event in
                    let place = event.latitude.flatMap { latitude in event.longitude.map { (latitude, $0) } }
                    book.take(PatrolEvent(event), at: place)
                }
                let next = logs.map(\.first).filter { $0 > first }.min() ?? .max
                book.end(at: min(last.made, next), isOver: first < newest)
            }
        }
        return book.signIns.filter { $0.until >= self.span.lowerBound || $0.isOpen }
    }

    /// So long, ms, somebody may have been signed in before: two days and nights.
    private static let longestDuty: Int64 = 48 * 3_600_000

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

    /// Incidents of the time against the time before and the same a year before.
    func trend(zone: LocalZone) throws -> IncidentTrend {
        func incidents(_ span: Range<Int64>) throws -> [Incident] {
            let bounded = max(0, span.lowerBound)..<max(0, span.upperBound)
            return try ReportReading(reader: self.reader, casebook: self.casebook, span: bounded, now: self.now)
                .incidents()
                .filter { $0.state != .cancelled }
        }
        return IncidentTrend(
            try incidents(self.span),
            before: try incidents(IncidentTrend.before(self.span)),
            yearBefore: try incidents(IncidentTrend.yearBefore(self.span, zone: zone)),
            span: self.span,
            zone: zone
        )
    }

    /// What each officer did.
    ///
    /// - Parameters:
    ///   - register: The people.
    ///   - plan: What is to be covered.
    ///   - zone: Local time.
    /// - Returns: The list.
    /// - Throws: `HistoryError`, or `CancellationError` when nobody waits any more.
    func officers(_ register: Register, _ plan: PatrolPlan?, zone: LocalZone) throws -> OfficerReport {
        var book = OfficerBook(span: self.span, signIns: try self.signIns())
        try self.reader.positions(from: self.span.lowerBound, to: self.span.upperBound) { log, position in
            guard let place = Coordinate(latitude: position.latitude, longitude: position.longitude),
                let unit = UnitID(station: log.station, device: log.device)
            else { return }
            book.position(log: log.number, of: unit, place, at: position.made)
        }
        // Nothing was done before the room had a record, and what is to come is no part of the list.
        let first = try self.reader.logs().compactMap { try self.reader.firstMade(of: $0) }.min() ?? self.now
        let begin = max(self.span.lowerBound, min(first, self.now) - Self.longestDuty)
        let end = min(self.span.upperBound, self.now)
        let duties = begin < end ? Roster(register, zone: zone).duties(in: begin..<end) : []
        let presence = try self.presenceBook(plan, zone: zone)
        for (name, grids) in presence.staysByUnit {
            guard let unit = UnitID(name) else { continue }
            for (grid, stays) in grids {
                for stay in stays {
                    book.stay(unit, stay, owners: Self.owners(of: grid, during: stay, register, duties))
                }
            }
        }
        for one in presence.done {
            guard let unit = UnitID(one.unit) else { continue }
            if one.kind == .postDone { book.post(unit, at: one.time) } else { book.lap(unit, at: one.time) }
        }
        return book.report(
            register: register,
            duties: duties,
            incidents: try self.incidents(),
            rollCalls: try self.all(),
            tasks: try self.tasks(),
            now: self.now
        )
    }

    /// Whose grid it is: by the register, and in a shift of the roster by that.
    private static func owners(
        of grid: String,
        during stay: Range<Int64>,
        _ register: Register,
        _ duties: [Duty]
    ) -> Set<String> {
        var owners: Set<String> = []
        if let own = register.responsibilities[grid], own.left == nil {
            owners.formUnion([own.officer, own.helper].compactMap(\.self))
        }
        for duty in duties where duty.shift.places.contains(grid) && duty.span.overlaps(stay) {
            owners.formUnion(duty.officers)
        }
        return owners
    }

    /// Tasks that were raised before the end of the time and not closed before its beginning.
    private func tasks() throws -> [OwnedTask] {
        var (found, last): ([OwnedTask], Casebook.Place?) = ([], nil)
        repeat {
            guard self.reader.goesOn() else { throw CancellationError() }
            let items = try self.casebook.items(
                OwnedTask.kind,
                from: 0,
                to: self.span.upperBound,
                after: last,
                limit: Self.page
            )
            found += try items.map { try JSONDecoder().decode(OwnedTask.self, from: Data($0.body)) }
                .filter { ($0.closed ?? .max) >= self.span.lowerBound }
            last = items.count == Self.page ? items.last.map { Casebook.Place(time: $0.time, id: $0.id) } : nil
        } while last != nil
        return found
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
