import FoundationEssentials
import History
import Incidents
import PatrolWire
import People
import Plan
import Reporting
import Reports
import Tasks
import TestSupport
import Testing
import Units

@testable import Board

/// Minutes as ms.
private func m(_ minutes: Int64) -> Int64 { minutes * 60_000 }

extension HandMadeLog {
    /// Says who is signed in from a time on.
    fileprivate mutating func present(_ officers: [String], at time: Int64) {
        let list = JSONValue.array(officers.map { .string($0) })
        self.say(officers.isEmpty ? .unitCheckout : .unitCheckin, at: time, ["present": list])
    }
}

@Suite("What each officer did, from what is stored", .longComputing)
struct OfficerReportTests {
    private static let zone = LocalZone(name: "UTC", offset: 0)

    private func signIns(_ logs: [HandMadeLog], _ span: Range<Int64>) async throws -> [String] {
        try await HandMadeStore.with(logs) { store in
            try store.reading(span).signIns().map {
                "\($0.officer) \($0.unit) \($0.from / 60_000)-\($0.until / 60_000)\($0.isOpen ? " open" : "")"
            }
            .sorted()
        }
    }

    @Test("a sign-in lasts until the sign-out; without one until the last that is known of the device")
    func signIns() async throws {
        var log = HandMadeLog()
        log.present(["1", "2"], at: m(0))
        log.positions(m(1)...m(30))
        log.present(["2"], at: m(31))
        log.positions(m(32)...m(60))
        #expect(
            try await self.signIns([log], m(0)..<m(600)) == ["1 jinzhan/car-01 0-31", "2 jinzhan/car-01 0-60 open"]
        )
        // A time after all of it: whoever is signed in still, is.
        #expect(try await self.signIns([log], m(100)..<m(600)) == ["2 jinzhan/car-01 0-60 open"])
        #expect(
            try await self.signIns([log], m(10)..<m(20))
                == ["1 jinzhan/car-01 0-9 open", "2 jinzhan/car-01 0-9 open"].map {
                    $0.replacing("0-9", with: "0-19")
                }
        )
    }

    @Test("a device that was away for a night was no duty of that night, though whoever had signed in still is")
    func away() async throws {
        var log = HandMadeLog()
        log.present(["1"], at: m(0))
        log.positions(m(1)...m(30))
        log.say(.deviceStart, at: m(500))
        log.positions(m(501)...m(520))
        log.present([], at: m(521))
        let found = try await self.signIns([log], m(0)..<m(600))
        #expect(found == ["1 jinzhan/car-01 0-30", "1 jinzhan/car-01 500-521"])
    }

    @Test("a wiped device signs nobody in any more on its old log; a namesake at another station is another")
    func wiped() async throws {
        var old = HandMadeLog(log: "0000000000000001")
        old.present(["1"], at: m(0))
        old.positions(m(1)...m(30))
        var new = HandMadeLog(log: "0000000000000002")
        new.positions(m(20)...m(40))
        var namesake = HandMadeLog("lido", log: "0000000000000003")
        namesake.present(["3"], at: m(5))
        namesake.positions(m(6)...m(9))
        let found = try await self.signIns([new, old, namesake], m(0)..<m(600))
        #expect(found == ["1 jinzhan/car-01 0-20", "3 lido/car-01 5-9 open"])
    }

    @Test("hours, kilometres, grids, orders, roll calls and tasks are those of whoever was signed in at that moment")
    func list() async throws {
        var log = HandMadeLog()
        log.say(.deviceStart, at: m(0))
        log.present(["1", "2"], at: m(0))
        log.say(.gridEnter, "north", at: m(0))
        // A minute of longitude a minute: some 853 m each, here at 40 degrees north.
        for minute in Int64(0)...60 {
            log.position(at: m(minute), grids: ["north"], longitude: 116.5 + Double(minute) * 0.01)
            if minute == 30 { log.present(["2"], at: m(30) + 1) }
        }
        log.say(.postDone, at: m(10), ["post": .string("p"), "window": .string("")])
        log.say(.postDone, at: m(40), ["post": .string("p"), "window": .string("")])
        var register = Register()
        for number in ["1", "2", "3"] {
            _ = try register.put(Officer(number: number, name: "n\(number)", role: .police), at: 0)
        }
        _ = try register.put(Responsibility(grid: "north", officer: "1"), at: 0)
        _ = try register.put(
            Shift(id: "s", date: "1970-01-01", from: "00:00", until: "01:00", officers: ["1", "3"]),
            at: 0
        )
        let assignment =
            #"{"station":"jinzhan","device":"car-01","unit":"01","order":"o","actor":"d","assigned":\#(m(5)),"#
            + #""accepted":\#(m(6)),"arrived":\#(m(8)),"offered":[]}"#
        let text =
            #"{"id":"i","station":"jinzhan","received":\#(m(5)),"actor":"d","changed":1,"version":1,"state":"scene","#
            + #""taken":{},"entries":[],"report":{"latitude":40,"longitude":116,"priority":2,"category":"theft"},"#
            + #""assignments":[\#(assignment)]}"#
        let store = MemoryStore()
        let desk = TaskDesk([], store: store, now: { m(1) }, objection: { _, _ in nil })
        let draft = OwnedTask.Draft(kind: .other, text: "ask", owner: "2", due: m(20))
        let task = try await desk.raise(draft, actor: "d", origin: "test")
        try await HandMadeStore.with([log]) { [register, log] kept in
            try kept.casebook.save(
                Casebook.Item(kind: "incident", id: "i", time: m(5), isOpen: true, version: 1, body: Array(text.utf8)),
                nil
            )
            let body = Array(try JSONEncoder().encode(task))
            try kept.casebook.save(
                Casebook.Item(kind: "task", id: task.id, time: task.began, isOpen: true, version: 1, body: body),
                nil
            )
            let reading = kept.reading(m(0)..<m(120), now: m(120))
            let report = try reading.officers(register, nil, zone: Self.zone)
            #expect(report.officers.map(\.number) == ["1", "2", "3"])
            let (first, second, third) = (report.officers[0], report.officers[1], report.officers[2])
            #expect(first.signedHours == 0.5 && second.signedHours == 1 && third.signedHours == 0)
            #expect(first.dutyHours == 1 && first.dutySignedHours == 0.5 && second.dutyHours == 0)
            #expect(first.shifts == 1 && first.shiftsMissed == 0 && third.shiftsMissed == 1)
            // Sixty steps of 852.6 m; the first one was signed in for all of the way of thirty.
            #expect(abs(second.kilometres - 51.1) < 0.3 && abs(first.kilometres - second.kilometres * 30 / 60) < 0.3)
            // The grid is the first one's alone, for the half hour of the sign-in.
            #expect(first.ownGridMinutes == 30 && second.ownGridMinutes == 0)
            #expect(first.posts == 1 && second.posts == 2)
            #expect(first.orders == 1 && second.arrived == 1 && second.medianSeconds == 180)
            #expect(first.categories == ["theft": 1] && first.incidents == ["i"] && third.orders == 0)
            #expect(second.tasksOpen == 1 && second.tasksOverdue == 1 && second.tasks == [task.id])
            #expect(first.signIns.map(\.until) == [m(30) + 1])
            // Before its time the task is not overdue.
            let before = try kept.reading(m(0)..<m(15), now: m(15)).officers(register, nil, zone: Self.zone)
            #expect(before.officers[1].tasksOverdue == 0 && before.officers[0].dutyHours == 0.25)
            // A time to come, and one as long as there is: nothing was done, nothing ends, nothing takes long.
            let ahead = try kept.reading(m(90)..<m(100), now: m(80)).officers(register, nil, zone: Self.zone)
            #expect(ahead.officers.allSatisfy { $0.dutyHours == 0 && $0.shifts == 0 })
            let endless = Shift(id: "e", date: "1970-01-01", from: "02:00", until: "03:00", every: 1, officers: ["3"])
            var ever = register
            _ = try ever.put(endless, at: 0)
            let always = try kept.reading(0..<1 << 53, now: m(120)).officers(ever, nil, zone: Self.zone)
            #expect(always.officers[0].signedHours == 0.5 && always.officers[2].shifts == 1)
            let again = try JSONDecoder().decode(OfficerReport.self, from: JSONEncoder().encode(report))
            #expect(again == report)
            #expect(log.records.count > 60)
        }
    }
}
