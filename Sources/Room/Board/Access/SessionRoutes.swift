import HTTPTypes
import History
import Hummingbird
import Logging
import PatrolWire

/// The session of a request.
struct SessionRoutes: Sendable {
    let accounts: Accounts
    let audit: Audit
    let now: @Sendable () -> Int64

    private struct Answer: Encodable {
        let name: String
        let role: String
        /// To be sent with each act as X-CSRF-Token; `nil` where nobody logs in.
        let token: String?
    }

    func add(to api: RouterGroup<BoardContext>) {
        api.get("session") { request, context in
            try context.require(.viewer)
            try request.allow()
            guard let identity = context.identity else { throw Problem(.unauthorized, "log in first") }
            return answer(
                try jsonBytes(
                    Answer(name: identity.name, role: identity.role.rawValue, token: self.session(request)?.token)
                )
            )
        }
        api.post("session") { request, context in try await self.logIn(request, context) }
        api.delete("session") { request, context in
            try request.allow()
            if case .login(let sessions) = self.accounts, let id = self.id(request),
                let identity = await sessions.end(id)
            {
                try await self.audit.note("logout", of: "session", by: identity.name, context)
            }
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
        guard case .login(let sessions) = self.accounts, let id = self.id(request) else { return nil }
        return sessions.session(id, now: self.now())
    }

    private func logIn(_ request: Request, _ context: BoardContext) async throws -> Response {
        try request.allow()
        struct Body: Decodable {
            let name: String
            let password: String
        }
        let body: Body = try await request.json(example: #"{"name":"…","password":"…"}"#)
        guard case .login(let sessions) = self.accounts else {
            throw Problem(.conflict, "nobody logs in here: the board is open to this machine only")
        }
        let name = harmless(body.name, atMost: 64)
        let (id, session): (String, Sessions.Session)
        do throws(Sessions.Refusal) {
            (id, session) = try await sessions.logIn(
                name: body.name,
                password: body.password,
                origin: context.origin,
                now: self.now()
            )
        } catch {
            switch error {
            case .wrong:
                try await self.audit.note("login refused", of: "session", by: name, context)
                throw Problem(.unauthorized, "name and password do not fit")
            case .wait(let seconds, let isNews):
                if isNews {
                    try await self.audit.note("login held back for \(seconds) s", of: "session", by: name, context)
                }
                throw Problem(
                    .tooManyRequests,
                    "too many tries: wait \(seconds) seconds",
                    headers: [.retryAfter: "\(seconds)"]
                )
            case .unavailable:
                throw Problem(
                    .serviceUnavailable,
                    "nobody can log in: the accounts file cannot be read; the room's log says why",
                    headers: [.retryAfter: "5"]
                )
            }
        }
        try await self.audit.note("login", of: "session", by: name, context)
        let cookie =
            "\(Admission.cookie)=\(id); Path=/; HttpOnly; SameSite=Strict\(sessions.isSecure ? "; Secure" : "")"
        let identity = session.identity
        return answer(
            try jsonBytes(Answer(name: identity.name, role: identity.role.rawValue, token: session.token)),
            headers: [.setCookie: cookie]
        )
    }
}
