import FoundationEssentials
import Ground
import HTTPTypes
import History
import Hummingbird
import NIOCore
import PatrolWire
import People
import Plan
import Plans
import Reporting
import Reports
import RoadMap
import Tasks
import Threading
import TimeToScene

/// Reports over HTTP, as JSON or CSV.
///
/// Each is made on a thread that gives way to all others, one at a time of each person. It ends when the caller has gone.
struct ReportRoutes: Sendable {
    let history: History
    let casebook: Casebook
    let estimator: TimeToScene
    let plans: PlanHolder
    let zone: LocalZone
    let register: RegisterDesk
    let tasks: TaskDesk
    /// Visits that are wanted a week, by role.
    let targets: [String: Double]
    let audit: Audit
    let now: @Sendable () -> Int64
    let gate = ReportGate()
    let jobs = ReportJobs()

    func add(to api: RouterGroup<BoardContext>) {
        api.get("reports/response") { request, context in
            let (plan, zone) = (self.plans.view?.plan, self.zone)
            // What single units did is nothing that a viewer is shown; officers are a chief's.
            let role = context.identity?.role ?? .viewer
            return try await self.report(request, context) { reading in
                let made = try reading.response(plan, zone: zone, namesOfficers: role >= .chief)
                let report = role >= .dispatcher ? made : made.impersonal
                return (report, { report.csv })
            }
        }
        api.get("reports/trend") { request, context in
            let zone = self.zone
            return try await self.report(request, context) { reading in
                let report = try reading.trend(zone: zone)
                return (report, { report.csv })
            }
        }
        api.get("reports/presence") { request, context in
            let (plan, zone) = (self.plans.view?.plan, self.zone)
            return try await self.report(request, context) { reading in
                let report = try reading.presence(plan, zone: zone)
                return (report, { report.csv })
            }
        }
        api.get("reports/matrix") { request, context in
            let (plan, zone) = (self.plans.view?.plan, self.zone)
            return try await self.report(request, context) { reading in
                let report = try reading.presenceMatrix(plan, zone: zone)
                return (report, { report.csv })
            }
        }
        api.get("reports/evidence") { request, context in try await self.evidence(request, context) }
        api.get("reports/workload") { request, context in
            try context.require(.dispatcher)
            return try await self.report(request, context) { reading in
                let report = try reading.workload()
                return (report, { report.csv })
            }
        }
        self.addPeople(to: api)
        self.addJobs(to: api)
        api.get("briefing") { request, context in try await self.briefing(request, context) }
        api.get("placement") { request, context in try await self.placement(request, context) }
        api.get("duty") { request, context in try await self.duty(request, context) }
        api.get("reports/heatmap") { request, context in try await self.heatMap(request, context) }
        api.get("reports/density") { request, context in try await self.density(request, context) }
        api.get("reports/incidents") { request, context in try self.incidents(request, context) }
        api.get("replay") { request, context in try await self.replay(request, context) }
        api.get("audit") { request, context in try await self.deeds(request, context) }
    }

    /// What officers did, by name.
    private func addPeople(to api: RouterGroup<BoardContext>) {
        api.get("reports/officers") { request, context in
            try context.require(.chief)
            let (register, plan, zone) = (await self.register.register, self.plans.view?.plan, self.zone)
            let targets = self.targets
            try await self.audit.note("officers' list read", of: "reports/officers", context)
            return try await self.report(request, context) { reading in
                let report = try reading.officers(register, plan, targets: targets, zone: zone)
                return (report, { report.csv })
            }
        }
        api.get("reports/sectors") { request, context in
            try context.require(.dispatcher)
            let (register, plan, zone) = (await self.register.register, self.plans.view?.plan, self.zone)
            try await self.audit.note("sectors read", of: "reports/sectors", context)
            return try await self.report(request, context) { reading in
                let report = try reading.sectors(register, plan, zone: zone)
                return (report, { report.csv })
            }
        }
        api.get("reports/visits") { request, context in
            try context.require(.dispatcher)
            let zone = self.zone
            try await self.audit.note("visits read", of: "reports/visits", context)
            return try await self.report(request, context) { reading in
                do {
                    let report = VisitsAnswer(try reading.visits(atMost: Self.mostVisits), zone: zone)
                    return (report, { report.csv })
                } catch let excess as TooManyVisits {
                    throw Problem(.badRequest, "there are more than \(excess.most) visits: ask for a shorter time")
                }
            }
        }
    }

    /// So many visits one answer holds.
    private static let mostVisits = 5_000

