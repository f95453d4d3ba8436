import Dispatching
import FoundationEssentials
import History
import Hummingbird
import PatrolWire
import Plan
import Reports

/// Reports over HTTP, as JSON or CSV.
struct ReportRoutes: Sendable {
    let parts: BoardParts

    private static let mostPositions = 2_000_000

    func add(to api: RouterGroup<BoardContext>) {
        api.get("reports/response") { request, context in
            try context.require(.viewer)
            let (from, to) = try self.span(request)
            let report = ResponseReport(try self.incidents(from: from, to: to))
            return try self.answer(report, csv: report.csv, request)
        }
        api.get("reports/presence") { request, context in
            try context.require(.viewer)
            let (from, to) = try self.span(request)
            let events = try await self.parts.history.events(PresenceReport.events, from: from, to: to)
            let report = PresenceReport(events, duties: self.duties, from: from, to: to)
            return try self.answer(report, csv: report.csv, request)
        }
        api.get("reports/workload") { request, context in
            try context.require(.viewer)
            let (from, to) = try self.span(request)
            let report = WorkloadReport(
                positions: try await self.parts.history.positions(from: from, to: to, limit: Self.mostPositions),
                incidents: try self.incidents(from: from, to: to),
                rollCalls: try self.parts.casebook.items("rollcall", from: from, to: to).map { item in
                    try JSONDecoder().decode(RollCall.self, from: Data(item.body))
                }
            )
            return try self.answer(report, csv: report.csv, request)
        }
        api.get("reports/heatmap") { request, context in
            try context.require(.viewer)
            let (from, to) = try self.span(request)
            let metres = request.query("metres").map { Double($0) ?? .nan } ?? 100
            guard (10...5_000).contains(metres) else { throw Problem(.badRequest, "'metres' must be from 10 to 5000") }
            let positions = try await self.parts.history.positions(from: from, to: to, limit: Self.mostPositions)
            return try tagged(HeatMapAnswer(HeatMap(positions.map(\.record), cell: metres)), request)
        }
        api.get("audit") { request, context in
            try context.require(.chief)
            let limit = request.query("limit").map { Int($0) ?? 0 } ?? 200
            guard (1...5_000).contains(limit) else { throw Problem(.badRequest, "'limit' must be from 1 to 5000") }
            return try tagged(["audit": try self.parts.casebook.deeds(limit: limit)], request)
        }
    }

    /// What the plan in force wants covered.
    private var duties: PresenceReport.Duties {
        guard let plan = self.parts.plans.view?.plan else { return PresenceReport.Duties() }
        return PresenceReport.Duties(
            grids: plan.grids.map { ($0.id, $0.name) },
            posts: plan.posts.map { ($0.id, $0.name) },
            lines: plan.lines.map { ($0.id, $0.name) }
        )
    }

    /// The last day unless something else is asked for.
    private func span(_ request: Request) throws -> (Int64, Int64) {
        let to = try request.time("to", default: self.parts.now() + 1)
        let from = try request.time("from", default: to - 86_400_000)
        guard from < to else { throw Problem(.badRequest, "'from' must be before 'to'") }
        return (from, to)
    }

    private func incidents(from: Int64, to: Int64) throws -> [Incident] {
        try self.parts.casebook.items("incident", from: from, to: to).map { item in
            try JSONDecoder().decode(Incident.self, from: Data(item.body))
        }
    }

    private func answer(_ report: some Encodable, csv: String, _ request: Request) throws -> Response {
        switch request.query("format") ?? "json" {
        case "json": return try tagged(report, request)
        case "csv": return tagged(Array(csv.utf8), request, type: "text/csv; charset=utf-8")
        default: throw Problem(.badRequest, "'format' must be json or csv")
        }
    }
}

/// A heat map as GeoJSON points with counts.
struct HeatMapAnswer: Encodable, Sendable {
    struct Feature: Encodable, Sendable {
        struct Geometry: Encodable, Sendable {
            let type = "Point"
            let coordinates: [Double]

            private enum CodingKeys: CodingKey { case type, coordinates }
        }

        let type = "Feature"
        let geometry: Geometry
        let properties: [String: Int]

        private enum CodingKeys: CodingKey { case type, geometry, properties }
    }

    let type = "FeatureCollection"
    let features: [Feature]

    private enum CodingKeys: CodingKey { case type, features }

    init(_ map: HeatMap) {
        self.features = map.cells.map { cell in
            let place = [cell.longitude.rounded(decimals: 6), cell.latitude.rounded(decimals: 6)]
            return Feature(geometry: Feature.Geometry(coordinates: place), properties: ["count": cell.count])
        }
    }
}
