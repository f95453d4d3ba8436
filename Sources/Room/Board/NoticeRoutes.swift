import Hummingbird
import Incidents
import PatrolWire
import Threading
import Units

/// What became of a text or a question to a unit.
struct NoticeAnswer: Encodable, Sendable {
    let id: String
    let station: String
    let device: String
    /// `waiting` until the device has answered, then `delivered` or `refused`.
    let outcome: String
}

/// A word to one unit: a text for its officers, or the question where it is.
extension UnitRoutes {
    func addNotices(to api: RouterGroup<BoardContext>) {
        api.post("units/:device/message") { request, context in
            try context.require(.dispatcher)
            try request.allow("station")
            struct Body: Decodable { let text: String }
            let body: Body = try await request.json(example: #"{"text":"…"}"#)
            try request.bound(["text": body.text])
            guard !body.text.isEmpty else { throw Problem(.badRequest, "'text' must say something") }
            let unit = try self.unit(request, context).id
            let id = self.newID("text")
            try await self.audit.note("message", of: "\(unit)", context)
            let isTaken = self.notices.tell(unit, id: id, body.text, actor: context.actor, now: self.now())
            return try self.sent(id, unit, isTaken)
        }
        api.post("units/:device/locate") { request, context in
            try context.require(.dispatcher)
            try request.allow("station")
            let unit = try self.unit(request, context).id
            let id = self.newID("locate")
            try await self.audit.note("locate", of: "\(unit)", context)
            let isTaken = self.notices.locate(unit, id: id, actor: context.actor, now: self.now())
            return try self.sent(id, unit, isTaken)
        }
        api.get("units/:device/notices/:id") { request, context in
            try context.require(.dispatcher)
            try request.allow("station")
            let unit = try self.unit(request, context).id
            let id = try context.parameters.require("id")
            guard let outcome = self.notices.outcome(of: id, to: unit) else {
                throw Problem(.notFound, "nothing of that name was sent to \(unit) lately, or its time is over")
            }
            return answer(try jsonBytes(Self.told(id, unit, outcome)), headers: [.cacheControl: "no-store"])
        }
    }

    private func newID(_ kind: String) -> String { "\(kind)-\(self.now())-\(UInt32.random(in: 0...UInt32.max))" }

    private static func told(_ id: String, _ unit: UnitID, _ outcome: NoticeDesk.Outcome) -> NoticeAnswer {
        NoticeAnswer(id: id, station: unit.station.text, device: unit.device.text, outcome: outcome.rawValue)
    }

    private func sent(_ id: String, _ unit: UnitID, _ isTaken: Bool) throws -> Response {
        guard isTaken else {
            throw Problem(.tooManyRequests, "too much waits for \(unit) already: it does not answer")
        }
        return answer(try jsonBytes(Self.told(id, unit, .waiting)), status: .accepted)
    }
}
