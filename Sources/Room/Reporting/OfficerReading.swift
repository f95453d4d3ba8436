import Ground
import History
import PatrolWire
package import People
package import Plan
package import Reports
import Units

extension ReportReading {
    /// What each officer did.
    ///
    /// - Parameters:
    ///   - register: The people.
    ///   - plan: What is to be covered.
    ///   - targets: Visits that are wanted a week, by role.
    ///   - zone: Local time.
    /// - Returns: The list.
    /// - Throws: `HistoryError`, or `CancellationError` when nobody waits any more.
    package func officers(
        _ register: Register,
        _ plan: PatrolPlan?,
        targets: [String: Double] = [:],
        zone: LocalZone
    ) throws -> OfficerReport {
        var book = OfficerBook(span: self.span, signIns: try self.signIns())
        for log in try self.reader.logs() {
            guard let unit = UnitID(station: log.station, device: log.device), book.hasSignIns(on: unit) else {
                continue
            }
            try self.reader.positions(of: log, from: self.span.lowerBound, to: self.span.upperBound) { position in
                guard let place = Coordinate(latitude: position.latitude, longitude: position.longitude) else { return }
                book.position(log: log.number, of: unit, place, at: position.made)
            }
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
            windows: self.windows(presence, plan, duties, zone: plan?.zone ?? zone),
            visits: try self.visits(),
            targets: targets,
            tasks: try self.tasks(),
            now: self.now
        )
    }

    private func windows(
        _ presence: PresenceBook,
        _ plan: PatrolPlan?,
        _ duties: [Duty],
        zone: LocalZone
    ) -> [String: AssignedWindows.Count] {
        let places =
            (plan?.posts ?? []).map { ($0.id, AssignedWindows.Place($0)) }
            + (plan?.lines ?? []).map { ($0.id, AssignedWindows.Place($0)) }
        return AssignedWindows(
            duties,
            places: Dictionary(places) { $1 },
            deeds: presence.deeds,
            judged: presence.judged,
            zone: zone
        )
        .officers
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
}
