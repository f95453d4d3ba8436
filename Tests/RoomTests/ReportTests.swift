import FoundationEssentials
import Ground
import History
import Incidents
import Ledger
import PatrolWire
import Plan
import Reporting
import Reports
import Testing
import Threading

@testable import Board

@Suite("Reports")
struct ReportTests {
    private let begin: Int64 = 1_795_478_400_000
    private static let utc = LocalZone(name: "UTC", offset: 0)

    /// An incident as the casebook keeps it.
    private func incident(
        _ id: String,
        category: String = "traffic",
        state: String = "scene",
        after seconds: Int64 = 0,
        arrived: Int64? = nil
    ) throws -> Incident {
        let received = self.begin + seconds * 1_000
        let arrival = arrived.map { #","arrived":\#(received + $0 * 1_000)"# } ?? ""
        let text =
            #"{"id":"\#(id)","station":"jinzhan","received":\#(received),"actor":"desk","changed":\#(received),"#
            + #""version":1,"state":"\#(state)","taken":{},"entries":[],"#
            + #""report":{"latitude":40,"longitude":116.5,"priority":2,"category":"\#(category)"},"#
            + #""assignments":[{"station":"jinzhan","device":"car-01","unit":"01","order":"o","actor":"desk","#
            + #""assigned":\#(received),"offered":[]\#(arrival)}]}"#
        return try JSONDecoder().decode(Incident.self, from: Data(text.utf8))
    }

    @Test("shares are of all that needed somebody: who was never reached was not reached in time")
    func within() throws {
        let incidents = try [
            self.incident("a", arrived: 50), self.incident("b", arrived: 170),
            // Nobody came, and nobody will.
            self.incident("c", state: "cleared"),
            // It was not one.
            self.incident("d", state: "cancelled"),
            // Still open: for 200 s, and for 30 s.
            self.incident("e", state: "assigned", after: 800),
            self.incident("f", category: "fire", state: "received", after: 970),
        ]
        let report = ResponseReport(incidents, now: self.begin + 1_000_000, zone: Self.utc)
        #expect(report.incidents == 6 && report.cancelled == 1 && report.counted == 5 && report.reached == 2)
        #expect(report.withinCounted == ["1": 4, "3": 4, "5": 3])
        #expect(report.within == ["1": 0.25, "3": 0.5, "5": 0.667])
        #expect(report.within155Seconds == 0.25 && report.within155SecondsCounted == 4)
        #expect(report.medianSeconds == 170)
        #expect(report.categories["traffic"]?.counted == 4 && report.categories["fire"]?.within == [:])
        #expect(report.byCategory == ["traffic": 170])
    }

    @Test("hours, weekdays and units are those of the call and of the first unit there; steps are its own")
    func groups() throws {
        // 2026-11-24 is a Tuesday.
        let incidents = try [
            self.incident("a", arrived: 50), self.incident("b", after: 3_600, arrived: 100),
            self.incident("c", state: "cleared", after: 86_400),
        ]
        let report = ResponseReport(incidents, now: self.begin + 200_000_000, zone: Self.utc)
        let hour = self.begin / 3_600_000 % 24
        #expect(report.hours["\(hour)"]?.counted == 2 && report.hours["\((hour + 1) % 24)"]?.reached == 1)
        #expect(report.weekdays["2"]?.counted == 2 && report.weekdays["3"]?.counted == 1)
        #expect(report.units["jinzhan/car-01"]?.counted == 3 && report.units["jinzhan/car-01"]?.reached == 2)
        #expect(report.steps.assigned?.count == 2 && report.steps.assigned?.median == 0)
        #expect(report.steps.accepted == nil && report.steps.arrived == nil)
    }

    @Test("a trend says what chance alone makes, and finds the year before by the calendar")
    func trend() throws {
        let now = try (0..<20).map { try self.incident("n\($0)", after: Int64($0) * 60) }
        let before = try (0..<10).map { try self.incident("b\($0)") } + [self.incident("x", category: "fire")]
        let day = 86_400_000 as Int64
        let trend = IncidentTrend(
            now,
            before: before,
            yearBefore: [],
            span: self.begin..<self.begin + day,
            zone: Self.utc
        )
        #expect(trend.all.count == 20 && trend.all.before == 11 && trend.all.changePercent == 81.8)
        // 9 more of 31 in all: chance makes as much in 15 of 100 cases.
        #expect(trend.all.isNoise && trend.all.yearChangePercent == nil && !trend.all.isYearNoise)
        #expect(trend.categories["fire"]?.count == 0 && trend.categories["fire"]?.changePercent == -100)
        #expect(trend.hours[1].reduce(0, +) == 20)
        let leap = try #require(CivilDate("2028-02-29")).daysSince1970 * day
        let year = IncidentTrend.yearBefore(leap..<leap + day, zone: Self.utc)
        #expect(year.lowerBound == (try #require(CivilDate("2027-02-28"))).daysSince1970 * day)
        #expect(year.upperBound == (try #require(CivilDate("2027-03-01"))).daysSince1970 * day)
        #expect(IncidentTrend.before(100..<150) == 50..<100)
    }

    @Test(
        "few incidents more or less are said to be chance, as coins would have it",
        arguments: [
            // 2 / 32; 2 / 64; 20 / 512; 112 / 1024; many: by the root of the sum.
            (5, 0, true), (6, 0, false), (8, 1, false), (2, 8, true), (0, 0, true), (520, 500, true), (600, 500, false),
        ]
    )
    func chance(count: Int, before: Int, isNoise: Bool) throws {
        let trend = IncidentTrend(
            try (0..<count).map { try self.incident("n\($0)", after: 0) },
            before: try (0..<before).map { try self.incident("b\($0)") },
            yearBefore: [],
            span: self.begin..<self.begin + 86_400_000,
            zone: Self.utc
        )
        #expect(trend.all.isNoise == isNoise)
    }

    @Test("what is wanted is where it happened at these hours, and lately; the hours beside count half, others not")
    func demand() throws {
        // The incidents all lie at one place; a second place has one that is older.
        let hour = 3_600 as Int64
        let whole = try self.incident("a")
        let beside = try self.incident("b", after: hour)
        let other = try self.incident("c", after: 5 * hour)
        let cancelled = try self.incident("d", state: "cancelled")
        let day = 86_400_000 as Int64
        let span = self.begin + day..<self.begin + day + hour * 1_000
        let demand = Demand([whole, beside, other, cancelled], for: span, zone: Self.utc)
        #expect(demand.spots.count == 1 && demand.spots[0].incidents == 2 && demand.spots[0].share == 1)
        #expect(Demand([other, cancelled], for: span, zone: Self.utc).spots.isEmpty)
        #expect(Demand([], for: span, zone: Self.utc).spots.isEmpty)
    }

    @Test("nobody was reached: the shares are 0 and not missing")
    func unreached() throws {
        let report = ResponseReport([try self.incident("c", state: "cleared")], now: self.begin, zone: Self.utc)
        #expect(
            report.within == ["1": 0, "3": 0, "5": 0] && report.within155Seconds == 0 && report.medianSeconds == nil
        )
        #expect(ResponseReport([], now: 0, zone: Self.utc).within == [:])
    }

