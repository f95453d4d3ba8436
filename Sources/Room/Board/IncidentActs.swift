import Dispatching
import Hummingbird
import Incidents
import Intake
import PatrolWire
import Threading
import TimeToScene
import Units

/// What is done to an incident over HTTP, each act with its actor.
extension IncidentRoutes {
    func addActs(to api: RouterGroup<BoardContext>) {
        api.post("incidents/:id/assign") { request, context in try await self.assign(request, context) }
        api.post("incidents/:id/cancel") { request, context in
            struct Body: Decodable {
                let device: String?
                let station: String?
                let reason: String?
                let note: String?
                let version: Int?
            }
            let body: Body = try await request.json(example: #"{"reason":"false_alarm"} or {"device":"car-01"}"#)
            try request.bound(["reason": body.reason, "note": body.note])
            let reason = [body.reason, body.note].compactMap(\.self).filter { !$0.isEmpty }
            let step: IncidentStep =
                body.device.map { .recall(device: $0, station: body.station) }
                ?? .cancel(reason: reason.isEmpty ? nil : reason.joined(separator: ": "))
            return try await self.act(step, body.version, request, context)
        }
        api.post("incidents/:id/close") { request, context in
            struct Body: Decodable {
                let result: String
                let referred: Bool?
                let note: String?
                let version: Int?
            }
            let body: Body = try await request.json(example: #"{"result":"settled","referred":false}"#)
            try request.bound(["result": body.result, "note": body.note])
            guard !body.result.isEmpty else { throw Problem(.badRequest, "'result' must say how it ended") }
            let disposition = Incident.Disposition(
                result: body.result,
                isReferred: body.referred ?? false,
                note: body.note
            )
            return try await self.act(.close(disposition), body.version, request, context)
        }
        api.post("incidents/:id/reopen") { request, context in try await self.act(.reopen, nil, request, context) }
        api.post("incidents/:id/amend") { request, context in
            let body: IncidentStep.Amendment = try await request.json(example: #"{"priority":1,"note":"a knife"}"#)
            try request.bound(["note": body.note, "place": body.place])
            try request.bound(["category": body.category], to: WireLimits.name)
            return try await self.act(.amend(body), nil, request, context)
        }
        api.post("incidents/:id/progress") { request, context in try await self.progress(request, context) }
        api.post("incidents/:id/follow-up") { request, context in
            struct Body: Decodable {
                let text: String?
                let owner: String?
                let due: Int64?
                let done: Bool?
            }
            let body: Body = try await request.json(example: #"{"text":"…","owner":"…","due":1780000000000}"#)
            if body.done == true { return try await self.act(.followed, nil, request, context) }
            guard let text = body.text, let owner = body.owner, let due = body.due else {
                throw Problem(.badRequest, "'text', 'owner' and 'due' (ms since 1970) must be given, or 'done'")
            }
            try request.bound(["text": text])
            try request.bound(["owner": owner], to: WireLimits.name)
            guard (0...1 << 53).contains(due) else { throw Problem(.badRequest, "'due' must be ms since 1970") }
            let followUp = Incident.FollowUp(text: text, owner: owner, due: due, done: nil)
            return try await self.act(.follow(followUp), nil, request, context)
        }
        api.post("incidents/:id/take") { request, context in
            struct Body: Decodable { let alarm: String }
            let body: Body = try await request.json(example: #"{"alarm":"late:car-01:1780000000000"}"#)
            return try await self.act(.take(alarm: body.alarm), nil, request, context)
        }
    }

    private func act(
        _ step: IncidentStep,
        _ version: Int?,
        _ request: Request,
        _ context: BoardContext
    ) async throws -> Response {
        try context.require(.dispatcher)
        try request.allow()
        let id = try context.parameters.require("id")
        let incident = try await Problem.of {
            try await self.desk.take(
                step,
                with: id,
                version: version,
                actor: context.actor,
                origin: context.origin
            )
        }
        return answer(try jsonBytes(IncidentAnswer(incident)), headers: [.eTag: "\"\(incident.version)\""])
    }

    private func assign(_ request: Request, _ context: BoardContext) async throws -> Response {
        try context.require(.dispatcher)
        struct Body: Decodable {
            let device: String
            let station: String?
            let profile: String?
            let version: Int?
        }
        let body: Body = try await request.json(example: #"{"device":"car-01"}"#)
        let incident = try await self.incident(context)
        let units = self.units.named(body.device)
            .filter { body.station == nil || $0.station.text == body.station }
        guard let unit = units.first else {
            throw Problem(.notFound, "no unit '\(body.device)' has been heard of; GET /api/v1/units lists them")
        }
        guard units.count == 1 else {
            throw Problem(.badRequest, "'\(body.device)' is at several stations: say 'station' too")
        }
        // A call for help without a place: the unit that is sent is told to ask.
        let candidates = incident.scene == nil ? nil : try await self.ranking(for: incident, profile: body.profile)
        let unitToSend = IncidentStep.UnitToSend(unit, to: incident, among: candidates)
        return try await self.act(.assign(unitToSend), body.version, request, context)
    }

    /// What the officer said over the radio.
    private func progress(_ request: Request, _ context: BoardContext) async throws -> Response {
        struct Body: Decodable {
            let device: String
            let station: String?
            let state: String
            let reason: String?
        }
        let body: Body = try await request.json(example: #"{"device":"car-01","state":"scene"}"#)
        try request.bound(["reason": body.reason])
        let step: IncidentStep.DeviceStep
        switch body.state {
        case "accepted": step = .accepted
        case "declined": step = .declined(reason: body.reason ?? "")
        case "enroute": step = .departed
        case "scene": step = .arrived
        case "cleared": step = .cleared
        default:
            throw Problem(.badRequest, "'state' must be accepted, declined, enroute, scene or cleared")
        }
        return try await self.act(
            .device(body.device, station: body.station, step, at: self.now()),
            nil,
            request,
            context
        )
    }
}

extension Problem {
    /// A refusal as a problem document.
    init(_ refusal: IncidentRefusal) {
        switch refusal.kind {
        case .unknown: self.init(.notFound, "\(refusal)")
        case .conflict: self.init(.conflict, "\(refusal)")
        case .invalid: self.init(.badRequest, "\(refusal)")
        }
        (self.reason, self.names) = (refusal.reason?.rawValue, refusal.names)
    }

    /// Runs an act; what it throws becomes a problem document.
    static func of<R>(_ body: () async throws -> R) async throws -> R {
        do {
            return try await body()
        } catch let refusal as IncidentRefusal {
            throw Problem(refusal)
        }
    }
}
