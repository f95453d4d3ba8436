import Ground
import Plan
import Reports
import Rig
import Testing

@Suite("Where incidents lie densely, and how much presence there was")
struct DensityTests {
    private static let utc = LocalZone(name: "UTC", offset: 0)

    private func origin() throws -> Coordinate { try #require(Coordinate(latitude: 41, longitude: -8)) }

    private func place(_ east: Double, _ north: Double) throws -> Coordinate {
        try #require(TangentPlane(at: try self.origin()).coordinate(of: PlanePoint(east: east, north: north)))
    }

    @Test("each cell has what the kernel gives it, by a sum over all incidents", arguments: 1...10)
    func naive(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        let (metres, bandwidth) = (
            Double.random(in: 40...120, using: &random), Double.random(in: 130...400, using: &random)
        )
        var map = IncidentDensity(origin: try self.origin(), cell: metres, bandwidth: bandwidth)
        let points = (0..<40).map { _ in
            (Double.random(in: 2_000...3_500, using: &random), Double.random(in: 2_000...3_500, using: &random))
        }
        for (east, north) in points { map.incident(at: try self.place(east, north)) }
        let cells = try map.cells()
        let plane = TangentPlane(at: try self.origin())
        for cell in cells {
            let middle = plane.project(cell.middle)
            let sum = points.reduce(0.0) { sum, point in
                let (east, north) = (point.0 - middle.east, point.1 - middle.north)
                let square = (east * east + north * north) / (bandwidth * bandwidth)
                return square < 1 ? sum + 3 / (.pi * bandwidth * bandwidth) * (1 - square) * (1 - square) : sum
            }
            #expect(abs(cell.density - sum * 1_000_000) < 0.02 * max(1, sum * 1_000_000))
        }
        // The kernel's mass is 1: over all cells together it makes as many incidents as there are.
        let mass = cells.reduce(0) { $0 + $1.density / 1_000_000 * metres * metres }
        #expect(abs(mass - 40) < 2.5)
        #expect(cells.reduce(0) { $0 + $1.incidents } == 40)
        #expect(abs(cells.reduce(0) { $0 + $1.incidentShare } - 1) < 1e-9)
    }

    @Test("of two places with as many incidents the one without presence comes first")
    func gap() throws {
        var map = IncidentDensity(origin: try self.origin(), cell: 100, bandwidth: 100)
        let (watched, bare) = (try self.place(1_050, 1_050), try self.place(5_050, 5_050))
        for _ in 0..<5 {
            map.incident(at: watched)
            map.incident(at: bare)
        }
        for minute in 0...60 { map.position(log: 1, watched, at: Int64(minute) * 60_000, isWanted: true) }
        let first = try #require(try map.cells().first)
        #expect(first.middle.distance(to: bare).value < 100 && first.gap > 0.4 && first.minutes == 0)
        let last = try #require(try map.cells().last)
        #expect(last.middle.distance(to: watched).value < 100 && last.gap < 0 && last.minutes == 60)
    }

    @Test("time counts between two positions of one log that are near in time, and in the hours that were asked for")
    func presence() throws {
        var map = IncidentDensity(origin: try self.origin(), cell: 100, bandwidth: 100)
        let here = try self.place(1_050, 1_050)
        map.incident(at: here)
        for (log, time, isWanted) in [
            (1, 0, true), (1, 60, true), (1, 600, true), (2, 610, true), (2, 640, false), (2, 700, true),
            (2, 690, true),
        ] as [(Int64, Int64, Bool)] {
            map.position(log: log, here, at: time * 1_000, isWanted: isWanted)
        }
        #expect(try map.cells().map(\.minutes).reduce(0, +) == 2)
    }

    @Test("hours over midnight, weekdays by their numbers, and nothing that says neither")
    func hours() throws {
        #expect(HourFilter.hours("22-2") == [22, 23, 0, 1] && HourFilter.hours("18-24") == Set(18..<24))
        for text in ["", "18", "24-2", "5-5", "-1-3", "3-25", "a-b", "1-2-3"] { #expect(HourFilter.hours(text) == nil) }
        #expect(HourFilter.weekdays("1,7") == [1, 7])
        for text in ["", "0", "8", "1,,2", "mon"] { #expect(HourFilter.weekdays(text) == nil) }
        let filter = HourFilter(hours: HourFilter.hours("22-2"), weekdays: [4], zone: Self.utc)
        // 1970-01-01 was a Thursday.
        #expect(filter.contains(0) && filter.contains(22 * 3_600_000) && !filter.contains(2 * 3_600_000))
        #expect(!filter.contains(24 * 3_600_000) && !filter.contains(-1))
    }
}

@Suite("Sets of times")
struct TimeSetTests {
    private func seconds(_ set: TimeSet) -> Set<Int64> { Set(set.ranges.flatMap(Array.init)) }

    @Test("union, intersection and difference are those of their milliseconds", arguments: 1...200)
    func algebra(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        func ranges() -> [Range<Int64>] {
            (0..<Int.random(in: 0...8, using: &random)).map { _ in
                let begin = Int64.random(in: 0...60, using: &random)
                return begin..<begin + Int64.random(in: 0...20, using: &random)
            }
        }
        let (first, second) = (ranges(), ranges())
        let (a, b) = (TimeSet(first), TimeSet(second))
        let (all, other) = (Set(first.flatMap(Array.init)), Set(second.flatMap(Array.init)))
        #expect(self.seconds(a) == all && a.total == Int64(all.count))
        #expect(self.seconds(a.intersection(b)) == all.intersection(other))
        #expect(self.seconds(a.subtracting(b)) == all.subtracting(other))
        for set in [a, a.intersection(b), a.subtracting(b)] {
            #expect(zip(set.ranges, set.ranges.dropFirst()).allSatisfy { $0.upperBound < $1.lowerBound || set != a })
            #expect(set.ranges.allSatisfy { !$0.isEmpty })
        }
    }
}
