import FoundationEssentials
import History
import PatrolWire
import People
import Plan
import Reporting
import Reports
import Rig
import Testing
import Units

/// Minutes as ms.
private func m(_ minutes: Int64) -> Int64 { minutes * 60_000 }

@Suite("Whether units kept to their sectors")
struct SectorTests {
    private static let zone = LocalZone(name: "UTC", offset: 0)

    private func shift(_ places: [String], until: String = "02:00") -> Shift {
        Shift(
            id: "s",
            date: "1970-01-01",
            from: "00:00",
            until: until,
            officers: ["1", "2"],
            unit: "jinzhan/car-01",
            sector: "north",
            places: places
        )
    }

    private func register(_ shifts: Shift...) throws -> Register {
        var register = Register()
        for number in ["1", "2"] {
            _ = try register.put(Officer(number: number, name: "n\(number)", role: .police), at: 0)
        }
        for shift in shifts { _ = try register.put(shift, at: 0) }
        return register
    }

    private func plan() throws -> PatrolPlan {
        func square(_ id: String, _ west: Double) -> String {
            let corners = [(west, 40.0), (west + 0.01, 40), (west + 0.01, 40.01), (west, 40.01), (west, 40)]
            let text = corners.map { "[\($0.0),\($0.1)]" }.joined(separator: ",")
            return #"{"type":"Feature","id":"\#(id)","geometry":{"type":"Polygon","coordinates":[[\#(text)]]},"#
                + #""properties":{"kind":"grid","name":"\#(id)","level":2}}"#
        }
        let post =
            #"{"type":"Feature","id":"p","geometry":{"type":"Point","coordinates":[116.505,40.005]},"#
            + #""properties":{"kind":"post","name":"p","category":"deterrent"}}"#
        let text =
            #"{"type":"FeatureCollection","patrolPlan":{"id":"t","revision":1,"crs":"WGS84","timezone":"UTC"},"#
            + #""features":[\#(square("north", 116.5)),\#(square("south", 116.6)),\#(post)]}"#
        return try PlanReader { _ in Self.zone }.read(Array(text.utf8))
    }

    @Test("time outside is what is neither inside, nor on an order, nor unknown; nobody signed in is nobody outside")
    func day() async throws {
        var log = HandMadeLog()
        log.say(.unitCheckin, at: m(0), ["present": .array([.string("1")])])
        log.say(.gridEnter, "north", at: m(10))
        log.positions(m(11)...m(29), grids: ["north"])
        log.say(.gridExit, at: m(30), ["grid": .string("north"), "t_in": .int(m(10))])
        log.positions(m(31)...m(49))
        log.say(.gnssLost, at: m(50))
        log.say(.gnssRestored, at: m(60))
        log.positions(m(61)...m(79))
        log.say(.postDone, at: m(80), ["post": .string("p")])
        log.say(.unitCheckout, at: m(90), ["present": .array([])])
        log.positions(m(91)...m(119))
        let assignment =
            #"{"station":"jinzhan","device":"car-01","unit":"01","order":"o","actor":"d","assigned":\#(m(34)),"#
            + #""accepted":\#(m(35)),"cleared":\#(m(45)),"offered":[]}"#
        let text =
            #"{"id":"i","station":"jinzhan","received":\#(m(34)),"actor":"d","changed":1,"version":1,"state":"cleared","#
            + #""taken":{},"entries":[],"report":{"latitude":40,"longitude":116,"priority":2},"#
            + #""assignments":[\#(assignment)]}"#
        let register = try self.register(self.shift(["north", "p"]))
        let plan = try self.plan()
        try await HandMadeStore.with([log]) { store in
            try store.casebook.save(
                .init(kind: "incident", id: "i", time: m(34), isOpen: false, version: 1, body: Array(text.utf8)),
                nil
            )
            let report = try store.reading(m(0)..<m(240), now: m(240)).sectors(register, plan, zone: Self.zone)
            let row = try #require(report.rows.first)
            #expect(report.rows.count == 1 && row.sector == "north" && row.device == "car-01" && row.officers == ["1"])
            #expect(row.signed == 90 && row.inside == 20 && row.onOrders == 10 && row.unknown == 10)
            // 0 to 10, 30 to 35, 45 to 50, 60 to 90.
            #expect(row.outside == 50)
            #expect(
                row.absences.map { [$0.from, $0.until] } == [
                    [m(0), m(10)], [m(30), m(35)], [m(45), m(50)], [m(60), m(90)],
                ]
            )
            #expect(row.done == ["p"] && row.left.isEmpty)
            // Half of the time: what lies before and after it is no part of the report.
            let half = try store.reading(m(20)..<m(40), now: m(240)).sectors(register, plan, zone: Self.zone)
            #expect(half.rows.map(\.outside) == [5] && half.rows.map(\.left) == [["p"]])
        }
    }

    @Test("a shift without grids has no outside, one without places no row, and what is to come has none either")
    func nothing() async throws {
        var log = HandMadeLog()
        log.say(.unitCheckin, at: m(0), ["present": .array([.string("1")])])
        log.positions(m(1)...m(60))
        let plan = try self.plan()
        try await HandMadeStore.with([log]) { store in
            let reading = store.reading(m(0)..<m(240), now: m(60))
            let post = try reading.sectors(try self.register(self.shift(["p"])), plan, zone: Self.zone)
            #expect(post.rows.map(\.outside) == [nil] && post.rows.map(\.left) == [["p"]])
            #expect(try reading.sectors(try self.register(self.shift([])), plan, zone: Self.zone).rows.isEmpty)
            let later = store.reading(m(100)..<m(240), now: m(60))
            #expect(try later.sectors(try self.register(self.shift(["north"])), plan, zone: Self.zone).rows.isEmpty)
        }
    }

    @Test("shifts of one unit that meet are one assignment, until the first of them ends")
    func assignments() throws {
        var other = self.shift(["south", "north"], until: "01:00")
        other.id = "t"
        let roster = Roster(try self.register(self.shift(["north", "p"]), other), zone: Self.zone)
        let unit = try #require(UnitID(station: "jinzhan", device: "car-01"))
        let both = try #require(roster.assignments(at: m(30))[unit])
        #expect(both.places == ["north", "p", "south"] && both.from == 0 && both.until == m(60))
        #expect(both.id == "s-1970-01-01+t-1970-01-01" && both.sector == "north")
        #expect(roster.assignments(at: m(60))[unit]?.places == ["north", "p"])
        #expect(roster.assignments(at: m(120)).isEmpty)
        #expect(both.isOwn("p", at: m(10)) == true && both.isOwn("q", at: m(10)) == false)
        #expect(both.isOwn("q", at: m(61)) == nil)
    }
}
