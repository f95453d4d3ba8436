/// A date of the Gregorian calendar.
///
/// Source of the conversion: Hinnant, *chrono-Compatible Low-Level Date Algorithms* (2021), `days_from_civil`.
package struct CivilDate: Sendable, Hashable, Comparable, CustomStringConvertible {
    /// 1970…2200 where somebody wrote it.
    package let year: Int64
    /// 1…12.
    package let month: Int64
    /// 1…31.
    package let day: Int64

    /// Years that a patrol may have to do with; all arithmetic on them is far from any overflow.
    package static let years: ClosedRange<Int64> = 1970...2200

    /// A date that somebody wrote; `nil` when there is no such day, or it is outside ``years``.
    package init?(year: Int64, month: Int64, day: Int64) {
        guard Self.years.contains(year), (1...12).contains(month), (1...31).contains(day) else { return nil }
        self.init(computedYear: year, month: month, day: day)
        // A day that the month does not have comes out as one of the next month.
        guard CivilDate(daysSince1970: self.daysSince1970) == self else { return nil }
    }

    /// A date that was computed from a moment.
    init(computedYear year: Int64, month: Int64, day: Int64) { (self.year, self.month, self.day) = (year, month, day) }

    /// The date of a day, days since 1970-01-01.
    package init(daysSince1970 days: Int64) {
        let shifted = days + 719_468
        let era = shifted.floored(by: 146_097)
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let month = (5 * dayOfYear + 2) / 153
        self.day = dayOfYear - (153 * month + 2) / 5 + 1
        self.month = month < 10 ? month + 3 : month - 9
        self.year = yearOfEra + era * 400 + (self.month <= 2 ? 1 : 0)
    }

    /// Days since 1970-01-01.
    package var daysSince1970: Int64 {
        let year = self.month <= 2 ? self.year - 1 : self.year
        let era = year.floored(by: 400)
        let yearOfEra = year - era * 400
        let dayOfYear = (153 * (self.month > 2 ? self.month - 3 : self.month + 9) + 2) / 5 + self.day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }
}

extension CivilDate {
    /// A date written as `2026-11-28`; `nil` when it is none.
    package init?(_ text: some StringProtocol) {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.map(\.count) == [4, 2, 2],
            parts.allSatisfy({ $0.utf8.allSatisfy { (0x30...0x39).contains($0) } }),
            let year = Int64(parts[0]), let month = Int64(parts[1]), let day = Int64(parts[2])
        else { return nil }
        self.init(year: year, month: month, day: day)
    }

    /// `2026-11-28`.
    package var description: String {
        func two(_ number: Int64) -> String { number < 10 ? "0\(number)" : "\(number)" }
        return "\(self.year)-\(two(self.month))-\(two(self.day))"
    }

    /// 1 for Monday … 7 for Sunday (ISO 8601).
    package var weekday: Int { Int((self.daysSince1970 + 3).modulo(7)) + 1 }

    /// By time.
    package static func < (a: CivilDate, b: CivilDate) -> Bool {
        (a.year, a.month, a.day) < (b.year, b.month, b.day)
    }
}

extension Int64 {
    /// The quotient, rounded down also below zero.
    func floored(by divisor: Int64) -> Int64 { (self - self.modulo(divisor)) / divisor }

    /// The remainder, never negative.
    func modulo(_ divisor: Int64) -> Int64 { ((self % divisor) + divisor) % divisor }
}
