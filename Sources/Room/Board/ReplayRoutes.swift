import Ground
import History
import Hummingbird
import Incidents
import PatrolWire
import Reporting
import Reports
import Units

extension ReportRoutes {
    /// The longest time that is looked at again at once, ms: of all units, and of one.
    private static let longestOfAll: Int64 = 7 * 86_400_000
    private static let longestOfOne: Int64 = 31 * 86_400_000
    /// So many positions are read for it at most.
    private static let mostRead = 12_000_000
    /// An incident that was received so long before the time may still have been open in it, ms.
    private static let openBefore: Int64 = 2 * 86_400_000

    /// What was on the map in a time that has gone: units, what they told, incidents.
    func replay(_ request: Request, _ context: BoardContext) async throws -> Response {
        try context.require(.dispatcher)
        try request.allow("from", "to", "station", "device", "tolerance", "format")
        let now = self.now()
        let to = try request.time("to", default: now)
        let from = try request.time("from", default: max(0, to - 86_400_000))
        guard from < to else { throw Problem(.badRequest, "'from' must be before 'to'") }
        let unit = try await self.replayed(request)
        let (longest, whom) = unit == nil ? (Self.longestOfAll, "all units") : (Self.longestOfOne, "one unit")
        guard to - from <= longest else {
            throw Problem(
                .badRequest,
                "'from' and 'to' are more than \(longest / 86_400_000) days apart: of \(whom) that is the most"
            )
        }
        guard let format = ReplayFormat(rawValue: request.query("format") ?? "json") else {
            throw Problem(.badRequest, "'format' must be json, geojson, gpx or csv")
        }
        // As fine as an eye sees it on a map of the time's length.
        let usual = to - from <= 7_200_000 ? 5 : to - from <= 36 * 3_600_000 ? 15 : 30
        let tolerance = Double(try request.integer("tolerance", in: 0...500, default: usual))
        try self.requireRecent(from, context)
        try await self.audit.note("replay", of: "\(unit.map { "\($0)" } ?? "all units") from \(from) to \(to)", context)
        return try await self.make(request, context, type: format.type) { reading in
            let count = try reading.recordCount()
            guard unit != nil || count <= Self.mostRead else {
                throw Problem(
                    .badRequest,
                    "\(count) positions lie in this time and \(Self.mostRead) is the most: ask for a shorter time, or for one unit"
                )
            }
            let writer = ReplayWriter(format, reading.span, tolerance: tolerance)
            let units = try reading.replay(of: unit, tolerance: tolerance) { try writer.bytes(of: $0) }
            let incidents = format == .json ? try reading.incidentsOpen(since: from - Self.openBefore) : []
            return try writer.joined(units, incidents)
        }
    }

    /// The one unit that is asked for; `nil` for all.
    private func replayed(_ request: Request) async throws -> UnitID? {
        guard let text = request.query("device") else {
            guard request.query("station") == nil else { throw Problem(.badRequest, "'station' needs 'device'") }
            return nil
        }
        var stations = Set(try await self.history.stations(of: text))
        if let wanted = request.query("station") { stations.formIntersection([wanted]) }
        guard let device = Name.device(text), let station = stations.first.flatMap({ Name($0) }) else {
            throw Problem(.notFound, "no unit '\(text.prefix(64))' has been heard of; GET /api/v1/units lists them")
        }
        guard stations.count == 1 else {
            throw Problem(
                .badRequest,
                "'\(text)' is at \(stations.sorted().joined(separator: ", ")): add ?station=…"
            )
        }
        return UnitID(station: station, device: device)
    }
}

/// What a replay is written as.
enum ReplayFormat: String, Sendable {
    case json, geojson, gpx, csv

    /// The content type.
    var type: String {
        switch self {
        case .json: ReportRoutes.jsonType
        case .geojson: TrackFormat.geojson.type
        case .gpx: TrackFormat.gpx.type
        case .csv: TrackFormat.csv.type
        }
    }
}
