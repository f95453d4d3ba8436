import PatrolWire
package import People
package import Plan
import Units

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

        /// The windows that a visit or a lap counts in, each with its closing, s since 1970 UTC: a lap in all that it lies in, a
        /// visit in the one that the device counted it in, which may have closed shortly before it was told.
        fileprivate func windows(of deed: PresenceBook.Deed, in zone: LocalZone) -> [(TidalWindow, Int64)] {
            let second = deed.time / 1_000
            guard deed.kind == .postDone else {
                return self.windows.compactMap { window in
                    window.occurrence(at: second, in: zone).map { (window, $0.closes) }
                }
            }
            let named = self.windows.filter { $0.text == deed.window }
            let all = named.isEmpty ? self.windows : named
            for window in all {
                if let one = window.occurrence(at: second, in: zone) { return [(window, one.closes)] }
            }
            for window in all {
                let closed = window.closed(after: second - self.overhang, through: second, in: zone)
                if let one = closed.last { return [(window, one.closes)] }
            }
            return []
        }

        /// A line; one without windows is never missed, and nobody's to fill.
        package init(_ line: PatrolLine) {
            (self.windows, self.required, self.overhang) = (line.windows, line.laps, 0)
        }
    }

    /// One window of one place, for one unit.
    private struct Window: Hashable {
        let unit: UnitID
        let place: String
        let window: TidalWindow
        /// s since 1970 UTC.
        let closes: Int64
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
    ///   - deeds: What was done.
    ///   - judged: Windows that close in it count, ms since 1970 UTC.
    ///   - zone: Local time of the windows.
    package init(
        _ duties: [Duty],
        places: [String: Place],
        deeds: [PresenceBook.Deed],
        judged: Range<Int64>,
        zone: LocalZone
    ) {
        var made: [Window: Int] = [:]
        for deed in deeds {
            guard let unit = UnitID(deed.unit), let place = places[deed.place] else { continue }
            for (window, closes) in place.windows(of: deed, in: zone) {
                made[Window(unit: unit, place: deed.place, window: window, closes: closes), default: 0] += 1
            }
        }
        for duty in duties {
            let time = duty.span.clamped(to: judged)
            guard !time.isEmpty, let unit = duty.unit else { continue }
            for id in Set(duty.shift.places) {
                guard let place = places[id] else { continue }
                for window in place.windows {
                    // Just after the beginning, up to the end: at midnight one shift ends and the next begins.
                    for one in window.closed(after: time.lowerBound / 1_000, through: time.upperBound / 1_000, in: zone)
                    {
                        let key = Window(unit: unit, place: id, window: window, closes: one.closes)
                        for officer in duty.officers {
                            self.officers[officer, default: Count()].wanted += 1
                            if made[key, default: 0] >= place.required {
                                self.officers[officer, default: Count()].done += 1
                            }
                        }
                    }
                }
            }
        }
    }
}
