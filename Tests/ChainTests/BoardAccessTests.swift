import FoundationEssentials
import Rig
import TestSupport
import Testing

@Suite("Who may use the board", .serialized, .realPrograms, .timeLimit(.minutes(5)))
struct BoardAccessTests {
    private func curl(_ chain: Chain, _ arguments: String...) async throws -> (status: String, text: String) {
        try await chain.curl(arguments)
    }

    private func withAccounts(_ body: (Chain, String) async throws -> Void) async throws {
        try await Chain.with { chain in
            try await chain.writeAccounts([("li", "dispatcher"), ("guest", "viewer"), ("chen", "chief")])
            try await chain.withBroker { _ in
                try await chain.withRoom { _ in
                    try await body(chain, chain.secure)
                }
            }
        }
    }

    @Test("nothing is seen without a login, and done only with the session's own token and a role that may")
    func roles() async throws {
        try await self.withAccounts { chain, address in
            let incident = #"{"lat":40.0201,"lon":116.5553}"#
            let incidents = "\(address)/api/v1/incidents"
            for path in ["page", "units", "incidents", "live", "plan", "reports/response", "audit", "roads/14/0/0"] {
                #expect(try await self.curl(chain, "\(address)/api/v1/\(path)").status == "401", "\(path)")
            }
            let viewer = try await chain.logIn("guest")
            let token = try #require(viewer.token)
            #expect(viewer.role == "viewer")
            #expect(try await self.curl(chain, "\(address)/api/v1/units").status == "200")
            let asViewer = try await self.curl(
                chain,
                "-X",
                "POST",
                "-H",
                "X-CSRF-Token: \(token)",
                "-d",
                incident,
                incidents
            )
            #expect(asViewer.status == "403" && asViewer.text.contains("dispatcher"))
            #expect(try await self.curl(chain, "\(address)/api/v1/replay").status == "403")
            let dispatcher = try await chain.logIn("li")
            // A dispatcher looks at the last day again; what was before is a chief's.
            #expect(try await self.curl(chain, "\(address)/api/v1/replay").status == "200")
            let longAgo = try await self.curl(chain, "\(address)/api/v1/replay?from=1790812800000&to=1790816400000")
            #expect(longAgo.status == "403" && longAgo.text.contains("chief"))
            #expect(try await self.curl(chain, "-X", "POST", "-d", incident, incidents).status == "403")
            let own = try #require(dispatcher.token)
            let opened = try await self.curl(
                chain,
                "-X",
                "POST",
                "-H",
                "X-CSRF-Token: \(own)",
                "-d",
                incident,
                incidents
            )
            #expect(opened.status == "201" && opened.text.contains(#""by":"li""#))
            #expect(try await self.curl(chain, "\(address)/api/v1/audit").status == "403")
            _ = try await chain.logIn("chen")
            let audit = try await self.curl(chain, "\(address)/api/v1/audit").text
            #expect(audit.contains(#""actor":"li""#) && audit.contains(#""what":"login""#))
            #expect(!audit.contains("password"))
            #expect(!readFile("\(chain.folder)/command-room.log").contains("a long password"))
            let gone = try await self.curl(chain, "-X", "DELETE", "-H", "X-CSRF-Token: x", "\(address)/api/v1/session")
            #expect(gone.status == "403")
        }
    }

    @Test("who guesses passwords has to wait, and every answer tells the browser to be careful")
    func guessing() async throws {
        try await self.withAccounts { chain, address in
            // All at once, as one after the other they might take longer than the wait is.
            let body = #"{"name":"li","password":"guess guess guess"}"#
            let statuses = try await withThrowingTaskGroup(of: String.self) { group in
                for _ in 0..<8 {
                    group.addTask {
                        try await self.curl(chain, "-X", "POST", "-d", body, "\(address)/api/v1/session").status
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(statuses.count { $0 == "401" } == 5 && statuses.count { $0 == "429" } == 3, "\(statuses)")
            let head = try await runProgramToEnd("/usr/bin/curl", ["-skI", "\(address)/"]).output.lowercased()
            for header in [
                "content-security-policy: default-src 'self'", "x-content-type-options: nosniff",
                "strict-transport-security", "x-frame-options: deny",
            ] {
                #expect(head.contains(header), "\(header)")
            }
        }
    }

    @Test(
        "without a login a name that only points at this machine gets nothing, and no other site's page can act",
        .chain(.broker, .room)
    )
    func rebinding() async throws {
        let chain = try Chain.current
        let address = "http://127.0.0.1:\(chain.http)/api/v1"
        let name = "Host: evil.example:\(chain.http)"
        #expect(try await self.curl(chain, "-H", name, "\(address)/units").status == "403")
        #expect(try await self.curl(chain, "-H", "Host: localhost", "\(address)/units").status == "200")
        let body = #"{"lat":40.0201,"lon":116.5553}"#
        let other = "Origin: http://evil.example"
        let act = try await self.curl(
            chain,
            "-X",
            "POST",
            "-H",
            other,
            "-d",
            body,
            "\(address)/incidents"
        )
        #expect(act.status == "403")
        let path = #"{"id":"a/b","lat":40.0201,"lon":116.5553}"#
        #expect(
            try await self.curl(chain, "-X", "POST", "-d", path, "\(address)/incidents").status == "400"
        )
    }

    @Test("off this machine the board needs TLS and accounts, and says so")
    func offLoopback() async throws {
        try await Chain.with { chain in
            let path = "\(chain.folder)/command-room.yaml"
            try writeFile(path, readFile(path).replacing("http: { host: 127.0.0.1", with: "http: { host: 0.0.0.0"))
            let result = try await runProgramToEnd(Places.program("command-room"), ["check", "--config", path])
            #expect(result.status == 78 && result.errors.contains("patrolctl account add"))
        }
    }
}
