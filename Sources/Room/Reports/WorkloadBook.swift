package import Ground
package import Incidents

/// Makes the workload report: takes positions one by one and keeps only sums.
package struct WorkloadBook: Sendable {
    private var rows: [String: WorkloadReport.Row] = [:]
    private var times: [String: [Double]] = [:]
    private var drive: Drive?

    /// The log whose positions come now.
    private struct Drive: Sendable {
        let log: Int64
        let station: String
        let device: String
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
    ///   - station: Station of the device.
    ///   - device: The device.
    ///   - place: Where.
    ///   - time: When, ms since 1970 UTC.
    package mutating func position(log: Int64, station: String, device: String, _ place: Coordinate, at time: Int64) {
        if self.drive?.log != log {
            self.endDrive()
            self.drive = Drive(log: log, station: station, device: device)
        }
        self.drive?.add(place, at: time)
    }

    /// The report of all positions that came, and of the orders and roll calls of the time.
    package consuming func report(incidents: [Incident], rollCalls: [RollCall]) -> WorkloadReport {
        self.endDrive()
        for assignment in incidents.flatMap(\.assignments) {
            var row = self.row(assignment.station, assignment.device)
            if assignment.accepted != nil { row.accepted += 1 }
            if assignment.refusal != nil { row.declined += 1 }
            if let arrived = assignment.arrived {
                row.arrived += 1
                self.times[assignment.key, default: []].append(Double(arrived - assignment.assigned) / 1_000)
            }
            self.rows[assignment.key] = row
        }
        for call in rollCalls {
            for member in call.members {
                var row = self.row(member.station, member.device)
                row.rollCalls += 1
                let result = call.result(of: member, at: .max)
                if result == .answered || result == .outside { row.rollCallsAnswered += 1 }
                self.rows["\(member.station)/\(member.device)"] = row
            }
        }
        let times = self.times
        let units = self.rows.values.sorted { ($0.station, $0.device) < ($1.station, $1.device) }.map { row in
            var row = row
            row.kilometres = (row.kilometres * 10).rounded() / 10
            let sorted = (times["\(row.station)/\(row.device)"] ?? []).sorted()
            row.medianSeconds = sorted.isEmpty ? nil : sorted[sorted.count / 2]
            return row
        }
        return WorkloadReport(units: units)
    }

    private func row(_ station: String, _ device: String) -> WorkloadReport.Row {
        self.rows["\(station)/\(device)"] ?? WorkloadReport.Row(station: station, device: device)
    }

    private mutating func endDrive() {
        guard let drive = self.drive else { return }
        var row = self.row(drive.station, drive.device)
        row.kilometres += drive.metres / 1_000
        row.positions += drive.positions
        self.rows["\(drive.station)/\(drive.device)"] = row
        self.drive = nil
    }
}
