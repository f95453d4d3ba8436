package import Hummingbird
import NIOCore

/// A request, and who makes it from where.
package struct BoardContext: RequestContext {
    /// What the server keeps of it.
    package var coreContext: CoreRequestContextStorage
    /// Who makes it; `nil` until that is known.
    var identity: Identity?
    /// The session that it belongs to; `nil` where nobody logs in, or has not yet.
    var session: String?
    /// From where: an address.
    var origin: String

    /// Takes a request from its connection.
    package init(source: Source) {
        self.coreContext = .init(source: source)
        self.origin = Address.of(source.channel)
    }

    /// The name that the audit records for this request.
    var actor: String { self.identity?.name ?? "nobody" }

    /// Throws a problem document when the request comes from another machine without a login.
    func requireNearOrLogin() throws {
        if !Address.isThisMachine(self.origin) { try self.require(.viewer) }
    }

    /// Throws a problem document when the role is too small.
    func require(_ role: Role) throws {
        guard let identity else { throw Problem(.unauthorized, "log in first: POST /api/v1/session") }
        guard identity.role >= role else {
            throw Problem(
                .forbidden,
                "this needs the role '\(role.rawValue)', and yours is '\(identity.role.rawValue)'"
            )
        }
    }
}
