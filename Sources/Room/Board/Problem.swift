import FoundationEssentials
import HTTPTypes
import Hummingbird
import Logging
import NIOCore

/// An error as RFC 9457 has it: `application/problem+json`.
struct Problem: Error, Encodable {
    let code: HTTPResponse.Status
    let title: String
    let detail: String
    var instance: String?
    // "about:blank" says that the status tells all there is to tell of the kind.
    let type = "about:blank"

    private enum CodingKeys: CodingKey {
        case detail
        case instance
        case status
        case title
        case type
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(self.detail, forKey: .detail)
        try container.encodeIfPresent(self.instance, forKey: .instance)
        try container.encode(self.code.code, forKey: .status)
        try container.encode(self.title, forKey: .title)
        try container.encode(self.type, forKey: .type)
    }

    init(_ status: HTTPResponse.Status, _ detail: String) {
        self.code = status
        self.title = status.reasonPhrase
        self.detail = detail
    }
}

extension Problem: HTTPResponseError {
    var status: HTTPResponse.Status { self.code }

    func response(from request: Request, context: some RequestContext) throws -> Response {
        var problem = self
        problem.instance = request.uri.path
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return Response(
            status: self.code,
            headers: [.contentType: "application/problem+json"],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: try encoder.encode(problem)))
        )
    }
}

/// Turns every error into a problem document.
struct ProblemMiddleware<Context: RequestContext>: RouterMiddleware {
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
            let words = error.status == .notFound ? "there is nothing at \(request.uri.path)" : error.body
            let problem = Problem(error.status, words ?? "\(error.status.reasonPhrase)")
            return try problem.response(from: request, context: context)
        } catch {
            context.logger.error("Request \(request.method) \(request.uri.path) failed: \(error)")
            let problem = Problem(.internalServerError, "the room could not answer; its log says why")
            return try problem.response(from: request, context: context)
        }
    }
}
