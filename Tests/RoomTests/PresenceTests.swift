import Ground
import History
import PatrolWire
import Plan
import Reporting
import Reports
import TestSupport
import Testing

@testable import Board

/// Minutes as ms.
private func m(_ minutes: Int64) -> Int64 { minutes * 60_000 }

@Suite("Presence in grids, from what is stored", .longComputing)
struct PresenceTests {
    private static let zone = LocalZone(name: "UTC", offset: 0)

    private func minutes(_ logs: [HandMadeLog], _ span: Range<Int64>) async throws -> [String: Double] {
        try await HandMadeStore.with(logs) { store in
            let report = try store.reading(span).presence(nil, zone: Self.zone)
            // A grid of which only is known that nothing is known is no presence.
            let present = report.grids.filter { $0.minutes > 0 }
            return Dictionary(uniqueKeysWithValues: present.map { ($0.id, $0.minutes) })
        }
    }

    @Test("the share of presence is of the time with at least one unit, and what nobody knows stands apart")
    func share() async throws {
        var first = HandMadeLog("jinzhan", log: "0000000000000001")
        first.say(.deviceStart, at: m(0))
        first.say(.gridEnter, "north", at: m(0))
        first.positions(m(0)...m(40), grids: ["north"])
        first.say(.gridExit, "north", at: m(40))
        first.positions(m(41)...m(100), grids: [])
        var second = HandMadeLog("lido", log: "0000000000000002")
        second.say(.gridEnter, "north", at: m(20))
        second.positions(m(20)...m(60), grids: ["north"])
        second.say(.gnssLost, at: m(60))
        second.say(.gnssRestored, at: m(80))
        second.positions(m(80)...m(90), grids: ["north"])
        second.say(.gridExit, "north", at: m(90))
        try await HandMadeStore.with([first, second]) { store in
            let grid = try #require(try store.reading(m(0)..<m(100)).presence(nil, zone: Self.zone).grids.first)
            #expect(grid.id == "north" && grid.units == 2 && grid.visits == 2)
            // 40 of the first, 40 and 10 of the second; together 0 to 60 and 80 to 90.
            #expect(grid.minutes == 90 && grid.present == 70 && grid.unknown == 20)
            #expect(grid.share == 0.7)
            // While somebody is known to be there, nobody asks for the one who is not.
            let part = try #require(try store.reading(m(30)..<m(50)).presence(nil, zone: Self.zone).grids.first)
            #expect(part.present == 20 && part.share == 1 && part.unknown == 0)
        }
    }

    @Test("who is inside for the whole time counts the whole time", arguments: [nil, ["north"]])
    func inside(grids: [String]?) async throws {
        var log = HandMadeLog()
        log.say(.deviceStart, at: m(0))
        log.say(.gridEnter, "north", at: m(1))
        log.positions(m(1)...m(300), grids: grids)
        #expect(try await self.minutes([log], m(100)..<m(200)) == ["north": 100])
        // Between two positions it is there, too.
        #expect(try await self.minutes([log], m(100) + 30_000..<m(200) + 30_000) == ["north": 100])
        #expect(try await self.minutes([log], m(0)..<m(100)) == ["north": 99])
    }

    @Test("a device that died was there until its last record, never until the end of the time")
    func died() async throws {
        var log = HandMadeLog()
        log.say(.gridEnter, "north", at: m(0))
        log.positions(m(0)...m(10), grids: ["north"])
        #expect(try await self.minutes([log], m(0)..<m(600)) == ["north": 10])
        #expect(try await self.minutes([log], m(20)..<m(600)) == [:])
        // It is started again, and its first position says that it is elsewhere.
        log.say(.deviceStart, at: m(120))
        log.positions(m(121)...m(130), grids: [])
        #expect(try await self.minutes([log], m(0)..<m(600)) == ["north": 10])
        #expect(try await self.minutes([log], m(0)..<m(100)) == ["north": 10])
    }

    @Test("a start goes on with the visits that the first position names: the device does not tell them anew")
    func goesOn() async throws {
        var log = HandMadeLog()
        log.say(.gridEnter, "north", at: m(0))
        log.positions(m(0)...m(10), grids: ["north"])
        log.say(.deviceStop, at: m(10))
        log.say(.deviceStart, at: m(60))
        log.positions(m(62)...m(70), grids: ["north"])
        log.say(.gridExit, "north", at: m(71))
        log.positions(m(72)...m(80), grids: [])
        #expect(try await self.minutes([log], m(0)..<m(600)) == ["north": 19])
        #expect(try await self.minutes([log], m(65)..<m(600)) == ["north": 6])
    }

    @Test("an exit that a start finds out about is of the time before it")
    func foundOut() async throws {
        var log = HandMadeLog()
        log.say(.gridEnter, "north", at: m(0))
        log.positions(m(0)...m(10), grids: ["north"])
        log.say(.deviceStart, at: m(60))
        // At the edge the device waits before it believes that it is outside; then it tells when it was last inside.
        log.position(at: m(61), grids: ["north"])
        log.say(.gridExit, "north", at: m(9))
        log.positions(m(62)...m(80), grids: [])
        #expect(try await self.minutes([log], m(0)..<m(600)) == ["north": 9])
    }

