package import Ground
package import Incidents
import PatrolWire
package import Units

/// Makes the workload report: takes positions one by one and keeps only sums.
package struct WorkloadBook: Sendable {
    private var rows: [UnitID: WorkloadReport.Row] = [:]
    private var times: [UnitID: [Double]] = [:]
    private var drive: Drive?

    /// The log whose positions come now.
    private struct Drive: Sendable {
        let log: Int64
        let unit: UnitID
        var metres = 0.0
        var positions = 0
        var last: (place: Coordinate, time: Int64)?

        mutating func add(_ place: Coordinate, at time: Int64) {
            self.positions += 1
            defer { self.last = (place, time) }
            guard let last = self.last, time > last.time else { return }
            let metres = last.place.distance(to: place).value
            if metres / (Double(time - last.time) / 1_000) < WorkloadBook.fastest { self.metres += metres }
        }
    }

    /// Faster than this, m/s, is no drive but an error.
    private static let fastest = 70.0

    /// Begins a report.
    package init() {}

    /// Takes a position.
    ///
    /// - Parameters:
    ///   - log: Number of the device's log; all positions of one log come together, in its order.
    ///   - unit: The device.
    ///   - place: Where the device was.
    ///   - time: When it was there, ms since 1970 UTC.
    package mutating func position(log: Int64, of unit: UnitID, _ place: Coordinate, at time: Int64) {
        if self.drive?.log != log {
            self.endDrive()
            self.drive = Drive(log: log, unit: unit)
        }
        self.drive?.add(place, at: time)
    }

    /// The report of all positions that came, and of the orders and roll calls of the time.
    package consuming func report(incidents: [Incident], rollCalls: [RollCall]) -> WorkloadReport {
        self.endDrive()
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

    private mutating func endDrive() {
        guard let drive = self.drive else { return }
        var row = self.row(drive.unit)
        row.kilometres += drive.metres / 1_000
        row.positions += drive.positions
        self.rows[drive.unit] = row
        self.drive = nil
    }
}