    /// A report as JSON or as a table; it is also written out where it gives way to all others.
    private func report(
        _ request: Request,
        _ context: BoardContext,
        _ work: @escaping @Sendable (ReportReading) throws -> (any Encodable, csv: () -> String)
    ) async throws -> Response {
        try context.require(.viewer)
        let format = try self.format(request)
        return try await self.make(request, context, type: format == .json ? Self.jsonType : Self.tableType) {
            reading in
            let (report, csv) = try work(reading)
            return format == .json ? try jsonBytes(report) : Array((Self.mark + csv()).utf8)
        }
    }

    private func heatMap(_ request: Request, _ context: BoardContext) async throws -> Response {
        try context.require(.viewer)
        try request.allow("from", "to", "metres", "format", "of")
        let metres = request.query("metres").map { Double($0) ?? .nan } ?? 100
        guard (10...5_000).contains(metres) else { throw Problem(.badRequest, "'metres' must be from 10 to 5000") }
        guard let format = HeatMapAnswer.Format(rawValue: request.query("format") ?? "geojson") else {
            throw Problem(.badRequest, "'format' must be geojson, json or csv")
        }
        let counted = request.query("of") ?? "positions"
        guard ["positions", "incidents"].contains(counted) else {
            throw Problem(.badRequest, "'of' must be positions or incidents")
        }
        // A corner of the roads: cells are the same whatever time is asked for.
        let (south, west, _, _) = self.estimator.network.bounds
        guard let origin = Coordinate(latitude: south, longitude: west) else {
            throw Problem(.internalServerError, "the road file is nowhere on Earth")
        }
        return try await self.make(request, context, type: Self.type(of: format)) { reading in
            var map = HeatMap(origin: origin, cell: metres)
            try Problem.ofHeatMap {
                if counted == "incidents" {
                    try reading.incidentHeat(into: &map)
                } else {
                    try reading.heat(into: &map)
                }
            }
            let text = HeatMapAnswer(cells: map.cells, metres: metres, of: counted).text(format)
            return Array(((format == .csv ? Self.mark : "") + text).utf8)
        }
    }

    static func type(of format: HeatMapAnswer.Format) -> String {
        switch format {
        case .geojson: "application/geo+json"
        case .json: Self.jsonType
        case .csv: Self.tableType
        }
    }

