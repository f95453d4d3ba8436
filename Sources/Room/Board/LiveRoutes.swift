import HTTPTypes
import Hummingbird
import Live
import NIOCore
import PatrolWire
import Threading

/// `GET live`: server-sent events, the newest state of each thing, never a growing queue; `GET state`: the state by itself,
/// compressed for a slow line, and where the stream goes on from.
struct LiveRoutes: Sendable {
    let text: LiveText
    let frames: LiveFrames
    let feed: LiveFeed
    let accounts: Accounts
    let now: @Sendable () -> Int64

    /// Between two looks for changes.
    private static let beat: Duration = .milliseconds(100)
    /// All pages look at the same moments: one text, made just then, is for all of them.
    private static let begin = ContinuousClock.now
    /// A page hears something at least so often, and so knows that the room is there.
    private static let heartbeat: Duration = .seconds(1)

    func add(to api: RouterGroup<BoardContext>) {
        api.get("state") { request, context in
            try context.require(.viewer)
            try request.allow()
            return answer(try await self.text.whole())
        }
        api.get("live") { request, context in
            try context.require(.viewer)
            try request.allow("after")
            var headers = HTTPFields()
            headers[.contentType] = "text/event-stream; charset=utf-8"
            headers[.cacheControl] = "no-store"
            let resumed = self.version(request)
            return Response(
                status: .ok,
                headers: headers,
                body: ResponseBody { writer in
                    self.feed.enter()
                    defer { self.feed.leave() }
                    try await self.follow(from: resumed, session: context.session, &writer)
                    try await writer.finish(nil)
                }
            )
        }
    }

    /// Where a page that comes back was; 0 when that was another run of the room.
    private func version(_ request: Request) -> UInt64 {
        let name = HTTPField.Name("Last-Event-ID")
        guard let id = name.flatMap({ request.headers[$0] }) ?? request.query("after") else { return 0 }
        let parts = id.split(separator: "-")
        guard parts.count == 2, parts[0] == "\(self.feed.epoch)", let version = UInt64(parts[1]) else { return 0 }
        return version
    }

    /// Whether the login that a page looks on with still holds.
    private func isGoingOn(_ session: String?) -> Bool {
        guard case .login(let sessions) = self.accounts, let session else { return true }
        return sessions.isGoingOn(session, now: self.now())
    }

    @concurrent
    private func follow(
        from start: UInt64,
        session: String?,
        _ writer: inout any ResponseBodyWriter
    ) async throws {
        let clock = ContinuousClock()
        var version = start
        var isFirst = true
        var last = clock.now
        while !Task.isCancelled, self.isGoingOn(session) {
            let frame =
                version == 0 ? try await self.text.frame(after: 0) : try await self.frames.frame(after: version)
            if let frame, frame.upTo > version || isFirst {
                // The next look waits until this was taken: a slow page costs nobody anything.
                try await writer.write(ByteBuffer(bytes: frame.text))
                version = frame.upTo
                isFirst = false
                last = clock.now
            } else if clock.now - last >= Self.heartbeat {
                try await writer.write(ByteBuffer(string: "event: beat\ndata: \(self.now())\n\n"))
                last = clock.now
            }
            await pause(for: Self.untilNextBeat(clock.now))
        }
    }

    private static func untilNextBeat(_ now: ContinuousClock.Instant) -> Duration {
        let nanoseconds = Int64((now - Self.begin) / .nanoseconds(1))
        let beat = Int64(Self.beat / .nanoseconds(1))
        return .nanoseconds(beat - nanoseconds % beat)
    }
}
