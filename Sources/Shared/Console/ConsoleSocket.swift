#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// Why the console could not be opened.
package struct ConsoleError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What is wrong and what to do.
    package let description: String

    /// Creates one.
    package init(_ description: String) { self.description = description }
}

/// The address family's own details, in one place.
enum ConsoleSocket {
    /// Makes a stream socket and hands it over with the address of `path`.
    static func make(
        _ path: String,
        _ use: (CInt, UnsafePointer<sockaddr>, socklen_t) -> CInt
    ) throws(ConsoleError) -> CInt {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let room = MemoryLayout.size(ofValue: address.sun_path)
        let bytes = Array(path.utf8)
        guard bytes.count < room else {
            throw ConsoleError("\(path): too long for a socket's name; at most \(room - 1) bytes")
        }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
        let socket = Glibc.socket(AF_UNIX, CInt(SOCK_STREAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue), 0)
        guard socket >= 0 else { throw ConsoleError("socket: \(String(cString: strerror(errno)))") }
        let outcome = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                use(socket, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        guard outcome == 0 else {
            let reason = String(cString: strerror(errno))
            close(socket)
            throw ConsoleError("\(path): \(reason)")
        }
        return socket
    }

    /// Sends a line; returns whether all of it went.
    static func send(_ line: [UInt8], to socket: CInt, patient: Bool) -> Bool {
        let bytes = line + [10]
        let flags = CInt(MSG_NOSIGNAL) | (patient ? 0 : CInt(MSG_DONTWAIT))
        return Glibc.send(socket, bytes, bytes.count, flags) == bytes.count
    }
}

/// Collects bytes into lines.
struct LineBuffer {
    private var rest: [UInt8] = []
    /// No request is longer; more is rubbish.
    private static let longest = 65_536

    /// Adds bytes and returns the lines that are complete; `nil` when the other side talks rubbish.
    mutating func add(_ bytes: ArraySlice<UInt8>) -> [[UInt8]]? {
        self.rest += bytes
        var lines: [[UInt8]] = []
        while let end = self.rest.firstIndex(of: 10) {
            lines.append(Array(self.rest[..<end]))
            self.rest.removeSubrange(...end)
        }
        return self.rest.count > Self.longest ? nil : lines
    }
}
