package import Dispatching
import Ground
package import PatrolWire

/// What each unit did (绩效清单).
package struct WorkloadReport: Sendable, Hashable, Encodable {
    /// One unit.
    package struct Row: Sendable, Hashable, Encodable {
        /// Station.
        package let station: String
        /// Device.
        package let device: String
        /// Kilometres driven.
        package var kilometres: Double = 0
        /// Positions recorded.
        package var positions: Int = 0
        /// Orders that were accepted.
        package var accepted: Int = 0
        /// Orders that were declined.
        package var declined: Int = 0
        /// Incidents that it was at.
        package var arrived: Int = 0
        /// From the order to being there: the median, s.
        package var medianSeconds: Double?
        /// Roll calls answered in time, of those it was asked in.
        package var rollCallsAnswered: Int = 0
        /// Roll calls it was asked in.
        package var rollCalls: Int = 0

        private enum CodingKeys: String, CodingKey {
            case station, device, positions, accepted, declined, arrived
            case kilometres = "km"
            case medianSeconds = "median_s"
            case rollCallsAnswered = "rollcalls_answered"
            case rollCalls = "rollcalls"
        }
    }

    /// By device.
    package let units: [Row]

    /// Faster than this, m/s, is no drive but an error.
    private static let fastest = 70.0

    /// Makes the report.
    ///
    /// - Parameters:
    ///   - positions: Positions of all units, oldest first.
    ///   - incidents: Incidents of the time.
    ///   - rollCalls: Roll calls of the time.
    package init(
        positions: [(station: String, record: Record)],
        incidents: [Incident],
        rollCalls: [RollCall]
    ) {
        var rows: [String: Row] = [:]
        func row(_ station: String, _ device: String) -> Row {
            rows["\(station)/\(device)"] ?? Row(station: station, device: device)
        }
        var last: [String: (place: Coordinate, time: Int64)] = [:]
        for (station, record) in positions {
            let key = "\(station)/\(record.device)"
            guard let latitude = record.latitude, let longitude = record.longitude,
                let place = Coordinate(latitude: latitude, longitude: longitude)
            else { continue }
            var row = row(station, record.device)
            row.positions += 1
            if let before = last[key] {
                let metres = before.place.distance(to: place).value
                let seconds = Double(record.time - before.time) / 1_000
                if seconds > 0, metres / seconds < Self.fastest { row.kilometres += metres / 1_000 }
            }
            last[key] = (place, record.time)
            rows[key] = row
        }
        var times: [String: [Double]] = [:]
        for assignment in incidents.flatMap(\.assignments) {
            var row = row(assignment.station, assignment.device)
            if assignment.accepted != nil { row.accepted += 1 }
            if assignment.refusal != nil { row.declined += 1 }
            if let arrived = assignment.arrived {
                row.arrived += 1
                times[assignment.key, default: []].append(Double(arrived - assignment.assigned) / 1_000)
            }
            rows[assignment.key] = row
        }
        for call in rollCalls {
            for member in call.members {
                var row = row(member.station, member.device)
                row.rollCalls += 1
                let result = call.result(of: member, at: .max)
                if result == .answered || result == .outside { row.rollCallsAnswered += 1 }
                rows["\(member.station)/\(member.device)"] = row
            }
        }
        self.units = rows.values.sorted { ($0.station, $0.device) < ($1.station, $1.device) }.map { row in
            var row = row
            row.kilometres = (row.kilometres * 10).rounded() / 10
            let sorted = (times["\(row.station)/\(row.device)"] ?? []).sorted()
            row.medianSeconds = sorted.isEmpty ? nil : sorted[sorted.count / 2]
            return row
        }
    }

    /// The same as a table.
    package var csv: String {
        var text = "station,device,km,positions,accepted,declined,arrived,median_s,rollcalls_answered,rollcalls\r\n"
        for row in self.units {
            let median = row.medianSeconds.map { "\($0)" } ?? ""
            text += "\(row.station),\(row.device),\(row.kilometres),\(row.positions),\(row.accepted),\(row.declined),"
            text += "\(row.arrived),\(median),\(row.rollCallsAnswered),\(row.rollCalls)\r\n"
        }
        return text
    }
}
