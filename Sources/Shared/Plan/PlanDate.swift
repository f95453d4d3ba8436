/// Dates as a plan writes them.
enum PlanDate {
    /// `2026-11-01` (local midnight) or `2026-11-01T06:00[:00](Z|±hh:mm)`, as s since 1970 UTC; without a zone the time
    /// is local.
    ///
    /// `nil` when any part of it is out of its range: a date comes from outside, and no arithmetic is done on it before.
    static func moment(_ text: String, in zone: LocalZone) -> Int64? {
        let halves = text.split(separator: "T", maxSplits: 1, omittingEmptySubsequences: false)
        guard let date = Self.numbers(halves[0], separator: "-", count: 3...3), halves[0].prefix(5).last == "-",
            let day = CivilDate(year: date[0], month: date[1], day: date[2])
        else { return nil }
        let midnight = day.daysSince1970 * 86_400
        guard halves.count == 2 else { return zone.moments(local: midnight).lowerBound }
        let clock = halves[1].prefix { $0 != "Z" && $0 != "+" && $0 != "-" }
        guard let parts = Self.numbers(clock, separator: ":", count: 2...3) else { return nil }
        let (hour, minute, second) = (parts[0], parts[1], parts.count > 2 ? parts[2] : 0)
        guard hour < 24 && minute < 60 && second < 60 || hour == 24 && minute == 0 && second == 0 else { return nil }
        let local = midnight + hour * 3_600 + minute * 60 + second
        let ending = halves[1].dropFirst(clock.count)
        if ending.isEmpty { return zone.moments(local: local).lowerBound }
        if ending == "Z" { return local }
        guard let offset = Self.numbers(ending.dropFirst(), separator: ":", count: 2...2), ending.first != "Z",
            offset[0] <= 14, offset[1] < 60
        else { return nil }
        let seconds = offset[0] * 3_600 + offset[1] * 60
        return ending.first == "+" ? local - seconds : local + seconds
    }

    /// So many numbers of one to four digits.
    private static func numbers(_ text: Substring, separator: Character, count: ClosedRange<Int>) -> [Int64]? {
        let parts = text.split(separator: separator, omittingEmptySubsequences: false)
        guard count.contains(parts.count) else { return nil }
        let numbers = parts.compactMap { part -> Int64? in
            guard (1...4).contains(part.count), part.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
            return Int64(part)
        }
        return numbers.count == parts.count ? numbers : nil
    }
}
