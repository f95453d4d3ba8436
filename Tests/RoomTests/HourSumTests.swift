import Ground
import History
import PatrolWire
import Plan
import Reporting
import Reports
import Rig
import TestSupport
import Testing
import Units

@Suite("Sums of hours", .longComputing)
struct HourSumTests {
    private static let zone = LocalZone(name: "UTC", offset: 0)
    private static let hours: Int64 = 5

    /// Makes all sums that are due.
    private func keepAll(_ store: HandMadeStore, now: Int64 = (hours + 3) * 3_600_000) async throws {
        while try await HourKeeper(store.history).keepNext(now: now) > 0 {}
    }

    private func sums(_ store: HandMadeStore) throws -> [String: StoredHour] {
        let reader = store.history.reader()
        var sums: [String: StoredHour] = [:]
        for log in try reader.logs() {
            for hour in try reader.hours(of: log, from: 0, to: Self.hours + 3) {
                // The numbers of logs hang on who came first.
                sums["\(log.station)/\(log.device)/\(try reader.firstMade(of: log) ?? -1) \(hour.hour)"] = StoredHour(
                    log: 0,
                    hour: hour.hour,
                    positions: hour.positions,
                    metres: hour.metres,
                    body: hour.body
                )
            }
        }
        return sums
    }

    private func lives(_ random: inout SplitMix64) -> [HandMadeLog] {
        (0..<3).flatMap { number in
            RandomLife(
                station: number == 2 ? "lido" : "jinzhan",
                device: "car-\(number % 2)",
                seconds: Self.hours * 3_600,
                &random
            ).logs
        }
    }

