import Cases
import Ground
import People
import Plan
import TestSupport
import Testing
import Threading
import Zones

/// ms since 1970 UTC of a day and an hour.
private func at(_ day: String, _ hour: Double) throws -> Int64 {
    try #require(CivilDate(day)).daysSince1970 * 86_400_000 + Int64(hour * 3_600_000)
}

@Suite("The roster")
struct RosterTests {
    private let utc = LocalZone(name: "UTC", offset: 0)

    private func register(_ shifts: [Shift], absences: [Absence] = []) throws -> Register {
        var register = Register()
        for number in ["1", "2", "3", "4"] {
            _ = try register.put(Officer(number: number, name: "officer \(number)", role: .police), at: 0)
        }
        for shift in shifts { _ = try register.put(shift, at: 0) }
        for absence in absences { _ = try register.put(absence, at: 0) }
        return register
    }

    @Test("three crews that take turns of 24 hours are each on every third day, without a gap or an overlap")
    func turns() throws {
        let shifts = (0..<3).map { number in
            Shift(
                id: "crew-\(number)",
                date: "2026-11-0\(number + 1)",
                from: "08:00",
                until: "08:00",
                every: 3,
                officers: ["\(number + 1)"]
            )
        }
        let roster = Roster(try self.register(shifts), zone: self.utc)
        let span = try at("2026-11-04", 0)..<at("2026-11-10", 0)
        let duties = roster.duties(in: span)
        #expect(duties.map(\.shift.id) == ["crew-2", "crew-0", "crew-1", "crew-2", "crew-0", "crew-1", "crew-2"])
        #expect(try duties[1].span == at("2026-11-04", 8)..<at("2026-11-05", 8))
        #expect(zip(duties, duties.dropFirst()).allSatisfy { $0.span.upperBound == $1.span.lowerBound })
        #expect(roster.problems(in: span).isEmpty)
    }

    @Test("a night shift ends on the next day; exceptions and the last day hold; what was taken back is over")
    func nights() throws {
        var shift = Shift(
            id: "night",
            date: "2026-11-01",
            from: "22:00",
            until: "02:00",
            every: 1,
            last: "2026-11-04",
            except: ["2026-11-03"],
            officers: ["1"]
        )
        let span = try at("2026-11-01", 0)..<at("2026-11-30", 0)
        var duties = Roster(try self.register([shift]), zone: self.utc).duties(in: span)
        #expect(duties.map { "\(CivilDate(daysSince1970: $0.day))" } == ["2026-11-01", "2026-11-02", "2026-11-04"])
        #expect(try duties[0].span == at("2026-11-01", 22)..<at("2026-11-02", 2))
        // Only what overlaps, also when it began the day before.
        duties = Roster(try self.register([shift]), zone: self.utc).duties(
            in: try at("2026-11-02", 1)..<at("2026-11-02", 2)
        )
        #expect(duties.count == 1)
        shift.left = try at("2026-11-02", 12)
        duties = Roster(try self.register([shift]), zone: self.utc).duties(in: span)
        #expect(duties.map { "\(CivilDate(daysSince1970: $0.day))" } == ["2026-11-01"])
    }

