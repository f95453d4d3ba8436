import Cases
import Hummingbird
import PatrolWire
import Tasks

/// Tasks over HTTP: raised, handed on, answered, revisited, closed.
struct TaskRoutes: Sendable {
    let tasks: TaskDesk
    /// ms since 1970 UTC.
    let now: @Sendable () -> Int64

    /// Tasks that are read at once.
    private static let page = 200

    func add(to api: RouterGroup<BoardContext>) {
        api.get("tasks") { request, context in try await self.list(request, context) }
        api.post("tasks") { request, context in try await self.raise(request, context) }
        api.get("tasks/:id") { request, context in
            try context.require(.dispatcher)
            try request.allow()
            let task = try await Self.refusing { try await self.tasks.task(context.parameters.require("id")) }
            return try tagged(TaskAnswer(task, now: self.now()), request)
        }
        api.post("tasks/:id/hand-on") { request, context in
            let body: Body = try await request.json(example: #"{"owner":"0421","reason":"…"}"#)
            return try await self.act(
                .handOn(owner: body.owner ?? "", due: try body.time, reason: body.reason ?? ""),
                body,
                request,
                context
            )
        }
        api.post("tasks/:id/remind") { request, context in
            let body: Body = try await request.json(example: #"{"text":"…"}"#)
            return try await self.act(.remind(text: body.text), body, request, context)
        }
        api.post("tasks/:id/answer") { request, context in
            let body: Body = try await request.json(example: #"{"result":"…"}"#)
            return try await self.act(.answer(result: body.result ?? ""), body, request, context)
        }
        api.post("tasks/:id/give-back") { request, context in
            let body: Body = try await request.json(example: #"{"reason":"…","due":1780000000000}"#)
            let step = TaskStep.giveBack(reason: body.reason ?? "", due: try body.time ?? 0)
            return try await self.act(step, body, request, context)
        }
        api.post("tasks/:id/revisit") { request, context in
            let body: Body = try await request.json(example: #"{"text":"…","rating":5}"#)
            return try await self.act(.revisit(text: body.text ?? "", rating: body.rating ?? 0), body, request, context)
        }
        api.post("tasks/:id/close") { request, context in
            let body: Body = try await request.json(example: #"{"note":"…"}"#)
            return try await self.act(.close(note: body.note), body, request, context)
        }
        api.post("tasks/:id/reopen") { request, context in
            let body: Body = try await request.json(example: #"{"reason":"…","due":1780000000000}"#)
            let step = TaskStep.reopen(reason: body.reason ?? "", due: try body.time ?? 0)
            return try await self.act(step, body, request, context)
        }
    }

    /// The keys of all steps; each step asks for its own.
    private struct Body: Decodable {
        let owner: String?
        let due: Int64?
        let reason: String?
        let text: String?
        let result: String?
        let rating: Int?
        let note: String?
        let version: Int?

        /// The time of ``due``.
        var time: Int64? {
            get throws {
                guard let due else { return nil }
                guard (0...1 << 53).contains(due) else { throw Problem(.badRequest, "'due' must be ms since 1970") }
                return due
            }
        }
    }

    private func act(
        _ step: TaskStep,
        _ body: Body,
        _ request: Request,
        _ context: BoardContext
    ) async throws -> Response {
        try context.require(.dispatcher)
        try request.allow()
        try request.bound(["reason": body.reason, "text": body.text, "result": body.result, "note": body.note])
        try request.bound(["owner": body.owner], to: WireLimits.name)
        let id = try context.parameters.require("id")
        let task = try await Self.refusing {
            try await self.tasks.take(
                step,
                with: id,
                version: body.version,
                actor: context.actor,
                origin: context.origin
            )
        }
        return answer(try jsonBytes(TaskAnswer(task, now: self.now())))
    }

    private func list(_ request: Request, _ context: BoardContext) async throws -> Response {
        try context.require(.dispatcher)
        try request.allow("state", "owner", "incident", "overdue", "before", "before_id", "limit")
        let limit = try request.integer("limit", in: 1...200, default: 100)
        let state = try request.query("state").map { text in
            guard let state = OwnedTask.State(rawValue: text) else {
                throw Problem(.badRequest, "'state' must be open, answered or closed")
            }
            return state
        }
        let (owner, incident, isOverdue) = (
            request.query("owner"), request.query("incident"), try request.flag("overdue")
        )
        let now = self.now()
        func isWanted(_ task: OwnedTask) -> Bool {
            (state == nil || task.state == state) && (owner == nil || task.owner == owner)
                && (incident == nil || task.incident == incident) && (!isOverdue || task.isOverdue(at: now))
        }
        var cursor = CaseCursor(time: try request.time("before", default: 1 << 53), id: request.query("before_id"))
        var found: [OwnedTask] = []
        while found.count <= limit {
            // The store knows what is not closed; the rest is looked for page by page.
            let isPending = state.map { $0 != .closed } ?? false
            let size = max(limit + 1, Self.page)
            let page = try await self.tasks.page(before: cursor, isPending: isPending, limit: size)
            found += page.filter(isWanted)
            guard page.count == size, let last = page.last else { break }
            cursor = CaseCursor(time: last.began, id: last.id)
        }
        let listed = found.prefix(limit)
        let next = found.count > limit ? listed.last.map { IncidentsAnswer.Next(before: $0.began, id: $0.id) } : nil
        return try tagged(
            TasksAnswer(tasks: listed.map { TaskAnswer($0, now: now) }, more: next != nil, next: next),
            request
        )
    }

    private func raise(_ request: Request, _ context: BoardContext) async throws -> Response {
        try context.require(.dispatcher)
        try request.allow()
        struct New: Decodable {
            let kind: String?
            let grade: Int?
            let text: String
            let owner: String
            let due: Int64
            let incident: String?
            let grid: String?
            let lat: Double?
            let lon: Double?
        }
        let body: New = try await request.json(example: #"{"text":"…","owner":"0421","due":1780000000000}"#)
        guard let kind = OwnedTask.Kind(rawValue: body.kind ?? "other") else {
            let known = OwnedTask.Kind.allCases.map(\.rawValue).joined(separator: ", ")
            throw Problem(.badRequest, "'kind' must be one of \(known)")
        }
        try request.bound(["text": body.text])
        try request.bound(["owner": body.owner, "incident": body.incident, "grid": body.grid], to: WireLimits.name)
        guard (0...1 << 53).contains(body.due) else { throw Problem(.badRequest, "'due' must be ms since 1970") }
        let place = body.lat.flatMap { latitude in body.lon.map { (latitude, $0) } }
        if let place, !((-90...90).contains(place.0) && (-180...180).contains(place.1)) {
            throw Problem(.badRequest, "'lat' must be within -90 and 90, 'lon' within -180 and 180")
        }
        let draft = OwnedTask.Draft(
            kind: kind,
            grade: body.grade ?? 2,
            text: body.text,
            owner: body.owner,
            due: body.due,
            incident: body.incident,
            grid: body.grid,
            place: place.map { (latitude: $0.0, longitude: $0.1) }
        )
        let task = try await Self.refusing {
            try await self.tasks.raise(draft, actor: context.actor, origin: context.origin)
        }
        return answer(
            try jsonBytes(TaskAnswer(task, now: self.now())),
            status: .created,
            headers: [.location: "/api/v1/tasks/\(task.id)"]
        )
    }

    private static func refusing<R>(_ body: () async throws -> R) async throws -> R {
        do { return try await body() } catch let refusal as TaskRefusal {
            switch refusal.kind {
            case .unknown: throw Problem(.notFound, "\(refusal)")
            case .conflict: throw Problem(.conflict, "\(refusal)")
            case .invalid: throw Problem(.badRequest, "\(refusal)")
            }
        }
    }
}

/// A task as it is answered.
struct TaskAnswer: Encodable, Sendable {
    let id: String
    let kind: String
    let grade: Int
    let text: String
    let state: String
    let owner: String
    let due: Int64
    let overdue: Bool
    let by: String
    let raised: Int64
    let incident: String?
    let grid: String?
    let lat: Double?
    let lon: Double?
    let result: String?
    let answered: Int64?
    let closed: Int64?
    let version: Int
    let steps: [Step]

    struct Step: Encodable, Sendable {
        let t: Int64
        let by: String
        let what: String
        let text: String?
        let owner: String?
        let due: Int64?
        let rating: Int?
    }

    init(_ task: OwnedTask, now: Int64) {
        (self.id, self.kind, self.grade, self.text) = (task.id, task.kind.rawValue, task.grade, task.text)
        (self.state, self.owner, self.due) = (task.state.rawValue, task.owner, task.due)
        (self.overdue, self.by, self.raised) = (task.isOverdue(at: now), task.actor, task.began)
        (self.incident, self.grid, self.lat, self.lon) = (task.incident, task.grid, task.latitude, task.longitude)
        (self.result, self.answered, self.closed) = (task.result, task.answered, task.closed)
        self.version = task.version
        self.steps = task.entries.map {
            Step(
                t: $0.time,
                by: $0.actor,
                what: $0.what,
                text: $0.text,
                owner: $0.owner,
                due: $0.due,
                rating: $0.rating
            )
        }
    }
}

/// Tasks, the newest first; `next` says where the list goes on.
struct TasksAnswer: Encodable, Sendable {
    let tasks: [TaskAnswer]
    let more: Bool
    let next: IncidentsAnswer.Next?
}
