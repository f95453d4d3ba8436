package import Plan

/// Hours of the local day, and weekdays, of which a report is.
package struct HourFilter: Sendable, Hashable {
    /// Hours, 0…23.
    package let hours: Set<Int>
    /// Weekdays, 1 for Monday … 7.
    package let weekdays: Set<Int>
    private let zone: LocalZone

    /// Creates a filter; `nil` for all hours, or for all weekdays.
    package init(hours: Set<Int>? = nil, weekdays: Set<Int>? = nil, zone: LocalZone) {
        (self.hours, self.weekdays, self.zone) = (hours ?? Set(0..<24), weekdays ?? Set(1...7), zone)
    }

    /// Reads hours such as `18-24`, or over midnight `22-2`: from the first, and before the second.
    ///
    /// - Returns: The hours; `nil` for a text that says none.
    package static func hours(_ text: String) -> Set<Int>? {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false).map { Int($0) }
        guard parts.count == 2, let from = parts[0], let to = parts[1], (0...23).contains(from), (0...24).contains(to),
            from != to
        else { return nil }
        return Set(from < to ? Array(from..<to) : Array(from..<24) + Array(0..<to))
    }

    /// Reads weekdays such as `1,2,3`, Monday first; `nil` for a text that says none.
    package static func weekdays(_ text: String) -> Set<Int>? {
        let days = text.split(separator: ",", omittingEmptySubsequences: false).map { Int($0) ?? 0 }
        guard days.allSatisfy((1...7).contains) else { return nil }
        return Set(days)
    }

    /// Whether a moment, ms since 1970 UTC, is among them.
    package func contains(_ time: Int64) -> Bool {
        if self.hours.count == 24, self.weekdays.count == 7 { return true }
        let local = self.zone.local(Int64((Double(time) / 1_000).rounded(.down)))
        let day = Int64((Double(local) / 86_400).rounded(.down))
        guard self.hours.contains(Int(local - day * 86_400) / 3_600) else { return false }
        return self.weekdays.contains(CivilDate(daysSince1970: day).weekday)
    }
}
