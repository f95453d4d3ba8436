#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// Finds TCP ports on the loopback interface that nobody listens on.
package enum FreePort {
    /// Below the ports that the kernel gives to outgoing connections (from 32768 on): one of those could take a port
    /// between its being found here and its being listened on.
    private static let range: ClosedRange<UInt16> = 20_000...32_000

    private static let mostAttempts = 1_000

    /// Returns so many different free ports.
    ///
    /// All are held until all are found, so that none is given twice.
    package static func take(_ count: Int) throws -> [UInt16] {
        var sockets: [CInt] = []
        defer { for socket in sockets { close(socket) } }
        var ports: [UInt16] = []
        for _ in 0..<Self.mostAttempts where ports.count < count {
            let port = UInt16.random(in: Self.range)
            let socket = Glibc.socket(AF_INET, CInt(SOCK_STREAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue), 0)
            guard socket >= 0 else { throw RigError.system("socket", String(cString: strerror(errno))) }
            sockets.append(socket)
            var address = loopback(port: port)
            let isFree = withUnsafePointer(to: &address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    bind(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
                }
            }
            if isFree { ports.append(port) }
        }
        guard ports.count == count else { throw RigError.system("bind", "no free port from 20000 to 32000") }
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
