import HTTPTypes
import Hummingbird

/// Says who makes a request, and keeps other sites from acting in a browser's name.
struct Admission: RouterMiddleware {
    let accounts: Accounts
    let now: @Sendable () -> Int64

    static let cookie = "patrollink"
    static let tokenHeader = HTTPField.Name("X-CSRF-Token")

    func handle(
        _ request: Request,
        context: BoardContext,
        next: @concurrent (Request, BoardContext) async throws -> Response
    ) async throws -> Response {
        var context = context
        let isAct = ![.get, .head, .options].contains(request.method)
        switch self.accounts {
        case .thisMachine(let identity):
            context.identity = identity
            // A name of another site that was made to point here: its pages would pass for the board's own.
            guard Self.isThisMachine(request.head.authority ?? "") else {
                throw Problem(.forbidden, "without a login the board answers to 127.0.0.1, [::1] and localhost only")
            }
            // A page of another site on this machine's browser must not act: it cannot send JSON without asking.
            if isAct, let origin = request.headers[.origin], !Self.isOwn(origin, request) {
                throw Problem(.forbidden, "a page of \(origin) must not act here")
            }
        case .login(let sessions):
            let id = request.headers[.cookie].flatMap { Self.value(of: Self.cookie, in: $0) }
            if let session = id.flatMap({ sessions.session($0, now: self.now()) }) {
                context.identity = session.identity
                context.session = session.key
                let isLogin = request.method == .post && request.uri.path == "/api/v1/session"
                let token = Self.tokenHeader.flatMap { request.headers[$0] }
                if isAct, !isLogin, token != session.token {
                    throw Problem(.forbidden, "the header X-CSRF-Token must be the token that the login answered")
                }
            }
        }
        return try await next(request, context)
    }

    private static func isThisMachine(_ authority: String) -> Bool {
        if authority.hasPrefix("[::1]") { return true }
        let host = authority.prefix { $0 != ":" }
        return host == "localhost" || host.hasPrefix("127.") && host.allSatisfy { $0.isNumber || $0 == "." }
    }

    private static func isOwn(_ origin: String, _ request: Request) -> Bool {
        guard let host = request.head.authority else { return false }
        return origin == "http://\(host)" || origin == "https://\(host)"
    }

    static func value(of name: String, in cookies: String) -> String? {
        for pair in cookies.split(separator: ";") {
            let trimmed = pair.drop { $0 == " " }
            if trimmed.hasPrefix("\(name)=") { return String(trimmed.dropFirst(name.count + 1)) }
        }
        return nil
    }
}

/// Takes the caller's address from a proxy that is trusted to tell it.
struct Origins: RouterMiddleware {
    /// Addresses of proxies.
    let trusted: Set<String>

    private static let header = HTTPField.Name("X-Forwarded-For")

    func handle(
        _ request: Request,
        context: BoardContext,
        next: @concurrent (Request, BoardContext) async throws -> Response
    ) async throws -> Response {
        guard self.trusted.contains(context.origin), let name = Self.header else {
            return try await next(request, context)
        }
        var context = context
        // Each proxy adds the address that it heard at the end; a caller can write anything before the first that is not ours.
        let told = request.headers[values: name].flatMap { $0.split(separator: ",") }
        for text in told.reversed() {
            guard let address = Address.canonical(text.filter { $0 != " " }) else { break }
            context.origin = address
            if !self.trusted.contains(address) { break }
        }
        return try await next(request, context)
    }
}

/// What every answer tells a browser.
struct SecurityHeaders: RouterMiddleware {
    let isSecure: Bool
    let imageSource: String?

    /// What any browser may keep: the description of the interface, and the tiles of the map, which say so themselves.
    private static func isPrivate(_ path: String) -> Bool {
        if path == "/metrics" || path == "/healthz" { return true }
        guard path.hasPrefix("/api/v1/") else { return false }
        return path != "/api/v1/openapi.yaml" && !path.hasPrefix("/api/v1/roads/")
            && !path.hasPrefix("/api/v1/ground/")
    }

    func handle(
        _ request: Request,
        context: BoardContext,
        next: @concurrent (Request, BoardContext) async throws -> Response
    ) async throws -> Response {
        var response = try await next(request, context)
        let images = ["'self'", "data:", self.imageSource].compactMap(\.self).joined(separator: " ")
        let policy = "default-src 'self'; img-src \(images); style-src 'self' 'unsafe-inline'; frame-ancestors 'none'"
        if let name = HTTPField.Name("Content-Security-Policy") { response.headers[name] = policy }
        if let name = HTTPField.Name("X-Content-Type-Options") { response.headers[name] = "nosniff" }
        if let name = HTTPField.Name("Referrer-Policy") { response.headers[name] = "no-referrer" }
        if let name = HTTPField.Name("X-Frame-Options") { response.headers[name] = "DENY" }
        if Self.isPrivate(request.uri.path) { response.headers[.cacheControl] = "no-store" }
        if self.isSecure { response.headers[.strictTransportSecurity] = "max-age=31536000" }
        return response
    }
}
