/// A time of day, on some days of the week, in which a line or a post is to be patrolled, such as `22:00-02:00` or
/// `mon-fri 07:20-08:10`.
package struct TidalWindow: Sendable, Hashable {
    /// One occurrence: from opening to closing, s since 1970 UTC; the closing moment no longer belongs to it.
    package struct Occurrence: Sendable, Hashable, Codable {
        /// Opening.
        package let opens: Int64
        /// Closing.
        package let closes: Int64

        /// Whether a moment lies in it.
        package func contains(_ moment: Int64) -> Bool { moment >= self.opens && moment < self.closes }
    }

    /// As it is written.
    package let text: String

    /// Bit 0 is Monday.
    private let days: UInt8
    /// Minutes after local midnight; ``to`` may lie beyond 24:00, on the next day.
    private let from: Int64
    private let to: Int64

    private static let names = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]

    /// The whole day, every day.
    package static let always = TidalWindow(text: "00:00-24:00", days: 0x7F, from: 0, to: 1_440)

    private init(text: String, days: UInt8, from: Int64, to: Int64) {
        (self.text, self.days, self.from, self.to) = (text, days, from, to)
    }

    /// Reads a window; `nil` when it is none.
    package init?(_ text: String) {
        let words = text.lowercased().split(separator: " ")
        guard let clock = words.last, words.count <= 2 else { return nil }
        let times = clock.split(separator: "-", omittingEmptySubsequences: false).map { Self.minutes($0) }
        guard times.count == 2, let from = times[0], let to = times[1], from < 1_440, from != to else { return nil }
        guard let days = words.count == 2 ? Self.days(words[0]) : 0x7F else { return nil }
        self.init(text: text, days: days, from: from, to: to > from ? to : to + 1_440)
    }

    /// The occurrence that a moment, s since 1970 UTC, lies in.
    package func occurrence(at moment: Int64, in zone: LocalZone) -> Occurrence? {
        self.occurrences(around: moment, in: zone).first { $0.contains(moment) }
    }

    /// The first occurrence that opens after a moment.
    package func next(after moment: Int64, in zone: LocalZone) -> Occurrence? {
        let day = zone.local(moment).floored(by: 86_400)
        return (day - 1...day + 8).lazy.compactMap { self.occurrence(on: $0, in: zone) }.first { $0.opens > moment }
    }

    /// Occurrences that closed after one moment and not after another, oldest first; a month back at most.
    package func closed(after: Int64, through moment: Int64, in zone: LocalZone) -> [Occurrence] {
        let last = zone.local(moment).floored(by: 86_400)
        let first = max(zone.local(after).floored(by: 86_400) - 1, last - 31)
        guard first <= last else { return [] }
        return (first...last).compactMap { self.occurrence(on: $0, in: zone) }
            .filter { $0.closes > after && $0.closes <= moment }
    }

    private func occurrences(around moment: Int64, in zone: LocalZone) -> [Occurrence] {
        let day = zone.local(moment).floored(by: 86_400)
        return (day - 1...day).compactMap { self.occurrence(on: $0, in: zone) }
    }

    /// The occurrence that opens on a local day.
    ///
    /// Where clocks show a time twice it opens at the first and closes at the
    /// last; where they skip it, at the moment of the jump.
    private func occurrence(on day: Int64, in zone: LocalZone) -> Occurrence? {
        // 1 January 1970 was a Thursday.
        guard self.days >> UInt8((day + 3).modulo(7)) & 1 == 1 else { return nil }
        let opens = zone.moments(local: day * 86_400 + self.from * 60).lowerBound
        let closes = zone.moments(local: day * 86_400 + self.to * 60).upperBound
        return closes > opens ? Occurrence(opens: opens, closes: closes) : nil
    }

    private static func minutes(_ text: Substring) -> Int64? {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, parts[1].count == 2, let hours = Int64(parts[0]), let minutes = Int64(parts[1]),
            (0...24).contains(hours), (0..<60).contains(minutes), hours < 24 || minutes == 0
        else { return nil }
        return hours * 60 + minutes
    }

    private static func days(_ text: Substring) -> UInt8? {
        var days: UInt8 = 0
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            let ends = part.split(separator: "-", omittingEmptySubsequences: false)
                .map { name in Self.names.firstIndex { $0 == name } }
            guard ends.count <= 2, let first = ends.first ?? nil, let last = ends.last ?? nil else { return nil }
            var day = first
            while true {
                days |= 1 << UInt8(day)
                if day == last { break }
                day = (day + 1) % 7
            }
        }
        return days
    }
}
