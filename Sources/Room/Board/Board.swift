package import Dispatching
import FoundationEssentials
import Ground
import HTTPTypes
package import Hummingbird
package import Intake
import NIOCore
import NIOFoundationEssentialsCompat
import Roads
package import Threading
package import TimeToScene
package import Units

/// The room's HTTP interface: `/api/v1` and `/healthz`.
package struct Board: Sendable {
    private let units: UnitTable
    private let incidents: Locked<IncidentBook>
    private let estimator: TimeToScene
    private let meter: IntakeMeter
    private let now: @Sendable () -> Int64

    /// Who did what while nobody has to log in: only this machine can reach the board then.
    private static let localActor = "local"

    /// Bytes of the largest body that is read.
    private static let largestBody = 65_536

    /// Creates the board.
    ///
    /// - Parameters:
    ///   - units: The live table.
    ///   - incidents: The incidents.
    ///   - estimator: The road network.
    ///   - meter: What the intake has seen.
    ///   - now: ms since 1970 UTC.
    package init(
        units: UnitTable,
        incidents: Locked<IncidentBook>,
        estimator: TimeToScene,
        meter: IntakeMeter,
        now: @escaping @Sendable () -> Int64
    ) {
        self.units = units
        self.incidents = incidents
        self.estimator = estimator
        self.meter = meter
        self.now = now
    }

    /// The routes.
    package func router() -> Router<BasicRequestContext> {
        let router = Router()
        router.add(middleware: ProblemMiddleware())
        router.get("healthz") { _, _ in self.health() }
        let api = router.group("api/v1")
        api.get("units") { _, _ in self.allUnits() }
        api.get("units/:device") { _, context in try self.unit(named: context.parameters.require("device")) }
        api.get("incidents") { _, _ in
            IncidentsAnswer(incidents: self.incidents.withLock { $0.all }.map(IncidentAnswer.init))
        }
        api.post("incidents") { request, context in try await self.open(request, context: context) }
        api.get("incidents/:id") { _, context in IncidentAnswer(try self.incident(context.parameters.require("id"))) }
        api.get("incidents/:id/candidates") { request, context in
            try self.candidates(
                for: self.incident(context.parameters.require("id")),
                profile: request.uri.queryParameters["profile"].map(String.init)
            )
        }
        api.get("coverage") { request, _ in
            try self.coverage(minutes: request.uri.queryParameters["minutes"].map(String.init))
        }
        return router
    }

    private func coverage(minutes text: String?) throws -> CoverageAnswer {
        let minutes = (text ?? "1,3,5").split(separator: ",", omittingEmptySubsequences: false).map {
            Double($0) ?? .nan
        }
        guard (1...10).contains(minutes.count), minutes.allSatisfy({ $0 > 0 && $0 <= 60 }) else {
            throw Problem(.badRequest, "'minutes' must be a list of up to ten numbers up to 60, such as 1,3,5")
        }
        let now = self.now()
        let free = Candidates.freePositions(self.units.withLock { $0.all }, now: now)
        guard let roads = self.estimator.roads(.siren), let reach = Reach(self.estimator.network, roads) else {
            throw Problem(.serviceUnavailable, "the roads are not ready yet; ask again in a second")
        }
        let placed = free.map { UnitOnRoad($0, on: self.estimator.network) }
        let report = reach.report(placed, within: minutes.map { $0 * 60 })
        return CoverageAnswer(at: now, units: free.count, report, self.estimator.network)
    }

    private func health() -> HealthAnswer {
        let counts = self.meter.withLock { $0 }
        return HealthAnswer(
            units: self.units.withLock { $0.all.count },
            messages: counts.messages,
            records: counts.records,
            stored: counts.stored,
            duplicates: counts.duplicates,
            rejected: Dictionary(uniqueKeysWithValues: counts.rejected.map { ($0.key.rawValue, $0.value) })
        )
    }

    private func allUnits() -> UnitsAnswer {
        let now = self.now()
        return UnitsAnswer(at: now, units: self.units.withLock { $0.all }.map { UnitAnswer($0, now: now) })
    }

    private func unit(named device: String) throws -> UnitAnswer {
        guard let unit = self.units.withLock({ $0.named(device) }).first else {
            throw Problem(.notFound, "no unit '\(device)' has been heard of; GET /api/v1/units lists them")
        }
        return UnitAnswer(unit, now: self.now())
    }

    private func incident(_ id: String) throws -> Incident {
        guard let incident = self.incidents.withLock({ $0[id] }) else {
            throw Problem(.notFound, "no incident '\(id)'; GET /api/v1/incidents lists them")
        }
        return incident
    }

    private func open(_ request: Request, context: BasicRequestContext) async throws -> EditedResponse<IncidentAnswer> {
        let body: IncidentRequest
        do {
            let buffer = try await request.body.collect(upTo: Self.largestBody)
            body = try JSONDecoder().decode(IncidentRequest.self, from: Data(buffer: buffer))
        } catch is NIOTooManyBytesError {
            throw Problem(.contentTooLarge, "the body must not be larger than \(Self.largestBody) bytes")
        } catch is DecodingError {
            throw Problem(.badRequest, #"the body must be JSON such as {"lat":41.15,"lon":-8.61,"note":"…"}"#)
        }
        guard let scene = Coordinate(latitude: body.lat, longitude: body.lon) else {
            throw Problem(.badRequest, "'lat' must be within -90 and 90, 'lon' within -180 and 180")
        }
        do throws(SceneError) {
            try self.estimator.check(scene: scene)
        } catch {
            throw Problem(.unprocessableContent, "\(scene.latitude),\(scene.longitude): \(error)")
        }
        let now = self.now()
        let incident = self.incidents.withLock {
            $0.open(at: scene, category: body.category, note: body.note, actor: Self.localActor, now: now)
        }
        return EditedResponse(
            status: .created,
            headers: [.location: "/api/v1/incidents/\(incident.id)"],
            response: IncidentAnswer(incident)
        )
    }

    private func candidates(for incident: Incident, profile name: String?) throws -> CandidatesAnswer {
        guard let profile = RoadWeights.Profile(rawValue: name ?? "siren") else {
            throw Problem(.badRequest, "'profile' must be 'civil' or 'siren'")
        }
        let now = self.now()
        let candidates = try Candidates(
            self.units.withLock { $0.all },
            scene: incident.scene,
            profile: profile,
            estimator: self.estimator,
            now: now
        )
        return CandidatesAnswer(
            incident: incident.id,
            scene: PlaceAnswer(lat: incident.scene.latitude, lon: incident.scene.longitude),
            profile: profile.rawValue,
            at: now,
            units: candidates.free.map(CandidateAnswer.init),
            belowLine: candidates.belowLine.map(CandidateAnswer.init)
        )
    }
}
