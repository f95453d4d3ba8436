import Ground
import History
import PatrolWire
import Plan
import Reporting
import Reports
import Testing

@testable import Board

/// 24 November 2026, 00:00 UTC, ms.
private let midnight: Int64 = 1_795_478_400_000

private func at(_ hours: Double) -> Int64 { midnight + Int64(hours * 3_600_000) }

@Suite("Posts and lines, judged for the station")
struct DutyTests {
    private static let zone = LocalZone(name: "UTC", offset: 0)

    private func done(_ log: inout HandMadeLog, at time: Int64, required: Int64 = 1, window: String = "08:00-10:00") {
        log.say(
            .postDone,
            at: time,
            ["post": .string("gate"), "window": .string(window), "visits": .int(1), "required": .int(required)]
        )
    }

    private func missed(_ log: inout HandMadeLog, closes: Int64, required: Int64 = 1, window: String = "08:00-10:00") {
        log.say(
            .postMissed,
            at: closes,
            [
                "post": .string("gate"), "window": .string(window), "closes": .int(closes), "visits": .int(0),
                "required": .int(required),
            ]
        )
    }

    private func logs() -> [HandMadeLog] {
        (1...4).map { HandMadeLog("jinzhan", "car-0\($0)", log: "000000000000000\($0)") }
    }

    private func posts(_ logs: [HandMadeLog], _ span: Range<Int64>) async throws -> [PresenceReport.Duty] {
        try await HandMadeStore.with(logs) { try $0.reading(span).presence(nil, zone: Self.zone).posts }
    }

    @Test("one visit and three devices that did not come: done once, missed by nobody")
    func once() async throws {
        var logs = self.logs()
        self.done(&logs[0], at: at(9))
        for index in 1...3 { self.missed(&logs[index], closes: at(10)) }
        let posts = try await self.posts(logs, at(0)..<at(24))
        #expect(posts.map(\.done) == [1] && posts.map(\.missed) == [0])
        #expect(posts.map(\.visits) == [1] && posts.map(\.by) == [["jinzhan/car-01"]])
    }

    @Test("a window that nobody served was missed once, and who is off duty does not judge it")
    func nobody() async throws {
        var logs = self.logs()
        for index in 0...2 { self.missed(&logs[index], closes: at(10)) }
        #expect(try await self.posts(logs, at(0)..<at(24)).map(\.missed) == [1])
        var off = HandMadeLog(log: "0000000000000009")
        off.status = .off
        self.missed(&off, closes: at(10))
        #expect(try await self.posts([off], at(0)..<at(24)).map(\.missed) == [])
    }

    @Test("the visits that a window needs may be those of several devices")
    func shared() async throws {
        var logs = self.logs()
        self.done(&logs[0], at: at(8.5), required: 2)
        self.missed(&logs[0], closes: at(10), required: 2)
        #expect(try await self.posts(logs, at(0)..<at(24)).map { [$0.done, $0.missed, $0.visits] } == [[0, 1, 1]])
        self.done(&logs[1], at: at(9.5), required: 2)
        self.missed(&logs[1], closes: at(10), required: 2)
        let posts = try await self.posts(logs, at(0)..<at(24))
        #expect(posts.map { [$0.done, $0.missed, $0.visits] } == [[1, 0, 2]])
        #expect(posts.map(\.by) == [["jinzhan/car-01", "jinzhan/car-02"]])
        // Two days are two windows.
        self.missed(&logs[2], closes: at(34), required: 2)
        #expect(try await self.posts(logs, at(0)..<at(48)).map { [$0.done, $0.missed] } == [[1, 1]])
    }

    @Test("a window over midnight counts on the day on which it was done, and is not missed on the next")
    func overMidnight() async throws {
        var logs = self.logs()
        self.done(&logs[0], at: at(23), window: "22:00-02:00")
        self.missed(&logs[1], closes: at(26), window: "22:00-02:00")
        #expect(try await self.posts(logs, at(0)..<at(24)).map { [$0.done, $0.missed] } == [[1, 0]])
        #expect(try await self.posts(logs, at(24)..<at(48)).map { [$0.done, $0.missed] } == [])
    }

    private func lines(
        _ logs: [HandMadeLog],
        _ span: Range<Int64>,
        now: Int64,
        laps: Int = 1
    ) async throws -> [[Int]] {
        let plan = try PatrolPlan.of(
            #"{"type":"Feature","id":"river","properties":{"kind":"line","name":"River","laps":\#(laps),"#
                + #""windows":["08:00-10:00"]},"geometry":{"type":"LineString","#
                + #""coordinates":[[116.5,40.0],[116.51,40.0]]}}"#
        )
        return try await HandMadeStore.with(logs) { store in
            try store.reading(span, now: now).presence(plan, zone: Self.zone).lines
                .map { [$0.done, $0.missed, $0.visits] }
        }
    }

    @Test("a line's window that closed without enough laps of anybody was missed")
    func line() async throws {
        var logs = self.logs()
        logs[0].position(at: at(0))
        #expect(try await self.lines(logs, at(0)..<at(24), now: at(24)) == [[0, 1, 0]])
        // What is still open, or was before there was anything, cannot be missed.
        #expect(try await self.lines(logs, at(0)..<at(24), now: at(9)) == [[0, 0, 0]])
        #expect(try await self.lines(logs, at(-240)..<at(24), now: at(24)) == [[0, 1, 0]])
        #expect(try await self.lines(logs, at(0)..<at(24 * 70), now: at(24 * 60)) == [[0, 60, 0]])
        logs[0].say(.lineComplete, at: at(9), ["line": .string("river")])
        #expect(try await self.lines(logs, at(0)..<at(24), now: at(24)) == [[1, 0, 1]])
        #expect(try await self.lines(logs, at(0)..<at(24), now: at(24), laps: 2) == [[0, 1, 1]])
        logs[1].say(.lineComplete, at: at(9.5), ["line": .string("river")])
        #expect(try await self.lines(logs, at(0)..<at(24), now: at(24), laps: 2) == [[1, 0, 2]])
        #expect(try await self.lines(logs, at(9.7)..<at(24), now: at(24), laps: 2) == [[0, 0, 0]])
    }
}

extension PatrolPlan {
    /// A plan of one feature, in UTC.
    static func of(_ feature: String) throws -> PatrolPlan {
        let text =
            #"{"type":"FeatureCollection","patrolPlan":{"id":"p","revision":1,"crs":"WGS84","timezone":"UTC"},"#
            + #""features":[\#(feature)]}"#
        return try PlanReader { LocalZone(name: $0, offset: 0) }.read(Array(text.utf8))
    }
}
