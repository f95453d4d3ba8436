import Ground
import Hummingbird
import PatrolWire
import Plan
import Plans
import Reporting
import Reports
import RoadMap
import TimeToScene

/// `reports/density`: where incidents lie densely, those with little presence first.
struct DensityAnswer: Encodable, Sendable {
    struct Cell: Encodable, Sendable {
        let lat: Double
        let lon: Double
        let incidents: Int
        let density: Double
        let minutes: Double
        let incidentShare: Double
        let presenceShare: Double
        let gap: Double

        private enum CodingKeys: String, CodingKey {
            case lat, lon, incidents, density, minutes, gap
            case incidentShare = "incident_share"
            case presenceShare = "presence_share"
        }

        init(_ cell: IncidentDensity.Cell) {
            (self.lat, self.lon) = (
                cell.middle.latitude.rounded(decimals: 6), cell.middle.longitude.rounded(decimals: 6)
            )
            (self.incidents, self.density) = (cell.incidents, cell.density.rounded(decimals: 2))
            self.minutes = cell.minutes.rounded(decimals: 1)
            self.incidentShare = cell.incidentShare.rounded(decimals: 5)
            self.presenceShare = cell.presenceShare.rounded(decimals: 5)
            self.gap = cell.gap.rounded(decimals: 5)
        }
    }

    /// What the cells whose middle lies in a grid have together.
    struct Grid: Encodable, Sendable {
        let id: String
        let name: String?
        let incidents: Int
        let incidentShare: Double
        let presenceShare: Double
        let gap: Double

        private enum CodingKeys: String, CodingKey {
            case id, name, incidents, gap
            case incidentShare = "incident_share"
            case presenceShare = "presence_share"
        }
    }

    let metres: Double
    let bandwidth: Double
    let incidents: Int
    let cells: [Cell]
    let grids: [Grid]
    /// Cells of less need that JSON leaves out; GeoJSON and the table have all of them.
    let moreCells: Int

    private enum CodingKeys: String, CodingKey {
        case metres, bandwidth, incidents, cells, grids
        case moreCells = "more_cells"
    }

    /// So many cells stand in JSON.
    private static let mostCells = 2_000

    init(
        _ cells: [IncidentDensity.Cell],
        count: Int,
        metres: Double,
        bandwidth: Double,
        _ plan: PatrolPlan?,
        isWhole: Bool
    ) {
        (self.metres, self.bandwidth, self.incidents) = (metres, bandwidth, count)
        let shown = isWhole ? cells[...] : cells.prefix(Self.mostCells)
        (self.cells, self.moreCells) = (shown.map(Cell.init), cells.count - shown.count)
        guard let plan else {
            self.grids = []
            return
        }
        var sums = [(incidents: Int, incident: Double, presence: Double)](repeating: (0, 0, 0), count: plan.grids.count)
        for cell in cells {
            for grid in plan.grids(at: plan.plane.project(cell.middle)) {
                sums[grid].incidents += cell.incidents
                sums[grid].incident += cell.incidentShare
                sums[grid].presence += cell.presenceShare
            }
        }
        self.grids = zip(plan.grids, sums).filter { $0.1.incident > 0 }.map { grid, sum in
            Grid(
                id: grid.id,
                name: grid.name,
                incidents: sum.incidents,
                incidentShare: sum.incident.rounded(decimals: 5),
                presenceShare: sum.presence.rounded(decimals: 5),
                gap: (sum.incident - sum.presence).rounded(decimals: 5)
            )
        }
        .sorted { ($1.gap, $0.id) < ($0.gap, $1.id) }
    }

    var geoJSON: String {
        #"{"bandwidth":\#(self.bandwidth),"features":["#
            + self.cells.map { cell in
                #"{"geometry":{"coordinates":[\#(cell.lon),\#(cell.lat)],"type":"Point"},"properties":{"density":"#
                    + #"\#(cell.density),"gap":\#(cell.gap),"incident_share":\#(cell.incidentShare),"incidents":"#
                    + #"\#(cell.incidents),"minutes":\#(cell.minutes),"presence_share":\#(cell.presenceShare)},"#
                    + #""type":"Feature"}"#
            }
            .joined(separator: ",") + #"],"metres":\#(self.metres),"type":"FeatureCollection"}"#
    }

