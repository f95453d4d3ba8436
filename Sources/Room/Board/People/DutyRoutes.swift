import Ground
import Hummingbird
import PatrolWire
import People
import Plan
import Plans
import Reporting
import Reports
import Threading

/// The roster laid out in time, over HTTP.
struct RosterRoutes: Sendable {
    let register: RegisterDesk
    let zone: LocalZone
    /// ms since 1970 UTC.
    let now: @Sendable () -> Int64

    /// A longer roster is asked for in parts, ms.
    private static let longest: Int64 = 100 * 86_400_000

    func add(to api: RouterGroup<BoardContext>) {
        api.get("roster") { request, context in
            try context.require(.dispatcher)
            try request.allow("from", "to")
            // The present day and the six after it, by the station's clock.
            let today = self.zone.local(self.now() / 1_000) / 86_400 * 86_400
            let from = try request.time("from", default: self.zone.moments(local: today).lowerBound * 1_000)
            let to = try request.time("to", default: from + 7 * 86_400_000)
            guard from < to else { throw Problem(.badRequest, "'from' must be before 'to'") }
            guard to - from <= Self.longest else {
                throw Problem(.badRequest, "'from' and 'to' are more than 100 days apart")
            }
            let register = await self.register.register
            let roster = Roster(register, zone: self.zone)
            return try tagged(
                RosterAnswer(
                    from: from,
                    to: to,
                    duties: roster.duties(in: from..<to).map { DutyAnswer($0, register) },
                    problems: roster.problems(in: from..<to).map(RosterAnswer.Fault.init)
                ),
                request
            )
        }
    }
}

/// An officer by number and name.
struct PersonAnswer: Encodable, Sendable, Hashable {
    let number: String
    let name: String?

    init(_ number: String, _ register: Register) {
        (self.number, self.name) = (number, register.officers[number]?.name)
    }
}

/// One crew's time on duty.
struct DutyAnswer: Encodable, Sendable {
    let shift: String
    let name: String?
    let date: String
    let from: Int64
    let until: Int64
    /// The same by the station's clock, such as `22:00`.
    let fromClock: String
    let untilClock: String
    let unit: String?
    let sector: String?
    let places: [String]
    let need: Int
    let officers: [PersonAnswer]
    let absent: [PersonAnswer]

    private enum CodingKeys: String, CodingKey {
        case shift, name, date, from, until, unit, sector, places, need, officers, absent
        case fromClock = "from_clock"
        case untilClock = "until_clock"
    }

    init(_ duty: Duty, _ register: Register) {
        (self.shift, self.name) = (duty.shift.id, duty.shift.name)
        self.date = "\(CivilDate(daysSince1970: duty.day))"
        (self.from, self.until) = (duty.span.lowerBound, duty.span.upperBound)
        (self.fromClock, self.untilClock) = (duty.shift.from, duty.shift.until)
        (self.unit, self.sector, self.places) = (duty.shift.unit, duty.shift.sector, duty.shift.places)
        self.need = duty.shift.need
        self.officers = duty.officers.map { PersonAnswer($0, register) }
        self.absent = duty.absent.map { PersonAnswer($0, register) }
    }
}

/// The roster of a time, and what is wrong with it.
struct RosterAnswer: Encodable, Sendable {
    struct Fault: Encodable, Sendable {
        let kind: String
        let shift: String
        let date: String
        let from: Int64
        let until: Int64
        let officer: String?
        let other: String?
        let text: String

        init(_ problem: RosterProblem) {
            (self.kind, self.shift, self.date) = (problem.kind.rawValue, problem.shift, "\(problem.date)")
            (self.from, self.until) = (problem.span.lowerBound, problem.span.upperBound)
            (self.officer, self.other, self.text) = (problem.officer, problem.other, problem.text)
        }
    }

    let from: Int64
    let to: Int64
    let duties: [DutyAnswer]
    let problems: [Fault]
}