    @Test(
        "give the same reports as the records, over any time, while records come late and in any order",
        arguments: 1...5
    )
    func agree(seed: UInt64) async throws {
        var random = SplitMix64(seed: seed)
        let lives = self.lives(&random)
        // Portions of each log, those of all logs in any order: what is late comes after what is later.
        var portions: [(log: HandMadeLog, records: [Record])] = []
        for log in lives {
            var rest = log.records[...]
            while !rest.isEmpty {
                let count = min(rest.count, Int.random(in: 1...120, using: &random))
                portions.append((log, Array(rest.prefix(count))))
                rest = rest.dropFirst(count)
            }
        }
        portions.shuffle(using: &random)
        let spans = (0..<12).map { number -> Range<Int64> in
            let from = Int64.random(in: 0..<Self.hours * 3_600, using: &random) * 1_000
            let to = from + Int64.random(in: 1...Self.hours * 3_600, using: &random) * 1_000
            return number == 0 ? 0..<Self.hours * 3_600_000 : from..<to
        }
        try await HandMadeStore.with(lives) { [portions] plain in
            try await HandMadeStore.with { kept in
                for (number, portion) in portions.enumerated() {
                    _ = try await kept.history.store([portion.log.delivery(portion.records)])
                    if number % 7 == 3 { try await self.keepAll(kept) }
                }
                // While sums are still due, and when none is.
                for _ in 0..<2 {
                    for span in spans {
                        let (a, b) = (plain.reading(span, now: 1 << 45), kept.reading(span, now: 1 << 45))
                        #expect(try a.presence(nil, zone: Self.zone) == b.presence(nil, zone: Self.zone))
                        let (works, sums) = (try a.workload(), try b.workload())
                        #expect(works.units.map(\.positions) == sums.units.map(\.positions))
                        #expect(zip(works.units, sums.units).allSatisfy { abs($0.kilometres - $1.kilometres) < 0.11 })
                    }
                    try await self.keepAll(kept)
                }
                // What grew with the records is what a rebuild from nothing makes.
                try await self.keepAll(plain)
                let (rebuilt, grown) = (try self.sums(plain), try self.sums(kept))
                #expect(!rebuilt.isEmpty)
                for (hour, sum) in rebuilt { #expect(grown[hour] == sum, "\(hour)") }
            }
        }
    }

    @Test("a record that comes while its hour's sum is made marks the hour anew; what was made meanwhile does not hold")
    func race() async throws {
        var log = HandMadeLog()
        log.positions(0...3_000_000, grids: ["a"])
        try await HandMadeStore.with([log]) { store in
            let due = try await store.history.dueHours(before: 5, limit: 10)
            #expect(due.map(\.hour) == [0])
            let sums = try HourMaker(store.history.reader()).sums(of: due, before: 5)
            var late = HandMadeLog()
            late.position(at: 0)
            for _ in 0..<60 { late.position(at: 3_300_000, grids: ["a"]) }
            _ = try await store.history.store([late.delivery(Array(late.records.suffix(1)))])
            try await store.history.keep(sums, for: due)
            let reader = store.history.reader()
            let own = try #require(try reader.logs().first)
            #expect(try reader.hours(of: own, from: 0, to: 5).isEmpty)
            #expect(try await store.history.dueHours(before: 5, limit: 10).map(\.hour) == [0])
            try await self.keepAll(store)
            #expect(try reader.hours(of: own, from: 0, to: 5).map(\.positions) == [52])
            #expect(try await store.history.dueHours(before: 5, limit: 10).isEmpty)
        }
    }

    @Test("are made of what was stored before there were any, while the room runs")
    func older() async throws {
        var log = HandMadeLog()
        log.positions(0...4 * 3_600_000, grids: ["a"])
        try await withTemporaryFolder("older") { [log] folder in
            let history = try History(folder: folder)
            _ = try await history.store([log.delivery(log.records)])
            // As a migration leaves it: nothing is marked, and each log is to be gone through.
            let changed = try await runProgramToEnd(
                "/usr/bin/sqlite3",
                ["\(folder)/history.sqlite", "DELETE FROM due; INSERT INTO backfill SELECT number, 0 FROM log"]
            )
            try #require(changed.status == 0, "\(changed.errors)")
            while try await HourKeeper(history).keepNext(now: 10 * 3_600_000) > 0 {}
            let reader = history.reader()
            let own = try #require(try reader.logs().first)
            #expect(try reader.hours(of: own, from: 0, to: 10).map(\.positions) == [60, 60, 60, 60, 1])
        }
    }

    @Test("outlive their records: a report of a time whose records are deleted says the same")
    func outlive() async throws {
        var log = HandMadeLog()
        log.say(.gridEnter, "a", at: 60_000)
        log.positions(120_000...4 * 3_600_000, grids: ["a"])
        log.say(.gridExit, at: 4 * 3_600_000 + 60_000, ["grid": .string("a"), "t_in": .int(60_000)])
        log.positions(4 * 3_600_000 + 120_000...6 * 3_600_000, grids: [])
        try await HandMadeStore.with([log]) { store in
            try await self.keepAll(store)
            let span = Int64(0)..<Int64(3) * 3_600_000
            let before = try store.reading(span, now: 1 << 45).presence(nil, zone: Self.zone)
            #expect(before.grids.map(\.minutes) == [179])
            while try await store.history.forget(before: 5 * 3_600_000, limit: 100) > 0 {}
            let after = try store.reading(span, now: 1 << 45).presence(nil, zone: Self.zone)
            // Of the time with sums, and not of that since the first record that is left: an hour is the grain of it.
            #expect(before.grids.map(\.share) == [1] && (after.grids.first?.share ?? 0) > 0.99)
            #expect((after.grids.first?.share ?? 0) <= 1)
            #expect(after.grids.map(\.minutes) == [179] && after.grids.map(\.visits) == before.grids.map(\.visits))
            #expect(try await store.history.forgetHours(before: 2, limit: 100) == 2)
            #expect(try store.reading(span, now: 1 << 45).presence(nil, zone: Self.zone).grids.map(\.minutes) == [60])
        }
    }

    @Test(
        "what officers did outlives its records: posts, laps, visits, and who was signed in when",
        arguments: [1, 7, 1_000]
    )
    func deeds(portion: Int) async throws {
        let hour = LogSum.hour
        var log = HandMadeLog()
        log.say(.unitCheckin, at: 0, ["present": .array([.string("1"), .string("2")])])
        log.positions(60_000...hour)
        log.say(.postDone, at: hour + 60_000, ["post": .string("school"), "window": .string("00:30-02:00")])
        log.say(.visit, at: hour + 120_000, ["kind": .string("home"), "officers": .array([.string("1")])])
        // The device dies here: whoever was signed in was so until then, and again from the start on.
        log.say(.deviceStart, at: 4 * hour, ["rebooted": .bool(true)])
        log.say(.lineComplete, at: 4 * hour + 60_000, ["line": .string("ring")])
        log.positions(4 * hour + 120_000...5 * hour)
        let missed = JSONValue.int(4 * hour)
        log.say(
            .postMissed,
            at: 5 * hour,
            ["post": .string("gate"), "window": .string("03:00-04:00"), "closes": missed]
        )
        log.say(.unitCheckout, at: 5 * hour + 60_000, ["present": .array([])])
        log.positions(5 * hour + 120_000...9 * hour)
        try await HandMadeStore.with([log]) { store in
            func said() throws -> [String] {
                let reading = store.reading(0..<6 * hour, now: 1 << 45)
                let presence = try reading.presence(nil, zone: Self.zone)
                return try (presence.posts + presence.lines).map { "\($0.id) \($0.done) \($0.missed) \($0.by)" }
                    + reading.visits().map { "\($0.kind) \($0.time) \($0.officers)" }
                    + reading.signIns().map { "\($0.officer) \($0.from)-\($0.until)" }.sorted()
            }
            try await self.keepAll(store)
            let before = try said()
            #expect(before.count == 8)
            #expect(before.contains("1 0-\(hour + 120_000)") && before.contains("1 \(4 * hour)-\(5 * hour + 60_000)"))
            while try await store.history.forget(before: 8 * hour, limit: portion) > 0 {}
            #expect(try await store.history.count() == 61)
            #expect(try said() == before)
            while try await store.history.forgetDeeds(before: 3 * hour, limit: portion) > 0 {}
            // The school, the visit and those who signed in then are gone too.
            #expect(try said().map { $0.prefix(4) } == ["gate", "ring"])
        }
    }

    @Test(
        "are bounded where a clock was wrong: a record out of another time costs no more than one",
        .timeLimit(.minutes(10))
    )
    func wrongClock() async throws {
        var log = HandMadeLog()
        log.position(at: -(1 << 53), grids: ["a"])
        log.position(at: 0, grids: ["a"])
        log.position(at: 1_790_812_800_000, grids: ["a"])
        log.position(at: 1 << 52, grids: ["a"])
        try await HandMadeStore.with([log]) { store in
            let now = Int64(1_790_812_800_000) + 10 * 3_600_000
            while try await HourKeeper(store.history).keepNext(now: now) > 0 {}
            let reader = store.history.reader()
            let own = try #require(try reader.logs().first)
            #expect(try reader.hours(of: own, from: 0, to: now / 3_600_000).count < 3 * 31 * 24)
        }
    }

    @Test("are read back as they were written, and rubbish is none", arguments: 1...50)
    func coding(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        func ranges() -> [Range<Int64>] {
            (0..<Int.random(in: 0...5, using: &random)).map { _ in
                let begin = Int64.random(in: 0..<3_600_000, using: &random)
                return 7_200_000 + begin..<7_200_000 + Int64.random(in: begin...3_600_000, using: &random)
            }
        }
        var sum = LogSum(positions: 7, metres: 8.5, lost: ranges())
        for id in ["a", "北区", ""] {
            let metres = Double(Int.random(in: 0...99_999, using: &random)) / 10
            sum.grids[id] = LogSum.Grid(
                stays: ranges(),
                unknown: ranges(),
                visits: Int.random(in: 0...9, using: &random),
                metres: metres
            )
        }
        var bytes = sum.bytes(from: 7_200_000)
        #expect(LogSum(positions: 7, metres: 8.5, bytes, from: 7_200_000) == sum)
        #expect(LogSum(positions: 7, metres: 8.5, Array(bytes.dropLast()), from: 7_200_000) == nil)
        for _ in 0..<50 {
            let index = Int.random(in: 0..<bytes.count, using: &random)
            bytes[index] = UInt8.random(in: 0...255, using: &random)
            // Whatever it is read as, it ends.
            _ = LogSum(positions: 0, metres: 0, bytes, from: 7_200_000)
        }
    }
}
