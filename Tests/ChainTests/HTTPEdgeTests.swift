import Glibc
import Rig
import TestSupport
import Testing
import Threading

@Suite("HTTP at its edges", .serialized, .longWaiting, .timeLimit(.minutes(5)))
struct HTTPEdgeTests {
    /// Sends bytes as they are and returns what comes until the room closes.
    private func exchange(_ chain: Chain, _ text: String) async throws -> String {
        guard let socket = LoopbackPort.connect(chain.http) else { throw RigError.missing(program: "room") }
        let bytes = Array(text.utf8)
        send(socket, bytes, bytes.count, CInt(MSG_NOSIGNAL))
        var patience = timeval(tv_sec: 5, tv_usec: 0)
        setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
        return await onOwnThread("exchange") {
            defer { close(socket) }
            var answer = ""
            var buffer = [UInt8](repeating: 0, count: 65_536)
            while case let count = recv(socket, &buffer, buffer.count, 0), count > 0 {
                answer += String(decoding: buffer[..<count], as: UTF8.self)
            }
            return answer
        }
    }

    private func request(_ line: String, _ headers: String = "Connection: close\r\n", body: String = "") -> String {
        "\(line) HTTP/1.1\r\nHost: localhost\r\n\(headers)\r\n\(body)"
    }

    @Test("a method that a path does not know is 405 with those that it knows, and OPTIONS tells them", .chain(.room))
    func methods() async throws {
        let chain = try Chain.current
        let cases = [
            ("PATCH", "/api/v1/units", "405", "GET, HEAD, OPTIONS"),
            ("DELETE", "/api/v1/incidents/7", "405", "GET, HEAD, OPTIONS"),
            ("PUT", "/api/v1/incidents", "405", "GET, HEAD, OPTIONS, POST"),
            ("POST", "/api/v1/roads/14/1/1", "405", "GET, HEAD, OPTIONS"),
            ("POST", "/", "405", "GET, HEAD, OPTIONS"),
            ("OPTIONS", "/api/v1/plan", "204", "GET, HEAD, OPTIONS, PUT"),
        ]
        for (method, path, status, allow) in cases {
            let answer = try await self.exchange(chain, self.request("\(method) \(path)"))
            #expect(answer.hasPrefix("HTTP/1.1 \(status) "), "\(method) \(path): \(answer.prefix(60))")
            #expect(answer.contains("\r\nAllow: \(allow)\r\n"), "\(method) \(path): \(answer)")
        }
        let none = try await self.exchange(chain, self.request("PATCH /api/v1/nothing"))
        #expect(none.hasPrefix("HTTP/1.1 404 ") && !none.contains("Allow:"))
        let unknown = try await self.exchange(chain, self.request("GET /api/v1/live?since=1"))
        #expect(
            unknown.hasPrefix("HTTP/1.1 400 ") && unknown.contains("'since' is no parameter: there are after")
        )
        let head = try await self.exchange(chain, self.request("HEAD /api/v1/units"))
        #expect(head.hasPrefix("HTTP/1.1 200 ") && head.hasSuffix("\r\n\r\n"))
    }

    @Test("broken bodies are the sender's fault, and ids that look like paths lead nowhere")
    func broken() async throws {
        try await Chain.with { chain in
            try await chain.withRoom { room in
                let chunked = "Transfer-Encoding: chunked\r\n"
                for line in ["POST /api/v1/incidents", "PUT /api/v1/plan", "POST /api/v1/session"] {
                    let answer = try await self.exchange(chain, self.request(line, chunked, body: "ZZ\r\nabc\r\n"))
                    #expect(answer.hasPrefix("HTTP/1.1 400 "), "\(line): \(answer.prefix(60))")
                }
                for path in [
                    "units/..", "units/%2e%2e", "incidents/..%2f..%2fetc%2fpasswd", "incidents/%00", "rollcalls/%ff",
                    "incidents/../../healthz", "units/%0d%0aX:%20y", "units/%", "incidents//",
                ] {
                    let answer = try await self.exchange(chain, self.request("GET /api/v1/\(path)"))
                    let isRefused = ["400", "404"].contains { answer.hasPrefix("HTTP/1.1 \($0) ") }
                    #expect(isRefused || path == "incidents//", "\(path): \(answer.prefix(60))")
                }
                let leaflet = try await self.exchange(chain, self.request("GET /leaflet/../../../../etc/passwd"))
                #expect(leaflet.hasPrefix("HTTP/1.1 404 ") && !leaflet.contains("root:"))
                for text in [
                    "\u{16}\u{3}\u{1} no HTTP\r\n\r\n", self.request("GET /\(String(repeating: "a", count: 100_000))"),
                    self.request("GET /", "X: \(String(repeating: "a", count: 100_000))\r\n"),
                    self.request("GET /", (0..<500).map { "X\($0): y\r\n" }.joined()),
                ] {
                    let answer = try await self.exchange(chain, text)
                    #expect(answer.hasPrefix("HTTP/1.1 400 "), "\(answer.prefix(60))")
                }
                #expect(room.isAlive && !room.log.contains("error"), "\(room.log)")
            }
        }
    }

    @Test(
        "what is private is not kept by any browser; long texts come as gzip to who takes it, the live stream never",
        .chain(.room)
    )
    func headers() async throws {
        let chain = try Chain.current
        for path in ["/api/v1/units", "/api/v1/page", "/api/v1/places?q=road", "/api/v1/nothing", "/healthz"] {
            let answer = try await chain.room.ask("GET", path)
            #expect(answer.head.contains("Cache-Control: no-store"), "\(path): \(answer.head)")
        }
        for (path, words) in [
            ("/", "no-cache"), ("/api/v1/openapi.yaml", "no-cache"),
            ("/api/v1/roads/14/1/1", "private, max-age=3600"),
        ] {
            let answer = try await chain.room.ask("GET", path)
            #expect(answer.head.contains("Cache-Control: \(words)"), "\(path): \(answer.head)")
        }
        let address = "http://127.0.0.1:\(chain.http)"
        let ground = try await runProgramToEnd(
            "/usr/bin/curl",
            [
                "-s", "--compressed", "-o", "/dev/null", "-w", "%{http_code} %header{cache-control}",
                "\(address)/api/v1/ground/14/1/1",
            ]
        )
        #expect(ground.output == "200 private, max-age=3600")
        let plain = try await runProgramToEnd("/usr/bin/curl", ["-s", "\(address)/openapi.yaml"])
        let gzip = try await runProgramToEnd(
            "/usr/bin/curl",
            [
                "-s", "--compressed", "-w", "\n%{size_download} %header{content-encoding}",
                "\(address)/openapi.yaml",
            ]
        )
        #expect(gzip.output.hasPrefix(plain.output))
        let told = gzip.output.split(separator: "\n").last?.split(separator: " ") ?? []
        let size = try #require(told.first.flatMap { Int($0) })
        #expect(told.last == "gzip" && size < plain.output.utf8.count / 2)
        let refused = ["-s", "-H", "Accept-Encoding: gzip;q=0, br", "\(address)/openapi.yaml"]
        #expect(try await runProgramToEnd("/usr/bin/curl", refused).output == plain.output)
        let live = try await runProgramToEnd(
            "/usr/bin/curl",
            ["-sN", "-m", "2", "-D", "-", "-H", "Accept-Encoding: gzip", "\(address)/api/v1/live"]
        )
        #expect(live.output.contains("event-stream") && live.output.contains("event: beat"))
    }
}
