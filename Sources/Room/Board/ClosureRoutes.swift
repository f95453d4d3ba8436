import Dispatching
import Hummingbird
import Incidents
import PatrolWire
import TimeToScene

/// Closed roads and slow areas over HTTP.
struct ClosureRoutes: Sendable {
    let closures: ClosureDesk
    let estimator: TimeToScene
    let now: @Sendable () -> Int64

    struct Answer: Encodable, Sendable {
        let id: String
        let places: [[Double]]
        let slow: Double?
        let from: Int64
        let until: Int64
        let note: String?
        let by: String

        init(_ closure: Closure) {
            (self.id, self.places, self.slow) = (closure.id, closure.places, closure.slow)
            (self.from, self.until, self.note, self.by) = (closure.from, closure.until, closure.note, closure.actor)
        }
    }

    func add(to api: RouterGroup<BoardContext>) {
        api.get("closures") { request, context in
            try context.require(.viewer)
            try request.allow()
            return try tagged(["closures": await self.closures.holding.map(Answer.init)], request)
        }
        api.post("closures") { request, context in try await self.begin(request, context) }
        api.delete("closures/:id") { request, context in
            try context.require(.dispatcher)
            try request.allow()
            let id = try context.parameters.require("id")
            let lifted = try await self.closures.lift(id, actor: context.actor, origin: context.origin)
            guard let lifted else {
                throw Problem(.notFound, "no closure '\(id)' holds; GET /api/v1/closures lists them")
            }
            return answer(try jsonBytes(Answer(lifted)))
        }
    }

    private func begin(_ request: Request, _ context: BoardContext) async throws -> Response {
        try context.require(.dispatcher)
        struct Body: Decodable {
            let places: [[Double]]
            let slow: Double?
            let until: Int64
            let note: String?
        }
        try request.allow()
        let body: Body = try await request.json(example: #"{"places":[[-8.61,41.15]],"until":1780000000000}"#)
        try request.bound(["note": body.note])
        let now = self.now()
        let closure = Closure(
            id: "\(now)",
            places: body.places,
            slow: body.slow,
            from: now,
            until: body.until,
            note: body.note,
            actor: context.actor
        )
        if let fault = closure.fault { throw Problem(.badRequest, fault) }
        guard !closure.edges(of: self.estimator.network).isEmpty else {
            throw Problem(.unprocessableContent, "no road lies there")
        }
        let begun = try await self.closures.begin(closure, origin: context.origin)
        return answer(
            try jsonBytes(Answer(begun)),
            status: .created,
            headers: [.location: "/api/v1/closures/\(begun.id)"]
        )
    }
}
