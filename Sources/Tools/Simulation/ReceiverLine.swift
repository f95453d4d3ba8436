import CLinux
import Glibc
import SystemErrors
import Threading

/// Why a line to gpsd could not be laid.
package struct LineError: Error, Sendable, CustomStringConvertible {
    /// What the system said.
    package let description: String
}

/// The wire from a simulated receiver to a real gpsd.
package final class ReceiverLine: Sendable {
    private let listener: Locked<CInt?>
    private let isTerminal: Bool
    private let clients: Locked<[CInt]>

    /// What gpsd is to be given as its source.
    package let source: String

    private init(listener: CInt?, clients: [CInt], source: String) {
        self.listener = Locked(listener)
        self.isTerminal = listener == nil
        self.clients = Locked(clients)
        self.source = source
    }

    deinit { self.close() }

    /// Listens on a loopback port; gpsd connects and reads, as it does with a router that has a receiver.
    package static func tcp(port: UInt16) throws(LineError) -> ReceiverLine {
        let socket = Glibc.socket(AF_INET, CInt(SOCK_STREAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var yes: CInt = 1
        setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<CInt>.size))
        let isBound = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
        guard isBound, listen(socket, 4) == 0 else {
            let reason = SystemError.last.description
            Glibc.close(socket)
            throw LineError(description: "cannot listen on 127.0.0.1:\(port): \(reason); choose another port")
        }
        let line = ReceiverLine(listener: socket, clients: [], source: "tcp://127.0.0.1:\(port)")
        startThread("receiver") { [weak line] in
            while case let client = accept(socket, nil, nil), client >= 0 {
                guard let line else {
                    Glibc.close(client)
                    break
                }
                line.clients.withLock { $0.append(client) }
            }
            // Woken by the shutdown in `close`.
            Glibc.close(socket)
        }
        return line
    }

    /// Opens a pseudo terminal; gpsd reads its other end, as it does with a serial receiver.
    package static func terminal() throws(LineError) -> ReceiverLine {
        var name = [CChar](repeating: 0, count: 128)
        let master = clinux_open_terminal(&name, name.count)
        guard master >= 0 else {
            throw LineError(description: "no pseudo terminal: \(SystemError.last)")
        }
        let path = String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        return ReceiverLine(listener: nil, clients: [master], source: path)
    }

    /// How many listen: gpsd itself, once it has connected.
    package var listenerCount: Int { self.clients.withLock { $0.count } }

    /// Writes to each listener; one that does not keep up or is gone is let go.
    package func send(_ text: String) { self.send(Array(text.utf8)) }

    /// Writes bytes, for recordings that are not all text.
    package func send(_ bytes: [UInt8]) {
        let isTerminal = self.isTerminal
        self.clients.withLock { clients in
            clients.removeAll { client in
                let flags = CInt(MSG_NOSIGNAL) | CInt(MSG_DONTWAIT)
                let sent =
                    isTerminal ? write(client, bytes, bytes.count) : Glibc.send(client, bytes, bytes.count, flags)
                guard sent != bytes.count, !isTerminal else { return false }
                Glibc.close(client)
                return true
            }
        }
    }

    /// Hangs up.
    package func close() {
        // Once only: the number may be somebody else's by the second time.
        if let listener = self.listener.withLock({ $0.take() }) { shutdown(listener, CInt(SHUT_RDWR)) }
        self.clients.withLock { clients in
            for client in clients { Glibc.close(client) }
            clients = []
        }
    }
}
