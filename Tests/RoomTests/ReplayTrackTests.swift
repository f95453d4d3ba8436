import Foundation
import Ground
import PatrolWire
import Reports
import Testing
import Threading

@Suite("A way that is looked at again")
struct ReplayTrackTests {
    private static let metresInDegree = 111_320.0
    private static let silence: Int64 = 180_000

    /// A drive with stops, corners, silences and changes of status, a position each few seconds.
    private func drive(seed: UInt64) -> [ReplayTrack.Point] {
        var random = SplitMix64(seed: seed)
        var points: [ReplayTrack.Point] = []
        var (time, north, east): (Int64, Double, Double) = (1_790_812_800_000, 0, 0)
        var (speed, turn) = (0.0, 0.0)
        var status = UnitStatus.patrol
        for _ in 0..<2_000 {
            if Int.random(in: 0..<20, using: &random) == 0 {
                speed = Int.random(in: 0..<3, using: &random) == 0 ? 0 : .random(in: 2...25, using: &random)
            }
            if Int.random(in: 0..<15, using: &random) == 0 { turn = .random(in: -1...1, using: &random) }
            if Int.random(in: 0..<80, using: &random) == 0 {
                status = [.patrol, .enroute, .scene].randomElement(using: &random) ?? .patrol
            }
            let isSilent = Int.random(in: 0..<200, using: &random) == 0
            let step =
                isSilent
                ? Int64.random(in: 180_001...900_000, using: &random) : .random(in: 1_000...15_000, using: &random)
            time += step
            north += speed * (1 - abs(turn)) * Double(step) / 1_000
            east += speed * turn * Double(step) / 1_000
            points.append(
                ReplayTrack.Point(
                    time: time,
                    latitude: 45 + north / Self.metresInDegree,
                    longitude: 9 + east / (Self.metresInDegree * 0.707),
                    status: status
                )
            )
        }
        return points
    }

    @Test("passes every position within its tolerance, keeps each status and each silence", arguments: 1...20)
    func tolerance(seed: Int) throws {
        let raw = self.drive(seed: UInt64(seed))
        for tolerance in [0.0, 5, 30] {
            var track = ReplayTrack(tolerance: tolerance, silence: Self.silence)
            for point in raw { track.add(point) }
            track.end()
            let kept = track.points
            #expect(track.positions == raw.count && track.disordered == 0)
            #expect(kept.first == raw.first && kept.last?.time == raw.last?.time)
            var last = 0
            for point in raw {
                while last + 1 < kept.count, kept[last + 1].time <= point.time { last += 1 }
                #expect(kept[last].status == point.status)
                guard kept[last].time < point.time else { continue }
                #expect(!kept[last].isLast, "a position lies where nobody is said to know")
                let (from, to) = (kept[last], kept[last + 1])
                let share = Double(point.time - from.time) / Double(to.time - from.time)
                let north = from.latitude + (to.latitude - from.latitude) * share - point.latitude
                let east = from.longitude + (to.longitude - from.longitude) * share - point.longitude
                #expect(abs(north) * Self.metresInDegree <= tolerance + 0.001)
                let width = Self.metresInDegree * cos(point.latitude * .pi / 180)
                #expect(abs(east) * width <= tolerance * 1.001 + 0.001)
            }
            let silent = zip(raw, raw.dropFirst()).filter { $1.time - $0.time > Self.silence }.map(\.0.time)
            #expect(kept.filter(\.isLast).map(\.time) == silent)
            if tolerance == 30 { #expect(kept.count < raw.count / 2, "\(kept.count) of \(raw.count)") }
        }
    }

    @Test("leaves out what was made before what came earlier, and counts it")
    func disorder() {
        var track = ReplayTrack(tolerance: 5, silence: Self.silence)
        for time: Int64 in [1_000, 2_000, 1_500, 2_000, 3_000] {
            track.add(ReplayTrack.Point(time: time, latitude: 45, longitude: 9, status: .patrol))
        }
        track.end()
        #expect(track.points.map(\.time) == [1_000, 3_000] && track.positions == 5 && track.disordered == 2)
    }

    @Test("a unit that stands is two points, and one that was heard once is one")
    func standing() {
        var track = ReplayTrack(tolerance: 5, silence: Self.silence)
        for second: Int64 in 0..<1_000 {
            track.add(ReplayTrack.Point(time: second * 1_000, latitude: 45, longitude: 9, status: .patrol))
        }
        track.end()
        #expect(track.points.count == 2)
        var once = ReplayTrack(tolerance: 5, silence: Self.silence)
        once.add(ReplayTrack.Point(time: 1, latitude: 45, longitude: 9, status: .off))
        once.end()
        #expect(once.points.count == 1 && once.points.first?.isLast == false)
    }
}
