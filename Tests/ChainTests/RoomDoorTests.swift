import Glibc
import Rig
import TestSupport
import Testing
import Threading

@Suite("The room's door", .serialized, .longWaiting, .timeLimit(.minutes(5)))
struct RoomDoorTests {
    private struct Health: Sendable {
        let status: String
        let seconds: Double
    }

    /// Asks for the health from one of this machine's addresses.
    private func health(_ chain: Chain, secure: Bool, from address: String) async throws -> Health {
        let place = secure ? chain.secure : "http://127.0.0.1:\(chain.http)"
        let began = ContinuousClock.now
        let result = try await runProgramToEnd(
            "/usr/bin/curl",
            ["-sk", "-m", "5", "--interface", address, "-o", "/dev/null", "-w", "%{http_code}", "\(place)/"]
        )
        return Health(status: result.output, seconds: (ContinuousClock.now - began) / .seconds(1))
    }

    /// Connects and says nothing, so often.
    private func idle(_ chain: Chain, _ count: Int) -> [CInt] {
        // The test has both ends of all of them, and must not be the one that runs out.
        #expect(raiseDescriptorLimit() > count + 200)
        return (0..<count).compactMap { _ in LoopbackPort.connect(chain.http) }
    }

    /// How many of them the room has not closed.
    private func open(_ sockets: [CInt]) -> Int {
        var byte: UInt8 = 0
        return sockets.count { recv($0, &byte, 1, CInt(MSG_DONTWAIT | MSG_PEEK)) < 0 && errno == EAGAIN }
    }

    @Test(
        "a thousand connections that say nothing end neither the room nor its broker link, and are closed",
        arguments: [false, true]
    )
    func idleConnections(secure: Bool) async throws {
        try await Chain.with { chain in
            if secure { try await chain.writeAccounts([("li", "dispatcher")]) }
            try await chain.withRoom(wrapper: "ulimit -n 1024; exec \"$@\"") { room in
                let sockets = self.idle(chain, 1_000)
                defer { for socket in sockets { close(socket) } }
                let other = try await self.health(chain, secure: secure, from: "127.0.0.2")
                #expect(other.status == "200", "\(other)")
                try await chain.withBroker { _ in
                    try await chain.waitForLog("command-room.log", "Connected to broker")
                    _ = try await eventually("the house telling that it is full", within: .seconds(30)) {
                        let answer = try await self.health(chain, secure: secure, from: "127.0.0.1")
                        return answer.status == "503" || answer.status == "200" ? answer : nil
                    }
                    try await eventually("all of them closed", within: .seconds(20)) {
                        self.open(sockets) == 0 ? () : nil
                    }
                    let same = try await self.health(chain, secure: secure, from: "127.0.0.1")
                    #expect(same.status == "200", "\(same)")
                }
                #expect(room.isAlive)
                #expect(room.log.contains("connections are open"))
            }
        }
    }

    @Test("eighty headers that never end are cut off in time, and nobody else notices")
    func slowHeaders() async throws {
        try await Chain.with { chain in
            try await chain.withRoom { room in
                let sockets = self.idle(chain, 80)
                defer { for socket in sockets { close(socket) } }
                let drip = Task {
                    let began = Array("GET / HTTP/1.1\r\nHost: localhost\r\n".utf8)
                    for socket in sockets { send(socket, began, began.count, CInt(MSG_NOSIGNAL)) }
                    let line = Array("X: y\r\n".utf8)
                    while !Task.isCancelled {
                        await pause(for: .milliseconds(500))
                        for socket in sockets { send(socket, line, line.count, CInt(MSG_NOSIGNAL)) }
                    }
                }
                defer { drip.cancel() }
                let meanwhile = try await self.health(chain, secure: false, from: "127.0.0.1")
                #expect(meanwhile.status == "200", "\(meanwhile)")
                try await eventually("all of them closed", within: .seconds(20)) {
                    self.open(sockets) == 0 ? () : nil
                }
                #expect(room.isAlive)
            }
        }
    }

    @Test("a page that asks for much and reads nothing is cut off after half a minute")
    func noReader() async throws {
        try await Chain.with { chain in
            try await chain.withRoom { room in
                let sockets = self.idle(chain, 1)
                defer { for socket in sockets { close(socket) } }
                let socket = try #require(sockets.first)
                // More than the kernel keeps for either side.
                let request = "GET /openapi.yaml HTTP/1.1\r\nHost: localhost\r\n\r\n"
                let many = Array(String(repeating: request, count: 4_000).utf8)
                send(socket, many, many.count, CInt(MSG_NOSIGNAL | MSG_DONTWAIT))
                let began = ContinuousClock.now
                try await eventually("the end of the connection", within: .seconds(60), every: .milliseconds(500)) {
                    var byte: UInt8 = 32
                    return send(socket, &byte, 1, CInt(MSG_NOSIGNAL | MSG_DONTWAIT)) < 0 && errno != EAGAIN ? () : nil
                }
                let seconds = (ContinuousClock.now - began) / .seconds(1)
                #expect(seconds > 20 && seconds < 45, "\(seconds) s")
                #expect(room.isAlive)
            }
        }
    }

    @Test("connections above the limit that was set are told 503 and when to come again")
    func limit() async throws {
        try await Chain.with { chain in
            let path = "\(chain.folder)/command-room.yaml"
            let plain = "port: \(chain.http) }"
            let text = readFile(path)
            try writeFile(
                path,
                text.replacing(plain, with: "port: \(chain.http), connections: 40, per_address: 4 }")
            )
            try await chain.withRoom { _ in
                let sockets = self.idle(chain, 40)
                defer { for socket in sockets { close(socket) } }
                let answer = try await chain.room.ask("GET", "/healthz")
                #expect(answer.status == 503 && answer.head.contains("Retry-After: 5"))
                #expect(answer.text.contains("too many connections"))
            }
            try writeFile(path, text.replacing(plain, with: "port: \(chain.http), trusted_proxies: [proxy] }"))
            let check = try await runProgramToEnd(Places.program("command-room"), ["check", "--config", path])
            #expect(check.status == 78 && check.errors.contains("'proxy'"))
        }
    }
}
