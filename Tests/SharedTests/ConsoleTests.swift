import Console
import ConsoleWire
import Foundation
import Logging
import PatrolWire
import Rig
import TestSupport
import Testing
import Threading

@Suite("The console socket", .serialized, .timeLimit(.minutes(5)))
struct ConsoleTests {
    /// Runs a server whose device needs a millisecond for each request.
    private func withServer<R: Sendable>(_ body: (String, ConsoleServer) async throws -> R) async throws -> R {
        try await withTemporaryFolder("console") { folder in
            let path = "\(folder)/console.sock"
            let server = try ConsoleServer(.init(path: path), logger: Logger(label: "test")) { request in
                await pause(for: .milliseconds(1))
                return ConsoleReply(ok: true, reason: request.reason)
            }
            let running = Task { try await server.run() }
            let result = try await body(path, server)
            running.cancel()
            _ = await running.result
            return result
        }
    }

    /// Asks on a connection of its own; the answer and how long it took.
    private func ask(_ path: String, _ request: ConsoleRequest) async throws -> (reply: ConsoleReply, took: Duration) {
        try await onOwnThread("asker") {
            Result {
                let clock = ContinuousClock()
                let began = clock.now
                var client = try ConsoleClient(path: path)
                try client.send(request)
                let reply = try client.next().reply
                return (reply, clock.now - began)
            }
        }.get()
    }

    @Test("10,000 requests of one client, urgent ones too, delay nobody else's SOS")
    func flood() async throws {
        try await self.withServer { path, _ in
            let sent = Locked(0)
            let replies = Locked<[ConsoleReply]>([])
            startThread("flooder") {
                do {
                    var client = try ConsoleClient(path: path)
                    for number in 0..<10_000 {
                        try client.send(ConsoleRequest(number % 2 == 0 ? .status : .sos))
                        // It reads now and then, as a program with a fault would.
                        if number % 4 == 0 {
                            let reply = try client.next().reply
                            replies.withLock { $0.append(reply) }
                        }
                        sent.withLock { $0 += 1 }
                    }
                } catch { print("the flooder ended: \(error)") }
            }
            try await eventually("the flood") { sent.withLock { $0 > 200 } }
            // Beside a socket that nobody floods: a machine that has much else to do is slow with both.
            var (flooded, quiet): ([Duration], [Duration]) = ([], [])
            try await self.withServer { other, _ in
                for _ in 0..<20 {
                    for isQuiet in [false, true] {
                        let (reply, took) = try await self.ask(isQuiet ? other : path, ConsoleRequest(.sos))
                        #expect(reply.ok && reply.verb == .sos)
                        if isQuiet { quiet.append(took) } else { flooded.append(took) }
                    }
                }
            }
            let (own, usualTime) = (flooded.sorted()[10], quiet.sorted()[10])
            #expect(own < usualTime * 4 + .milliseconds(500), "\(flooded) \(quiet)")
            let (usual, _) = try await self.ask(path, ConsoleRequest(.status))
            #expect(usual.ok)
            try await eventually("a word that it asks too much", within: .seconds(30)) {
                replies.withLock { $0.contains { $0.reason?.hasPrefix("busy") == true } } ? () : nil
            }
        }
    }

    @Test("a client that never reads, and one that only connects, cost the others nothing")
    func silent() async throws {
        try await self.withServer { path, server in
            var mute = try ConsoleClient(path: path)
            try mute.send(ConsoleRequest(.watch))
            _ = try mute.next()
            let idle = try ConsoleClient(path: path)
            var report = UnitReport(dev: "car-01", unit: "01", t: 0, st: .off)
            report.messages = Array(repeating: String(repeating: "x", count: 2_000), count: 20)
            let clock = ContinuousClock()
            let began = clock.now
            for _ in 0..<1_000 { server.broadcast(report) }
            #expect(clock.now - began < .seconds(20))
            #expect(try await self.ask(path, ConsoleRequest(.sos)).reply.ok)
            // When it reads again, it reads whole lines.
            for _ in 0..<3 {
                let reply = try mute.next().reply
                #expect(reply.verb == .watch)
            }
            _ = consume idle
        }
    }

    @Test("one program does not take every connection, and what is too long is refused by name")
    func bounds() async throws {
        try await self.withServer { path, _ in
            var clients: [Held] = []
            for _ in 0..<8 { clients.append(Held(try ConsoleClient(path: path))) }
            // All eight are taken once the last has its answer.
            _ = try clients.last?.ask(ConsoleRequest(.status))
            #expect(try await self.ask(path, ConsoleRequest(.status)).reply.reason?.hasPrefix("busy") == true)
            clients.removeFirst()
            try await eventually("room for one more") {
                try await self.ask(path, ConsoleRequest(.status)).reply.ok ? () : nil
            }
            var request = ConsoleRequest(.decline)
            request.reason = String(repeating: "a", count: 501)
            // On a connection that is there: the server may not have seen yet that another one is gone.
            #expect(try clients.last?.ask(request).reason == "'reason' has 500 characters at most")
            request = ConsoleRequest(.checkin)
            request.officers = [String(repeating: "9", count: 65)]
            #expect(try clients.last?.ask(request).ok == false)
        }
    }

    /// A client that an array can hold.
    private final class Held {
        private var client: ConsoleClient
        init(_ client: consuming ConsoleClient) { self.client = client }
        func ask(_ request: ConsoleRequest) throws -> ConsoleReply {
            try self.client.send(request)
            return try self.client.next().reply
        }
    }

    @Test("a socket that cannot be had says why and what to do")
    func refused() throws {
        func expect(_ configuration: ConsoleServer.Configuration, _ words: String, isOfConfiguration: Bool) {
            do throws(ConsoleError) {
                _ = try ConsoleServer(configuration, logger: Logger(label: "test")) { _ in ConsoleReply(ok: true) }
                Issue.record("\(configuration.path) was had")
            } catch {
                #expect(error.description.contains(words) && error.isOfConfiguration == isOfConfiguration, "\(error)")
            }
        }
        expect(.init(path: "/proc/none/c.sock"), "needs a folder that patrold may write to", isOfConfiguration: false)
        expect(.init(path: "/tmp/c.sock", group: "no-such"), "groupadd --system no-such", isOfConfiguration: true)
        expect(.init(path: "/etc/passwd"), "is there and is no socket", isOfConfiguration: true)
        expect(.init(path: "/tmp/" + String(repeating: "a", count: 120)), "too long", isOfConfiguration: true)
        #expect(FileManager.default.fileExists(atPath: "/etc/passwd"))
    }
}
