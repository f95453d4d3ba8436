import Dispatching
import History
import Incidents
import Intake
import PatrolWire
import People
import Plan
import Plans
import Reporting
import Reports
import RoadSearch
import Threading
import TimeToScene
import Units

/// Counts how the station stands, for all pages at once: a page that asks gets what was counted lately.
actor TodayBook {
    private let units: UnitTable
    private let places: UnitPlaces
    private let desk: IncidentDesk
    private let estimator: TimeToScene
    private let register: RegisterDesk
    private let plans: PlanHolder
    private let history: History
    private let casebook: Casebook
    private let zone: LocalZone
    /// The station's own target from the call to the first unit there, s.
    private let target: Double
    private let now: @Sendable () -> Int64

    private var last: (answer: TodayAnswer, lost: [String: Double])?
    private var counting: Task<(answer: TodayAnswer, lost: [String: Double]), any Error>?

    /// What was counted is told again for so long, ms.
    private static let fresh: Int64 = 10_000
    /// Within so many seconds a road counts as reached.
    private static let reach = 180.0

    init(_ parts: BoardParts, target: Double) {
        (self.units, self.places, self.desk, self.estimator) = (parts.units, parts.places, parts.desk, parts.estimator)
        (self.register, self.plans, self.history, self.casebook) = (
            parts.register, parts.plans, parts.history, parts.casebook
        )
        (self.zone, self.now, self.target) = (parts.zone, parts.now, target)
    }

    /// How the station stands.
    ///
    /// - Throws: `HistoryError`.
    func today() async throws -> TodayAnswer { try await self.counted().answer }

    /// By free unit, `station/device`: road that only it reaches within three minutes, as a share of all road, which is what
    /// sending it away costs.
    ///
    /// - Returns: What was counted last, less than a minute ago; `nil` when nothing was. The next count begins meanwhile, so
    ///   that nobody who dispatches waits for it.
    func losses() -> [String: Double]? {
        let age = self.last.map { self.now() - $0.answer.at }
        // What goes wrong is told to the page that asks for the day.
        if age.map({ !(0..<Self.fresh).contains($0) }) ?? true { Task { _ = try await self.counted() } }
        guard let last, let age, (0..<6 * Self.fresh).contains(age), last.answer.roadShare != nil else { return nil }
        return last.lost
    }

    private func counted() async throws -> (answer: TodayAnswer, lost: [String: Double]) {
        if let last, (0..<Self.fresh).contains(self.now() - last.answer.at) { return last }
        // Whoever asks meanwhile waits for the same count.
        let counting = self.counting ?? Task { try await self.count() }
        self.counting = counting
        defer { self.counting = nil }
        let counted = try await counting.value
        self.last = counted
        return counted
    }

    private nonisolated func count() async throws -> (answer: TodayAnswer, lost: [String: Double]) {
        let now = self.now()
        let units = self.units.all
        let since = self.midnight(before: now)
        let free = Candidates.free(units, places: self.places, engaged: await self.desk.engaged, now: now)
        let register = await self.register.register
        let (estimator, zone, target) = (self.estimator, self.zone, self.target)
        let reading = ReportReading(
            reader: self.history.reader(),
            casebook: self.casebook,
            span: since..<now + 1,
            now: now
        )
        let (report, share, reached) = try await onQuietThread("today") {
            Result {
                let incidents = try reading.incidents()
                let reached = estimator.roads(.siren).flatMap { Reach(estimator.network, $0) }
                    .map { $0.report(free, within: [Self.reach]) }
                let share = ResponseReport.share(of: incidents, within: target, now: now)
                return (ResponseReport(incidents, now: now, zone: zone), share, reached)
            }
        }
        .get()
        let level = reached?.levels.first
        let answer = TodayAnswer(
            at: now,
            since: since,
            targetSeconds: target,
            response: TodayAnswer.Response(
                counted: report.counted,
                reached: report.reached,
                medianSeconds: report.medianSeconds,
                p90Seconds: report.p90Seconds,
                within: report.within,
                withinTarget: share
            ),
            officers: self.officers(units, register, now),
            presence: self.presence(units, now),
            roadShare: level?.share.rounded(decimals: 4)
        )
        let all = reached?.metres ?? 0
        return (answer, all > 0 ? (level?.onlyBy ?? [:]).mapValues { $0 / all } : [:])
    }

    private nonisolated func midnight(before now: Int64) -> Int64 {
        let local = self.zone.local(now / 1_000)
        return self.zone.moments(local: local - local % 86_400).lowerBound * 1_000
    }

    private nonisolated func officers(_ units: [Unit], _ register: Register, _ now: Int64) -> TodayAnswer.Officers {
        let heard = units.filter { !$0.isOffline }
        let rostered = Roster(register, zone: self.zone).duties(in: now..<now + 1).flatMap(\.officers)
        return TodayAnswer.Officers(
            signedIn: Set(heard.flatMap { $0.facts.officers ?? [] }).count,
            rostered: Set(rostered).count
        )
    }

    /// Grids of the finest level, and those in which a unit is whose position is of the last minutes.
    private nonisolated func presence(_ units: [Unit], _ now: Int64) -> TodayAnswer.Presence? {
        guard let plan = self.plans.view?.plan, let finest = plan.grids.map(\.level).max() else { return nil }
        let grids = Set(plan.grids.filter { $0.level == finest }.map(\.id))
        var present: Set<String> = []
        for unit in units where !unit.isOffline && !unit.isPlaceDoubtful {
            guard let age = unit.positionAge(at: now), age <= Candidates.stalePosition else { continue }
            present.formUnion(grids.intersection(unit.position?.grids ?? []))
        }
        return TodayAnswer.Presence(grids: grids.count, present: present.count)
    }
}