    @Test("kilometres and positions are each unit's own, log by log, and nothing is cut")
    func workload() async throws {
        var north = HandMadeLog(log: "0000000000000001")
        var south = HandMadeLog("lido", log: "0000000000000002")
        for number in 0..<Int64(9_000) {
            // 1 m/s to the north; the other one stands.
            north.position(at: number * 1_000, latitude: 40 + Double(number) / 111_035)
            south.position(at: number * 1_000 + 500, latitude: 41)
        }
        north.say(.unitStatus, at: 100)
        try await HandMadeStore.with([north, south]) { store in
            let report = try store.reading(0..<10_000_000).workload()
            #expect(report.units.map(\.station) == ["jinzhan", "lido"])
            #expect(report.units.map(\.positions) == [9_000, 9_000])
            #expect(report.units.map(\.kilometres) == [9, 0])
            #expect(try store.reading(1_000_000..<2_000_000).workload().units.map(\.positions) == [1_000, 1_000])
        }
    }

    @Test("a place is read as a decoder reads it, however its record was written")
    func places() async throws {
        let name = LogName(
            station: try #require(Name("jinzhan")),
            device: try #require(Name.device("car-01")),
            log: "00112233aabbccdd"
        )
        let bodies = [
            #"{"lat":40.0200001,"lon":116.55}"#, #"{ "lon" : -8.6100000 , "x":{"lat":1,"lon":2}, "lat":41e0 }"#,
            #"{"unit":"\"lat\":5","lat":-0.0000001,"lon":1.23456789012345678}"#,
            #"{"grids":["lat","a\\"],"y":[{"lat":3}],"lat":89,"lon":-180,"z":null}"#,
            #"{"\u006cat":12.5,"lon":7}"#,
        ]
        let whole = bodies.enumerated().map { number, body in
            #"{"v":1,"dev":"car-01","log":"00112233aabbccdd","seq":\#(number + 1),"t":\#(number + 1),"tq":"gnss","#
                + #""up":1,"trg":"time","st":"patrol","# + (body.contains("unit") ? "" : #""unit":"01","#)
                + body.dropFirst()
        }
        let records = try whole.map { text in
            let body = Array(text.utf8)
            return StoredRecord(record: try WireCoder().decode(Record.self, from: body), body: body, received: 9)
        }
        try await HandMadeStore.with { store in
            _ = try await store.history.store([LogDelivery(name: name, records: records)])
            var found: [[Double?]] = []
            try store.history.reader().positions(from: 0, to: 100) { _, position in
                found.append([position.latitude, position.longitude])
            }
            #expect(found == records.map { [$0.record.latitude, $0.record.longitude] })
        }
    }

