import FoundationEssentials
import Rig
import TestSupport
import Testing

@Suite("Logins and sessions", .serialized, .realPrograms, .timeLimit(.minutes(6)))
struct SessionTests {
    /// What the board answers to who has the cookies of a jar.
    private func status(_ chain: Chain, jar: String) async throws -> String {
        try await chain.curl(["\(chain.secure)/api/v1/units"], jar: jar).status
    }

    /// Looks on until the stream ends, and says how long that took after `act`, s.
    private func secondsOfStream(
        _ chain: Chain,
        jar: String,
        after act: () async throws -> Void
    ) async throws -> Double {
        let stream = Task {
            _ = try await chain.curl(["-N", "-m", "60", "\(chain.secure)/api/v1/live"], jar: jar)
            return ContinuousClock.now
        }
        try await eventually("a page that looks on") {
            let metrics = try await chain.curl(["\(chain.secure)/metrics"], jar: jar).text
            return metrics.contains("patrollink_pages 1") ? () : nil
        }
        try await act()
        let began = ContinuousClock.now
        return (try await stream.value - began) / .seconds(1)
    }

    @Test("who is removed or gets another password is out within a second, the live stream too; a role follows")
    func followFile() async throws {
        try await Chain.with { chain in
            try await chain.writeAccounts([("li", "dispatcher"), ("guest", "viewer"), ("chen", "chief")])
            try await chain.withRoom { _ in
                for name in ["li", "guest", "chen"] { _ = try await chain.logIn(name, jar: name) }
                let ended = try await self.secondsOfStream(chain, jar: "li") { try await chain.removeAccount("li") }
                #expect(ended < 1.5, "\(ended) s")
                #expect(try await self.status(chain, jar: "li") == "401")
                try await chain.setAccount("guest", role: "viewer", password: "another long password")
                try await eventually("the end of the old password's session", within: .seconds(20)) {
                    try await self.status(chain, jar: "guest") == "401" ? () : nil
                }
                try await chain.setAccount("wu", role: "viewer")
                _ = try await chain.logIn("wu", jar: "wu")
                let text = readFile("\(chain.folder)/accounts")
                try writeFile("\(chain.folder)/accounts", text.replacing("wu:viewer:", with: "wu:chief:"))
                try await eventually("the new role", within: .seconds(20)) {
                    try await chain.curl(["\(chain.secure)/api/v1/audit"], jar: "wu").status == "200" ? () : nil
                }
                try writeFile("\(chain.folder)/accounts", "rubbish\n")
                try await chain.waitForLog("command-room.log", "nobody can log in")
                #expect(try await self.status(chain, jar: "chen") == "200")
                #expect(try await chain.tryLogin("chen", jar: "none").status == "503")
            }
        }
    }

    @Test("sessions outlive a restart and kill -9, an ended one does not, and the file holds no id")
    func restart() async throws {
        try await Chain.with { chain in
            try await chain.writeAccounts([("li", "dispatcher"), ("guest", "viewer"), ("chen", "chief")])
            try await chain.withRoom { room in
                for name in ["li", "guest", "chen"] { _ = try await chain.logIn(name, jar: name) }
                try await eventually("the sessions on disk") {
                    readFile("\(chain.folder)/room/sessions.json").components(of: "\"began\"") == 3 ? () : nil
                }
                let login = try RoomClient.Answer.decode(
                    Chain.Login.self,
                    from: await chain.curl(["\(chain.secure)/api/v1/session"], jar: "guest").text
                )
                let token = try #require(login.token)
                let ended = try await self.secondsOfStream(chain, jar: "guest") {
                    let line = ["-X", "DELETE", "-H", "X-CSRF-Token: \(token)", "\(chain.secure)/api/v1/session"]
                    // The jar keeps the cookie, as a thief of it would.
                    let answer = try await chain.curl(line, jar: "guest")
                    #expect(answer.status == "204")
                }
                #expect(ended < 1.5, "\(ended) s")
                room.send(9)
                try await eventually("the end of the room") { room.isAlive ? nil : () }
            }
            let file = "\(chain.folder)/room/sessions.json"
            for name in ["li", "chen"] {
                let id = try #require(readFile("\(chain.folder)/\(name)").split(whereSeparator: \.isWhitespace).last)
                #expect(id.count == 32 && !readFile(file).contains(id))
            }
            let rights = try await runProgramToEnd("/usr/bin/stat", ["-c", "%a", file])
            #expect(rights.output == "600\n")
            try await chain.removeAccount("chen")
            try await chain.withRoom { _ in
                for (name, expected) in [("li", "200"), ("guest", "401"), ("chen", "401")] {
                    let status = try await self.status(chain, jar: name)
                    #expect(status == expected, "\(name)")
                }
            }
        }
    }

