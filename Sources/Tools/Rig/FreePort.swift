import Glibc
import SystemPackage
import Threading

/// Finds TCP ports on the loopback interface that nobody listens on.
package enum FreePort {
    /// Below the ports that the kernel gives to outgoing connections (from 32768 on): one of those could take a port
    /// between its being found here and its being listened on.
    private static let range: ClosedRange<UInt16> = 20_000...32_000

    private static let mostAttempts = 1_000

    /// How many of the ports given last are kept from others, here and in every other process; one socket each.
    ///
    /// A port is listened on some time after it was given, and tests run side by side.
    private static let mostReserved = 64

    /// The UDP sockets that hold the numbers of the ports given last, the oldest first.
    private static let reserved = Locked<[CInt]>([])

    /// Returns so many different free ports.
    package static func take(_ count: Int) throws -> [UInt16] {
        try Self.reserved.withLock { reserved in
            var ports: [UInt16] = []
            for _ in 0..<Self.mostAttempts where ports.count < count {
                let port = UInt16.random(in: Self.range)
                // The same number of UDP says "given" and is in nobody's way: no program here uses UDP.
                guard let reservation = try Self.bound(SOCK_DGRAM, port: port) else { continue }
                guard let listener = try Self.bound(SOCK_STREAM, port: port) else {
                    close(reservation)
                    continue
                }
                close(listener)
                reserved.append(reservation)
                ports.append(port)
            }
            while reserved.count > Self.mostReserved { close(reserved.removeFirst()) }
            guard ports.count == count else { throw RigError.system("bind", "no free port from 20000 to 32000") }
            return ports
        }
    }

    /// A socket bound to the port, or nil when somebody has it.
    private static func bound(_ kind: __socket_type, port: UInt16) throws -> CInt? {
        let socket = Glibc.socket(AF_INET, CInt(kind.rawValue) | CInt(SOCK_CLOEXEC.rawValue), 0)
        guard socket >= 0 else { throw RigError.system("socket", Errno(rawValue: errno).description) }
        var address = loopback(port: port)
        let isBound = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
        if isBound { return socket }
        close(socket)
        return nil
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
