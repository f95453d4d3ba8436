/// What a zone does from now on: the last line of a zone file, such as `CET-1CEST,M3.5.0,M10.5.0/3`.
///
/// Source: POSIX.1-2017, section 8.3, `TZ`; only the form `Mm.w.d`, which all zones of today use.
struct ZoneRule: Sendable, Hashable {
    private struct Change: Sendable, Hashable {
        let month: Int64
        let week: Int64
        let weekday: Int64
        /// s of local time after midnight.
        let time: Int64
    }

    private let standard: Int64
    private let daylight: (Int64, from: Change, to: Change)?

    static func == (lhs: ZoneRule, rhs: ZoneRule) -> Bool {
        lhs.standard == rhs.standard && lhs.daylight?.0 == rhs.daylight?.0 && lhs.daylight?.from == rhs.daylight?.from
            && lhs.daylight?.to == rhs.daylight?.to
    }

    func hash(into hasher: inout Hasher) { hasher.combine(self.standard) }

    /// Reads a rule; `nil` when there is none, or none that is understood.
    init?(_ text: String) {
        var rest = text[...]
        guard Self.skipName(&rest), let standard = Self.time(&rest) else { return nil }
        self.standard = -standard
        guard !rest.isEmpty else {
            self.daylight = nil
            return
        }
        guard Self.skipName(&rest) else { return nil }
        let offset = rest.first == "," ? self.standard + 3_600 : Self.time(&rest).map { -$0 }
        let parts = rest.dropFirst().split(separator: ",").compactMap { Self.change($0) }
        guard let offset, parts.count == 2 else { return nil }
        self.daylight = (offset, from: parts[0], to: parts[1])
    }

    /// s east of Greenwich at a moment, s since 1970 UTC.
    func offset(at moment: Int64) -> Int64 {
        guard let (offset, from, to) = self.daylight else { return self.standard }
        let year = CivilDate(daysSince1970: (moment + self.standard).floored(by: 86_400)).year
        let begins = Self.moment(of: from, in: year) - self.standard
        let ends = Self.moment(of: to, in: year) - offset
        let isDaylight = begins < ends ? (begins..<ends).contains(moment) : !(ends..<begins).contains(moment)
        return isDaylight ? offset : self.standard
    }

    /// Local seconds since 1970 of a change in a year.
    private static func moment(of change: Change, in year: Int64) -> Int64 {
        let first = CivilDate(computedYear: year, month: change.month, day: 1).daysSince1970
        let weekday = (first + 4).modulo(7)
        var day = first + (change.weekday - weekday).modulo(7) + (change.week - 1) * 7
        let next =
            change.month == 12
            ? CivilDate(computedYear: year + 1, month: 1, day: 1)
            : CivilDate(computedYear: year, month: change.month + 1, day: 1)
        // Week 5 is the last of the month, whichever that is.
        while day >= next.daysSince1970 { day -= 7 }
        return day * 86_400 + change.time
    }

    private static func skipName(_ rest: inout Substring) -> Bool {
        if rest.first == "<" {
            guard let end = rest.firstIndex(of: ">") else { return false }
            rest = rest[rest.index(after: end)...]
            return true
        }
        let name = rest.prefix { $0.isLetter }
        rest = rest.dropFirst(name.count)
        return name.count >= 3
    }

    /// `[+-]h[:mm[:ss]]` as seconds.
    private static func time(_ rest: inout Substring) -> Int64? {
        let text = rest.prefix { $0.isNumber || $0 == ":" || $0 == "-" || $0 == "+" }
        rest = rest.dropFirst(text.count)
        let parts = text.drop { $0 == "-" || $0 == "+" }.split(separator: ":").compactMap { Int64($0) }
        // POSIX allows up to a week, for changes that are counted from another day.
        guard let hours = parts.first, hours <= 167, parts.dropFirst().allSatisfy({ $0 < 60 }) else { return nil }
        let seconds = hours * 3_600 + (parts.count > 1 ? parts[1] * 60 : 0) + (parts.count > 2 ? parts[2] : 0)
        return text.first == "-" ? -seconds : seconds
    }

    private static func change(_ text: Substring) -> Change? {
        let halves = text.split(separator: "/", maxSplits: 1)
        guard let day = halves.first, day.first == "M" else { return nil }
        let numbers = day.dropFirst().split(separator: ".").compactMap { Int64($0) }
        guard numbers.count == 3, (1...12).contains(numbers[0]), (1...5).contains(numbers[1]),
            (0...6).contains(numbers[2])
        else { return nil }
        var rest = halves.count > 1 ? halves[1] : "2"
        guard let time = Self.time(&rest) else { return nil }
        return Change(month: numbers[0], week: numbers[1], weekday: numbers[2], time: time)
    }
}
