import FoundationEssentials
package import Logging
import ServiceLifecycle
import Threading

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// Listens on the console socket and hands each request to the device.
package final class ConsoleServer: Service, Sendable {
    /// Who may speak to it, and where.
    package struct Configuration: Sendable, Hashable {
        /// Path of the socket.
        package var path: String
        /// Group whose members may use it; `nil` for the process's own.
        package var group: String?

        /// Creates a configuration.
        package init(path: String, group: String? = nil) { (self.path, self.group) = (path, group) }
    }

    private struct Incoming: Sendable {
        let line: [UInt8]
        let client: CInt
    }

    private struct State: Sendable {
        var clients: Set<CInt> = []
        var watchers: Set<CInt> = []
    }

    /// A car has one screen and a few officers.
    private static let mostClients = 32

    private let listener: CInt
    private let configuration: Configuration
    private let handle: @Sendable (ConsoleRequest) async -> ConsoleReply
    private let logger: Logger
    private let state = Locked(State())
    private let incoming: AsyncStream<Incoming>
    private let continuation: AsyncStream<Incoming>.Continuation

    /// Opens the socket: only its owner and its group may use it.
    ///
    /// - Throws: ``ConsoleError``.
    package init(
        _ configuration: Configuration,
        logger: Logger,
        handle: @escaping @Sendable (ConsoleRequest) async -> ConsoleReply
    ) throws(ConsoleError) {
        // What an earlier process left behind; the outbox's lock says that there is no other now.
        unlink(configuration.path)
        let before = umask(0o117)
        defer { umask(before) }
        self.listener = try ConsoleSocket.make(configuration.path) { socket, address, length in
            bind(socket, address, length) == 0 ? listen(socket, 8) : -1
        }
        if let group = configuration.group {
            guard let entry = getgrnam(group) else {
                throw ConsoleError(
                    "console.group is '\(group)', which is no group here; make it with 'groupadd --system \(group)'"
                )
            }
            guard chown(configuration.path, uid_t.max, entry.pointee.gr_gid) == 0 else {
                throw ConsoleError(
                    "\(configuration.path): cannot be given to group '\(group)': \(String(cString: strerror(errno)))"
                )
            }
        }
        (self.configuration, self.handle, self.logger) = (configuration, handle, logger)
        (self.incoming, self.continuation) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(256))
    }

    /// Serves until graceful shutdown.
    package func run() async throws {
        startThread("console") { self.accept() }
        await withGracefulShutdownHandler {
            for await request in self.incoming { await self.answer(request) }
        } onGracefulShutdown: {
            self.continuation.finish()
        }
        shutdown(self.listener, CInt(SHUT_RDWR))
        self.state.withLock { state in for client in state.clients { shutdown(client, CInt(SHUT_RDWR)) } }
        unlink(self.configuration.path)
    }

    /// Sends a report to who watches; who does not keep up misses it.
    package func broadcast(_ report: @autoclosure () -> UnitReport) {
        let watchers = self.state.withLock { $0.watchers }
        guard !watchers.isEmpty else { return }
        let reply = ConsoleReply(ok: true, report: report())
        for client in watchers { self.send(reply, to: client) }
    }

    private func answer(_ incoming: Incoming) async {
        let request: ConsoleRequest
        do {
            request = try JSONDecoder().decode(ConsoleRequest.self, from: Data(incoming.line))
        } catch {
            let verbs = ConsoleRequest.Verb.allCases.map(\.rawValue).joined(separator: ", ")
            self.send(
                ConsoleReply(ok: false, reason: "not understood; one JSON object a line, with \"do\" one of \(verbs)"),
                to: incoming.client
            )
            return
        }
        if request.verb == .watch { self.state.withLock { _ = $0.watchers.insert(incoming.client) } }
        self.send(await self.handle(request), to: incoming.client)
    }

    private func send(_ reply: ConsoleReply, to client: CInt) {
        do {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
            let line = Array(try encoder.encode(reply))
            // Held while sending: the number must still be this client's.
            self.state.withLock { state in
                if state.clients.contains(client) { _ = ConsoleSocket.send(line, to: client, patient: false) }
            }
        } catch {
            self.logger.error("Console reply not written: \(error)")
        }
    }

    private func accept() {
        while case let client = Glibc.accept(self.listener, nil, nil), client >= 0 {
            let isTaken = self.state.withLock { state in
                state.clients.count < Self.mostClients && state.clients.insert(client).inserted
            }
            guard isTaken else {
                close(client)
                continue
            }
            startThread("console client") { self.read(client) }
        }
        close(self.listener)
    }

    private func read(_ client: CInt) {
        var lines = LineBuffer()
        var buffer = [UInt8](repeating: 0, count: 4_096)
        while case let count = recv(client, &buffer, buffer.count, 0), count > 0 {
            guard let complete = lines.add(buffer[..<count]) else { break }
            for line in complete { self.continuation.yield(Incoming(line: line, client: client)) }
        }
        self.state.withLock { state in
            state.clients.remove(client)
            state.watchers.remove(client)
            close(client)
        }
    }
}
