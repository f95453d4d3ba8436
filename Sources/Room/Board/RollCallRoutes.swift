import Cases
import Hummingbird
import Incidents
import Intake
import PatrolWire
import Threading
import Units

/// Roll calls over HTTP.
struct RollCallRoutes: Sendable {
    let units: UnitTable
    let rollCalls: RollCallDesk
    let teams: [Team]
    let now: @Sendable () -> Int64

    struct MemberAnswer: Encodable, Sendable {
        let station: String
        let device: String
        let unit: String
        let result: String
        let deviceAnswered: Int64?
        let officerAnswered: Int64?
        let lat: Double?
        let lon: Double?
        let inside: Bool?

        private enum CodingKeys: String, CodingKey {
            case station, device, unit, result, lat, lon, inside
            case deviceAnswered = "device_answered"
            case officerAnswered = "officer_answered"
        }
    }

    struct Answer: Encodable, Sendable {
        let id: String
        let started: Int64
        let deadline: Int64
        let by: String
        let officer: Bool
        let over: Bool
        let counts: [String: Int]
        let units: [MemberAnswer]

        init(_ call: RollCall, now: Int64) {
            self.id = call.id
            self.started = call.started
            self.deadline = call.deadline
            self.by = call.actor
            self.officer = call.needsOfficer
            self.over = call.isOver(at: now)
            self.units = call.members.map { member in
                MemberAnswer(
                    station: member.station,
                    device: member.device,
                    unit: member.unit,
                    result: call.result(of: member, at: now).rawValue,
                    deviceAnswered: member.deviceAnswered,
                    officerAnswered: member.officerAnswered,
                    lat: member.latitude,
                    lon: member.longitude,
                    inside: member.isInside
                )
            }
            self.counts = Dictionary(grouping: self.units, by: \.result).mapValues(\.count)
        }
    }

    /// Roll calls, newest first; `next` says where the list goes on.
    struct Page: Encodable, Sendable {
        typealias Next = IncidentsAnswer.Next

        let rollcalls: [Answer]
        let more: Bool
        let next: Next?
    }

    func add(to api: RouterGroup<BoardContext>) {
        api.get("rollcalls") { request, context in
            try context.require(.viewer)
            try request.allow("before", "before_id", "limit")
            let now = self.now()
            let limit = try request.integer("limit", in: 1...200, default: 50)
            let cursor = CaseCursor(time: try request.time("before", default: 1 << 53), id: request.query("before_id"))
            let calls = try await self.rollCalls.page(before: cursor, limit: limit + 1)
            let listed = calls.prefix(limit)
            let next = calls.count > limit ? listed.last.map { Page.Next(before: $0.started, id: $0.id) } : nil
            let page = Page(rollcalls: listed.map { Answer($0, now: now) }, more: calls.count > limit, next: next)
            return try tagged(page, request)
        }
        api.get("rollcalls/:id") { request, context in
            try context.require(.viewer)
            try request.allow()
            let id = try context.parameters.require("id")
            guard let call = try await self.rollCalls.call(id) else {
                throw Problem(.notFound, "no roll call '\(id)'; GET /api/v1/rollcalls lists them")
            }
            return try tagged(Answer(call, now: self.now()), request)
        }
        api.post("rollcalls") { request, context in try await self.call(request, context) }
    }

    private func call(_ request: Request, _ context: BoardContext) async throws -> Response {
        try context.require(.dispatcher)
        try request.allow()
        struct Body: Decodable {
            let devices: [String]?
            let station: String?
            let team: String?
            let seconds: Double?
            let officer: Bool?
        }
        let body: Body = try await request.json(example: #"{"seconds":60,"officer":true} or {"devices":["car-01"]}"#)
        let seconds = body.seconds ?? 60
        guard (5...3_600).contains(seconds) else { throw Problem(.badRequest, "'seconds' must be from 5 to 3600") }
        let team = try body.team.map { name in
            guard let team = self.teams.first(where: { $0.name == name }) else {
                throw Problem(.notFound, "no team '\(name)'; GET /api/v1/page names them")
            }
            return team
        }
        let units = self.units.all.filter { unit in
            if let station = body.station, station != unit.station.text { return false }
            if let devices = body.devices {
                return devices.contains(unit.device.text) || devices.contains("\(unit.id)")
            }
            return unit.status != .off && team?.has(unit) ?? true
        }
        for name in body.devices ?? [] where units.count(where: { $0.device.text == name }) > 1 {
            throw Problem(.badRequest, "'\(name)' is at several stations: say 'station' too, or STATION/\(name)")
        }
        if let stranger = body.devices?.first(where: { name in
            !units.contains { $0.device.text == name || "\($0.id)" == name }
        }) {
            throw Problem(.notFound, "no unit '\(stranger)' has been heard of; GET /api/v1/units lists them")
        }
        guard !units.isEmpty else { throw Problem(.conflict, "no unit is on duty: nobody could answer") }
        let call = try await self.rollCalls.call(
            units.map { RollCall.Member(station: $0.station.text, device: $0.device.text, unit: $0.callSign) },
            seconds: seconds,
            needsOfficer: body.officer ?? false,
            actor: context.actor,
            origin: context.origin
        )
        return answer(
            try jsonBytes(Answer(call, now: self.now())),
            status: .created,
            headers: [.location: "/api/v1/rollcalls/\(call.id)"]
        )
    }
}
