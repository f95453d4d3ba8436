package import ConsoleWire
import FoundationEssentials
import Glibc

/// Asks a device over its console socket; blocks, and so belongs into a program that does one thing.
package struct ConsoleClient: ~Copyable {
    private let socket: CInt
    private let path: String
    private var lines = LineBuffer()
    private var waiting: [[UInt8]] = []
    private var isClosed = false

    /// Connects.
    ///
    /// - Throws: ``ConsoleError`` that says what to do.
    package init(path: String) throws(ConsoleError) {
        self.path = path
        do throws(ConsoleError) {
            self.socket = try ConsoleSocket.make(path) { socket, address, length in connect(socket, address, length) }
        } catch {
            throw ConsoleError(
                "\(error.description); is patrold running ('systemctl status patrold'), and are you in the group of its socket?"
            )
        }
        var patience = timeval(tv_sec: 30, tv_usec: 0)
        setsockopt(self.socket, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
    }

    deinit { close(self.socket) }

    /// Sends a request.
    ///
    /// A connection that patrold has closed is found out by ``next()``, since it said why before.
    package mutating func send(_ request: ConsoleRequest) throws {
        let line = Array(try JSONEncoder().encode(request)) + [10]
        self.isClosed = !ConsoleSocket.send(line, to: self.socket, patient: true)
    }

    /// Waits for the next reply, as its line and what it says.
    package mutating func next() throws -> (line: String, reply: ConsoleReply) {
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while self.waiting.isEmpty {
            let count = recv(self.socket, &buffer, buffer.count, 0)
            guard count > 0, let lines = self.lines.add(buffer[..<count]) else {
                throw ConsoleError(
                    self.isClosed
                        ? "\(self.path): patrold has closed the connection; try again"
                        : "\(self.path): no answer from patrold; look at 'journalctl -u patrold'"
                )
            }
            self.waiting = lines
        }
        let line = self.waiting.removeFirst()
        return (String(decoding: line, as: UTF8.self), try JSONDecoder().decode(ConsoleReply.self, from: Data(line)))
    }
}
