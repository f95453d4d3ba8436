package import ConsoleWire
import FoundationEssentials
import Glibc
package import Logging
import ServiceLifecycle
import Threading

/// Listens on the console socket and hands each request to the device.
///
/// What an officer's life may hang on goes before everything else, and each client's requests take turns with the
/// others': a program that floods the socket waits for itself.
package final class ConsoleServer: Service, Sendable {
    /// Its path, and the group that may use it.
    package struct Configuration: Sendable, Hashable {
        /// Path of the socket.
        package var path: String
        /// Group whose members may use it; `nil` for the process's own.
        package var group: String?

        /// Creates a configuration.
        package init(path: String, group: String? = nil) { (self.path, self.group) = (path, group) }
    }

    /// Requests of one kind, urgent or not, that wait.
    private typealias Lane = Handover<TurnQueue<ConsoleRequest>>

    /// So many requests of one client wait in each lane; a client that has more there is told to ask again.
    private static let mostWaiting = 16

    private let listener: CInt
    private let configuration: Configuration
    private let handle: @Sendable (ConsoleRequest) async -> ConsoleReply
    private let logger: Logger
    private let clients = Locked(ConsoleClients())
    private let urgent = Lane(TurnQueue(mostOfEach: mostWaiting))
    private let usual = Lane(TurnQueue(mostOfEach: mostWaiting))

    /// Opens the socket: only its owner and its group may use it.
    ///
    /// - Throws: ``ConsoleError`` that says what to do.
    package init(
        _ configuration: Configuration,
        logger: Logger,
        handle: @escaping @Sendable (ConsoleRequest) async -> ConsoleReply
    ) throws(ConsoleError) {
        self.listener = try ConsoleSocket.listen(at: configuration.path, group: configuration.group)
        (self.configuration, self.handle, self.logger) = (configuration, handle, logger)
    }

    /// Serves until graceful shutdown.
    package func run() async throws {
        startThread("console") { self.accept() }
        await withGracefulShutdownHandler {
            await withTaskGroup(of: Void.self) { group in
                for lane in [self.urgent, self.usual] { group.addTask { await self.serve(lane) } }
            }
        } onGracefulShutdown: {
            self.urgent.close()
            self.usual.close()
        }
        shutdown(self.listener, CInt(SHUT_RDWR))
        self.clients.withLock { $0.endAll() }
        unlink(self.configuration.path)
    }

    /// Sends a report to all watching clients; one that does not keep up misses it.
    package func broadcast(_ report: @autoclosure () -> UnitReport) {
        let watchers = self.clients.withLock { $0.watchers }
        guard !watchers.isEmpty, let line = self.line(ConsoleReply(ok: true, verb: .watch, report: report())) else {
            return
        }
        self.clients.withLock { clients in for watcher in watchers { clients.send(line, to: watcher) } }
    }

    private func serve(_ lane: Lane) async {
        while let (client, request) = await lane.next({ $0.next() }) {
            if request.verb == .watch { self.clients.withLock { $0.watch(client) } }
            var reply = await self.handle(request)
            reply.verb = request.verb
            self.send(reply, to: client)
        }
    }

    private func send(_ reply: ConsoleReply, to client: Int) {
        guard let line = self.line(reply) else { return }
        self.clients.withLock { $0.send(line, to: client) }
    }

    private func line(_ reply: ConsoleReply) -> [UInt8]? {
        do {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
            return Array(try encoder.encode(reply)) + [10]
        } catch {
            self.logger.error("Console reply not written: \(error)")
            return nil
        }
    }

    private func accept() {
        while true {
            let socket = Glibc.accept(self.listener, nil, nil)
            guard socket >= 0 else {
                // Stopped: the listener was shut down.
                if errno == EINVAL || errno == EBADF { break }
                // Out of descriptors, or a caller that is gone already: neither is the end of the console.
                sleepThread(milliseconds: 50)
                continue
            }
            guard let client = self.clients.withLock({ $0.add(socket) }) else {
                if let line = self.line(ConsoleReply(ok: false, reason: "busy: too many connections; ask again")) {
                    _ = ConsoleSocket.send(line, to: socket, patient: false)
                }
                close(socket)
                continue
            }
            startThread("console client") { self.read(socket, of: client) }
        }
        close(self.listener)
    }

    private func read(_ socket: CInt, of client: Int) {
        var lines = LineBuffer()
        var buffer = [UInt8](repeating: 0, count: 4_096)
        while case let count = recv(socket, &buffer, buffer.count, 0), count > 0 {
            guard let complete = lines.add(buffer[..<count]) else { break }
            for line in complete { self.take(line, of: client) }
        }
        for lane in [self.urgent, self.usual] { lane.take { $0.forget(client) } }
        self.clients.withLock { $0.remove(client) }
    }

    /// Lets a request wait for its turn; what cannot be asked is answered at once, on the client's own thread.
    private func take(_ line: [UInt8], of client: Int) {
        let request: ConsoleRequest
        do {
            request = try JSONDecoder().decode(ConsoleRequest.self, from: Data(line))
        } catch {
            let verbs = ConsoleRequest.Verb.allCases.map(\.rawValue).joined(separator: ", ")
            let reason = "not understood; one JSON object a line, with \"do\" one of \(verbs)"
            return self.send(ConsoleReply(ok: false, reason: reason), to: client)
        }
        var reply = ConsoleReply(ok: false, verb: request.verb)
        if let fault = request.fault {
            reply.reason = fault
            return self.send(reply, to: client)
        }
        let lane = request.isUrgent ? self.urgent : self.usual
        switch lane.add({ $0.add(request, of: client) }) {
        case true?: return
        case false?: reply.reason = "busy: \(Self.mostWaiting) of your requests wait already; ask again"
        case nil: reply.reason = "patrold is stopping"
        }
        self.send(reply, to: client)
        // The flooder pays with its own time; its socket then fills, and it waits.
        sleepThread(milliseconds: 1)
    }
}
