import Gzip
import HTTPTypes
import Hummingbird

/// A file of the page, which stays as it is while the program runs: told apart and compressed once.
struct StaticFile: Sendable {
    /// Where it is asked for, below the room's address.
    let name: String
    private let type: String
    private let bytes: [UInt8]
    private let gzip: [UInt8]?
    private let tag: String

    /// Its media type follows from the name's ending.
    init(_ name: String, _ bytes: [UInt8]) {
        (self.name, self.bytes) = (name, bytes)
        self.type = Self.types.first { name.hasSuffix($0.key) }?.value ?? "application/octet-stream"
        self.gzip = gzipped(bytes).flatMap { $0.count < bytes.count ? $0 : nil }
        self.tag = "\"\(String(fingerprint(bytes), radix: 16))\""
    }

    private static let types = [
        ".css": "text/css; charset=utf-8", ".html": "text/html; charset=utf-8",
        ".js": "text/javascript; charset=utf-8", ".yaml": "application/yaml",
    ]

    /// The file, or that the caller has it already.
    func response(to request: Request) -> Response {
        let headers: HTTPFields = [.eTag: self.tag, .cacheControl: "no-cache", .vary: "Accept-Encoding"]
        if request.headers[.ifNoneMatch] == self.tag { return Response(status: .notModified, headers: headers) }
        guard let gzip, Compression.takesGzip(request.headers[values: .acceptEncoding]) else {
            return answer(self.bytes, type: self.type, headers: headers)
        }
        var packed = headers
        packed[.contentEncoding] = "gzip"
        return answer(gzip, type: self.type, headers: packed)
    }
}
