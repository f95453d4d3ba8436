package import Ground
package import Incidents
import PatrolWire
package import People
package import Tasks
package import Units

/// Makes the list of what each officer did (绩效清单): takes positions one by one and keeps only sums.
///
/// A device does; whoever is signed in on it at that moment has done it. Nobody is credited for a device on which
/// nobody was signed in.
package struct OfficerBook: Sendable {
    private let span: Range<Int64>
    private let signIns: [UnitID: [SignIn]]
    private var metres: [String: Double] = [:]
    private var ownGrid: [String: [Range<Int64>]] = [:]
    private var posts: [String: Int] = [:]
    private var laps: [String: Int] = [:]
    /// The log whose positions come now, and the last of them.
    private var drive: (log: Int64, place: Coordinate, time: Int64)?

    /// Faster than this, m/s, is no drive but an error.
    private static let fastest = 70.0

    /// Begins a list over a time, ms since 1970 UTC.
    package init(span: Range<Int64>, signIns: [SignIn]) {
        self.span = span
        self.signIns = Dictionary(grouping: signIns, by: \.unit).mapValues { $0.sorted { $0.from < $1.from } }
    }

    /// Whether anybody was signed in on a unit: nobody drove any other.
    package func hasSignIns(on unit: UnitID) -> Bool { self.signIns[unit] != nil }

    /// Who was signed in on a unit at a moment, ms since 1970 UTC.
    package func officers(on unit: UnitID, at time: Int64) -> Set<String> {
        Set((self.signIns[unit] ?? []).filter { $0.from <= time && (time <= $0.until || $0.isOpen) }.map(\.officer))
    }

    /// Takes a position.
    ///
    /// - Parameters:
    ///   - log: Number of the device's log; all positions of one log come together, in its order.
    ///   - unit: The device.
    ///   - place: Where the device was.
    ///   - time: When it was there, ms since 1970 UTC.
    package mutating func position(log: Int64, of unit: UnitID, _ place: Coordinate, at time: Int64) {
        defer { self.drive = (log, place, time) }
        guard let drive = self.drive, drive.log == log, time > drive.time else { return }
        let metres = drive.place.distance(to: place).value
        guard metres / (Double(time - drive.time) / 1_000) < Self.fastest else { return }
        // Whoever was signed in for all of the way, without a break, has driven it.
        let whole = (self.signIns[unit] ?? []).filter { $0.from <= drive.time && (time <= $0.until || $0.isOpen) }
        for officer in Set(whole.map(\.officer)) { self.metres[officer, default: 0] += metres }
    }

    /// A unit was in a grid in a time, ms since 1970 UTC; `owners` are the officers whose grid it is.
    package mutating func stay(_ unit: UnitID, _ time: Range<Int64>, owners: Set<String>) {
        guard !owners.isEmpty else { return }
        for signIn in self.signIns[unit] ?? [] where owners.contains(signIn.officer) {
            let (begin, end) = (max(signIn.from, time.lowerBound), min(signIn.until, time.upperBound))
            if begin < end { self.ownGrid[signIn.officer, default: []].append(begin..<end) }
        }
    }

    /// A unit visited a post as long as it has to be, at a moment, ms since 1970 UTC.
    package mutating func post(_ unit: UnitID, at time: Int64) {
        for officer in self.officers(on: unit, at: time) { self.posts[officer, default: 0] += 1 }
    }

    /// A unit drove a line to its end.
    package mutating func lap(_ unit: UnitID, at time: Int64) {
        for officer in self.officers(on: unit, at: time) { self.laps[officer, default: 0] += 1 }
    }

    /// The list.
    ///
    /// - Parameters:
    ///   - register: The people.
    ///   - duties: What the roster has for the time.
    ///   - incidents: Incidents received in the time.
    ///   - rollCalls: Roll calls of the time.
    ///   - windows: The windows that the roster gave to each.
    ///   - visits: Visits and checks of the time.
    ///   - targets: Visits that are wanted a week, by role.
    ///   - tasks: Tasks raised in the time, and older ones that were not closed before it.
    ///   - now: ms since 1970 UTC.
    /// - Returns: A row for each officer who was there in the time, or signed in.
    package consuming func report(
        register: Register,
        duties: [Duty],
        incidents: [Incident],
        rollCalls: [RollCall],
        windows: [String: AssignedWindows.Count] = [:],
        visits: [Visit] = [],
        targets: [String: Double] = [:],
        tasks: [OwnedTask],
        now: Int64
    ) -> OfficerReport {
        let all = self.signIns.values.flatMap(\.self).sorted { ($0.from, $0.unit) < ($1.from, $1.unit) }
        let byOfficer = Dictionary(grouping: all, by: \.officer)
        let here = register.officers.values.filter { ($0.left ?? .max) > self.span.lowerBound }.map(\.number)
        let numbers = Set(here).union(byOfficer.keys)
        var rows: [String: OfficerReport.Row] = [:]
        for number in numbers {
            var row = OfficerReport.Row(number: number, register.officers[number])
            self.addHours(byOfficer[number] ?? [], duties.filter { $0.officers.contains(number) }, now, to: &row)
            row.kilometres = ((self.metres[number] ?? 0) / 100).rounded() / 10
            var own = Stays()
            own.add(self.ownGrid[number] ?? [])
            row.ownGridMinutes = (Double(own.union) / 6_000).rounded() / 10
            (row.posts, row.laps) = (self.posts[number] ?? 0, self.laps[number] ?? 0)
            (row.windows, row.windowsDone) = (windows[number]?.wanted ?? 0, windows[number]?.done ?? 0)
            row.visitsWanted = row.role.flatMap { targets[$0] }.map {
                self.wanted($0, of: register.officers[number], now)
            }
            rows[number] = row
        }
        self.addOrders(incidents, to: &rows)
        self.addRollCalls(rollCalls, to: &rows)
        for visit in visits {
            // Those who were there by their own sign-in, each once.
            for officer in self.officers(on: visit.unit, at: visit.time).intersection(visit.officers) {
                rows[officer]?.visits?[visit.kind, default: 0] += 1
            }
        }
        for task in tasks { rows[task.owner]?.add(task, in: self.span, now: now) }
        return OfficerReport(
            from: self.span.lowerBound,
            to: self.span.upperBound,
            officers: rows.values.sorted { $0.number < $1.number }
        )
    }

    /// So many of a weekly number are wanted in the time in which the officer was there.
    private func wanted(_ perWeek: Double, of officer: Officer?, _ now: Int64) -> Double {
        let begin = max(self.span.lowerBound, officer?.began ?? .min)
        let end = min(self.span.upperBound, officer?.left ?? .max, now)
        let weeks = Double(max(0, end - begin)) / (7 * 86_400_000)
        return (perWeek * weeks * 10).rounded() / 10
    }

    private func addHours(_ signIns: [SignIn], _ duties: [Duty], _ now: Int64, to row: inout OfficerReport.Row) {
        func hours(_ milliseconds: Int64) -> Double { (Double(milliseconds) / 36_000).rounded() / 100 }
        // Nothing of a time to come has been done, or missed.
        let end = max(self.span.lowerBound, min(now, self.span.upperBound))
        let begun = duties.filter { $0.span.lowerBound < end }
        let rostered = begun.map { $0.span.clamped(to: self.span.lowerBound..<end) }
        let signed = signIns.map {
            max($0.from, self.span.lowerBound)..<max($0.from, self.span.lowerBound, min($0.until, self.span.upperBound))
        }
        .filter { !$0.isEmpty }
        var (planned, there) = (Stays(), Stays())
        planned.add(rostered.filter { !$0.isEmpty })
        there.add(signed)
        row.dutyHours = hours(planned.union)
        row.signedHours = hours(there.union)
        // What both have is what they have together less what at least one of them has.
        row.dutySignedHours = hours(planned.union - planned.union(without: there))
        row.shifts = begun.count
        row.shiftsMissed = begun.count { duty in !signed.contains { $0.overlaps(duty.span) } }
        row.signIns = signIns.filter { $0.milliseconds(in: self.span) > 0 || self.span.contains($0.from) }.map {
            OfficerReport.Evidence(
                station: $0.unit.station.text,
                device: $0.unit.device.text,
                from: $0.from,
                until: $0.until
            )
        }
    }

    private func addOrders(_ incidents: [Incident], to rows: inout [String: OfficerReport.Row]) {
        for incident in incidents {
            for assignment in incident.assignments {
                guard let unit = assignment.id else { continue }
                for officer in self.officers(on: unit, at: assignment.accepted ?? assignment.assigned) {
                    rows[officer]?.add(assignment, of: incident)
                }
            }
        }
    }

    private func addRollCalls(_ calls: [RollCall], to rows: inout [String: OfficerReport.Row]) {
        for call in calls {
            for member in call.members {
                guard let unit = member.id else { continue }
                let result = call.result(of: member, at: .max)
                for officer in self.officers(on: unit, at: call.started) {
                    rows[officer]?.rollCalls += 1
                    if result == .answered || result == .outside { rows[officer]?.rollCallsAnswered += 1 }
                    rows[officer]?.rollCallIDs.append(call.id)
                }
            }
        }
    }
}
