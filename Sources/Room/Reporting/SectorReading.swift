import History
import Incidents
package import People
package import Plan
package import Reports
import Units

extension ReportReading {
    /// Whether units kept to their sectors.
    ///
    /// - Parameters:
    ///   - register: The people.
    ///   - plan: Where the sectors are.
    ///   - zone: Local time.
    /// - Returns: The report.
    /// - Throws: `HistoryError`, or `CancellationError` when nobody waits any more.
    package func sectors(_ register: Register, _ plan: PatrolPlan?, zone: LocalZone) throws -> SectorReport {
        let end = min(self.span.upperBound, self.now)
        let first = try self.reader.logs().compactMap { try self.reader.firstMade(of: $0) }.min() ?? end
        let begin = max(self.span.lowerBound, min(first, end))
        guard begin < end else {
            return SectorReport(duties: [], span: self.span, signIns: [], times: [:], grids: [], duty: [])
        }
        let book = try self.presenceBook(plan, zone: zone)
        var times: [UnitID: UnitTimes] = [:]
        for (name, stays) in book.staysByUnit {
            if let unit = UnitID(name) { times[unit, default: UnitTimes()].stays = stays }
        }
        for (name, lost) in book.lostByUnit {
            if let unit = UnitID(name) { times[unit, default: UnitTimes()].unknown = lost }
        }
        for one in book.done {
            if let unit = UnitID(one.unit) { times[unit, default: UnitTimes()].done.append((one.place, one.time)) }
        }
        // An order that was given before the time may reach into it.
        let before = max(0, self.span.lowerBound - Self.longestDuty)..<self.span.upperBound
        let incidents = try ReportReading(reader: self.reader, casebook: self.casebook, span: before, now: self.now)
            .incidents()
        for assignment in incidents.flatMap(\.assignments) {
            guard let unit = assignment.id, let from = assignment.accepted else { continue }
            let until = assignment.cleared ?? assignment.ended ?? end
            if from < until { times[unit, default: UnitTimes()].orders.append(from..<until) }
        }
        return SectorReport(
            duties: Roster(register, zone: zone).duties(in: begin..<end),
            span: begin..<end,
            signIns: try self.signIns(),
            times: times,
            grids: Set((plan?.grids ?? []).map(\.id)),
            duty: Set((plan?.posts ?? []).map(\.id) + (plan?.lines ?? []).map(\.id))
        )
    }
}
