import FoundationEssentials
import HTTPTypes
import Hummingbird
import NIOCore
import NIOFoundationEssentialsCompat
import PatrolWire

/// Bytes of the largest body that is read.
private let largestBody = 65_536

extension Request {
    /// Reads the body as JSON; says what is wrong in terms of its keys.
    func json<T: Decodable>(_ type: T.Type = T.self, example: String) async throws -> T {
        let buffer = try await self.bytes(upTo: largestBody, of: "the body")
        do {
            return try JSONDecoder().decode(T.self, from: Data(buffer: buffer))
        } catch let error as DecodingError {
            throw Problem(.badRequest, "\(Self.words(error)); the body must be JSON such as \(example)")
        }
    }

    /// Reads the whole body.
    ///
    /// - Parameters:
    ///   - limit: Bytes of the largest that is read.
    ///   - what: What it is, for the problem document.
    /// - Returns: The bytes.
    /// - Throws: ``Problem`` for a larger one; what the connection throws.
    func bytes(upTo limit: Int, of what: String) async throws -> ByteBuffer {
        do {
            return try await self.body.collect(upTo: limit)
        } catch is NIOTooManyBytesError {
            throw Problem(.contentTooLarge, "\(what) must not be larger than \(limit) bytes")
        }
    }

    private static func words(_ error: DecodingError) -> String {
        func key(_ context: DecodingError.Context) -> String {
            context.codingPath.map(\.stringValue).joined(separator: ".")
        }
        switch error {
        case .keyNotFound(let missing, _): return "'\(missing.stringValue)' is missing"
        case .typeMismatch(_, let context), .valueNotFound(_, let context):
            return "'\(key(context))' is of the wrong type"
        case .dataCorrupted(let context):
            return context.codingPath.isEmpty ? "not JSON" : "'\(key(context))' is not understood"
        @unknown default: return "not understood"
        }
    }

    /// Refuses query parameters that the route does not know, and any that is given twice.
    func allow(_ names: String...) throws {
        var seen: Set<Substring> = []
        for (name, _) in self.uri.queryParameters {
            guard names.contains(String(name)) else {
                let known = names.isEmpty ? "there are none here" : "there are \(names.joined(separator: ", "))"
                throw Problem(.badRequest, "'\(name.prefix(64))' is no parameter: \(known)")
            }
            guard seen.insert(name).inserted else { throw Problem(.badRequest, "'\(name)' is given twice") }
        }
    }

    /// A query parameter.
    func query(_ name: String) -> String? { self.uri.queryParameters[name[...]].map(String.init) }

    /// Whether a query says `1` or `true`.
    func flag(_ name: String) throws -> Bool {
        switch self.query(name) {
        case nil, "0", "false": return false
        case "1", "true": return true
        default: throw Problem(.badRequest, "'\(name)' must be 1 or 0")
        }
    }

    /// A whole number in a query.
    func integer(_ name: String, in range: ClosedRange<Int>, default other: Int) throws -> Int {
        guard let text = self.query(name) else { return other }
        guard let number = Int(text), range.contains(number) else {
            throw Problem(.badRequest, "'\(name)' must be from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    /// Throws for a text of a body that is longer than it may be.
    func bound(_ texts: [String: String?], to limit: Int = WireLimits.text) throws {
        for (key, text) in texts {
            if let text, WireLimits.isTooLong(text, limit) {
                throw Problem(.badRequest, "'\(key)' must have at most \(limit) characters")
            }
        }
    }

    /// A time in a query: ms since 1970.
    func time(_ name: String, default other: Int64) throws -> Int64 {
        guard let text = self.query(name) else { return other }
        guard let time = Int64(text), (0...1 << 53).contains(time) else {
            throw Problem(.badRequest, "'\(name)' must be ms since 1970, such as 1780000000000")
        }
        return time
    }
}

/// JSON of a value, keys sorted.
func jsonBytes(_ value: some Encodable) throws -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return Array(try encoder.encode(value))
}

/// An answer of bytes.
func answer(
    _ bytes: [UInt8],
    type: String = "application/json; charset=utf-8",
    status: HTTPResponse.Status = .ok,
    headers: HTTPFields = [:]
) -> Response {
    var headers = headers
    headers[.contentType] = type
    return Response(status: status, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes)))
}

/// A JSON answer with an entity tag: a client that has it already gets 304.
func tagged(_ value: some Encodable, _ request: Request, tag: String? = nil) throws -> Response {
    let bytes = try jsonBytes(value)
    return tagged(bytes, request, type: "application/json; charset=utf-8", tag: tag)
}

/// Bytes with an entity tag: a client that has them already gets 304.
func tagged(_ bytes: [UInt8], _ request: Request, type: String, tag: String? = nil) -> Response {
    let tag = "\"\(tag ?? String(fingerprint(bytes), radix: 16))\""
    if request.headers[.ifNoneMatch] == tag { return Response(status: .notModified, headers: [.eTag: tag]) }
    return answer(bytes, type: type, headers: [.eTag: tag, .cacheControl: "no-cache"])
}

/// FNV-1a, 64 bits: to tell two answers apart, not to withstand an attack.
func fingerprint(_ bytes: [UInt8]) -> UInt64 {
    bytes.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
}