    @Test("gaps, absences, double bookings and people who are gone are seen before they happen")
    func problems() throws {
        let day = Shift(id: "day", date: "2026-11-01", from: "08:00", until: "20:00", every: 1, officers: ["1", "2"])
        let late = Shift(id: "late", date: "2026-11-02", from: "18:00", until: "23:00", officers: ["2", "3"], need: 3)
        let absence = Absence(id: "leave", officer: "1", from: "2026-11-03", until: "2026-11-03")
        var register = try self.register([day, late], absences: [absence])
        let span = try at("2026-11-01", 0)..<at("2026-11-05", 0)
        let problems = Roster(register, zone: self.utc).problems(in: span)
        #expect(
            problems.map { "\($0.date) \($0.shift) \($0.kind.rawValue) \($0.officer ?? "-")" } == [
                "2026-11-02 late gap -", "2026-11-02 late double 2", "2026-11-03 day gap -",
            ]
        )
        _ = register.remove(Officer.self, "2", at: try at("2026-11-04", 0))
        let gone = Roster(register, zone: self.utc).problems(in: try at("2026-11-04", 0)..<at("2026-11-05", 0))
        #expect(gone.map(\.kind) == [.unknown] && gone.first?.officer == "2")
    }

    @Test("a time that the clock skips is said, and the duty begins when clocks jump")
    func skipped() throws {
        let zone = try #require(ZoneFiles.zone(named: "Europe/Lisbon"))
        // Lisbon goes from 01:00 to 02:00 on 29 March 2026.
        let shift = Shift(id: "night", date: "2026-03-28", from: "22:00", until: "01:30", officers: ["1"])
        let roster = Roster(try self.register([shift]), zone: zone)
        let span = try at("2026-03-28", 0)..<at("2026-03-30", 0)
        #expect(roster.problems(in: span).map(\.kind) == [.skipped])
        #expect(try roster.duties(in: span).map(\.span) == [at("2026-03-28", 22)..<at("2026-03-29", 1)])
        let whole = Shift(id: "whole", date: "2026-03-29", from: "00:00", until: "24:00", officers: ["1"])
        let day = Roster(try self.register([whole]), zone: zone).duties(in: span)
        // The day has 23 hours.
        #expect(day.map { $0.span.upperBound - $0.span.lowerBound } == [23 * 3_600_000])
    }

    @Test("duties are those that a count minute by minute finds")
    func naive() throws {
        for seed in UInt64(1)...40 {
            var random = SplitMix64(seed: seed)
            let shifts = (0..<4).map { number in
                let hours = (0..<2).map { _ in Int.random(in: 0...23, using: &random) }
                func clock(_ hour: Int) -> String { hour < 10 ? "0\(hour):00" : "\(hour):00" }
                return Shift(
                    id: "s\(number)",
                    date: "2026-11-0\(Int.random(in: 1...9, using: &random))",
                    from: clock(hours[0]),
                    until: clock(hours[1]),
                    every: Int.random(in: 0...4, using: &random),
                    last: Bool.random(using: &random) ? "2026-11-15" : nil,
                    officers: ["\(number + 1)"]
                )
            }
            let roster = Roster(try self.register(shifts), zone: self.utc)
            let begin = try at("2026-11-03", 0)
            let duties = roster.duties(in: begin..<begin + 10 * 86_400_000)
            for hour in Int64(0)..<240 {
                let moment = begin + hour * 3_600_000
                let found = Set(duties.filter { $0.span.contains(moment) }.map(\.shift.id))
                let truth = Set(shifts.filter { Self.isOn($0, moment) }.map(\.id))
                #expect(found == truth, "seed \(seed), hour \(hour)")
            }
        }
    }

    /// Whether a shift is on, looked at from each day that it might have begun.
    private static func isOn(_ shift: Shift, _ moment: Int64) -> Bool {
        let hour = { (text: String) in Int64(text.prefix(2)) ?? 0 }
        let (from, until) = (hour(shift.from), hour(shift.until))
        let length = until > from ? until - from : until - from + 24
        let today = moment / 86_400_000
        return (today - 1...today).contains { day in
            guard let first = CivilDate(shift.date)?.daysSince1970, day >= first else { return false }
            if shift.every == 0, day != first { return false }
            if shift.every > 0, (day - first) % Int64(shift.every) != 0 { return false }
            if shift.every > 0, let last = shift.last.flatMap({ CivilDate($0) }), day > last.daysSince1970 {
                return false
            }
            let begin = day * 86_400_000 + from * 3_600_000
            return moment >= begin && moment < begin + length * 3_600_000
        }
    }
}

@Suite("The register of people")
struct RegisterTests {
    private let utc = LocalZone(name: "UTC", offset: 0)
    private static let officers = """
        number,name,role,team
        0421,李伟,民警,
        0933,Wang Fang,auxiliary,
        """

    private func desk(_ store: MemoryStore = MemoryStore()) throws -> RegisterDesk {
        let now = try at("2026-11-28", 0)
        return RegisterDesk(Register(), store: store, zone: self.utc) { now }
    }

    private func take<E: TableEntry>(
        _ text: String,
        of type: E.Type,
        into desk: RegisterDesk,
        isPreview: Bool = false
    ) async throws -> RegisterDesk.Import {
        try await desk.take(text, of: type, isPreview: isPreview, actor: "chief", origin: "test")
    }

    @Test("a table is taken whole, says what changed, and changes nothing when it is taken again or looked at before")
    func tables() async throws {
        let store = MemoryStore()
        let desk = try self.desk(store)
        var result = try await self.take(Self.officers, of: Officer.self, into: desk, isPreview: true)
        #expect(result.added == ["0421", "0933"] && result.problems.isEmpty)
        #expect(await desk.register.officers.isEmpty && store.saved.withLock { $0.isEmpty })
        result = try await self.take(Self.officers, of: Officer.self, into: desk)
        #expect(result.added == ["0421", "0933"])
        #expect(await desk.register.officers["0421"]?.role == .police)
        result = try await self.take(
            Self.officers.replacing("Wang Fang", with: "Wang Fen"),
            of: Officer.self,
            into: desk
        )
        #expect(result.changed == ["0933"] && result.same == 1 && result.added.isEmpty)
        #expect(await desk.register.officers["0933"]?.version == 2)
    }

