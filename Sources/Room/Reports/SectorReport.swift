import PatrolWire
package import People
package import Units

/// Whether units kept to their sectors: how long each was outside, and what of its posts and lines was left.
package struct SectorReport: Sendable, Hashable, Encodable {
    /// A time outside.
    package struct Absence: Sendable, Hashable, Encodable {
        /// When it began, ms since 1970 UTC.
        package let from: Int64
        /// When it ended, ms since 1970 UTC.
        package let until: Int64
    }

    /// One unit in one shift.
    package struct Row: Sendable, Hashable, Encodable {
        /// The shift's id.
        package let shift: String
        /// What the shift is called.
        package let name: String?
        /// The sector, in the station's words.
        package let sector: String?
        /// The plan's grids, posts and lines of the shift.
        package let places: [String]
        /// When the shift began, ms since 1970 UTC.
        package let from: Int64
        /// When it ended, or the report ends, ms since 1970 UTC.
        package let until: Int64
        /// Station of the unit.
        package let station: String
        /// The unit's device.
        package let device: String
        /// Numbers of the officers of the shift who were signed in on it.
        package let officers: [String]
        /// Minutes in which one of them was.
        package let signed: Double
        /// Of these, minutes in the grids of the shift; `nil` for a shift that has none.
        package let inside: Double?
        /// Of these, minutes outside on an order or at an incident: they are not held against anybody.
        package let onOrders: Double?
        /// Of these, minutes of which nobody knows where the unit was.
        package let unknown: Double?
        /// The rest: minutes outside.
        package let outside: Double?
        /// When that was.
        package let absences: [Absence]
        /// The shift's posts and lines that the unit did at least once in it.
        package let done: [String]
        /// Those that it did not.
        package let left: [String]

        private enum CodingKeys: String, CodingKey {
            case shift, name, sector, places, from, until, station, device, officers, absences, done, left
            case signed = "signed_minutes"
            case inside = "inside_minutes"
            case onOrders = "on_orders_minutes"
            case unknown = "unknown_minutes"
            case outside = "outside_minutes"
        }
    }

    /// By the shift's beginning.
    package let rows: [Row]

    /// The same as a table.
    package var csv: String {
        let head = [
            "shift", "name", "sector", "from", "until", "station", "device", "officers", "signed_minutes",
            "inside_minutes", "on_orders_minutes", "unknown_minutes", "outside_minutes", "done", "left",
        ]
        return self.rows.reduce(into: CSV.line(head)) { text, row in
            text += CSV.line([
                CSV.text(row.shift), CSV.text(row.name), CSV.text(row.sector), "\(row.from)", "\(row.until)",
                CSV.text(row.station), CSV.text(row.device), CSV.text(row.officers.joined(separator: " ")),
                "\(row.signed)", CSV.number(row.inside), CSV.number(row.onOrders), CSV.number(row.unknown),
                CSV.number(row.outside), CSV.text(row.done.joined(separator: " ")),
                CSV.text(row.left.joined(separator: " ")),
            ])
        }
    }
}

/// What is known of one unit's time.
package struct UnitTimes: Sendable {
    /// By grid.
    package var stays: [String: [Range<Int64>]] = [:]
    /// On an order, or at an incident that the unit came upon.
    package var orders: [Range<Int64>] = []
    /// Without a position that can be believed, or without a device that runs.
    package var unknown: [Range<Int64>] = []
    /// Posts and lines that were done, and when, ms since 1970 UTC.
    package var done: [(place: String, time: Int64)] = []

    /// Knows nothing yet.
    package init() {}
}

extension SectorReport {
    /// Makes the report.
    ///
    /// - Parameters:
    ///   - duties: What the roster has.
    ///   - span: The time, not beyond now, ms since 1970 UTC.
    ///   - signIns: Who was signed in where.
    ///   - times: What is known of each unit's time.
    ///   - grids: Ids of the plan's grids.
    ///   - duty: Ids of the plan's posts and lines.
    package init(
        duties: [Duty],
        span: Range<Int64>,
        signIns: [SignIn],
        times: [UnitID: UnitTimes],
        grids: Set<String>,
        duty: Set<String>
    ) {
        var rows: [Row] = []
        for one in duties where !one.shift.places.isEmpty && one.span.overlaps(span) {
            let time = one.span.clamped(to: span)
            let own = signIns.filter { one.officers.contains($0.officer) }
            for (unit, signed) in Dictionary(grouping: own, by: \.unit) {
                // A device that fell silent is there until its last record: what came after that nobody knows.
                let there = TimeSet(signed.map { $0.from..<max($0.from, $0.until) }).intersection(TimeSet([time]))
                guard there.total > 0 else { continue }
                rows.append(
                    Row(
                        one,
                        time: time,
                        unit: unit,
                        officers: Set(signed.filter { $0.milliseconds(in: time) > 0 }.map(\.officer)),
                        there: there,
                        known: times[unit] ?? UnitTimes(),
                        grids: grids.intersection(one.shift.places),
                        wanted: one.shift.places.filter(duty.contains)
                    )
                )
            }
        }
        self.rows = rows.sorted {
            ($0.from, $0.shift, $0.station, $0.device) < ($1.from, $1.shift, $1.station, $1.device)
        }
    }
}

extension SectorReport.Row {
    fileprivate init(
        _ duty: Duty,
        time: Range<Int64>,
        unit: UnitID,
        officers: Set<String>,
        there: TimeSet,
        known: UnitTimes,
        grids: Set<String>,
        wanted: [String]
    ) {
        func minutes(_ set: TimeSet) -> Double { (Double(set.total) / 6_000).rounded() / 10 }
        (self.shift, self.name, self.sector) = (duty.shift.id, duty.shift.name, duty.shift.sector)
        (self.places, self.from, self.until) = (duty.shift.places, time.lowerBound, time.upperBound)
        (self.station, self.device, self.officers) = (unit.station.text, unit.device.text, officers.sorted())
        self.signed = minutes(there)
        let done = Set(known.done.filter { time.contains($0.time) }.map(\.place))
        (self.done, self.left) = (wanted.filter(done.contains), wanted.filter { !done.contains($0) })
        guard !grids.isEmpty else {
            (self.inside, self.onOrders, self.unknown, self.outside, self.absences) = (nil, nil, nil, nil, [])
            return
        }
        let inside = there.intersection(TimeSet(grids.flatMap { known.stays[$0] ?? [] }))
        let ordered = there.subtracting(inside).intersection(TimeSet(known.orders))
        let unknown = there.subtracting(inside).subtracting(ordered).intersection(TimeSet(known.unknown))
        let outside = there.subtracting(inside).subtracting(ordered).subtracting(unknown)
        (self.inside, self.onOrders) = (minutes(inside), minutes(ordered))
        (self.unknown, self.outside) = (minutes(unknown), minutes(outside))
        self.absences = outside.ranges.map { SectorReport.Absence(from: $0.lowerBound, until: $0.upperBound) }
    }
}
