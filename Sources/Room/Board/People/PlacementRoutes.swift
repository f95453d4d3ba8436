import Dispatching
import Ground
import Hummingbird
import PatrolWire
import Plan
import Plans
import Reporting
import Reports
import Threading
import TimeToScene

extension ReportRoutes {
    /// So far back incidents say where help is wanted, ms.
    private static let remembered: Int64 = 90 * 86_400_000
    /// So many of the most wanted places are looked at as places for units.
    private static let candidates = 60

    /// Where to put units in a coming time: a proposal, with what each of them adds.
    func placement(_ request: Request, _ context: BoardContext) async throws -> Response {
        try context.require(.dispatcher)
        try request.allow("units", "from", "to", "within")
        let units = try request.integer("units", in: 1...50, default: 4)
        let limit = Double(try request.integer("within", in: 1...60, default: 3)) * 60
        let now = self.now()
        let from = try request.time("from", default: now)
        let to = try request.time("to", default: from + 8 * 3_600_000)
        guard from < to, to - from <= 7 * 86_400_000 else {
            throw Problem(.badRequest, "'from' must be before 'to', and no more than 7 days")
        }
        let (estimator, zone, plan) = (self.estimator, self.zone, self.plans.view?.plan)
        let reading = self.reading(max(0, now - Self.remembered)..<now + 1) { true }
        let made = try await self.gate.pass(context.actor) {
            try await onQuietThread("placement") {
                Result {
                    let demand = Demand(try reading.incidents(), for: from..<to, zone: zone)
                    let stations = (plan?.stations ?? []).compactMap { plan?.plane.coordinate(of: $0.place) }
                    let candidates = demand.spots.prefix(Self.candidates).map(\.place) + stations
                    let placement = Placement(
                        wanted: demand.spots.map { ($0.place, $0.share) },
                        candidates: candidates,
                        count: units,
                        limit: limit,
                        times: [60, 180, 300, limit],
                        estimator: estimator
                    )
                    return PlacementAnswer(
                        from..<to,
                        limit: limit,
                        demand,
                        placement,
                        candidates: candidates.count
                    ) { PlaceNames.near($0, on: estimator.network, plan) }
                }
            }
            .get()
        }
        return try tagged(made, request)
    }
}

/// A proposal where to put units.
struct PlacementAnswer: Encodable, Sendable {
    struct Post: Encodable, Sendable {
        let lat: Double
        let lon: Double
        /// The street that is near; left out where none with a name is.
        let near: String?
        /// The grid, by its name or else its id; left out beside the plan.
        let grid: String?
        let gain: Double
        let share: Double
    }

    struct Spot: Encodable, Sendable {
        let lat: Double
        let lon: Double
        let share: Double
        let incidents: Int
    }

    let from: Int64
    let to: Int64
    let within: Double
    /// Places, the one that adds most first.
    let units: [Post]
    /// By minutes.
    let shares: [String: Double]
    /// How many places were looked at as posts: the most wanted ones and the stations.
    let candidates: Int
    /// How many incidents it rests on: of few nobody should expect much.
    let incidents: Int
    let demand: [Spot]
    /// Places that are wanted less and were left out.
    let moreDemand: Int

    private enum CodingKeys: String, CodingKey {
        case from, to, within, units, shares, candidates, incidents, demand
        case moreDemand = "more_demand"
    }

    init(
        _ span: Range<Int64>,
        limit: Double,
        _ demand: Demand,
        _ placement: Placement,
        candidates: Int,
        naming: (Coordinate) -> PlaceNames.Place
    ) {
        func short(_ value: Double) -> Double { value.rounded(decimals: 4) }
        (self.from, self.to, self.within) = (span.lowerBound, span.upperBound, limit)
        self.units = placement.posts.map { post in
            let place = naming(post.place)
            return Post(
                lat: post.place.latitude.rounded(decimals: 6),
                lon: post.place.longitude.rounded(decimals: 6),
                near: place.name.isEmpty ? nil : place.name,
                grid: place.grid,
                gain: short(post.gain),
                share: short(post.share)
            )
        }
        self.shares = Dictionary(
            uniqueKeysWithValues: placement.shares.map { ("\(Int($0.key / 60))", short($0.value)) }
        )
        (self.incidents, self.candidates, self.moreDemand) = (demand.incidents, candidates, demand.more)
        self.demand = demand.spots.map {
            Spot(
                lat: $0.place.latitude.rounded(decimals: 6),
                lon: $0.place.longitude.rounded(decimals: 6),
                share: short($0.share),
                incidents: $0.incidents
            )
        }
    }
}
