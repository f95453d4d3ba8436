package import PatrolWire
import Plan
package import Units

extension Roster {
    /// What the roster wants of each unit at a moment, ms since 1970 UTC.
    ///
    /// Shifts of one unit that hold at the same time are one assignment: it ends when the first of them does, and the next
    /// is told then. A shift without places of its own leaves its unit to judge all of the plan.
    package func assignments(at now: Int64) -> [UnitID: DutyAssignment] {
        let holding = self.duties(in: now..<now + 1).filter { !$0.shift.places.isEmpty }
        var assignments: [UnitID: DutyAssignment] = [:]
        for (unit, duties) in Dictionary(grouping: holding, by: \.unit) {
            guard let unit else { continue }
            var places: [String] = []
            for place in duties.flatMap(\.shift.places) where !places.contains(place) { places.append(place) }
            assignments[unit] = DutyAssignment(
                id: Self.name(duties),
                from: duties.map(\.span.lowerBound).max() ?? now,
                until: duties.map(\.span.upperBound).min() ?? now,
                places: Array(places.prefix(DutyAssignment.mostPlaces)),
                sector: duties.compactMap(\.shift.sector).first
            )
        }
        return assignments
    }

    /// The shifts and their days; of more than a name holds, the first and how many more.
    private static func name(_ duties: [Duty]) -> String {
        let names = duties.map { "\($0.shift.id)-\(CivilDate(daysSince1970: $0.day))" }
        return names.count < 3 ? names.joined(separator: "+") : "\(names[0])+\(names.count - 1) more"
    }
}
