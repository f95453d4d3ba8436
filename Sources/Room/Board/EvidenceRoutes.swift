import Hummingbird
import PatrolWire
import Plan
import Plans
import Reporting
import Reports

/// `reports/evidence`: what proves a place's line of the presence report.
struct EvidenceAnswer: Encodable, Sendable {
    /// A unit was in the grid.
    struct Stay: Encodable, Sendable {
        let unit: String
        let from: Int64
        let until: Int64
    }

    /// A unit did the post, or a lap of the line.
    struct Deed: Encodable, Sendable {
        let unit: String
        let t: Int64
    }

    let place: String
    let stays: [Stay]
    let done: [Deed]

    init(_ place: String, _ book: PresenceBook) {
        self.place = place
        self.stays = book.staysByUnit.flatMap { unit, grids in
            TimeSet(grids[place] ?? []).ranges.map { Stay(unit: unit, from: $0.lowerBound, until: $0.upperBound) }
        }
        .sorted { ($0.from, $0.unit) < ($1.from, $1.unit) }
        self.done = book.done.filter { $0.place == place }.map { Deed(unit: $0.unit, t: $0.time) }
            .sorted { ($0.t, $0.unit) < ($1.t, $1.unit) }
    }
}

extension ReportRoutes {
    /// Who was in a grid when, or did a post or a line: each unit's track of that time shows it.
    func evidence(_ request: Request, _ context: BoardContext) async throws -> Response {
        try context.require(.dispatcher)
        try request.allow("from", "to", "place")
        guard let place = request.query("place"), !place.isEmpty, !WireLimits.isTooLong(place, WireLimits.id) else {
            throw Problem(.badRequest, "'place' must be the id of a grid, a post or a line")
        }
        try await self.audit.note("evidence read", of: "reports/evidence \(place)", context)
        let (plan, zone) = (self.plans.view?.plan, self.zone)
        return try await self.make(request, context, type: Self.jsonType) { reading in
            try jsonBytes(EvidenceAnswer(place, try reading.presenceBook(plan, zone: zone)))
        }
    }
}
