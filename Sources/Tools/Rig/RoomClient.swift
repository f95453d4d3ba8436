import FoundationEssentials
import Glibc
import SystemPackage
import Threading

/// Asks the room's HTTP interface: one request a connection, loopback only, for demos and tests.
package struct RoomClient: Sendable {
    /// An answer.
    package struct Answer: Sendable {
        /// HTTP status.
        package let status: Int
        /// Header lines.
        package let head: String
        /// Body.
        package let body: [UInt8]

        /// Reads the body as JSON.
        package func decode<T: Decodable>(_ type: T.Type = T.self) throws -> T {
            try JSONDecoder().decode(T.self, from: Data(self.body))
        }

        /// Reads a text as JSON.
        package static func decode<T: Decodable>(_ type: T.Type = T.self, from text: String) throws -> T {
            try JSONDecoder().decode(T.self, from: Data(text.utf8))
        }

        /// The body as text.
        package var text: String { String(decoding: self.body, as: UTF8.self) }
    }

    private let port: UInt16
    private let seconds: Int

    /// Creates a client of the room on a loopback port, that waits so many seconds for an answer.
    package init(port: UInt16, patience seconds: Int = 10) { (self.port, self.seconds) = (port, seconds) }

    /// Sends a request and reads the whole answer.
    package func ask(_ method: String = "GET", _ path: String, body: String = "") async throws -> Answer {
        let (port, seconds) = (self.port, self.seconds)
        let request =
            "\(method) \(path) HTTP/1.1\r\nHost: 127.0.0.1:\(port)\r\nConnection: close\r\n"
            + "Content-Type: application/json\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)"
        let bytes = try await withCheckedThrowingContinuation { continuation in
            startThread("http") {
                continuation.resume(with: Result { try exchange(request, port: port, seconds: seconds) })
            }
        }
        return try Self.parse(bytes)
    }

    private static func parse(_ bytes: [UInt8]) throws -> Answer {
        let text = String(decoding: bytes, as: UTF8.self)
        guard let end = bytes.firstRange(of: Array("\r\n\r\n".utf8)),
            let status = text.split(separator: " ", maxSplits: 2).dropFirst().first.flatMap({ Int($0) })
        else { throw RigError.system("http", "no answer: '\(text.prefix(80))'") }
        let head = String(decoding: bytes[..<end.lowerBound], as: UTF8.self)
        var body = Array(bytes[end.upperBound...])
        if head.lowercased().contains("transfer-encoding: chunked") { body = dechunked(body) }
        return Answer(status: status, head: head, body: body)
    }
}

private func exchange(_ request: String, port: UInt16, seconds: Int) throws -> [UInt8] {
    guard let socket = LoopbackPort.connect(port) else {
        throw RigError.system("connect to port \(port)", Errno(rawValue: errno).description)
    }
    defer { close(socket) }
    var patience = timeval(tv_sec: seconds, tv_usec: 0)
    setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
    let bytes = Array(request.utf8)
    guard send(socket, bytes, bytes.count, CInt(MSG_NOSIGNAL)) == bytes.count else {
        throw RigError.system("send", Errno(rawValue: errno).description)
    }
    var answer: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 65_536)
    while case let count = recv(socket, &buffer, buffer.count, 0), count != 0 {
        guard count > 0 else { throw RigError.system("receive", Errno(rawValue: errno).description) }
        answer += buffer[..<count]
        // Some servers keep the connection although they were asked to close it.
        if let length = expectedLength(answer), answer.count >= length { break }
    }
    return answer
}

/// How long an answer will be with its head, if the head is there and says so.
private func expectedLength(_ answer: [UInt8]) -> Int? {
    guard let end = answer.firstRange(of: Array("\r\n\r\n".utf8)) else { return nil }
    let head = String(decoding: answer[..<end.lowerBound], as: UTF8.self).lowercased()
    for line in head.split(separator: "\r\n") where line.hasPrefix("content-length:") {
        return Int(line.dropFirst("content-length:".count).drop { $0 == " " }).map { end.upperBound + $0 }
    }
    return nil
}

private func dechunked(_ bytes: [UInt8]) -> [UInt8] {
    var body: [UInt8] = []
    var rest = bytes[...]
    while let end = rest.firstRange(of: [13, 10]) {
        let line = String(decoding: rest[..<end.lowerBound], as: UTF8.self)
        guard let size = Int(line, radix: 16), size > 0 else { break }
        body += rest[end.upperBound...].prefix(size)
        rest = rest[end.upperBound...].dropFirst(size + 2)
    }
    return body
}
