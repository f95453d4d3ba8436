import Dispatching
import Ground
import History
import Hummingbird
import Incidents
import Intake
import NIOCore
import PatrolWire
import Plan
import Plans
import Reporting
import RoadMap
import RoadSearch
import Threading
import TimeToScene
import Units

/// Units, their tracks, and what they reach, over HTTP.
struct UnitRoutes: Sendable {
    let units: UnitTable
    let places: UnitPlaces
    let desk: IncidentDesk
    let estimator: TimeToScene
    let history: History
    let plans: PlanHolder
    let notices: NoticeDesk
    let audit: Audit
    let now: @Sendable () -> Int64

    /// Points of one page of a track.
    private static let mostPoints = 50_000

    func add(to api: RouterGroup<BoardContext>) {
        api.get("units") { request, context in
            try context.require(.viewer)
            try request.allow()
            let now = self.now()
            let units = self.units.all
            return answer(try jsonBytes(UnitsAnswer(at: now, units: units.map { UnitAnswer($0, now: now) })))
        }
        api.get("units/:device") { request, context in
            try context.require(.viewer)
            try request.allow("station")
            return answer(try jsonBytes(UnitAnswer(try self.unit(request, context), now: self.now())))
        }
        api.get("units/:device/track") { request, context in try await self.track(request, context) }
        self.addNotices(to: api)
        api.get("coverage") { request, context in try await self.coverage(request, context) }
    }

    /// The unit of the live table that the address names.
    func unit(_ request: Request, _ context: BoardContext) throws -> Unit {
        let device = try context.parameters.require("device")
        let station = request.query("station")
        let units = self.units.named(device).filter {
            station == nil || $0.station.text == station
        }
        guard let unit = units.first else {
            throw Problem(.notFound, "no unit '\(device.prefix(64))' has been heard of; GET /api/v1/units lists them")
        }
        guard units.count == 1 else { throw Self.ambiguous(device, units.map(\.station.text)) }
        return unit
    }

    private static func ambiguous(_ device: String, _ stations: [String]) -> Problem {
        Problem(.badRequest, "'\(device)' is at \(stations.joined(separator: ", ")): add ?station=…")
    }

    /// The device whose track is wanted: one that reports, or one that the store knows.
    private func recorded(_ request: Request, _ context: BoardContext) async throws -> UnitID {
        let text = try context.parameters.require("device")
        let live = self.units.named(text).map(\.station.text)
        var stations = Set(try await self.history.stations(of: text) + live)
        if let wanted = request.query("station") { stations.formIntersection([wanted]) }
        guard let device = Name.device(text), let station = stations.first.flatMap({ Name($0) }) else {
            throw Problem(.notFound, "no unit '\(text.prefix(64))' has been heard of; GET /api/v1/units lists them")
        }
        guard stations.count == 1 else { throw Self.ambiguous(text, stations.sorted()) }
        return UnitID(station: station, device: device)
    }

    private func track(_ request: Request, _ context: BoardContext) async throws -> Response {
        try context.require(.viewer)
        try request.allow("from", "to", "format", "station")
        let id = try await self.recorded(request, context)
        let now = self.now()
        let from = try request.time("from", default: now - 3_600_000)
        let to = try request.time("to", default: now)
        guard from <= to else { throw Problem(.badRequest, "'from' must not be after 'to'") }
        try await self.audit.note("track", of: "\(id)", context)
        let name = self.units[id]?.callSign ?? id.device.text
        let format = request.query("format") ?? "geojson"
        if format == "sealed" { return self.sealed(id, from: from, to: to) }
        guard let kind = TrackFormat(rawValue: format) else {
            throw Problem(.badRequest, "'format' must be geojson, gpx, csv or sealed")
        }
        if kind == .geojson {
            let (records, next) = try await self.history.track(
                of: id.station,
                id.device,
                from: from,
                to: to,
                limit: Self.mostPoints
            )
            let track = TrackAnswer(device: id.device.text, unit: name, records, next: next)
            return answer(try jsonBytes(track), type: "application/geo+json", headers: [.cacheControl: "no-store"])
        }
        // Without an end: page by page, so that a year costs no more memory than an hour.
        let history = self.history
        return Response(
            status: .ok,
            headers: [.contentType: kind.type, .cacheControl: "no-store"],
            body: ResponseBody { writer in
                try await writer.write(ByteBuffer(string: kind.head(name)))
                var from: Int64? = from
                while let start = from {
                    let page = try await history.track(
                        of: id.station,
                        id.device,
                        from: start,
                        to: to,
                        limit: Self.mostPoints
                    )
                    try await writer.write(ByteBuffer(string: kind.rows(page.records)))
                    from = page.next
                }
                try await writer.write(ByteBuffer(string: kind.tail))
                try await writer.finish(nil)
            }
        )
    }

    /// The records as their device wrote and signed them, for `patrolctl track verify`.
    private func sealed(_ id: UnitID, from: Int64, to: Int64) -> Response {
        let track = SealedTrack(
            self.history.reader(),
            of: id.station,
            id.device,
            from: from,
            to: to,
            made: self.now()
        )
        return Response(
            status: .ok,
            headers: [.contentType: "application/jsonl", .cacheControl: "no-store"],
            body: ResponseBody { writer in
                let begun = await onQuietThread("sealed track") { Result { try track.begin() } }
                var (text, place) = try begun.get()
                try await writer.write(ByteBuffer(bytes: text))
                while !place.isAtEnd {
                    // A copy, so that no thread holds what another changes.
                    let now = place
                    let step = await onQuietThread("sealed track") {
                        Result { () throws -> (text: [UInt8], place: SealedTrack.Place) in
                            var next = now
                            let text = try track.next(&next)
                            return (text, next)
                        }
                    }
                    (text, place) = try step.get()
                    try await writer.write(ByteBuffer(bytes: text))
                }
                try await writer.finish(nil)
            }
        )
    }

    private func coverage(_ request: Request, _ context: BoardContext) async throws -> CoverageAnswer {
        try context.require(.viewer)
        try request.allow("minutes")
        let text = request.query("minutes") ?? "1,3,5"
        let minutes = text.split(separator: ",", omittingEmptySubsequences: false).map { Double($0) ?? .nan }
        guard (1...10).contains(minutes.count), minutes.allSatisfy({ $0 > 0 && $0 <= 60 }) else {
            throw Problem(.badRequest, "'minutes' must be a list of up to ten numbers up to 60, such as 1,3,5")
        }
        let now = self.now()
        let free = Candidates.free(
            self.units.all,
            places: self.places,
            engaged: await self.desk.engaged,
            now: now
        )
        let network = self.estimator.network
        guard let roads = self.estimator.roads(.siren), let reach = Reach(network, roads) else {
            throw Problem(.serviceUnavailable, "the roads are not ready yet; ask again in a second")
        }
        let report = reach.report(free, within: minutes.map { $0 * 60 }, areas: self.plans.view?.areas ?? .none)
        let grids = self.plans.view?.plan.grids.map(\.id) ?? []
        return CoverageAnswer(at: now, units: free.count, report, network, grids: grids)
    }
}
