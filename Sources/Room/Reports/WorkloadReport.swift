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
        /// Incidents that it came upon by itself.
        package var found: Int = 0
        /// Incidents that it was sent to and got to.
        package var arrived: Int = 0
        /// From the order to being there: the median, s.
        package var medianSeconds: Double?
        /// Roll calls answered in time, of those it was asked in.
        package var rollCallsAnswered: Int = 0
        /// Roll calls it was asked in.
        package var rollCalls: Int = 0

        private enum CodingKeys: String, CodingKey {
            case station, device, positions, accepted, declined, arrived, found
            case kilometres = "km"
            case medianSeconds = "median_s"
            case rollCallsAnswered = "rollcalls_answered"
            case rollCalls = "rollcalls"
        }
    }

    /// By device.
    package let units: [Row]

    /// The same as a table.
    package var csv: String {
        var text = CSV.line([
            "station", "device", "km", "positions", "accepted", "declined", "arrived", "median_s", "rollcalls_answered",
            "rollcalls", "found",
        ])
        for row in self.units {
            text += CSV.line([
                CSV.text(row.station), CSV.text(row.device), "\(row.kilometres)", "\(row.positions)",
                "\(row.accepted)", "\(row.declined)", "\(row.arrived)", CSV.number(row.medianSeconds),
                "\(row.rollCallsAnswered)", "\(row.rollCalls)", "\(row.found)",
            ])
        }
        return text
    }
}