    @Test("a heat map's cells do not depend on the order or on the time, and too fine a one is refused")
    func heatMap() throws {
        let origin = try #require(Coordinate(latitude: 40, longitude: 116))
        let places = try (0..<200).map { number in
            try #require(Coordinate(latitude: 40 + Double(number % 7) / 500, longitude: 116 + Double(number % 3) / 500))
        }
        var (one, other) = (HeatMap(origin: origin, cell: 100), HeatMap(origin: origin, cell: 100))
        for place in places { one.count(place) }
        for place in places.reversed() { other.count(place) }
        #expect(one.cells == other.cells && one.cells.reduce(0) { $0 + $1.count } == 200 && one.cells.count == 21)
        var fine = HeatMap(origin: origin, cell: 10)
        for number in 0..<600 * 420 {
            let (row, column) = (Double(number / 600), Double(number % 600))
            if let place = Coordinate(latitude: 40 + row / 5_000, longitude: 116 + column / 5_000) { fine.count(place) }
        }
        let isTooFine = fine.isTooFine
        #expect(isTooFine)
    }

    @Test("the room stores while a report is being read, and a report that nobody waits for ends")
    func beside() async throws {
        var log = HandMadeLog()
        for number in 0..<Int64(6_000) { log.position(at: number) }
        try await HandMadeStore.with([log]) { store in
            var other = HandMadeLog("jinzhan", "car-02", log: "0000000000000002")
            other.position(at: 5)
            let delivery = try other.delivery(other.records)
            let (first, isReading) = AsyncStream<Void>.makeStream()
            let goesOn = Locked(false)
            let isWanted = Locked(true)
            let reading = Task {
                await onOwnThread("reader") {
                    Result {
                        var count = 0
                        try store.history.reader { isWanted.withLock { $0 } }.positions(from: 0, to: 10_000) { _, _ in
                            count += 1
                            isReading.yield()
                            // In the middle of a page, with its transaction open.
                            while !goesOn.withLock({ $0 }) { sleepThread(milliseconds: 1) }
                        }
                        return count
                    }
                }
            }
            var iterator = first.makeAsyncIterator()
            await iterator.next()
            #expect(try await store.history.store([delivery]).added == 1)
            isWanted.withLock { $0 = false }
            goesOn.withLock { $0 = true }
            let result = await reading.value
            #expect(throws: CancellationError.self) { try result.get() }
        }
    }

    @Test("a cell of a table is one cell, and no formula")
    func cells() {
        #expect(CSV.text("North") == "North" && CSV.text(nil) == "" && CSV.text("东区，一") == "东区，一")
        #expect(CSV.text(#"East, the "old" town"#) == #""East, the ""old"" town""#)
        #expect(CSV.text("=1+1") == "'=1+1" && CSV.text("@a") == "'@a" && CSV.text("-5") == "'-5")
        #expect(CSV.text("=HYPERLINK(\"x\",1)") == #""'=HYPERLINK(""x"",1)""#)
        #expect(CSV.text("a\r\nb") == "\"a\r\nb\"")
    }

    @Test("the second report of one person waits for the first, two run in all, the sixth is refused")
    func gate() async throws {
        let gate = ReportGate()
        let (went, going) = AsyncStream<String>.makeStream()
        func ask(_ person: String) -> (task: Task<Void, any Error>, finish: () -> Void) {
            let (ends, end) = AsyncStream<Void>.makeStream()
            let task = Task {
                try await gate.pass(person) {
                    going.yield(person)
                    for await _ in ends {}
                }
            }
            return (task, { end.finish() })
        }
        var started = went.makeAsyncIterator()
        let first = ask("chief")
        #expect(await started.next() == "chief")
        var second: [(task: Task<Void, any Error>, finish: () -> Void)] = []
        for number in 1...4 {
            second.append(ask("chief"))
            await eventuallyWaiting(gate, number)
        }
        await #expect(throws: Problem.self) { try await ask("chief").task.value }
        let other = ask("viewer")
        #expect(await started.next() == "viewer")
        let third = ask("third")
        await eventuallyWaiting(gate, 5)
        // Whoever has gone is forgotten, and the next of his in the queue is not the one that goes in.
        second[0].task.cancel()
        await #expect(throws: CancellationError.self) { try await second[0].task.value }
        other.finish()
        #expect(await started.next() == "third")
        first.finish()
        #expect(await started.next() == "chief")
        third.finish()
        for one in second { one.finish() }
        for one in second.dropFirst() { try await one.task.value }
    }
}

/// Waits until so many wait.
private func eventuallyWaiting(_ gate: ReportGate, _ count: Int) async {
    while await gate.waitingCount < count { await Task.yield() }
}
