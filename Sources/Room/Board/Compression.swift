import Gzip
import HTTPTypes
import Hummingbird
import NIOCore

/// Sends texts of some length as gzip to callers that accept it.
///
/// The live stream is left as it is: its pages share one text, which would be compressed for each of them anew, and
/// ten thousand units a second are worth more than the bytes.
struct Compression: RouterMiddleware {
    /// Bytes of the shortest body that is compressed: a shorter one fits a packet anyway.
    private static let shortest = 1_024
    private static let types: Set<String> = [
        "application/geo+json", "application/gpx+xml", "application/json", "application/problem+json",
        "application/yaml", "application/vnd.mapbox-vector-tile", "image/svg+xml", "text/css", "text/csv", "text/html",
        "text/javascript", "text/plain",
    ]

    func handle(
        _ request: Request,
        context: BoardContext,
        next: @concurrent (Request, BoardContext) async throws -> Response
    ) async throws -> Response {
        var response = try await next(request, context)
        guard Self.isText(response.headers[.contentType]) else { return response }
        response.headers[.vary] = "Accept-Encoding"
        guard request.method != .head, (response.body.contentLength ?? .max) >= Self.shortest,
            response.headers[.contentEncoding] == nil,
            Self.takesGzip(request.headers[values: .acceptEncoding]), let gzip = GzipStream()
        else { return response }
        let body = response.body
        response.headers[.contentEncoding] = "gzip"
        response.body = ResponseBody { writer in try await body.write(GzipWriter(gzip: gzip, next: writer)) }
        response.headers[.contentLength] = nil
        return response
    }

    private static func isText(_ type: String?) -> Bool {
        guard let kind = type?.prefix(while: { $0 != ";" }) else { return false }
        return Self.types.contains(kind.lowercased())
    }

    /// RFC 9110, 12.5.3, as far as it matters to gzip.
    static func takesGzip(_ fields: [String]) -> Bool {
        var answers: [Substring: Bool] = [:]
        for coding in fields.joined(separator: ",").lowercased().split(separator: ",") {
            let parts = coding.split(separator: ";").map { $0.drop { $0 == " " } }
            guard let name = parts.first?.prefix(while: { $0 != " " }) else { continue }
            let weight = parts.dropFirst().first { $0.hasPrefix("q=") }.map { Double($0.dropFirst(2)) ?? 0 }
            answers[name] = (weight ?? 1) > 0
        }
        return answers["gzip"] ?? answers["x-gzip"] ?? answers["*"] ?? false
    }
}

/// Hands on what is written, compressed.
private struct GzipWriter: ResponseBodyWriter {
    let gzip: GzipStream
    var next: any ResponseBodyWriter

    @concurrent mutating func write(_ buffer: ByteBuffer) async throws {
        let compressed = buffer.withUnsafeReadableBytes { self.gzip.compress($0, isLast: false) }
        if !compressed.isEmpty { try await self.next.write(ByteBuffer(bytes: compressed)) }
    }

    @concurrent consuming func finish(_ trailingHeaders: HTTPFields?) async throws {
        let rest = self.gzip.compress(UnsafeRawBufferPointer(start: nil, count: 0), isLast: true)
        try await self.next.write(ByteBuffer(bytes: rest))
        try await self.next.finish(trailingHeaders)
    }
}