    @Test(
        "one fault and nothing is taken; each says its line and what to do",
        arguments: [
            ("id,date,from,until,officers\ns1,2026-11-28,08:00,20:00,0421 9999", 2, "no such officer"),
            ("id,date,from,until,officers,colour\ns1,2026-11-28,08:00,20:00,0421,red", 1, "no column 'colour'"),
            ("id,date,from,until\ns1,2026-11-28,08:00,25:00", 2, "'until' must be a time"),
            ("id,date,from\ns1,2026-11-28,08:00", 1, "'until' is missing"),
            ("id,date,from,until\ns1,2026-02-30,08:00,20:00", 2, "'date' must be a day"),
            (
                "id,date,from,until,officers\ns1,2026-11-28,08:00,20:00,0421\ns2,2026-11-28,19:00,23:00,0421", 3,
                "also on 's1'"
            ), ("id,date,from,until\ns1,2026-11-28,08:00,20:00\ns1,2026-11-29,08:00,20:00", 3, "line 2 already"),
            ("id,date,from,until\ns1,2026-11-28,08:00", 2, "3 cells"),
            ("id,date,from,until\n\"s1,2026", 2, "never closed"),
            ("", 1, "empty"),
        ]
    )
    func faults(table: String, line: Int, words: String) async throws {
        let store = MemoryStore()
        let desk = try self.desk(store)
        _ = try await self.take(Self.officers, of: Officer.self, into: desk)
        let result = try await self.take(table, of: Shift.self, into: desk)
        let problem = try #require(result.problems.first)
        #expect(problem.line == line && problem.text.contains(words), "\(result.problems)")
        #expect(await desk.register.shifts.isEmpty && store.saved.withLock { $0.count } == 1)
    }

    @Test("what is written out reads in as it was")
    func roundTrip() async throws {
        let shift = Shift(
            id: "s1",
            name: "早班, \"A\"",
            date: "2026-11-28",
            from: "08:00",
            until: "20:00",
            every: 3,
            last: "2027-01-31",
            except: ["2026-12-25"],
            officers: ["0421", "0933"],
            need: 1,
            unit: "jinzhan/car-01",
            sector: "east",
            places: ["g1", "g2"]
        )
        let cells = shift.cells
        let again = try Shift { cells[$0] }
        #expect(again == shift)
    }

    @Test("who has left, or is away for all of the time, cannot be given a task")
    func owners() throws {
        var register = Register()
        let now = try at("2026-11-28", 9)
        for number in ["1", "2", "3"] {
            _ = try register.put(Officer(number: number, name: "n\(number)", role: .police), at: 0)
        }
        _ = register.remove(Officer.self, "2", at: now)
        _ = try register.put(Absence(id: "a", officer: "3", from: "2026-11-20", until: "2026-12-20"), at: now)
        func objection(_ number: String, _ due: String) throws -> String? {
            register.objection(toOwner: number, due: try at(due, 12), now: now, zone: self.utc)
        }
        #expect(try objection("1", "2026-11-30") == nil)
        #expect(try objection("2", "2026-11-30")?.contains("has left") == true)
        #expect(try objection("3", "2026-11-30")?.contains("away") == true)
        #expect(try objection("3", "2026-12-21") == nil)
        #expect(try objection("9", "2026-11-30")?.contains("no such officer") == true)
    }

    @Test("a team has the members of its groups, and none who has left")
    func teams() throws {
        var register = Register()
        _ = try register.put(PoliceTeam(id: "east", name: "East"), at: 0)
        _ = try register.put(PoliceTeam(id: "east-1", name: "East 1", parent: "east"), at: 0)
        for (number, team) in [("1", "east"), ("2", "east-1"), ("3", "east-1")] {
            _ = try register.put(Officer(number: number, name: number, role: .auxiliary, team: team), at: 0)
        }
        _ = register.remove(Officer.self, "3", at: 1)
        #expect(register.members(of: "east").map(\.number) == ["1", "2"])
        #expect(throws: Register.Refusal.self) {
            try register.put(Officer(number: "4", name: "x", role: .police, team: "west"), at: 0)
        }
    }
}

@Suite("What a review of people and tasks found")
struct PeopleEdgeTests {
    private let utc = LocalZone(name: "UTC", offset: 0)

    @Test("two heads that mean one column are refused, and end nothing")
    func columns() throws {
        for head in ["警号,姓名,类别,职务,警衔", "number,name,role,Number"] {
            #expect(throws: CSVTable.Problem.self) {
                _ = try CSVTable(
                    "\(head)\n1,a,police,b,c\n".split(separator: "\n").map { line in
                        line.split(separator: ",").prefix(head.split(separator: ",").count).joined(separator: ",")
                    }
                    .joined(separator: "\n")
                )
                .entries(Officer.self)
            }
        }
    }

    @Test("a shift whose year is mistyped lays out no century, and what it collides with is found all the same")
    func mistyped() async throws {
        let store = MemoryStore()
        let desk = RegisterDesk(Register(), store: store, zone: self.utc) { 0 }
        _ = try await desk.take(
            "number,name,role\n1,a,police\n",
            of: Officer.self,
            isPreview: false,
            actor: "c",
            origin: "t"
        )
        let table = """
            id,date,from,until,every,officers
            day,2026-01-05,08:00,20:00,1,1
            odd,2196-01-05,08:00,20:00,0,1
            """
        let clock = ContinuousClock()
        let began = clock.now
        let result = try await desk.take(table, of: Shift.self, isPreview: true, actor: "c", origin: "t")
        #expect(result.problems.map(\.line) == [2] || result.problems.map(\.line) == [3], "\(result.problems)")
        #expect(clock.now - began < .seconds(20))
    }
}
