import Glibc
import Ground
import GroundMap
import HTTPTypes
import Hummingbird
import NIOCore
import PatrolWire
import Plan
import Plans
import RoadMap
import TimeToScene

/// The base map out of the room's own roads, the plan, and names to look for, over HTTP.
struct MapRoutes: Sendable {
    let estimator: TimeToScene
    let plans: PlanHolder
    let ground: GroundFile?
    let audit: Audit
    private let names: PlaceNames

    /// Bytes of the largest plan that is taken.
    private static let largestPlan = 16 << 20
    /// Bytes of the longest text that is looked for.
    private static let longestName = 200
    private let tag: String

    /// A place in the address, `latitude,longitude`.
    private static func place(_ request: Request, _ key: String) throws -> Coordinate? {
        guard let text = request.query(key) else { return nil }
        let numbers = text.split(separator: ",", omittingEmptySubsequences: false).map { Double($0) ?? .nan }
        guard numbers.count == 2, let place = Coordinate(latitude: numbers[0], longitude: numbers[1]) else {
            throw Problem(.badRequest, "'\(key)' must be latitude,longitude such as 41.15,-8.61")
        }
        return place
    }

    init(estimator: TimeToScene, plans: PlanHolder, ground: GroundFile?, audit: Audit) {
        (self.estimator, self.plans, self.ground, self.audit) = (estimator, plans, ground, audit)
        self.names = PlaceNames(estimator.network)
        self.tag = "\(estimator.network.edgeCount)-\(estimator.network.source)-\(RoadTile.making)"
    }

    func add(to api: RouterGroup<BoardContext>) {
        api.get("roads/:z/:x/:y") { request, context in
            try context.require(.viewer)
            try request.allow("detail", "format")
            let numbers = try Self.tile(context)
            let detail = request.query("detail").map { Int($0) ?? -1 } ?? numbers[0]
            guard (numbers[0]...numbers[0] + RoadTile.mostDetail).contains(detail) else {
                throw Problem(.badRequest, "'detail' is a zoom from the tile's own to \(RoadTile.mostDetail) more")
            }
            let tag = "\"\(self.tag)\""
            if request.headers[.ifNoneMatch] == tag { return Response(status: .notModified, headers: [.eTag: tag]) }
            let tile = RoadTile(z: numbers[0], x: numbers[1], y: numbers[2], detail: detail)
            let headers: HTTPFields = [.eTag: tag, .cacheControl: "private, max-age=3600"]
            switch request.query("format") ?? "json" {
            case "json": return answer(try tile.json(self.estimator.network), headers: headers)
            case "mvt": return answer(tile.vector(self.estimator.network), type: Self.tileType, headers: headers)
            default: throw Problem(.badRequest, "'format' must be json or mvt")
            }
        }
        api.get("ground/:z/:x/:y") { request, context in try await self.groundTile(request, context) }
        api.get("plan") { request, context in
            try context.require(.viewer)
            try request.allow()
            guard let plan = self.plans.view else { throw Problem(.notFound, "the room has no patrol plan") }
            return tagged(plan.geoJSON, request, type: "application/geo+json")
        }
        api.put("plan") { request, context in
            try context.require(.chief)
            try request.allow()
            let body = try await request.bytes(upTo: Self.largestPlan, of: "the plan")
            do throws(PlanRefusal) {
                try self.plans.replace(with: Array(body.readableBytesView))
            } catch {
                throw Problem(error.isFaulty ? .unprocessableContent : .conflict, "\(error)")
            }
            let revision = self.plans.view?.plan.revision ?? 0
            try await self.audit.note("plan", of: "revision \(revision)", context)
            return answer(try jsonBytes(["revision": revision]))
        }
        api.get("places") { request, context in
            try context.require(.viewer)
            try request.allow("q", "near", "at")
            let plan = self.plans.view?.plan
            if let place = try Self.place(request, "at") {
                guard request.query("q") == nil else { throw Problem(.badRequest, "say either 'q' or 'at'") }
                return try tagged(
                    PlaceNames.Found(places: [PlaceNames.near(place, on: self.estimator.network, plan)], more: false),
                    request
                )
            }
            guard let text = request.query("q"), !text.isEmpty, text.utf8.count <= Self.longestName else {
                throw Problem(.badRequest, "'q' must be a part of a name, of 200 bytes at most")
            }
            return try tagged(self.names.find(text, plan, near: Self.place(request, "near")), request)
        }
    }
}

extension MapRoutes {
    private static let tileType = "application/vnd.mapbox-vector-tile"

    /// Zoom, column and row of the address.
    private static func tile(_ context: BoardContext) throws -> [Int] {
        let numbers = try ["z", "x", "y"].map { Int(try context.parameters.require($0)) ?? -1 }
        guard (0...22).contains(numbers[0]), numbers[1] >= 0, numbers[2] >= 0, numbers[1] < 1 << numbers[0],
            numbers[2] < 1 << numbers[0]
        else { throw Problem(.notFound, "a tile is z/x/y with z from 0 to 22") }
        return numbers
    }

    /// A tile of what lies under the roads, as it was compressed when the map was imported.
    private func groundTile(_ request: Request, _ context: BoardContext) async throws -> Response {
        try context.require(.viewer)
        try request.allow()
        let numbers = try Self.tile(context)
        guard let ground else {
            throw Problem(.notFound, "the map was imported without its ground: 'command-room roads import' makes it")
        }
        let tag = "\"\(ground.tag)\""
        let headers: HTTPFields = [.eTag: tag, .cacheControl: "private, max-age=3600", .vary: "Accept-Encoding"]
        if request.headers[.ifNoneMatch] == tag { return Response(status: .notModified, headers: headers) }
        guard Compression.takesGzip(request.headers[values: .acceptEncoding]) else {
            throw Problem(.notAcceptable, "a tile is sent as gzip: say 'Accept-Encoding: gzip'")
        }
        let bytes: [UInt8]?
        do throws(GroundError) {
            bytes = try await ground.tile(TileID(z: numbers[0], x: numbers[1], y: numbers[2]))
        } catch {
            throw Problem(.serviceUnavailable, "\(error)")
        }
        guard let bytes else { return answer([], type: Self.tileType, headers: headers) }
        var packed = headers
        packed[.contentEncoding] = "gzip"
        return answer(bytes, type: Self.tileType, headers: packed)
    }
}
