package import People
package import Plan
package import Units

/// The windows of posts and lines that the roster gave to a unit in its shift, and those of them that this unit filled.
///
/// A window belongs to the shift in which it closes, as the device judges it: whoever was there before left it to that
/// crew. What another unit did there counts for the station, not for this one.
package struct AssignedWindows: Sendable {
    /// A post or a line.
    package struct Place: Sendable {
        let windows: [TidalWindow]
        let required: Int
        /// A visit may be told so long after its window closed, s.
        let overhang: Int64

        /// A post.
        package init(_ post: PatrolPost) {
            (self.windows, self.required, self.overhang) = (post.countingWindows, post.visits, WindowBook.overhang)
        }

        /// A line; one without windows is never missed, and nobody's to fill.
        package init(_ line: PatrolLine) {
            (self.windows, self.required, self.overhang) = (line.windows, line.laps, 0)
        }
    }

    /// What became of an officer's windows.
    package struct Count: Sendable, Hashable {
        /// How many there were.
        package var wanted = 0
        /// How many of them were filled.
        package var done = 0
    }

    /// By number of the officer.
    package private(set) var officers: [String: Count] = [:]

    /// Counts them.
    ///
    /// - Parameters:
    ///   - duties: The shifts of the roster.
    ///   - places: Posts and lines of the plan, by id.
    ///   - deeds: What was done, by which unit, where, and when, ms since 1970 UTC.
    ///   - judged: Windows that close in it count, ms since 1970 UTC.
    ///   - zone: Local time of the windows.
    package init(
        _ duties: [Duty],
        places: [String: Place],
        deeds: [(unit: UnitID, place: String, time: Int64)],
        judged: Range<Int64>,
        zone: LocalZone
    ) {
        var times: [UnitID: [String: [Int64]]] = [:]
        for deed in deeds { times[deed.unit, default: [:]][deed.place, default: []].append(deed.time / 1_000) }
        for duty in duties {
            let time = duty.span.clamped(to: judged)
            guard !time.isEmpty, let unit = duty.unit else { continue }
            for id in Set(duty.shift.places) {
                guard let place = places[id] else { continue }
                let own = times[unit]?[id] ?? []
                for window in place.windows {
                    // Just after the beginning, up to the end: at midnight one shift ends and the next begins.
                    for one in window.closed(after: time.lowerBound / 1_000, through: time.upperBound / 1_000, in: zone)
                    {
                        let made = own.count { $0 >= one.opens && $0 < one.closes + place.overhang }
                        for officer in duty.officers {
                            self.officers[officer, default: Count()].wanted += 1
                            if made >= place.required { self.officers[officer, default: Count()].done += 1 }
                        }
                    }
                }
            }
        }
    }
}