/// Who is on duty now: who should be, who has signed in where, and who is there without being on the roster.
struct OnDutyAnswer: Encodable, Sendable {
    struct Officer: Encodable, Sendable {
        let number: String
        let name: String?
        let signedIn: Bool
        /// Since when, ms since 1970 UTC.
        let since: Int64?
        /// On which unit, `station/device`.
        let unit: String?
        /// Whether that is not the unit that the roster names.
        let elsewhere: Bool?
        /// Whether the place of the sign-in lies outside the grids that the roster names.
        let outside: Bool?

        private enum CodingKeys: String, CodingKey {
            case number, name, since, unit, elsewhere, outside
            case signedIn = "signed_in"
        }
    }

    struct Duty: Encodable, Sendable {
        let duty: DutyAnswer
        let officers: [Officer]

        private enum CodingKeys: String, CodingKey { case officers }

        func encode(to encoder: any Encoder) throws {
            try self.duty.encode(to: encoder)
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(self.officers, forKey: .officers)
        }
    }

    let at: Int64
    let duties: [Duty]
    let unplanned: [Officer]

    init(_ register: Register, zone: LocalZone, plan: PatrolPlan?, signIns: [SignIn], now: Int64) {
        let open = Dictionary(grouping: signIns.filter(\.isOpen), by: \.officer).compactMapValues { own in
            own.max { $0.from < $1.from }
        }
        let duties = Roster(register, zone: zone).duties(in: now..<now + 1)
        self.at = now
        self.duties = duties.map { duty in
            let officers = duty.officers.map { number in
                Self.officer(number, register, open[number], of: duty, plan)
            }
            return Duty(duty: DutyAnswer(duty, register), officers: officers)
        }
        let planned = Set(duties.flatMap(\.officers))
        self.unplanned = open.keys.filter { !planned.contains($0) }.sorted().map {
            Self.officer($0, register, open[$0], of: nil, plan)
        }
    }

    private static func officer(
        _ number: String,
        _ register: Register,
        _ signIn: SignIn?,
        of duty: People.Duty?,
        _ plan: PatrolPlan?
    ) -> Officer {
        let unit = duty?.unit
        return Officer(
            number: number,
            name: register.officers[number]?.name,
            signedIn: signIn != nil,
            since: signIn?.from,
            unit: signIn.map { "\($0.unit)" },
            elsewhere: signIn.flatMap { own in unit.map { $0 != own.unit } },
            outside: signIn.flatMap { Self.isOutside($0, duty, plan) }
        )
    }

    /// Whether a sign-in lies outside the duty's grids; `nil` where the duty has none, or the place is not known.
    private static func isOutside(_ signIn: SignIn, _ duty: People.Duty?, _ plan: PatrolPlan?) -> Bool? {
        guard let plan, let duty, let latitude = signIn.latitude, let longitude = signIn.longitude,
            let place = Coordinate(latitude: latitude, longitude: longitude)
        else { return nil }
        let own = Set(duty.shift.places).intersection(plan.grids.map(\.id))
        guard !own.isEmpty else { return nil }
        return own.isDisjoint(with: plan.grids(at: plan.plane.project(place)).map { plan.grids[$0].id })
    }
}

extension ReportRoutes {
    /// Who is on duty now.
    func duty(_ request: Request, _ context: BoardContext) async throws -> Response {
        try context.require(.dispatcher)
        try request.allow()
        let (register, plan, zone) = (await self.register.register, self.plans.view?.plan, self.zone)
        let now = self.now()
        let reading = self.reading(now - 1..<now + 1) { true }
        let signIns = try await self.gate.pass(context.actor) {
            try await onQuietThread("duty") { Result { try reading.signIns() } }.get()
        }
        return try tagged(
            OnDutyAnswer(register, zone: zone, plan: plan, signIns: signIns, now: now),
            request
        )
    }
}
