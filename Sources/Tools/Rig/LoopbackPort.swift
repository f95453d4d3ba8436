import Glibc

/// A TCP port of this machine.
package enum LoopbackPort {
    /// Whether somebody listens, read from the kernel's table: connecting would make noise in a log.
    package static func isOpen(_ port: UInt16) -> Bool {
        let hex = String(port, radix: 16, uppercase: true)
        let suffix = ":" + String(repeating: "0", count: 4 - hex.count) + hex
        for table in ["/proc/net/tcp", "/proc/net/tcp6"] {
            for line in readFile(table).split(separator: "\n").dropFirst() {
                let fields = line.split(separator: " ")
                // 0A is LISTEN.
                if fields.count > 3, fields[3] == "0A", fields[1].hasSuffix(suffix) { return true }
            }
        }
        return false
    }

    /// Connects; `nil` when nobody listens.
    ///
    /// The caller closes the socket.
    package static func connect(_ port: UInt16) -> CInt? {
        let socket = Glibc.socket(AF_INET, CInt(SOCK_STREAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue), 0)
        guard socket >= 0 else { return nil }
        var address = loopback(port: port)
        let isConnected = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Glibc.connect(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
        guard isConnected else {
            close(socket)
            return nil
        }
        return socket
    }
}
