import Ground
import PatrolWire

/// A device that drives in and out of grids, loses its position, stops, dies and is wiped, second by second: what it says of
/// it, and the truth.
struct RandomLife {
    /// Seconds of a life.
    static let length: Int64 = 3_600

    /// What a device believes, as the tracker of patrold does.
    private struct Device {
        var log: HandMadeLog
        var isRunning = false
        var hasFix = false
        var isLost = false
        /// Grids that it tells of; kept over a restart.
        var visits: Set<String> = []
        var lastInside: [String: Int64] = [:]
    }

    private(set) var logs: [HandMadeLog] = []
    /// The seconds during which the unit was present in each grid.
    private var seconds: [String: Set<Int64>] = [:]

    init(station: String, device: String, seconds: Int64 = Self.length, _ random: inout SplitMix64) {
        var number = 1
        var inside: Set<String> = []
        var state = Device(log: Self.log(station, device, number))
        /// Seconds of the present run: they count as far as its last record.
        var run: [(second: Int64, grids: Set<String>)] = []
        for second in 0..<seconds {
            let time = second * 1_000
            for grid in ["a", "b"] where Int.random(in: 0..<90, using: &random) == 0 {
                inside.formSymmetricDifference([grid])
            }
            if !state.isRunning {
                guard Int.random(in: 0..<60, using: &random) == 0 else { continue }
                if Int.random(in: 0..<4, using: &random) == 0, !state.log.records.isEmpty {
                    self.logs.append(state.log)
                    number += 1
                    state = Device(log: Self.log(station, device, number))
                }
                (state.isRunning, state.hasFix, state.isLost) = (true, false, false)
                state.log.say(.deviceStart, at: time)
                continue
            }
            switch Int.random(in: 0..<400, using: &random) {
            case 0:
                state.log.say(.deviceStop, at: time)
                self.count(run, until: second)
                (state.isRunning, run) = (false, [])
                continue
            case 1:
                // It dies: what came after its last record is known to nobody, itself included.
                let last = state.log.records.map(\.time).max() ?? 0
                self.count(run, until: last / 1_000)
                state.lastInside = state.lastInside.mapValues { min($0, last) }
                (state.isRunning, run) = (false, [])
                continue
            case 2...4 where state.hasFix && !state.isLost:
                state.isLost = true
                state.log.say(.gnssLost, at: time)
            default: break
            }
            if state.isLost || !state.hasFix {
                guard Int.random(in: 0..<20, using: &random) == 0 else { continue }
                if state.isLost { state.log.say(.gnssRestored, at: time) }
                let isFirst = !state.hasFix
                (state.isLost, state.hasFix) = (false, true)
                for (grid, second) in Self.observe(inside, &state, time) {
                    // It was inside at that second and no longer is known to have been so until the next.
                    self.seconds[grid]?.remove(second)
                    for index in run.indices where run[index].second == second { run[index].grids.remove(grid) }
                }
                if isFirst { state.log.position(at: time, grids: state.visits.sorted()) }
            } else {
                _ = Self.observe(inside, &state, time)
            }
            if second % 20 == 0 { state.log.position(at: time, grids: state.visits.sorted()) }
            run.append((second, inside))
        }
        self.count(run, until: (state.log.records.map(\.time).max() ?? 0) / 1_000)
        self.logs.append(state.log)
    }

    private static func log(_ station: String, _ device: String, _ number: Int) -> HandMadeLog {
        let digits = "\(number)"
        return HandMadeLog(station, device, log: String(repeating: "0", count: 16 - digits.count) + digits)
    }

    /// Tells what changed, and returns the visits that ended unseen with the second of the last fix inside.
    private static func observe(
        _ inside: Set<String>,
        _ state: inout Device,
        _ time: Int64
    ) -> [(grid: String, second: Int64)] {
        var unseen: [(grid: String, second: Int64)] = []
        for grid in ["a", "b"] {
            if inside.contains(grid) {
                if state.visits.insert(grid).inserted { state.log.say(.gridEnter, grid, at: time) }
                state.lastInside[grid] = time
            } else if state.visits.remove(grid) != nil {
                let last = state.lastInside[grid] ?? time
                let isSeen = time - last <= 1_000
                state.log.say(.gridExit, grid, at: isSeen ? time : last)
                if !isSeen { unseen.append((grid, last / 1_000)) }
            }
        }
        return unseen
    }

    private mutating func count(_ run: [(second: Int64, grids: Set<String>)], until end: Int64) {
        for one in run where one.second < end {
            for grid in one.grids { self.seconds[grid, default: []].insert(one.second) }
        }
    }

    /// ms of presence in each grid in a time.
    func presence(_ span: Range<Int64>) -> [String: Double] {
        self.seconds.mapValues { Double($0.count { span.contains($0 * 1_000) }) * 1_000 }
    }

    /// The seconds of a time in which it was present in each grid.
    func present(_ span: Range<Int64>) -> [String: Set<Int64>] {
        self.seconds.mapValues { $0.filter { span.contains($0 * 1_000) } }
    }
}
