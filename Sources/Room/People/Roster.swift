package import Plan
package import Units

/// One crew's time on duty, as the roster has it.
package struct Duty: Sendable, Hashable {
    /// The shift that it comes from.
    package let shift: Shift
    /// The day on which it begins, days since 1970.
    package let day: Int64
    /// From when to when, ms since 1970 UTC.
    package let span: Range<Int64>
    /// Numbers of the officers who are to be there.
    package let officers: [String]
    /// Numbers of those who would be, and are absent.
    package let absent: [String]

    /// The unit that they drive; `nil` for those on foot.
    package var unit: UnitID? { self.shift.unit.flatMap { UnitID($0) } }
}

/// What is wrong with a roster, before it happens.
package struct RosterProblem: Sendable, Hashable {
    /// What kind.
    package enum Kind: String, Sendable, Hashable {
        /// Fewer are there than are needed.
        case gap
        /// Somebody is on duty twice at the same time.
        case doubleBooked = "double"
        /// The roster names somebody whom nobody knows, or who has left.
        case unknown
        /// The clock skips the time at which it begins or ends.
        case skipped
    }

    /// What kind.
    package let kind: Kind
    /// The shift.
    package let shift: String
    /// The day on which the duty begins.
    package let date: CivilDate
    /// From when to when, ms since 1970 UTC.
    package let span: Range<Int64>
    /// Number of the officer; `nil` for a gap.
    package let officer: String?
    /// The other shift that somebody is on at the same time.
    package let other: String?
    /// What is wrong, in a sentence.
    package let text: String
}

/// Who is on duty when: the register's shifts and absences, laid out in time.
///
/// Pure: the zone says when a local time is.
package struct Roster: Sendable {
    private let shifts: [Shift]
    private let absences: [String: [Absence]]
    private let officers: [String: Officer]
    private let zone: LocalZone

    /// Creates a roster out of a register.
    package init(_ register: Register, zone: LocalZone) {
        self.shifts = register.shifts.values.sorted { $0.id < $1.id }
        self.absences = Dictionary(grouping: register.absences.values, by: \.officer)
        self.officers = register.officers
        self.zone = zone
    }

    private static let dayLength: Int64 = 86_400

    /// Duties that overlap a time, ms since 1970 UTC, soonest first.
    package func duties(in span: Range<Int64>) -> [Duty] {
        // A duty begins at most a day before the time, and zones differ from UTC by less than a day.
        let first = span.lowerBound.dividedDown(by: 1_000 * Self.dayLength) - 2
        let last = span.upperBound.dividedDown(by: 1_000 * Self.dayLength) + 2
        let duties = self.shifts.flatMap { shift in
            shift.days(in: first...last).compactMap { self.duty(of: shift, on: $0) }
        }
        return duties.filter { $0.span.overlaps(span) }
            .sorted { ($0.span.lowerBound, $0.shift.id) < ($1.span.lowerBound, $1.shift.id) }
    }

    private func duty(of shift: Shift, on day: Int64) -> Duty? {
        guard let (from, until) = Self.local(shift, on: day) else { return nil }
        let begin = self.zone.moments(local: from).lowerBound * 1_000
        let end = self.zone.moments(local: until).lowerBound * 1_000
        guard begin < end, shift.left.map({ begin < $0 }) ?? true else { return nil }
        let isAbsent = { (number: String) in self.absences[number]?.contains { $0.holds(on: day) } ?? false }
        return Duty(
            shift: shift,
            day: day,
            span: begin..<end,
            officers: shift.officers.filter { !isAbsent($0) },
            absent: shift.officers.filter(isAbsent)
        )
    }

    /// Local begin and end of a shift on a day, s since 1970 as if local time were UTC.
    private static func local(_ shift: Shift, on day: Int64) -> (from: Int64, until: Int64)? {
        guard let from = ClockTime(shift.from), let until = ClockTime(shift.until) else { return nil }
        let midnight = day * Self.dayLength
        let next = until <= from ? Self.dayLength : 0
        return (midnight + Int64(from.minutes) * 60, midnight + next + Int64(until.minutes) * 60)
    }

    /// What is wrong with the duties that overlap a time, ms since 1970 UTC.
    package func problems(in span: Range<Int64>) -> [RosterProblem] {
        let duties = self.duties(in: span)
        return (self.doubles(duties) + duties.flatMap(self.problems)).sorted {
            ($0.span.lowerBound, $0.shift, $0.officer ?? "") < ($1.span.lowerBound, $1.shift, $1.officer ?? "")
        }
    }

    private func problems(of duty: Duty) -> [RosterProblem] {
        var problems: [RosterProblem] = []
        func add(_ kind: RosterProblem.Kind, _ officer: String?, _ text: String) {
            problems.append(Self.problem(kind, duty, officer, text))
        }
        if duty.officers.count < duty.shift.need {
            let away = duty.absent.isEmpty ? "" : "; absent: \(duty.absent.joined(separator: ", "))"
            add(.gap, nil, "\(duty.officers.count) of \(duty.shift.need) are there\(away)")
        }
        for number in duty.shift.officers {
            guard let officer = self.officers[number] else {
                add(.unknown, number, "no officer '\(number)' is known")
                continue
            }
            if let left = officer.left, left < duty.span.upperBound {
                add(.unknown, number, "\(officer.name) has left")
            }
        }
        if let (from, until) = Self.local(duty.shift, on: duty.day) {
            for (local, text) in [(from, duty.shift.from), (until, duty.shift.until)]
            where self.zone.local(self.zone.moments(local: local).lowerBound) != local {
                add(.skipped, nil, "clocks skip \(text) that night: say a time that there is")
            }
        }
        return problems
    }

    private func doubles(_ duties: [Duty]) -> [RosterProblem] {
        var problems: [RosterProblem] = []
        var latest: [String: Duty] = [:]
        for duty in duties {
            for officer in duty.officers {
                if let other = latest[officer], other.span.overlaps(duty.span) {
                    let text = "\(officer) is also on '\(other.shift.id)' of \(CivilDate(daysSince1970: other.day))"
                    problems.append(Self.problem(.doubleBooked, duty, officer, text, other: other.shift.id))
                }
                // The one that ends last is what a later duty may run into.
                if latest[officer].map({ $0.span.upperBound < duty.span.upperBound }) ?? true { latest[officer] = duty }
            }
        }
        return problems
    }

    private static func problem(
        _ kind: RosterProblem.Kind,
        _ duty: Duty,
        _ officer: String?,
        _ text: String,
        other: String? = nil
    ) -> RosterProblem {
        RosterProblem(
            kind: kind,
            shift: duty.shift.id,
            date: CivilDate(daysSince1970: duty.day),
            span: duty.span,
            officer: officer,
            other: other,
            text: text
        )
    }
}

extension Int64 {
    /// The quotient, rounded down also below zero.
    func dividedDown(by divisor: Int64) -> Int64 {
        let (quotient, rest) = self.quotientAndRemainder(dividingBy: divisor)
        return rest < 0 ? quotient - 1 : quotient
    }
}