    /// Incidents go out as they are read: a year of them is not held in memory.
    private func incidents(_ request: Request, _ context: BoardContext) throws -> Response {
        try context.require(.viewer)
        let format = try self.format(request)
        let span = try self.span(request)
        try self.requireRecent(span.lowerBound, context)
        let reading = self.reading(span) { true }
        let report = IncidentReport(zone: self.zone)
        let isTable = format == .csv
        var headers: HTTPFields = [.cacheControl: "no-cache"]
        headers[.contentType] = isTable ? Self.tableType : Self.jsonType
        let body = ResponseBody { writer in
            try await writer.write(ByteBuffer(string: isTable ? Self.mark + IncidentReport.head : #"{"incidents":["#))
            var (place, isFirst): (Casebook.Place?, Bool) = (nil, true)
            repeat {
                let start = place
                let comma = isFirst ? "" : ","
                let (text, next) = try await onQuietThread("report") {
                    Result {
                        var place = start
                        let found = try reading.incidents(after: &place)
                        let texts = try found.map { incident in
                            isTable
                                ? report.lines(incident)
                                : String(decoding: try jsonBytes(IncidentAnswer(incident)), as: UTF8.self)
                        }
                        let text = texts.joined(separator: isTable ? "" : ",")
                        return (isTable || found.isEmpty ? text : comma + text, place)
                    }
                }
                .get()
                isFirst = false
                try await writer.write(ByteBuffer(string: text))
                place = next
            } while place != nil
            if !isTable { try await writer.write(ByteBuffer(string: "]}")) }
            try await writer.finish(nil)
        }
        return Response(status: .ok, headers: headers, body: body)
    }

    private func deeds(_ request: Request, _ context: BoardContext) async throws -> Response {
        try context.require(.chief)
        try request.allow("before", "limit")
        let limit = request.query("limit").map { Int($0) ?? 0 } ?? 200
        guard (1...5_000).contains(limit) else { throw Problem(.badRequest, "'limit' must be from 1 to 5000") }
        let before = try request.query("before").map { text in
            guard let number = Int64(text), number > 0 else {
                throw Problem(.badRequest, "'before' must be the 'number' of a line of the audit")
            }
            return number
        }
        let casebook = self.casebook
        let (deeds, more, head) = try await onQuietThread("audit") {
            Result {
                let (deeds, more) = try casebook.deeds(before: before, limit: limit)
                return (deeds, more, try casebook.auditHead())
            }
        }
        .get()
        return try tagged(AuditAnswer(audit: deeds, more: more, head: head.map { "\($0)" }), request)
    }
}

/// `GET audit`.
private struct AuditAnswer: Encodable {
    let audit: [Casebook.NumberedDeed]
    /// Older lines there are; ask again with the last number as `before`.
    let more: Bool
    /// The newest line and its mark, to be written down: see `command-room audit`.
    let head: String?
}

extension ReportRoutes {
    private enum Format: String {
        case json, csv
    }

    static let jsonType = "application/json; charset=utf-8"
    private static let tableType = "text/csv; charset=utf-8"
    /// Tells a spreadsheet that the bytes are UTF-8; without it Chinese names are spoilt.
    static let mark = "\u{FEFF}"

    private func format(_ request: Request) throws -> Format {
        try request.allow("from", "to", "format")
        guard let format = Format(rawValue: request.query("format") ?? "json") else {
            throw Problem(.badRequest, "'format' must be json or csv")
        }
        return format
    }

    /// Reports of the last day are everybody's who may look at the board; what was before is for a chief.
    func requireRecent(_ from: Int64, _ context: BoardContext) throws {
        guard let role = context.identity?.role, role < .chief, from < self.now() - Self.recent else { return }
        throw Problem(
            .forbidden,
            "reports of more than the last 24 hours need the role 'chief', and yours is '\(role.rawValue)'"
        )
    }

    /// A day, and a minute for a clock that is not the room's, ms.
    private static let recent: Int64 = 86_400_000 + 60_000

    /// The last day unless something else is asked for.
    private func span(_ request: Request) throws -> Range<Int64> {
        let to = try request.time("to", default: self.now() + 1)
        let from = try request.time("from", default: max(0, to - 86_400_000))
        guard from < to else { throw Problem(.badRequest, "'from' must be before 'to'") }
        return from..<to
    }

    func reading(_ span: Range<Int64>, while goesOn: @escaping @Sendable () -> Bool) -> ReportReading {
        ReportReading(
            reader: self.history.reader(while: goesOn),
            casebook: self.casebook,
            span: span,
            now: self.now()
        )
    }

    /// Reading so many records takes a second, on the slowest machine that a room should have.
    private static let recordsASecond = 300_000
    /// A report that takes longer, s, is made beside the caller's other work, if he prefers that.
    private static let longest = 10.0

    /// Makes a report when it is the person's turn.
    ///
    /// A caller who waits gets it at the end, and it stops when he goes. One who says `Prefer: respond-async` (RFC 7240) is told at
    /// once that it takes long, and where it will be.
    func make(
        _ request: Request,
        _ context: BoardContext,
        type: String,
        _ work: @escaping @Sendable (ReportReading) throws -> [UInt8]
    ) async throws -> Response {
        let span = try self.span(request)
        try self.requireRecent(span.lowerBound, context)
        let prefer = HTTPField.Name("Prefer").flatMap { request.headers[$0] } ?? ""
        if prefer.contains("respond-async"), let job = try await self.begin(context, type: type, span, work) {
            return answer(
                try jsonBytes(job),
                status: .accepted,
                headers: [.location: "/api/v1/reports/jobs/\(job.job)"]
            )
        }
        do {
            let bytes = try await request.body.consumeWithCancellationOnInboundClose { _ in
                try await self.made(for: context.actor, span, then: {}, work)
            }
            return tagged(bytes, request, type: type)
        } catch is CancellationError {
            throw Problem(.requestTimeout, "the caller of this report has gone")
        }
    }

    /// Begins a report that takes long; `nil` when it does not.
    private func begin(
        _ context: BoardContext,
        type: String,
        _ span: Range<Int64>,
        _ work: @escaping @Sendable (ReportReading) throws -> [UInt8]
    ) async throws -> ReportJobAnswer? {
        let counting = self.reading(span) { true }
        let records = try await self.gate.pass(context.actor) {
            try await onQuietThread("report") { Result { try counting.recordCount() } }.get()
        }
        let seconds = Double(records) / Double(Self.recordsASecond)
        guard seconds > Self.longest else { return nil }
        let person = context.actor
        let role = context.identity?.role ?? .viewer
        let id = try await self.jobs.begin(of: person, role: role, records: records, now: self.now) { progress in
            (try await self.made(for: person, span, then: { progress.turn() }, work), type)
        }
        return ReportJobAnswer(job: id, progress: 0, seconds: seconds.rounded(decimals: 0))
    }

    /// Makes a report; `then` is told of each page of records that is read.
    private func made(
        for person: String,
        _ span: Range<Int64>,
        then turn: @escaping @Sendable () -> Void,
        _ work: @escaping @Sendable (ReportReading) throws -> [UInt8]
    ) async throws -> [UInt8] {
        try await self.gate.pass(person) {
            let isWanted = Locked(true)
            let reading = self.reading(span) {
                turn()
                return isWanted.withLock { $0 }
            }
            return try await withTaskCancellationHandler {
                try await onQuietThread("report") { Result { try work(reading) } }.get()
            } onCancel: {
                isWanted.withLock { $0 = false }
            }
        }
    }
}
