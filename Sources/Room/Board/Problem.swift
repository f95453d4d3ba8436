import FoundationEssentials
import HTTPTypes
import History
import Hummingbird
import Logging
import NIOCore
import NIOHTTP1
import Threading

/// An error as RFC 9457 has it: `application/problem+json`.
struct Problem: Error, Encodable {
    let code: HTTPResponse.Status
    let title: String
    let detail: String
    var instance: String?
    /// What the answer's head says besides.
    let headers: HTTPFields
    /// Why, as a word for a page that says it in its own language, and what it names.
    var reason: String?
    var names: [String: String] = [:]
    // "about:blank" says that the status tells all there is to tell of the kind.
    let type = "about:blank"

    private enum CodingKeys: CodingKey {
        case detail
        case instance
        case names
        case reason
        case status
        case title
        case type
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(self.detail, forKey: .detail)
        try container.encodeIfPresent(self.instance, forKey: .instance)
        try container.encodeIfPresent(self.reason, forKey: .reason)
        if !self.names.isEmpty { try container.encode(self.names, forKey: .names) }
        try container.encode(self.code.code, forKey: .status)
        try container.encode(self.title, forKey: .title)
        try container.encode(self.type, forKey: .type)
    }

    init(_ status: HTTPResponse.Status, _ detail: String, headers: HTTPFields = [:]) {
        self.code = status
        self.title = status.reasonPhrase
        self.detail = detail
        self.headers = headers
    }
}

extension Problem: HTTPResponseError {
    var status: HTTPResponse.Status { self.code }

    func response(from request: Request, context: some RequestContext) throws -> Response {
        var problem = self
        problem.instance = request.uri.path
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        var headers = self.headers
        headers[.contentType] = "application/problem+json"
        return Response(
            status: self.code,
            headers: headers,
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: try encoder.encode(problem)))
        )
    }
}

/// The paths of an interface, and what may be done at each.
final class KnownPaths: Sendable {
    private let routes = Locked<[(path: [RouterPath.Element], method: HTTPRequest.Method)]>([])

    /// Takes over what a router has.
    func learn(_ router: Router<BoardContext>) {
        let known = router.routes.map { (path: $0.path.components, method: $0.method) }
        self.routes.withLock { $0 = known }
    }

    /// The methods that a path knows, in order; none for a path that is not known.
    func methods(at path: String) -> [String] {
        let parts = path.split(separator: "/")
        var methods: Set<HTTPRequest.Method> = []
        for (pattern, method) in self.routes.withLock({ $0 }) where Self.fits(parts, pattern) {
            methods.insert(method)
            if method == .get { methods.insert(.head) }
        }
        return methods.isEmpty ? [] : (methods.union([.options])).map(\.rawValue).sorted()
    }

    private static func fits(_ parts: [Substring], _ pattern: [RouterPath.Element]) -> Bool {
        for (index, element) in pattern.enumerated() {
            if element == .recursiveWildcard { return parts.count > index }
            guard index < parts.count, element ~= parts[index] else { return false }
        }
        return parts.count == pattern.count
    }
}

/// Turns every error into a problem document.
struct ProblemMiddleware<Context: RequestContext>: RouterMiddleware {
    let paths: KnownPaths

    func handle(
        _ request: Request,
        context: Context,
        next: @concurrent (Request, Context) async throws -> Response
    ) async throws -> Response {
        do {
            return try await next(request, context)
        } catch let problem as Problem {
            return try problem.response(from: request, context: context)
        } catch let error as HTTPError {
            if error.status == .notFound, let answer = try self.otherMethod(request, context) { return answer }
            let words = error.status == .notFound ? "there is nothing at \(request.uri.path)" : error.body
            let problem = Problem(error.status, words ?? "\(error.status.reasonPhrase)")
            return try problem.response(from: request, context: context)
        } catch is HTTPParserError {
            let problem = Problem(
                .badRequest,
                "the body does not come as its header says: its length or its chunks are wrong",
                headers: [.connection: "close"]
            )
            return try problem.response(from: request, context: context)
        } catch let error as HistoryError {
            let place = harmless("\(request.method) \(request.uri.path)")
            context.logger.error("Request \(place) failed: \(error)")
            // A request may store more than one thing: only the caller can see whether what was asked was done.
            let problem = Problem(
                .serviceUnavailable,
                "the room's store does not answer now, so look whether this was done before you ask again: \(error.reason); \(error.remedy)",
                headers: [.retryAfter: "5"]
            )
            return try problem.response(from: request, context: context)
        } catch {
            let place = harmless("\(request.method) \(request.uri.path)")
            context.logger.error("Request \(place) failed: \(harmless("\(error)", atMost: 500))")
            let problem = Problem(.internalServerError, "the room could not answer; its log says why")
            return try problem.response(from: request, context: context)
        }
    }

    /// The answer to a method that a path does not know; `nil` where the path itself is not known.
    private func otherMethod(_ request: Request, _ context: Context) throws -> Response? {
        let methods = self.paths.methods(at: request.uri.path)
        guard !methods.isEmpty else { return nil }
        let allow: HTTPFields = [.allow: methods.joined(separator: ", ")]
        if request.method == .options { return Response(status: .noContent, headers: allow) }
        let problem = Problem(
            .methodNotAllowed,
            "\(request.uri.path) takes \(methods.joined(separator: ", "))",
            headers: allow
        )
        return try problem.response(from: request, context: context)
    }
}
