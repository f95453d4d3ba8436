import Ground
package import Incidents
import PatrolWire
package import Units

/// Makes the workload report out of sums.
package struct WorkloadBook: Sendable {
    private var rows: [UnitID: WorkloadReport.Row] = [:]
    private var times: [UnitID: [Double]] = [:]

    /// Begins a report.
    package init() {}

    /// Takes what a unit drove in a part of the time, and in how many positions.
    package mutating func add(_ unit: UnitID, metres: Double, positions: Int) {
        var row = self.row(unit)
        row.kilometres += metres / 1_000
        row.positions += positions
        self.rows[unit] = row
    }

    /// The report of all positions that came, and of the orders and roll calls of the time.
    package consuming func report(incidents: [Incident], rollCalls: [RollCall]) -> WorkloadReport {
        for (assignment, own) in incidents.flatMap({ incident in
            incident.assignments.map { ($0, $0.order == incident.ownOrder) }
        }) {
            guard let unit = assignment.id else { continue }
            var row = self.row(unit)
            guard !own else {
                row.found += 1
                self.rows[unit] = row
                continue
            }
            if assignment.accepted != nil { row.accepted += 1 }
            if assignment.refusal != nil { row.declined += 1 }
            if let arrived = assignment.arrived {
                row.arrived += 1
                self.times[unit, default: []].append(Double(arrived - assignment.assigned) / 1_000)
            }
            self.rows[unit] = row
        }
        for call in rollCalls {
            for member in call.members {
                guard let unit = member.id else { continue }
                var row = self.row(unit)
                row.rollCalls += 1
                let result = call.result(of: member, at: .max)
                if result == .answered || result == .outside { row.rollCallsAnswered += 1 }
                self.rows[unit] = row
            }
        }
        let times = self.times
        let units = self.rows.sorted { $0.key < $1.key }.map { unit, row in
            var row = row
            row.kilometres = (row.kilometres * 10).rounded() / 10
            let sorted = (times[unit] ?? []).sorted()
            row.medianSeconds = sorted.isEmpty ? nil : sorted[sorted.count / 2]
            return row
        }
        return WorkloadReport(units: units)
    }

    private func row(_ unit: UnitID) -> WorkloadReport.Row {
        self.rows[unit] ?? WorkloadReport.Row(station: unit.station.text, device: unit.device.text)
    }
}
