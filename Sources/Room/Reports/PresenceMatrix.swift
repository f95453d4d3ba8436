package import Plan

/// Each grid by hour of the day: of the time in which anything is known, the share in which a unit was in it (见警率).
package struct PresenceMatrix: Sendable, Hashable, Encodable {
    /// One grid.
    package struct Row: Sendable, Hashable, Encodable {
        /// Its id in the plan.
        package let id: String
        /// Its name in the plan.
        package let name: String?
        /// By hour of the local day: the share, 0…1; `nil` for an hour of which nothing is known.
        package let shares: [Double?]
        /// By hour of the local day: minutes in which a unit had been in it and lost its position.
        package let unknown: [Double]

        private enum CodingKeys: String, CodingKey {
            case id, name, shares
            case unknown = "unknown_minutes"
        }
    }

    /// By hour of the local day: minutes that are known of, all days together.
    package let known: [Double]
    /// Grids, by id.
    package let grids: [Row]

    private enum CodingKeys: String, CodingKey {
        case grids
        case known = "known_minutes"
    }

    /// Makes the matrix.
    ///
    /// - Parameters:
    ///   - book: What units did.
    ///   - zone: Local time.
    package init(_ book: PresenceBook, zone: LocalZone) {
        let known = Self.hours(TimeSet([book.known]), zone)
        self.known = known.map(Self.minutes)
        self.grids = book.gridTimes.map { grid in
            let present = Self.hours(grid.present, zone)
            return Row(
                id: grid.id,
                name: grid.name,
                shares: zip(present, known).map { present, known in
                    known > 0 ? (min(1, Double(present) / Double(known)) * 10_000).rounded() / 10_000 : nil
                },
                unknown: Self.hours(grid.unknown.subtracting(grid.present), zone).map(Self.minutes)
            )
        }
    }

    /// How long of a time lies in each hour of the local day, ms.
    static func hours(_ times: TimeSet, _ zone: LocalZone) -> [Int64] {
        var sums = [Int64](repeating: 0, count: 24)
        for range in times.ranges {
            var time = range.lowerBound
            while time < range.upperBound {
                let second = time >= 0 ? time / 1_000 : -((-time + 999) / 1_000)
                let local = zone.local(second)
                let ofDay = ((local % 86_400) + 86_400) % 86_400
                // Clocks jump at full hours of the local day: the next one is where the next part begins.
                let next = min(range.upperBound, (second + 3_600 - ofDay % 3_600) * 1_000)
                sums[Int(ofDay / 3_600)] += next - time
                time = next
            }
        }
        return sums
    }

    private static func minutes(_ milliseconds: Int64) -> Double { (Double(milliseconds) / 6_000).rounded() / 10 }

    /// A row for each grid, a column for each hour.
    package var csv: String {
        var text = CSV.line(["grid", "name"] + (0..<24).map { "\($0)" })
        for row in self.grids {
            text += CSV.line([CSV.text(row.id), CSV.text(row.name)] + row.shares.map { CSV.number($0) })
        }
        return text
    }
}
