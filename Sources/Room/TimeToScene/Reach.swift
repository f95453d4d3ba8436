package import Ground
package import RoadMap
import RoadSearch

/// Which roads the free units reach in time, all at once, and which they do not.
package struct Reach: Sendable {
    /// What is reached within one time.
    package struct Level: Sendable, Hashable {
        /// The time, s.
        package let seconds: Double
        /// Road reached, m; a street of both directions counts once.
        package let metres: Double
        /// The same as a share of all road, `0...1`.
        package let share: Double
        /// Road that only this unit reaches, m, by device: what sending it away would cost.
        package let onlyBy: [String: Double]
        /// The share of the road of each area, `0...1`, in the order of the areas; `nil` for one without roads.
        package let areas: [Double?]
    }

    /// A piece of road that nobody reaches within the longest time, or only in part.
    package struct BlindPiece: Sendable, Hashable {
        /// The piece of road.
        package let edge: Int
        /// How much of it is not reached, m.
        package let metres: Double
    }

    /// What was found.
    package struct Report: Sendable {
        /// All road, m.
        package let metres: Double
        /// One for each time asked for.
        package let levels: [Level]
        /// Roads that are not reached within the longest time.
        package let blind: [BlindPiece]
        /// Units that are on no road.
        package let offRoad: [String]
    }

    /// Which area each piece of road belongs to; an area is a grid of the plan, for instance.
    package struct Areas: Sendable {
        let ofEdge: [Int32]
        let count: Int

        /// No areas.
        package static let none = Areas(ofEdge: [], count: 0)

        /// Assigns each piece of road by its middle.
        ///
        /// - Parameters:
        ///   - network: The roads.
        ///   - count: How many areas there are.
        ///   - area: The number of the area that a place lies in.
        package init(_ network: RoadNetwork, count: Int, area: (Coordinate) -> Int?) {
            self.ofEdge = (0..<network.edgeCount).map { edge in
                let middle = network.coordinate(of: SnappedPlace(edge: edge, fraction: 0.5, offset: 0))
                return Int32(middle.flatMap(area) ?? -1)
            }
            self.count = count
        }

        private init(ofEdge: [Int32], count: Int) { (self.ofEdge, self.count) = (ofEdge, count) }
    }

    private let network: RoadNetwork
    private let roads: RoadState
    private let metric: RoadMetric

    /// Prepares the roads as they are now; `nil` when they are for one question only.
    package init?(_ network: RoadNetwork, _ roads: RoadState) {
        guard let metric = roads.metric else { return nil }
        (self.network, self.roads, self.metric) = (network, roads, metric)
    }

    /// Finds what units reach within times, s.
    ///
    /// The order of the units changes nothing. A unit counts where it most likely is.
    package func report(_ units: [UnitOnRoad], within seconds: [Double], areas: Areas = .none) -> Report {
        let units = units.sorted { $0.position.device < $1.position.device }
        let placed = units.compactMap { unit in
            unit.candidates.first.map {
                (unit.position.device, unit.start($0, after: unit.position.age, on: self.network))
            }
        }
        let longest = (seconds.max() ?? 0) * 1_000
        let starts = placed.map(\.1)
        let reached = ReachSearch(self.metric).reach(from: starts, within: UInt32(clamping: Int(longest)))
        let pieces = ReachedRoads(self.metric, reached, starts)
        var tally = ReachTally(levels: seconds, areas: areas.count, starts: starts.count)
        var total = 0.0
        var blind: [BlindPiece] = []
        for edge in 0..<self.network.edgeCount {
            let metres = self.network.edge(edge).metres
            let area = areas.ofEdge.isEmpty ? -1 : Int(areas.ofEdge[edge])
            total += metres
            tally.add(road: metres, area: area)
            let road = pieces.road(edge)
            for (level, time) in seconds.enumerated() {
                let share = road.share(within: time * 1_000)
                guard share > 0 else { continue }
                tally.add(reached: share * metres, level: level, area: area)
                road.forEachInvolved { start in
                    let loss = share - road.share(within: time * 1_000, without: start)
                    if loss > 0 { tally.add(onlyBy: start, loss * metres, level: level) }
                }
            }
            let missing = (1 - road.share(within: longest)) * metres
            // Less than a car's length is rounding.
            if missing > 5 { blind.append(BlindPiece(edge: edge, metres: missing)) }
        }
        return Report(
            metres: total,
            levels: tally.levels(devices: placed.map(\.0), total: total),
            blind: blind,
            offRoad: units.filter { $0.candidates.isEmpty }.map(\.position.device)
        )
    }
}

/// Sums up what is reached.
private struct ReachTally {
    private let seconds: [Double]
    private var metres: [Double]
    private var onlyBy: [[Double]]
    private var reachedIn: [[Double]]
    private var roadIn: [Double]

    init(levels seconds: [Double], areas: Int, starts: Int) {
        self.seconds = seconds
        self.metres = seconds.map { _ in 0 }
        self.onlyBy = seconds.map { _ in Array(repeating: 0, count: starts) }
        self.roadIn = Array(repeating: 0, count: areas)
        self.reachedIn = seconds.map { _ in Array(repeating: 0, count: areas) }
    }

    mutating func add(road metres: Double, area: Int) { if area >= 0 { self.roadIn[area] += metres } }

    mutating func add(reached metres: Double, level: Int, area: Int) {
        self.metres[level] += metres
        if area >= 0 { self.reachedIn[level][area] += metres }
    }

    mutating func add(onlyBy start: Int, _ metres: Double, level: Int) {
        self.onlyBy[level][start] += metres
    }

    func levels(devices: [String], total: Double) -> [Reach.Level] {
        self.seconds.indices.map { level in
            Reach.Level(
                seconds: self.seconds[level],
                metres: self.metres[level],
                share: total > 0 ? self.metres[level] / total : 0,
                onlyBy: Dictionary(zip(devices, self.onlyBy[level]).filter { $0.1 > 0 }) { $0 + $1 },
                areas: zip(self.reachedIn[level], self.roadIn).map { $1 > 0 ? $0 / $1 : nil }
            )
        }
    }
}
