import Ground
import Hummingbird
import Incidents
import PatrolWire
import People
import Plan
import Plans
import Reporting
import Reports
import Tasks
import Threading

/// What a chief goes through at the start of a day or a week (每日一调度, 每周一研判): what happened, what was missed, what
/// is overdue, and what the coming days lack.
struct Briefing: Encodable, Sendable {
    struct Response: Encodable, Sendable {
        let counted: Int
        let reached: Int
        let median: Double?
        let within: [String: Double]

        private enum CodingKeys: String, CodingKey {
            case counted, reached, within
            case median = "median_s"
        }
    }

    struct Grid: Encodable, Sendable {
        let id: String
        let name: String?
        let share: Double?
        let incidents: Int

        private enum CodingKeys: String, CodingKey {
            case id, name, incidents
            case share = "presence_share"
        }
    }

    struct Missed: Encodable, Sendable {
        let kind: String
        let id: String
        let name: String?
        let done: Int
        let missed: Int
    }

    let from: Int64
    let to: Int64
    let incidents: IncidentTrend.Row
    let categories: [String: IncidentTrend.Row]
    let response: Response
    /// Grids with the least presence first; of equal presence the one with more incidents.
    let grids: [Grid]
    /// Grids that stand in the presence report and not here.
    let moreGrids: Int
    /// Posts and lines that were missed, the most missed first.
    let missed: [Missed]
    /// Tasks that are overdue, the longest first.
    let overdue: [TaskAnswer]
    /// What is wrong with the roster of the next seven days.
    let roster: [RosterAnswer.Fault]

    private enum CodingKeys: String, CodingKey {
        case from, to, incidents, response, grids, missed, overdue, roster
        case categories = "by_category"
        case moreGrids = "more_grids"
    }

    /// More grids than this nobody goes through in a meeting; the presence report has them all.
    private static let mostGrids = 10

    init(
        _ reading: ReportReading,
        _ register: Register,
        _ plan: PatrolPlan?,
        _ tasks: [OwnedTask],
        zone: LocalZone
    ) throws {
        let now = reading.now
        (self.from, self.to) = (reading.span.lowerBound, reading.span.upperBound)
        let trend = try reading.trend(zone: zone)
        (self.incidents, self.categories) = (trend.all, trend.categories)
        let found = try reading.incidents()
        let report = ResponseReport(found, now: now, zone: zone)
        self.response = Response(
            counted: report.counted,
            reached: report.reached,
            median: report.medianSeconds,
            within: report.within
        )
        let presence = try reading.presence(plan, zone: zone)
        let hot = Self.incidents(found, plan)
        let grids = presence.grids.map {
            Grid(id: $0.id, name: $0.name, share: $0.share, incidents: hot[$0.id] ?? 0)
        }
        self.grids = Array(
            grids.sorted { ($0.share ?? 0, $1.incidents, $0.id) < ($1.share ?? 0, $0.incidents, $1.id) }
                .prefix(Self.mostGrids)
        )
        self.moreGrids = grids.count - self.grids.count
        let duties = presence.posts.map { ("post", $0) } + presence.lines.map { ("line", $0) }
        self.missed = duties.filter { $0.1.missed > 0 }
            .sorted { ($1.1.missed, $0.1.id) < ($0.1.missed, $1.1.id) }
            .map { Missed(kind: $0.0, id: $0.1.id, name: $0.1.name, done: $0.1.done, missed: $0.1.missed) }
        self.overdue = tasks.filter { $0.state == .open && $0.isOverdue(at: now) }.sorted { $0.due < $1.due }
            .map { TaskAnswer($0, now: now) }
        let week = now..<now + 7 * 86_400_000
        self.roster = Roster(register, zone: zone).problems(in: week).map(RosterAnswer.Fault.init)
    }

    /// How many incidents each grid had.
    private static func incidents(_ incidents: [Incident], _ plan: PatrolPlan?) -> [String: Int] {
        guard let plan else { return [:] }
        var counts: [String: Int] = [:]
        for incident in incidents where incident.state != .cancelled {
            guard let scene = incident.scene else { continue }
            for grid in plan.grids(at: plan.plane.project(scene)) { counts[plan.grids[grid].id, default: 0] += 1 }
        }
        return counts
    }
}

extension ReportRoutes {
    /// What a chief goes through: of the last seven days, or of a time that is asked for.
    func briefing(_ request: Request, _ context: BoardContext) async throws -> Hummingbird.Response {
        try context.require(.chief)
        try request.allow("from", "to")
        let now = self.now()
        let to = try request.time("to", default: now)
        let from = try request.time("from", default: max(0, to - 7 * 86_400_000))
        guard from < to else { throw Problem(.badRequest, "'from' must be before 'to'") }
        let (register, plan, zone) = (await self.register.register, self.plans.view?.plan, self.zone)
        let tasks = await self.tasks.open
        let reading = self.reading(from..<to) { true }
        let briefing = try await self.gate.pass(context.actor) {
            try await onQuietThread("briefing") {
                Result { try Briefing(reading, register, plan, tasks, zone: zone) }
            }
            .get()
        }
        return try tagged(briefing, request)
    }
}
