import Ground
import PatrolWire
import Plan
import Reporting
import Settings
import Simulation
import TestSupport
import Testing
import Zones

@testable import Reports

@Suite("Each grid by hour of the day", .longComputing)
struct PresenceMatrixTests {
    private static let zone = LocalZone(name: "UTC", offset: 0)

    @Test("an hour's share is of what is known of it; a part of an hour counts as its part; the rest is nothing, not 0")
    func matrix() async throws {
        let hour: Int64 = 3_600_000
        var log = HandMadeLog()
        log.positions(8 * hour...8 * hour + 29 * 60_000, grids: [])
        log.say(.gridEnter, "a", at: 8 * hour + 30 * 60_000)
        log.positions(8 * hour + 31 * 60_000...9 * hour + 14 * 60_000, grids: ["a"])
        log.say(.gridExit, at: 9 * hour + 15 * 60_000, ["grid": .string("a"), "t_in": .int(8 * hour + 30 * 60_000)])
        log.positions(9 * hour + 16 * 60_000...11 * hour, grids: [])
        try await HandMadeStore.with([log]) { store in
            let matrix = try store.reading(0..<24 * hour, now: 10 * hour).presenceMatrix(nil, zone: Self.zone)
            let row = try #require(matrix.grids.first)
            #expect(row.id == "a" && matrix.grids.count == 1)
            #expect(row.shares[8] == 0.5 && row.shares[9] == 0.25)
            #expect(row.shares.enumerated().allSatisfy { [8, 9].contains($0.offset) || $0.element == nil })
            #expect(matrix.known[8] == 60 && matrix.known[9] == 60 && matrix.known[10] == 0)
            // Two days: the same hour of both together.
            let shifted = try store.reading(0..<48 * hour, now: 34 * hour).presenceMatrix(nil, zone: Self.zone)
            #expect(shifted.known[8] == 120 && shifted.grids.first?.shares[8] == 0.25)
            #expect(matrix.csv.split(whereSeparator: \.isNewline).count == 2)
        }
    }

    @Test("hours are those that a count second by second finds, also where clocks jump", arguments: 1...20)
    func hours(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        let lisbon = try #require(ZoneFiles.zone(named: "Europe/Lisbon"))
        // Around the last Sunday of March 2026, when clocks jump there.
        let middle: Int64 = 1_774_746_000
        let ranges = (0..<4).map { _ in
            let begin = middle + Int64.random(in: -40_000...40_000, using: &random)
            return begin * 1_000..<(begin + Int64.random(in: 1...9_000, using: &random)) * 1_000
        }
        let times = TimeSet(ranges)
        var naive = [Int64](repeating: 0, count: 24)
        for range in times.ranges {
            for second in range.lowerBound / 1_000..<range.upperBound / 1_000 {
                naive[Int(lisbon.local(second) % 86_400 / 3_600)] += 1_000
            }
        }
        #expect(PresenceMatrix.hours(times, lisbon) == naive)
    }
}