    @Test("without a position nobody is present or absent")
    func lost() async throws {
        var log = HandMadeLog()
        log.say(.gridEnter, "north", at: m(0))
        log.positions(m(0)...m(10), grids: ["north"])
        log.say(.gnssLost, at: m(10))
        log.say(.gnssRestored, at: m(50))
        log.positions(m(50)...m(60), grids: ["north"])
        log.say(.gridExit, "north", at: m(60))
        log.positions(m(60)...m(70), grids: [])
        #expect(try await self.minutes([log], m(0)..<m(600)) == ["north": 20])
        #expect(try await self.minutes([log], m(20)..<m(55)) == ["north": 5])
        #expect(try await self.minutes([log], m(20)..<m(40)) == [:])
    }

    @Test("a wiped device begins a new log, which ends the visits of its old one; another station's namesake does not")
    func wiped() async throws {
        var old = HandMadeLog(log: "0000000000000001")
        old.say(.gridEnter, "north", at: m(0))
        old.positions(m(0)...m(30), grids: ["north"])
        var new = HandMadeLog(log: "0000000000000002")
        new.say(.deviceStart, at: m(20))
        new.positions(m(20)...m(40), grids: [])
        var namesake = HandMadeLog("lido", log: "0000000000000003")
        namesake.say(.gridEnter, "south", at: m(0))
        namesake.positions(m(0)...m(30), grids: ["south"])
        #expect(try await self.minutes([new, old, namesake], m(0)..<m(600)) == ["north": 20, "south": 30])
    }

    @Test("what comes late counts when it was made")
    func late() async throws {
        var log = HandMadeLog()
        log.say(.gridEnter, "north", at: m(0))
        log.positions(m(0)...m(10), grids: ["north"])
        log.say(.gridExit, "north", at: m(10))
        log.say(.gridEnter, "north", at: m(20))
        log.positions(m(20)...m(40), grids: ["north"])
        try await HandMadeStore.with { store in
            for part in [log.records.suffix(10), log.records.prefix(3), log.records.dropFirst(3).dropLast(10)] {
                _ = try await store.history.store([log.delivery(Array(part))])
            }
            let report = try store.reading(m(0)..<m(600)).presence(nil, zone: Self.zone)
            #expect(report.grids.map(\.minutes) == [30] && report.grids.map(\.visits) == [2])
        }
    }

    @Test("an exit whose entry was dropped tells itself when it was; two tellings of one entry are one")
    func torn() async throws {
        var log = HandMadeLog()
        log.position(at: m(0))
        log.say(.gridExit, at: m(10), ["grid": .string("north"), "t_in": .int(m(4))])
        log.say(.gridEnter, "south", at: m(11))
        log.say(.gridEnter, "south", at: m(12))
        log.say(.gridExit, "south", at: m(13))
        #expect(try await self.minutes([log], m(0)..<m(600)) == ["north": 6, "south": 2])
    }

    @Test("agrees with minutes counted second by second, whatever happened and in whatever order it came")
    func naive() async throws {
        for seed in UInt64(1)...40 {
            var random = SplitMix64(seed: seed)
            let lives = (0..<3).map { number in
                RandomLife(station: number == 2 ? "lido" : "jinzhan", device: "car-\(number % 2)", &random)
            }
            try await HandMadeStore.with { store in
                var waiting = try lives.flatMap { life in
                    try life.logs.flatMap { log in try log.records.map { try log.delivery([$0]) } }
                }
                waiting.shuffle(using: &random)
                while !waiting.isEmpty {
                    let portion = waiting.suffix(50)
                    waiting.removeLast(portion.count)
                    _ = try await store.history.store(Array(portion))
                }
                for _ in 0..<6 {
                    let from = Int64.random(in: 0...RandomLife.length, using: &random) * 1_000
                    let span = from..<from + Int64.random(in: 1...4_000, using: &random) * 1_000
                    let report = try store.reading(span).presence(nil, zone: Self.zone)
                    var truth: [String: Double] = [:]
                    var (seconds, units) = ([String: Set<Int64>](), [String: Int]())
                    for life in lives {
                        for (grid, present) in life.present(span) where !present.isEmpty {
                            seconds[grid, default: []].formUnion(present)
                            units[grid, default: 0] += 1
                        }
                    }
                    for life in lives { for (grid, ms) in life.presence(span) { truth[grid, default: 0] += ms } }
                    for grid in report.grids {
                        let minutes = ((truth.removeValue(forKey: grid.id) ?? 0) / 6_000).rounded() / 10
                        #expect(grid.minutes == minutes, "seed \(seed), \(grid.id) in \(span)")
                        let present = (Double(seconds[grid.id]?.count ?? 0) / 6).rounded() / 10
                        #expect(grid.present == present, "seed \(seed), \(grid.id) in \(span)")
                        #expect(grid.units == units[grid.id] ?? 0, "seed \(seed), \(grid.id) in \(span)")
                    }
                    #expect(truth.values.allSatisfy { $0 == 0 }, "seed \(seed), \(truth) in \(span)")
                }
            }
        }
    }
}