    var csv: String {
        let head = ["lat", "lon", "incidents", "density_per_km2", "minutes", "incident_share", "presence_share", "gap"]
        return self.cells.reduce(into: CSV.line(head)) { text, cell in
            text += CSV.line([
                "\(cell.lat)", "\(cell.lon)", "\(cell.incidents)", "\(cell.density)", "\(cell.minutes)",
                "\(cell.incidentShare)", "\(cell.presenceShare)", "\(cell.gap)",
            ])
        }
    }
}

extension ReportRoutes {
    /// Where incidents lie densely, in which hours.
    func density(_ request: Request, _ context: BoardContext) async throws -> Response {
        try context.require(.viewer)
        try request.allow(
            "from",
            "to",
            "format",
            "metres",
            "bandwidth",
            "category",
            "group",
            "hours",
            "weekdays"
        )
        let metres = request.query("metres").map { Double($0) ?? .nan } ?? 100
        guard (10...5_000).contains(metres) else { throw Problem(.badRequest, "'metres' must be from 10 to 5000") }
        let widest = metres * IncidentDensity.mostCellsWide
        let bandwidth = request.query("bandwidth").map { Double($0) ?? .nan } ?? metres * 3
        guard (metres...widest).contains(bandwidth) else {
            throw Problem(
                .badRequest,
                "'bandwidth' must be from 'metres' to \(Int(widest)), \(Int(IncidentDensity.mostCellsWide)) times that"
            )
        }
        guard let format = HeatMapAnswer.Format(rawValue: request.query("format") ?? "json") else {
            throw Problem(.badRequest, "'format' must be json, geojson or csv")
        }
        let (south, west, _, _) = self.estimator.network.bounds
        guard let origin = Coordinate(latitude: south, longitude: west) else {
            throw Problem(.internalServerError, "the road file is nowhere on Earth")
        }
        let question = DensityQuestion(
            category: request.query("category"),
            group: request.query("group"),
            hours: try self.hours(request)
        )
        let plan = self.plans.view?.plan
        return try await self.make(request, context, type: Self.type(of: format)) { reading in
            var map = IncidentDensity(origin: origin, cell: metres, bandwidth: bandwidth)
            let count = try Problem.ofHeatMap { try reading.density(question, into: &map) }
            let told = DensityAnswer(
                try map.cells(while: reading.goesOn),
                count: count,
                metres: metres,
                bandwidth: bandwidth,
                plan,
                isWhole: format != .json
            )
            switch format {
            case .json: return try jsonBytes(told)
            case .geojson: return Array(told.geoJSON.utf8)
            case .csv: return Array((Self.mark + told.csv).utf8)
            }
        }
    }

    private func hours(_ request: Request) throws -> HourFilter {
        let (hours, weekdays) = (
            request.query("hours").map(HourFilter.hours), request.query("weekdays").map(HourFilter.weekdays)
        )
        if case .some(nil) = hours {
            throw Problem(.badRequest, "'hours' must be such as 18-24, or over midnight 22-2")
        }
        if case .some(nil) = weekdays {
            throw Problem(.badRequest, "'weekdays' must be such as 1,2,3 with 1 for Monday")
        }
        return HourFilter(hours: hours ?? nil, weekdays: weekdays ?? nil, zone: self.zone)
    }
}

extension Problem {
    /// Says what to do where a map would be too fine.
    static func ofHeatMap<R>(_ body: () throws -> R) throws -> R {
        do { return try body() } catch is HeatMapTooFine {
            throw Problem(
                .badRequest,
                "the map would have more than \(HeatMap.mostCells) cells: ask for larger 'metres' or a shorter time"
            )
        }
    }
}
