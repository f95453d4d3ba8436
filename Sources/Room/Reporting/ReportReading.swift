import Cases
import FoundationEssentials
import Ground
package import History
package import Incidents
import PatrolWire
import People
package import Plan
package import Reports
import Tasks
import Units

/// Makes reports from what is stored: runs on a thread of its own, and asks again and again whether anybody still waits.
package struct ReportReading: Sendable {
    let reader: HistoryReader
    let casebook: Casebook
    /// Beginning and end, ms since 1970 UTC.
    package let span: Range<Int64>
    /// ms since 1970 UTC.
    package let now: Int64

    /// Creates one.
    ///
    /// - Parameters:
    ///   - reader: The records.
    ///   - casebook: Incidents, roll calls, tasks.
    ///   - span: Beginning and end, ms since 1970 UTC.
    ///   - now: ms since 1970 UTC.
    package init(reader: HistoryReader, casebook: Casebook, span: Range<Int64>, now: Int64) {
        (self.reader, self.casebook, self.span, self.now) = (reader, casebook, span, now)
    }

    /// Whether anybody still waits.
    package var goesOn: @Sendable () -> Bool { self.reader.goesOn }

    /// Incidents or roll calls that are read at once.
    private static let page = 200

    /// About how many positions a report that reads them all has to read.
    ///
    /// - Throws: `HistoryError`, or `CancellationError` when nobody waits any more.
    package func recordCount() throws -> Int {
        try self.reader.positionsBetween(self.span.lowerBound, self.span.upperBound)
    }

    /// What each unit did.
    package func workload() throws -> WorkloadReport {
        var book = WorkloadBook()
        for log in try self.reader.logs() {
            guard let unit = UnitID(station: log.station, device: log.device) else { continue }
            let drive = try LogReading(reader: self.reader, log: log, end: .max).drive(in: self.span)
            if drive.positions > 0 { book.add(unit, metres: drive.metres, positions: drive.positions) }
        }
        return book.report(incidents: try self.incidents(), rollCalls: try self.all())
    }

    /// How fast help came.
    ///
    /// - Parameters:
    ///   - plan: Where the grids are.
    ///   - zone: Local time.
    ///   - namesOfficers: Whether it says which officers answered.
    /// - Returns: The report.
    /// - Throws: `HistoryError`, or `CancellationError` when nobody waits any more.
    package func response(_ plan: PatrolPlan?, zone: LocalZone, namesOfficers: Bool) throws -> ResponseReport {
        let book = OfficerBook(span: self.span, signIns: namesOfficers ? try self.signIns() : [])
        return ResponseReport(
            try self.incidents(),
            now: self.now,
            zone: zone,
            keys: ResponseReport.Keys(
                grids: { incident in
                    guard let plan, let scene = incident.scene else { return [] }
                    return plan.grids(at: plan.plane.project(scene)).map { plan.grids[$0].id }
                },
                officers: { assignment in
                    guard let unit = assignment.id else { return [] }
                    return book.officers(on: unit, at: assignment.accepted ?? assignment.assigned).sorted()
                }
            )
        )
    }

    /// Incidents of the time against the time before and the same a year before.
    package func trend(zone: LocalZone) throws -> IncidentTrend {
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

    /// Tasks that were raised before the end of the time and not closed before its beginning.
    func tasks() throws -> [OwnedTask] {
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
    /// - Throws: ``HeatMapTooFine`` when the cells are too small for the ground that is covered.
    package func heat(into map: inout HeatMap) throws {
        try self.reader.positions(from: self.span.lowerBound, to: self.span.upperBound) { _, position in
            if let place = Coordinate(latitude: position.latitude, longitude: position.longitude) {
                try map.add(place)
            }
        }
    }

    /// Counts where incidents were.
    ///
    /// - Throws: ``HeatMapTooFine`` when the cells are too small for the ground that is covered.
    package func incidentHeat(into map: inout HeatMap) throws {
        for incident in try self.incidents() {
            if let scene = incident.scene { try map.add(scene) }
        }
    }

    /// Incidents that were received in the time, oldest first.
    package func incidents() throws -> [Incident] { try self.all() }

    /// The next incidents of the time, oldest first; `last` is where to go on, and `nil` at the beginning and at the end.
    package func incidents(after last: inout Casebook.Place?) throws -> [Incident] { try self.next(after: &last) }

    func all<T: Case>() throws -> [T] {
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

/// The map would have more than ``HeatMap/mostCells`` cells.
package struct HeatMapTooFine: Error, Sendable {}

extension HeatMap {
    fileprivate mutating func add(_ place: Coordinate) throws {
        self.count(place)
        guard self.isTooFine else { return }
        throw HeatMapTooFine()
    }
}
