import Glibc
import SystemErrors

/// Finds out within a bounded time whether a TCP port answers.
///
/// libmosquitto's own connect blocks for the kernel's two minutes when packets are dropped, which is what
/// a dead zone does. Asking first keeps a device that drives out of it from waiting that long.
package enum TCPProbe {
    /// Returns why the port does not answer, or `nil` when it does.
    package static func trouble(host: String, port: UInt16, milliseconds: Int32) -> String? {
        var hints = addrinfo()
        hints.ai_socktype = CInt(SOCK_STREAM.rawValue)
        var found: UnsafeMutablePointer<addrinfo>?
        let status = getaddrinfo(host, String(port), &hints, &found)
        guard status == 0 else { return String(cString: gai_strerror(status)) }
        defer { freeaddrinfo(found) }
        var trouble = "no address"
        var candidate = found
        while let address = candidate?.pointee {
            guard let problem = Self.connect(address, milliseconds: milliseconds) else { return nil }
            trouble = problem
            candidate = address.ai_next
        }
        return trouble
    }

    private static func connect(_ address: addrinfo, milliseconds: Int32) -> String? {
        let kind = address.ai_socktype | CInt(SOCK_NONBLOCK.rawValue) | CInt(SOCK_CLOEXEC.rawValue)
        let socket = Glibc.socket(address.ai_family, kind, address.ai_protocol)
        guard socket >= 0 else { return SystemError.last.description }
        defer { close(socket) }
        if Glibc.connect(socket, address.ai_addr, address.ai_addrlen) == 0 { return nil }
        guard errno == EINPROGRESS else { return SystemError.last.description }
        var waiting = pollfd(fd: socket, events: Int16(POLLOUT), revents: 0)
        guard poll(&waiting, 1, milliseconds) > 0 else { return "no answer within \(milliseconds / 1_000) s" }
        var code: CInt = 0
        var size = socklen_t(MemoryLayout<CInt>.size)
        getsockopt(socket, SOL_SOCKET, SO_ERROR, &code, &size)
        return code == 0 ? nil : SystemError(code).description
    }
}
