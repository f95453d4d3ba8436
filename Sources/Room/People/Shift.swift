import Cases
import PatrolWire
import Plan
import Units

/// A time of day, to the minute.
package struct ClockTime: Sendable, Hashable, Comparable, CustomStringConvertible {
    /// Minutes since midnight, 0…1440.
    package let minutes: Int

    /// A time written as `22:00`, or `24:00` for the end of the day; `nil` when it is none.
    package init?(_ text: some StringProtocol) {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, parts[0].utf8.count == 2, parts[1].utf8.count == 2,
            parts.allSatisfy({ $0.utf8.allSatisfy { (0x30...0x39).contains($0) } }),
            let hour = Int(parts[0]), let minute = Int(parts[1]), minute < 60, hour < 24 || hour == 24 && minute == 0
        else { return nil }
        self.minutes = hour * 60 + minute
    }

    /// `22:00`.
    package var description: String {
        func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        return "\(two(self.minutes / 60)):\(two(self.minutes % 60))"
    }

    /// By time.
    package static func < (a: ClockTime, b: ClockTime) -> Bool { a.minutes < b.minutes }
}

/// Who is on duty when, in which unit, and where: once, or every so many days.
///
/// Three crews that take turns are three shifts of every third day. A week's rota is seven shifts of every seventh.
package struct Shift: Entry {
    package static var table: WritableKeyPath<Register, [String: Shift]> { \.shifts }
    package static let kind = "shift"

    /// Id.
    package var id: String
    /// What it is called, such as `早班`.
    package var name: String?
    /// The first day that it begins on, `2026-11-28`.
    package var date: String
    /// When it begins, `22:00`, local time.
    package var from: String
    /// When it ends; at or before ``from`` it ends on the next day.
    package var until: String
    /// Days from one to the next; 0 when it is once.
    package var every: Int
    /// The last day that it begins on; `nil` for once, or for as long as nobody ends it.
    package var last: String?
    /// Days on which it does not begin, though it would.
    package var except: [String]
    /// Numbers of the officers.
    package var officers: [String]
    /// How many are needed; as many as ``officers`` where nobody says so.
    package var need: Int
    /// The unit that they drive, `station/device`; `nil` for those on foot.
    package var unit: String?
    /// The sector that they belong to, in the station's own words.
    package var sector: String?
    /// Ids of the plan's grids, lines and posts that are theirs.
    package var places: [String]
    /// When the entry was made, ms since 1970 UTC.
    package var began: Int64
    /// When it was taken back, ms since 1970 UTC: it holds no longer for days after that.
    package var left: Int64?
    /// Changes so far.
    package var version: Int

    /// Creates a shift.
    package init(
        id: String,
        name: String? = nil,
        date: String,
        from: String,
        until: String,
        every: Int = 0,
        last: String? = nil,
        except: [String] = [],
        officers: [String],
        need: Int? = nil,
        unit: String? = nil,
        sector: String? = nil,
        places: [String] = [],
        began: Int64 = 0,
        left: Int64? = nil,
        version: Int = 1
    ) {
        (self.id, self.name, self.date, self.from, self.until) = (id, name, date, from, until)
        (self.every, self.last, self.except, self.officers) = (every, last, except, officers)
        (self.need, self.unit, self.sector, self.places) = (need ?? officers.count, unit, sector, places)
        (self.began, self.left, self.version) = (began, left, version)
    }

    /// The most officers of one shift, and the most places.
    package static let most = 64

    /// What is wrong with the entry by itself; `nil` when nothing is.
    package var fault: String? {
        if !PersonID.isValid(self.id) { return "'id' must be \(PersonID.rule), not '\(self.id.prefix(64))'" }
        guard let first = CivilDate(self.date) else {
            return "'date' must be a day such as 2026-11-28, not '\(self.date.prefix(32))'"
        }
        if ClockTime(self.from) == nil { return "'from' must be a time such as 22:00, not '\(self.from.prefix(32))'" }
        if ClockTime(self.until) == nil {
            return "'until' must be a time such as 02:00, not '\(self.until.prefix(32))'"
        }
        if !(0...366).contains(self.every) { return "'every' must be from 0 to 366 days" }
        if let last = self.last {
            guard let last = CivilDate(last) else {
                return "'last' must be a day such as 2026-12-31, not '\(last.prefix(32))'"
            }
            if last < first { return "'last' must not be before 'date'" }
        }
        if let wrong = self.except.first(where: { CivilDate($0) == nil }) {
            return "'except' must be days such as 2026-12-31, not '\(wrong.prefix(32))'"
        }
        if self.except.count > 366 { return "'except' must hold at most 366 days" }
        return self.faultOfCrew
    }

    private var faultOfCrew: String? {
        if self.officers.count > Self.most { return "'officers' must hold at most \(Self.most) numbers" }
        if Set(self.officers).count < self.officers.count { return "'officers' names somebody twice" }
        if !(0...Self.most).contains(self.need) { return "'need' must be from 0 to \(Self.most)" }
        if self.places.count > Self.most { return "'places' must hold at most \(Self.most) ids" }
        if let unit, UnitID(unit) == nil {
            return "'unit' must be STATION/DEVICE, not '\(unit.prefix(80))'"
        }
        for (key, text) in [("name", self.name), ("sector", self.sector)] {
            if let text, WireLimits.isTooLong(text, WireLimits.name) {
                return "'\(key)' must have at most \(WireLimits.name) characters"
            }
        }
        let isLong = self.places.contains { $0.isEmpty || WireLimits.isTooLong($0, WireLimits.name) }
        return isLong ? "'places' must be ids of 1 to \(WireLimits.name) characters" : nil
    }

    /// The days on which it begins, within a range of days since 1970.
    package func days(in range: ClosedRange<Int64>) -> [Int64] {
        guard let first = CivilDate(self.date)?.daysSince1970 else { return [] }
        let end = self.every == 0 ? first : self.last.flatMap { CivilDate($0) }?.daysSince1970 ?? .max
        let skipped = Set(self.except.compactMap { CivilDate($0)?.daysSince1970 })
        let step = Int64(max(1, self.every))
        var day = first
        if range.lowerBound > first { day = first + (range.lowerBound - first + step - 1) / step * step }
        var days: [Int64] = []
        while day <= min(end, range.upperBound) {
            if !skipped.contains(day) { days.append(day) }
            day += step
        }
        return days
    }
}

