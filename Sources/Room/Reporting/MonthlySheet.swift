package import Cases
import FoundationEssentials
package import History
import PatrolWire
package import People
package import Plan
package import Reports
import Threading

/// The officers' list of a month as it was when the month was over (绩效清单): kept as made, whatever comes in later.
package struct MonthlySheet: Case {
    /// The kind of case.
    package static let kind = "sheet"

    /// The month, `2026-10`.
    package let id: String
    /// When it was made, ms since 1970 UTC.
    package let made: Int64
    /// The list.
    package let report: OfficerReport

    /// Beginning of the month, ms since 1970 UTC.
    package var began: Int64 { self.report.from }

    /// A sheet waits for nothing.
    package var isPending: Bool { false }

    /// It is never changed.
    package var version: Int { 1 }
}

/// Makes the sheet of a month once it is over.
package struct SheetMaker: Sendable {
    private let history: History
    private let casebook: Casebook
    private let store: any CaseStore
    private let register: RegisterDesk
    private let plan: @Sendable () -> PatrolPlan?
    private let targets: [String: Double]
    private let zone: LocalZone
    private let now: @Sendable () -> Int64

    /// What devices still have to send when a month ends has come by then, ms.
    private static let patience: Int64 = 6 * 3_600_000

    /// Creates a maker.
    ///
    /// - Parameters:
    ///   - history: The records.
    ///   - casebook: What the room did, to read.
    ///   - store: What the room did, to write.
    ///   - register: The people.
    ///   - plan: The patrol plan in force.
    ///   - targets: Visits that are wanted a week, by role.
    ///   - zone: Local time.
    ///   - now: The clock, ms since 1970 UTC.
    package init(
        history: History,
        casebook: Casebook,
        store: any CaseStore,
        register: RegisterDesk,
        plan: @escaping @Sendable () -> PatrolPlan?,
        targets: [String: Double] = [:],
        zone: LocalZone,
        now: @escaping @Sendable () -> Int64
    ) {
        (self.history, self.casebook, self.store, self.register) = (history, casebook, store, register)
        (self.plan, self.targets, self.zone, self.now) = (plan, targets, zone, now)
    }

    /// The month before the one that a moment, ms since 1970 UTC, lies in: its name and its time.
    package static func monthBefore(_ time: Int64, _ zone: LocalZone) -> (name: String, span: Range<Int64>)? {
        let day = zone.local(time / 1_000) / 86_400
        let date = CivilDate(daysSince1970: day)
        let (year, month) = date.month == 1 ? (date.year - 1, 12) : (date.year, date.month - 1)
        guard let first = CivilDate(year: year, month: month, day: 1),
            let end = CivilDate(year: date.year, month: date.month, day: 1)
        else { return nil }
        func moment(_ date: CivilDate) -> Int64 { zone.moments(local: date.daysSince1970 * 86_400).lowerBound * 1_000 }
        return (String("\(first)".prefix(7)), moment(first)..<moment(end))
    }

    /// What became of the month before.
    package enum Outcome: Sendable, Hashable {
        /// Its time has not come, or it has its sheet.
        case nothing
        /// Its sheet was made.
        case made(String)
        /// Nobody did anything in it: there will be no sheet of it.
        case empty(String)
    }

    /// Makes the sheet of the month before, if it is due and not there.
    ///
    /// - Parameter empty: A month that was found empty: its records need not be read once more.
    /// - Returns: What became of it.
    /// - Throws: What the stores throw.
    package func makeIfDue(but empty: String? = nil) async throws -> Outcome {
        let now = self.now()
        guard let (name, span) = Self.monthBefore(now, self.zone), name != empty,
            now >= span.upperBound + Self.patience
        else { return .nothing }
        let (register, plan) = (await self.register.register, self.plan())
        let reading = ReportReading(
            reader: self.history.reader(),
            casebook: self.casebook,
            span: span,
            now: span.upperBound
        )
        let (casebook, zone, store, targets) = (self.casebook, self.zone, self.store, self.targets)
        return try await onQuietThread("sheet") {
            Result {
                guard try casebook.item(MonthlySheet.kind, id: name) == nil else { return Outcome.nothing }
                let report = try reading.officers(register, plan, targets: targets, zone: zone)
                // A room that has begun since has no month before.
                guard report.officers.contains(where: { !$0.signIns.isEmpty || $0.shifts > 0 || !$0.tasks.isEmpty })
                else { return .empty(name) }
                let deed = CaseDeed(actor: "room", origin: "room", what: "sheet", time: now)
                try store.save(MonthlySheet(id: name, made: now, report: report), isNew: true, deed)
                return .made(name)
            }
        }
        .get()
    }
}
