import Dispatching
import Ground
import HTTPTypes
import Hummingbird
import PatrolWire
import Roads
import Threading
import TimeToScene
import Units

/// Incidents over HTTP: from the call to the last unit that left.
struct IncidentRoutes: Sendable {
    let parts: BoardParts

    private static let mostListed = 200

    func add(to api: RouterGroup<BoardContext>) {
        api.get("incidents") { request, context in try await self.list(request, context) }
        api.post("incidents") { request, context in try await self.open(request, context) }
        api.get("incidents/:id") { request, context in
            try context.require(.viewer)
            let incident = try await self.incident(context)
            return try tagged(IncidentAnswer(incident), request, tag: "\(incident.version)")
        }
        api.get("incidents/:id/candidates") { request, context in
            try context.require(.viewer)
            return try await self.candidates(for: self.incident(context), profile: request.query("profile"))
        }
        api.post("incidents/:id/assign") { request, context in try await self.assign(request, context) }
        api.post("incidents/:id/cancel") { request, context in
            struct Body: Decodable {
                let device: String?
                let station: String?
                let reason: String?
                let version: Int?
            }
            let body: Body = try await request.json(example: #"{"reason":"false alarm"} or {"device":"car-01"}"#)
            let step: IncidentStep =
                body.device.map { .recall(device: $0, station: body.station) } ?? .cancel(reason: body.reason)
            return try await self.act(step, body.version, request, context)
        }
        api.post("incidents/:id/close") { request, context in
            struct Body: Decodable {
                let result: String
                let referred: Bool?
                let version: Int?
            }
            let body: Body = try await request.json(example: #"{"result":"settled","referred":false}"#)
            let disposition = Incident.Disposition(result: body.result, isReferred: body.referred ?? false)
            return try await self.act(.close(disposition), body.version, request, context)
        }
        api.post("incidents/:id/reopen") { request, context in try await self.act(.reopen, nil, request, context) }
        api.post("incidents/:id/amend") { request, context in
            let body: IncidentStep.Amendment = try await request.json(example: #"{"priority":1,"note":"a knife"}"#)
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
            let followUp = Incident.FollowUp(text: text, owner: owner, due: due, done: nil)
            return try await self.act(.follow(followUp), nil, request, context)
        }
        api.post("incidents/:id/take") { request, context in
            struct Body: Decodable { let alarm: String }
            let body: Body = try await request.json(example: #"{"alarm":"late:car-01:1780000000000"}"#)
            return try await self.act(.take(alarm: body.alarm), nil, request, context)
        }
    }

    private func incident(_ context: BoardContext) async throws -> Incident {
        do {
            return try await self.parts.desk.incident(context.parameters.require("id"))
        } catch let refusal as IncidentRefusal {
            throw Problem(refusal)
        }
    }

    private func list(_ request: Request, _ context: BoardContext) async throws -> Response {
        try context.require(.viewer)
        let before = try request.time("before", default: .max >> 10)
        let limit = request.query("limit").flatMap { Int($0) } ?? Self.mostListed
        guard (1...Self.mostListed).contains(limit) else {
            throw Problem(.badRequest, "'limit' must be from 1 to \(Self.mostListed)")
        }
        let all = await self.parts.desk.all.filter { incident in
            incident.received < before
                && (request.query("state").map {
                    $0 == "open" ? !incident.state.isEnded : $0 == incident.state.rawValue
                }
                    ?? true)
        }
        return try tagged(
            IncidentsAnswer(
                incidents: all.prefix(limit).map(IncidentAnswer.init),
                alarms: await self.parts.desk.alarms.map(AlarmAnswer.init),
                more: all.count > limit
            ),
            request
        )
    }

    private func open(_ request: Request, _ context: BoardContext) async throws -> Response {
        try context.require(.dispatcher)
        let body: IncidentRequest = try await request.json(example: #"{"lat":41.15,"lon":-8.61,"note":"…"}"#)
        guard let scene = Coordinate(latitude: body.lat, longitude: body.lon) else {
            throw Problem(.badRequest, "'lat' must be within -90 and 90, 'lon' within -180 and 180")
        }
        if let id = body.id, !Self.isID(id) {
            throw Problem(.badRequest, "'id' must be 1 to 64 letters, digits, '.', '_' or '-'")
        }
        if let station = body.station, !self.parts.stations.contains(where: { $0.text == station }) {
            throw Problem(.badRequest, "'station' must be one of this room's")
        }
        do throws(SceneError) {
            try self.parts.estimator.check(scene: scene)
        } catch {
            throw Problem(.unprocessableContent, "\(scene.latitude),\(scene.longitude): \(error)")
        }
        let incident = try await Problem.of {
            try await self.parts.desk.open(
                body.report,
                station: body.station,
                actor: context.actor,
                origin: context.origin,
                id: body.id
            )
        }
        return answer(
            try jsonBytes(IncidentAnswer(incident)),
            status: .created,
            headers: [.location: "/api/v1/incidents/\(incident.id)"]
        )
    }

    /// An id stands in paths and commands.
    private static func isID(_ text: String) -> Bool {
        (1...64).contains(text.utf8.count)
            && text.utf8.allSatisfy { byte in
                switch byte {
                case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F: true
                default: false
                }
            }
    }

    private func act(
        _ step: IncidentStep,
        _ version: Int?,
        _ request: Request,
        _ context: BoardContext
    ) async throws -> Response {
        try context.require(.dispatcher)
        let id = try context.parameters.require("id")
        let incident = try await Problem.of {
            try await self.parts.desk.take(
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
        let units = self.parts.units.withLock { $0.named(body.device) }
            .filter { body.station == nil || $0.station.text == body.station }
        guard let unit = units.first else {
            throw Problem(.notFound, "no unit '\(body.device)' has been heard of; GET /api/v1/units lists them")
        }
        guard units.count == 1 else {
            throw Problem(.badRequest, "'\(body.device)' is at several stations: say 'station' too")
        }
        let candidates = try await self.ranking(for: incident, profile: body.profile)
        let offered = candidates.free.compactMap { candidate in
            candidate.estimate?.journey.map {
                Assignment.Offer(device: candidate.unit.device.text, seconds: $0.seconds.rounded(decimals: 1))
            }
        }
        let estimate = (candidates.free + candidates.belowLine).first {
            $0.unit.device == unit.device && $0.unit.station == unit.station
        }?.estimate
        let step = IncidentStep.assign(
            IncidentStep.UnitToSend(
                station: unit.station.text,
                device: unit.device.text,
                unit: unit.callSign,
                order: "\(incident.id)-\(unit.device)-\(incident.version)",
                offered: offered,
                forecast: estimate?.journey.map {
                    Assignment.Forecast(
                        seconds: $0.seconds.rounded(decimals: 1),
                        p10: $0.p10.rounded(decimals: 1),
                        p90: $0.p90.rounded(decimals: 1),
                        metres: $0.metres.rounded()
                    )
                }
            )
        )
        return try await self.act(step, body.version, request, context)
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
            .device(body.device, station: body.station, step, at: self.parts.now()),
            nil,
            request,
            context
        )
    }

    private func ranking(for incident: Incident, profile name: String?) async throws -> Candidates {
        guard let profile = RoadWeights.Profile(rawValue: name ?? "siren") else {
            throw Problem(.badRequest, "'profile' must be 'civil' or 'siren'")
        }
        guard let scene = incident.scene else { throw Problem(.notFound, "\(incident.id) has no place") }
        do throws(SceneError) {
            return try Candidates(
                self.parts.units.withLock { $0.all },
                places: self.parts.places,
                engaged: await self.parts.desk.engaged,
                scene: scene,
                profile: profile,
                estimator: self.parts.estimator,
                now: self.parts.now()
            )
        } catch {
            throw Problem(.unprocessableContent, "\(error)")
        }
    }

    private func candidates(for incident: Incident, profile: String?) async throws -> CandidatesAnswer {
        let candidates = try await self.ranking(for: incident, profile: profile)
        return CandidatesAnswer(
            incident: incident.id,
            scene: PlaceAnswer(lat: incident.report.latitude, lon: incident.report.longitude),
            profile: profile ?? "siren",
            at: self.parts.now(),
            units: candidates.free.map(CandidateAnswer.init),
            belowLine: candidates.belowLine.map(CandidateAnswer.init)
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
