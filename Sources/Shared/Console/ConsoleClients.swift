import Glibc

/// Connected clients, and what could not be written to each yet.
///
/// A client that does not read costs the rest of one line and nothing else: what does not fit into its socket is left out.
struct ConsoleClients: Sendable {
    private struct Client: Sendable {
        let socket: CInt
        let process: UInt32
        var isWatching = false
        /// The end of a line of which the socket took the beginning.
        var rest: ArraySlice<UInt8> = []
    }

    /// A car has one screen and a few officers.
    static let most = 32
    /// One program that opens more than it needs must not shut out the others.
    static let mostOfOneProcess = 8

    private var clients: [Int: Client] = [:]
    private var count = 0

    /// Takes a connection; returns its number, which no other ever has, or `nil` when there are too many.
    mutating func add(_ socket: CInt) -> Int? {
        let process = Self.process(of: socket)
        guard self.clients.count < Self.most,
            self.clients.values.count(where: { $0.process == process }) < Self.mostOfOneProcess
        else { return nil }
        self.count += 1
        self.clients[self.count] = Client(socket: socket, process: process)
        return self.count
    }

    /// Ends a connection.
    mutating func remove(_ number: Int) {
        guard let client = self.clients.removeValue(forKey: number) else { return }
        close(client.socket)
    }

    /// Wakes everybody's reader, which then ends.
    func endAll() { for client in self.clients.values { shutdown(client.socket, CInt(SHUT_RDWR)) } }

    /// From now on reports go there.
    mutating func watch(_ number: Int) { self.clients[number]?.isWatching = true }

    /// Who wants reports.
    var watchers: [Int] { self.clients.filter(\.value.isWatching).map(\.key) }

    /// Sends a line, with its line break, as far as the socket takes it; what is left of the last line goes first.
    mutating func send(_ line: [UInt8], to number: Int) {
        guard var client = self.clients[number] else { return }
        client.rest = Self.write(client.rest, to: client.socket)
        if client.rest.isEmpty {
            let left = Self.write(line[...], to: client.socket)
            // A line of which nothing went is left out as a whole.
            if left.count < line.count { client.rest = left }
        }
        self.clients[number] = client
    }

    private static func write(_ bytes: ArraySlice<UInt8>, to socket: CInt) -> ArraySlice<UInt8> {
        var left = bytes
        while !left.isEmpty {
            let sent = left.withUnsafeBytes {
                Glibc.send(socket, $0.baseAddress, $0.count, CInt(MSG_NOSIGNAL) | CInt(MSG_DONTWAIT))
            }
            if sent < 0, errno == EINTR { continue }
            guard sent > 0 else { break }
            left = left.dropFirst(sent)
        }
        return left
    }

    /// Number of the process at the other end, as it was when it connected.
    private static func process(of socket: CInt) -> UInt32 {
        // struct ucred: process, user, group.
        var credentials: [UInt32] = [0, 0, 0]
        var length = socklen_t(MemoryLayout<UInt32>.stride * credentials.count)
        getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &credentials, &length)
        return credentials[0]
    }
}
