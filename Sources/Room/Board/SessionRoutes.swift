import HTTPTypes
import History
import Hummingbird
import Logging
import PatrolWire

/// Who is logged in.
struct SessionRoutes: Sendable {
    let parts: BoardParts

    private struct Answer: Encodable {
        let name: String
        let role: String
        /// To be sent with each act as X-CSRF-Token; `nil` where nobody logs in.
        let token: String?
    }

    func add(to api: RouterGroup<BoardContext>) {
        api.get("session") { request, context in
            try context.require(.viewer)
            guard let identity = context.identity else { throw Problem(.unauthorized, "log in first") }
            return answer(
                try jsonBytes(
                    Answer(name: identity.name, role: identity.role.rawValue, token: self.session(request)?.token)
                )
            )
        }
        api.post("session") { request, context in try await self.logIn(request, context) }
        api.delete("session") { request, context in
            if case .login(let sessions) = self.parts.accounts, let id = self.id(request) { sessions.end(id) }
            return Response(
                status: .noContent,
                headers: [.setCookie: "\(Admission.cookie)=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0"]
            )
        }
    }

    private func id(_ request: Request) -> String? {
        request.headers[.cookie].flatMap { Admission.value(of: Admission.cookie, in: $0) }
    }

    private func session(_ request: Request) -> Sessions.Session? {
        guard case .login(let sessions) = self.parts.accounts, let id = self.id(request) else { return nil }
        return sessions.session(id, now: self.parts.now())
    }

    private func logIn(_ request: Request, _ context: BoardContext) async throws -> Response {
        struct Body: Decodable {
            let name: String
            let password: String
        }
        let body: Body = try await request.json(example: #"{"name":"…","password":"…"}"#)
        guard case .login(let sessions) = self.parts.accounts else {
            throw Problem(.conflict, "nobody logs in here: the board is open to this machine only")
        }
        let now = self.parts.now()
        func note(_ what: String) throws {
            try self.parts.casebook.note(
                Casebook.Deed(time: now, actor: body.name, origin: context.origin, what: what, subject: "session")
            )
        }
        let (id, session): (String, Sessions.Session)
        do throws(Sessions.Refusal) {
            (id, session) = try await sessions.logIn(
                name: body.name,
                password: body.password,
                origin: context.origin,
                now: now
            )
        } catch {
            switch error {
            case .wrong:
                try note("login refused")
                throw Problem(.unauthorized, "name and password do not fit")
            case .tooMany: throw Problem(.tooManyRequests, "too many tries: wait a minute")
            }
        }
        try note("login")
        let cookie =
            "\(Admission.cookie)=\(id); Path=/; HttpOnly; SameSite=Strict\(sessions.isSecure ? "; Secure" : "")"
        let identity = session.identity
        return answer(
            try jsonBytes(Answer(name: identity.name, role: identity.role.rawValue, token: session.token)),
            headers: [.setCookie: cookie]
        )
    }
}
