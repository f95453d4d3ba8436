import Cases
import Dispatching
import Ground
import Hummingbird
import Incidents
import Intake
import PatrolWire
import RoadSearch
import Threading
import TimeToScene
import Units

/// Incidents over HTTP: from the call to the last unit that left.
struct IncidentRoutes: Sendable {
    let units: UnitTable
    let places: UnitPlaces
    let desk: IncidentDesk
    let estimator: TimeToScene
    let stations: [Name]
    let today: TodayBook
    let now: @Sendable () -> Int64

    private static let mostListed = 200

    func add(to api: RouterGroup<BoardContext>) {
        api.get("incidents") { request, context in try await self.list(request, context) }
        api.post("incidents") { request, context in try await self.open(request, context) }
        api.get("incidents/:id") { request, context in
            try context.require(.viewer)
            try request.allow()
            let incident = try await self.incident(context)
            return try tagged(IncidentAnswer(incident), request, tag: "\(incident.version)")
        }
        api.get("incidents/:id/candidates") { request, context in
            try context.require(.viewer)
            try request.allow("profile")
            let incident = try await self.incident(context)
            return answer(try jsonBytes(await self.candidates(for: incident, profile: request.query("profile"))))
        }
        self.addActs(to: api)
    }

    /// The incident that the address names.
    func incident(_ context: BoardContext) async throws -> Incident {
        do {
            return try await self.desk.incident(context.parameters.require("id"))
        } catch let refusal as IncidentRefusal {
            throw Problem(refusal)
        }
    }

    private func list(_ request: Request, _ context: BoardContext) async throws -> Response {
        try context.require(.viewer)
        try request.allow("before", "before_id", "limit", "state", "category", "from", "q")
        let limit = try request.integer("limit", in: 1...Self.mostListed, default: Self.mostListed)
        let search = try IncidentSearch(request)
        var cursor = CaseCursor(time: try request.time("before", default: 1 << 53), id: request.query("before_id"))
        var (found, read, isEnd): ([Incident], Int, Bool) = ([], 0, false)
        // The store knows what is open; anything else is looked for page by page.
        while found.count <= limit, !isEnd, read < IncidentSearch.mostRead {
            let size = max(limit + 1, IncidentSearch.leastRead)
            let page = try await self.desk.page(before: cursor, isOpen: search.isOpen, limit: size)
            found += page.filter(search.fits)
            read += page.count
            isEnd = page.count < size
            guard let last = page.last else { break }
            if search.isOver(at: last.received) { isEnd = true }
            cursor = CaseCursor(time: last.received, id: last.id)
        }
        let listed = found.prefix(limit)
        var next: IncidentsAnswer.Next?
        if found.count > limit {
            next = listed.last.map { IncidentsAnswer.Next(before: $0.received, id: $0.id) }
        } else if !isEnd {
            // Not all was read yet: it goes on behind the last that was.
            next = IncidentsAnswer.Next(before: cursor.time, id: cursor.id ?? "")
        }
        return try tagged(
            IncidentsAnswer(
                incidents: listed.map(IncidentAnswer.init),
                alarms: await self.desk.alarms.map(AlarmAnswer.init),
                more: next != nil,
                next: next
            ),
            request
        )
    }

    private func open(_ request: Request, _ context: BoardContext) async throws -> Response {
        try context.require(.dispatcher)
        try request.allow()
        let body: IncidentRequest = try await request.json(example: #"{"lat":41.15,"lon":-8.61,"note":"…"}"#)
        guard Coordinate(latitude: body.lat, longitude: body.lon) != nil else {
            throw Problem(.badRequest, "'lat' must be within -90 and 90, 'lon' within -180 and 180")
        }
        if let id = body.id, !Self.isID(id) {
            throw Problem(.badRequest, "'id' must be 1 to 64 letters, digits, '.', '_' or '-'")
        }
        if let station = body.station, !self.stations.contains(where: { $0.text == station }) {
            throw Problem(.badRequest, "'station' must be one of this room's")
        }
        if let fault = body.excess { throw Problem(.badRequest, fault) }
        let incident = try await Problem.of {
            try await self.desk.open(
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
        (1...64).contains(text.utf8.count) && text != "." && text != ".."
            && text.utf8.allSatisfy { byte in
                switch byte {
                case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F: true
                default: false
                }
            }
    }

    /// Who could go, as a unit is chosen.
    func ranking(for incident: Incident, profile name: String?) async throws -> Candidates {
        guard let profile = RoadWeights.Profile(rawValue: name ?? "siren") else {
            throw Problem(.badRequest, "'profile' must be 'civil' or 'siren'")
        }
        guard let scene = incident.scene else {
            throw Problem(.conflict, "nobody knows where \(incident.id) is: its device has never had a position")
        }
        return Candidates(
            self.units.all,
            places: self.places,
            engaged: await self.desk.engaged,
            scene: scene,
            profile: profile,
            estimator: self.estimator,
            caller: incident.distress?.id,
            now: self.now()
        )
    }

    private func candidates(for incident: Incident, profile: String?) async throws -> CandidatesAnswer {
        let candidates = try await self.ranking(for: incident, profile: profile)
        let losses = await self.today.losses()
        let lines = self.lines(of: candidates, to: incident, profile: profile)
        return CandidatesAnswer(
            incident: incident.id,
            scene: PlaceAnswer(lat: incident.report.latitude, lon: incident.report.longitude),
            profile: profile ?? "siren",
            at: self.now(),
            straight: candidates.isStraight,
            units: candidates.free.enumerated().map { rank, one in
                CandidateAnswer(one, losses: losses, line: lines.indices.contains(rank) ? lines[rank] : nil)
            },
            belowLine: candidates.belowLine.map { CandidateAnswer($0) }
        )
    }

    /// The ways of the first three, to be drawn.
    private func lines(of candidates: Candidates, to incident: Incident, profile: String?) -> [[Coordinate]?] {
        guard let scene = incident.scene, !incident.state.isEnded, !candidates.isStraight,
            let profile = RoadWeights.Profile(rawValue: profile ?? "siren")
        else { return [] }
        let now = self.now()
        return candidates.free.prefix(3).map { one in
            self.places.unit(one.unit, now: now).flatMap {
                self.estimator.way(of: $0, to: scene, profile: profile)?.line
            }
        }
    }
}
