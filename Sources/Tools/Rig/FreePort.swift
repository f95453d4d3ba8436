#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// Finds TCP ports on the loopback interface that nobody listens on.
package enum FreePort {
    /// Returns so many different free ports.
    ///
    /// All are held until all are found, so that none is given twice.
    package static func take(_ count: Int) throws -> [UInt16] {
        var sockets: [CInt] = []
        defer { for socket in sockets { close(socket) } }
        var ports: [UInt16] = []
        for _ in 0..<count {
            let socket = Glibc.socket(AF_INET, CInt(SOCK_STREAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue), 0)
            guard socket >= 0 else { throw RigError.system("socket", String(cString: strerror(errno))) }
            sockets.append(socket)
            var address = loopback(port: 0)
            var length = socklen_t(MemoryLayout<sockaddr_in>.size)
            let status = withUnsafeMutablePointer(to: &address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                    bind(socket, generic, length) == 0 ? getsockname(socket, generic, &length) : -1
                }
            }
            guard status == 0 else { throw RigError.system("bind", String(cString: strerror(errno))) }
            ports.append(UInt16(bigEndian: address.sin_port))
        }
        return ports
    }
}

/// 127.0.0.1 with a port.
func loopback(port: UInt16) -> sockaddr_in {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    return address
}
