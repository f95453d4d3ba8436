import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import NIOEmbedded
import Rig
import Testing
import Threading

@testable import Board

@Suite("Who makes a request, and whether a page may act for somebody")
struct AdmissionTests {
    private static let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    private static let here = Accounts.thisMachine(Identity(name: "desk", role: .dispatcher))

    /// Who gets through: the identity that the route sees.
    private func admit(
        _ accounts: Accounts,
        _ method: HTTPRequest.Method = .get,
        path: String = "/api/v1/units",
        authority: String? = "127.0.0.1:8080",
        headers: HTTPFields = [:]
    ) async throws -> Identity? {
        let head = HTTPRequest(method: method, scheme: "http", authority: authority, path: path, headerFields: headers)
        let request = Request(head: head, body: RequestBody(buffer: ByteBuffer()))
        let channel = EmbeddedChannel()
        defer { Self.end(channel) }
        let context = BoardContext(source: .init(channel: channel, logger: Self.logger))
        let seen = Locked<Identity?>(nil)
        _ = try await Admission(accounts: accounts, now: { 1_000 }).handle(request, context: context) { _, context in
            seen.withLock { $0 = context.identity }
            return Response(status: .ok)
        }
        return seen.withLock { $0 }
    }

    /// A channel that nobody ends keeps itself.
    private static func end(_ channel: EmbeddedChannel) {
        do { _ = try channel.finish(acceptAlreadyClosed: true) } catch { Issue.record(error) }
    }

    private func status(_ body: () async throws -> Identity?) async throws -> HTTPResponse.Status {
        do {
            _ = try await body()
            return .ok
        } catch let problem as Problem {
            return problem.code
        }
    }

    @Test(
        "without a login everybody at this machine is the one account, under this machine's names only",
        arguments: [
            ("127.0.0.1:8080", true), ("localhost", true), ("[::1]:8080", true), ("127.1.2.3", true),
            ("board.example", false), ("127.0.0.1.example", false), ("", false), ("localhost.example:80", false),
        ]
    )
    func names(_ authority: String, isTaken: Bool) async throws {
        let status = try await self.status { try await self.admit(Self.here, authority: authority) }
        #expect(status == (isTaken ? .ok : .forbidden))
    }

    @Test("without a login a page of another site reads nothing by acting, and the board's own page acts")
    func origins() async throws {
        let (own, other): (HTTPFields, HTTPFields) = (
            [.origin: "http://127.0.0.1:8080"], [.origin: "http://news.example"]
        )
        #expect(try await self.admit(Self.here, .post, headers: own)?.name == "desk")
        #expect(try await self.admit(Self.here, .post)?.name == "desk")
        for method in [HTTPRequest.Method.post, .put, .delete] {
            let status = try await self.status { try await self.admit(Self.here, method, headers: other) }
            #expect(status == .forbidden)
        }
        // A browser does not show the answer to the other page; nothing is changed by it.
        #expect(try await self.admit(Self.here, .get, headers: other)?.name == "desk")
    }

    @Test("a session is found by its cookie; it reads with that alone, and acts only with its token")
    func sessions() async throws {
        try await withTemporaryFolder("admission") { folder in
            let sessions = Sessions(
                isSecure: true,
                file: SessionFile(path: "\(folder)/sessions"),
                logger: Self.logger,
                verify: { _, _ in .fits(SessionBook.Account(role: .chief, mark: "m")) }
            )
            let accounts = Accounts.login(sessions)
            let (id, session) = try await sessions.logIn(name: "王", password: "x", origin: "10.0.0.9", now: 1_000)
            let cookie: HTTPFields = [.cookie: "theme=dark; patrollink=\(id)"]
            #expect(try await self.admit(accounts, headers: cookie) == Identity(name: "王", role: .chief))
            #expect(try await self.status { try await self.admit(accounts, .post, headers: cookie) } == .forbidden)
            var acting = cookie
            let token = try #require(Admission.tokenHeader)
            acting[token] = session.token
            #expect(try await self.admit(accounts, .post, headers: acting)?.name == "王")
            acting[token] = session.token + "0"
            #expect(try await self.status { try await self.admit(accounts, .delete, headers: acting) } == .forbidden)
            // Logging in anew needs no token: a page that has lost its own could not get in any more.
            let login = try await self.status {
                try await self.admit(accounts, .post, path: "/api/v1/session", headers: cookie)
            }
            #expect(login == .ok)
        }
    }

    @Test("who has no session, or one that is not there, is nobody, whatever his cookie looks like")
    func nobody() async throws {
        try await withTemporaryFolder("admission") { folder in
            let sessions = Sessions(
                isSecure: true,
                file: SessionFile(path: "\(folder)/sessions"),
                logger: Self.logger,
                verify: { _, _ in .wrong }
            )
            let accounts = Accounts.login(sessions)
            for cookie in [
                "", "patrollink", "patrollink=", "patrollink=\(String(repeating: "a", count: 100_000))",
                "xpatrollink=1; ; =; patrollink=0123", "patrollink=\u{1F694}",
            ] {
                let identity = try await self.admit(accounts, .post, headers: [.cookie: cookie])
                #expect(identity == nil)
            }
            let identity = try await self.admit(accounts)
            #expect(identity == nil)
        }
    }
}
