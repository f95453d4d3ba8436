import Dispatching
import Ground
import History
import Hummingbird
import PatrolWire
import Plan
import Roads
import Threading
import TimeToScene
import Units

/// Units, their tracks, and what they reach, over HTTP.
struct UnitRoutes: Sendable {
    let parts: BoardParts

    private static let mostPoints = 50_000

    func add(to api: RouterGroup<BoardContext>) {
        api.get("units") { _, context in
            try context.require(.viewer)
            let now = self.parts.now()
            let units = self.parts.units.withLock { $0.all }
            return UnitsAnswer(at: now, units: units.map { UnitAnswer($0, now: now) })
        }
        api.get("units/:device") { _, context in
            try context.require(.viewer)
            return UnitAnswer(try self.unit(context), now: self.parts.now())
        }
        api.get("units/:device/track") { request, context in try await self.track(request, context) }
        api.get("coverage") { request, context in try await self.coverage(request, context) }
    }

    private func unit(_ context: BoardContext) throws -> Unit {
        let device = try context.parameters.require("device")
        guard let unit = self.parts.units.withLock({ $0.named(device) }).first else {
            throw Problem(.notFound, "no unit '\(device)' has been heard of; GET /api/v1/units lists them")
        }
        return unit
    }

    private func track(_ request: Request, _ context: BoardContext) async throws -> Response {
        try context.require(.viewer)
        let unit = try self.unit(context)
        let now = self.parts.now()
        let from = try request.time("from", default: now - 3_600_000)
        let to = try request.time("to", default: now)
        guard from <= to else { throw Problem(.badRequest, "'from' must not be after 'to'") }
        let records = try await self.parts.history.records(
            of: unit.device,
            from: from,
            to: to,
            limit: Self.mostPoints
        )
        let places = records.filter { $0.event == nil && $0.latitude != nil }
        switch request.query("format") ?? "geojson" {
        case "geojson":
            return answer(try jsonBytes(TrackAnswer(unit, places)), type: "application/geo+json")
        case "gpx": return answer(Array(GPX.text(unit, places).utf8), type: "application/gpx+xml")
        case "csv": return answer(Array(TrackAnswer.csv(places).utf8), type: "text/csv; charset=utf-8")
        default: throw Problem(.badRequest, "'format' must be geojson, gpx or csv")
        }
    }

    private func coverage(_ request: Request, _ context: BoardContext) async throws -> CoverageAnswer {
        try context.require(.viewer)
        let text = request.query("minutes") ?? "1,3,5"
        let minutes = text.split(separator: ",", omittingEmptySubsequences: false).map { Double($0) ?? .nan }
        guard (1...10).contains(minutes.count), minutes.allSatisfy({ $0 > 0 && $0 <= 60 }) else {
            throw Problem(.badRequest, "'minutes' must be a list of up to ten numbers up to 60, such as 1,3,5")
        }
        let now = self.parts.now()
        let free = Candidates.free(
            self.parts.units.withLock { $0.all },
            places: self.parts.places,
            engaged: await self.parts.desk.engaged,
            now: now
        )
        let network = self.parts.estimator.network
        guard let roads = self.parts.estimator.roads(.siren), let reach = Reach(network, roads) else {
            throw Problem(.serviceUnavailable, "the roads are not ready yet; ask again in a second")
        }
        let report = reach.report(free, within: minutes.map { $0 * 60 }, areas: self.parts.plans.view?.areas ?? .none)
        let grids = self.parts.plans.view?.plan.grids.map(\.id) ?? []
        return CoverageAnswer(at: now, units: free.count, report, network, grids: grids)
    }
}