    @Test(
        "a hundred logins at once cost little memory, hold nobody up, and most are told to wait",
        .disabled(if: Places.areSanitized, "a sanitizer's runtime has memory of its own")
    )
    func parallelLogins() async throws {
        try await Chain.with { chain in
            try await chain.writeAccounts([("li", "dispatcher")])
            try await chain.withRoom { room in
                let flood = Task { try await self.flood(chain, 100) }
                var slowest = 0.0
                for _ in 0..<10 {
                    let health = try await runProgramToEnd(
                        "/usr/bin/curl",
                        ["-sk", "-o", "/dev/null", "-w", "%{http_code} %{time_total}", "\(chain.secure)/"]
                    )
                    let parts = health.output.split(separator: " ")
                    #expect(parts.first == "200")
                    slowest = max(slowest, parts.last.flatMap { Double($0) } ?? .infinity)
                }
                let statuses = try await flood.value
                #expect(statuses.count { $0 == "429" } >= 40, "\(statuses)")
                #expect(statuses.allSatisfy { $0 == "401" || $0 == "429" }, "\(statuses)")
                // All logins take 12 s of one core: whoever had to wait for them would wait for longer.
                #expect(slowest < 4, "\(slowest) s")
                let memory = readFile("/proc/\(room.pid)/status").split(separator: "\n")
                    .first { $0.hasPrefix("VmHWM") }?.split(whereSeparator: \.isWhitespace).dropFirst().first
                let kilobytes = try #require(memory.flatMap { Int($0) })
                #expect(kilobytes < 300_000, "\(kilobytes) KB")
                // Its own address is full of guesses for a minute; from another one it goes on.
                #expect(try await chain.tryLogin("li", from: "127.0.0.2").status == "200")
            }
        }
    }

    /// So many logins at once, each of another name; the statuses of the answers.
    private func flood(_ chain: Chain, _ count: Int) async throws -> [String] {
        let one = (0..<count).map { number in
            """
            url = "\(chain.secure)/api/v1/session"
            data = "{\\"name\\":\\"guess-\(number)\\",\\"password\\":\\"guess guess\\"}"
            output = "/dev/null"
            write-out = "%{http_code}\\n"
            insecure

            """
        }
        try writeFile("\(chain.folder)/flood", one.joined(separator: "next\n"))
        let many = ["-sZ", "--parallel-immediate", "--parallel-max", "\(count)", "-K", "\(chain.folder)/flood"]
        return try await runProgramToEnd("/usr/bin/curl", many).output.split(separator: "\n").map(String.init)
    }

    @Test("who guesses somebody's password from elsewhere does not lock that somebody out, and the audit tells it")
    func noLockOut() async throws {
        try await Chain.with { chain in
            try await chain.writeAccounts(
                [("li", "dispatcher"), ("chen", "chief")],
                http: "trusted_proxies: [127.0.0.9]"
            )
            try await chain.withRoom { _ in
                _ = try await chain.logIn("li")
                var statuses: [String] = []
                for _ in 0..<8 {
                    let guess = try await chain.tryLogin("li", password: "guess guess", jar: "x", from: "127.0.0.3")
                    statuses.append(guess.status)
                }
                #expect(statuses == ["401", "401", "401", "401", "401", "429", "429", "429"])
                // At once: the wait is over after ten seconds.
                let forged = ["-H", "X-Forwarded-For: 10.0.0.1"]
                #expect(try await chain.tryLogin("li", jar: "x", from: "127.0.0.3", forged).status == "429")
                _ = try await chain.logIn("li")
                // Two people behind one proxy are two addresses, and only the proxy's own word counts.
                let told = ["-H", "X-Forwarded-For: 1.2.3.4, 10.0.0.2"]
                for _ in 0..<6 {
                    _ = try await chain.tryLogin("chen", password: "guess guess", jar: "x", from: "127.0.0.9", told)
                }
                #expect(try await chain.tryLogin("chen", jar: "x", from: "127.0.0.9", told).status == "429")
                #expect(try await chain.tryLogin("chen", jar: "c", from: "127.0.0.9", forged).status == "200")
                let audit = try await chain.curl(["\(chain.secure)/api/v1/audit"], jar: "c").text
                for part in ["login held back", #""origin":"10.0.0.2""#, #""origin":"127.0.0.3""#] {
                    #expect(audit.contains(part), "\(part)")
                }
                #expect(!audit.contains("1.2.3.4"))
            }
        }
    }
}