/// Somebody is not there: leave, illness, a course.
package struct Absence: Entry {
    package static var table: WritableKeyPath<Register, [String: Absence]> { \.absences }
    package static let kind = "absence"

    /// Id.
    package var id: String
    /// Number of the officer.
    package var officer: String
    /// The first day.
    package var from: String
    /// The last day.
    package var until: String
    /// Why.
    package var reason: String?
    /// When the entry was made, ms since 1970 UTC.
    package var began: Int64
    /// When it was taken back, ms since 1970 UTC.
    package var left: Int64?
    /// Changes so far.
    package var version: Int

    /// Creates an absence.
    package init(
        id: String,
        officer: String,
        from: String,
        until: String,
        reason: String? = nil,
        began: Int64 = 0,
        left: Int64? = nil,
        version: Int = 1
    ) {
        (self.id, self.officer, self.from, self.until) = (id, officer, from, until)
        (self.reason, self.began, self.left, self.version) = (reason, began, left, version)
    }

    /// What is wrong with the entry by itself; `nil` when nothing is.
    package var fault: String? {
        if !PersonID.isValid(self.id) { return "'id' must be \(PersonID.rule), not '\(self.id.prefix(64))'" }
        guard let from = CivilDate(self.from) else {
            return "'from' must be a day such as 2026-11-28, not '\(self.from.prefix(32))'"
        }
        guard let until = CivilDate(self.until) else {
            return "'until' must be a day such as 2026-11-30, not '\(self.until.prefix(32))'"
        }
        if until < from { return "'until' must not be before 'from'" }
        return self.reason.map { WireLimits.isTooLong($0, WireLimits.name) } ?? false
            ? "'reason' must have at most \(WireLimits.name) characters" : nil
    }

    /// Whether it holds on a day, days since 1970.
    package func holds(on day: Int64) -> Bool {
        guard self.left == nil, let from = CivilDate(self.from), let until = CivilDate(self.until) else { return false }
        return (from.daysSince1970...until.daysSince1970).contains(day)
    }
}
