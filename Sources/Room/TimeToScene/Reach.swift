package import Ground
package import Roads

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
    }

    /// A piece of road that nobody reaches within the longest time, or only in part.
    package struct BlindPiece: Sendable, Hashable {
        /// Its name; `nil` when it has none.
        package let name: String?
        /// Its line.
        package let line: [Coordinate]
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

    private let network: RoadNetwork
    private let weights: RoadWeights
    private let search: ReachSearch

    /// Prepares a network under a profile.
    package init(_ network: RoadNetwork, profile: RoadWeights.Profile) {
        self.network = network
        self.weights = RoadWeights(network, profile: profile)
        self.search = ReachSearch(network, self.weights)
    }

    /// Finds what units reach within times, s.
    ///
    /// The order of the units changes nothing.
    package func report(_ units: [UnitPosition], within seconds: [Double]) -> Report {
        let units = units.sorted { $0.device < $1.device }
        let snapped = units.map { self.network.snap($0.extrapolated, within: TimeToScene.farthestRoad) }
        let (devices, starts) = zip(units, snapped).reduce(into: ([String](), [Start]())) { found, pair in
            guard let place = pair.1 else { return }
            found.0.append(pair.0.device)
            found.1.append(Start(place: place, facesForward: pair.0.facesForward(on: place, of: self.network)))
        }
        let longest = (seconds.max() ?? 0) * 1_000
        let reached = self.search.reach(from: starts, within: UInt32(clamping: Int(longest)))
        let onEdge = Dictionary(grouping: starts.indices) { starts[$0].place.edge }
        var levels: [Level] = []
        var total = 0.0
        for index in 0..<self.network.edgeCount { total += self.network.edge(index).metres }
        for time in seconds {
            var metres = 0.0
            var onlyBy: [Int: Double] = [:]
            for index in 0..<self.network.edgeCount {
                let piece = Piece(index, self.network, self.weights, reached, starts, onEdge[index] ?? [])
                let share = piece.share(within: time * 1_000, without: nil)
                guard share > 0 else { continue }
                let length = self.network.edge(index).metres
                metres += share * length
                for start in piece.involved {
                    let loss = share - piece.share(within: time * 1_000, without: start)
                    if loss > 0 { onlyBy[start, default: 0] += loss * length }
                }
            }
            levels.append(
                Level(
                    seconds: time,
                    metres: metres,
                    share: total > 0 ? metres / total : 0,
                    onlyBy: Dictionary(uniqueKeysWithValues: onlyBy.map { (devices[$0.key], $0.value) })
                )
            )
        }
        return Report(
            metres: total,
            levels: levels,
            blind: self.blind(within: longest, reached, starts, onEdge),
            offRoad: zip(units, snapped).filter { $0.1 == nil }.map(\.0.device)
        )
    }

    private func blind(
        within milliseconds: Double,
        _ reached: ReachSearch.Reached,
        _ starts: [Start],
        _ onEdge: [Int: [Int]]
    ) -> [BlindPiece] {
        (0..<self.network.edgeCount).compactMap { index in
            let piece = Piece(index, self.network, self.weights, reached, starts, onEdge[index] ?? [])
            let missing = (1 - piece.share(within: milliseconds, without: nil)) * self.network.edge(index).metres
            // Less than a car's length is rounding.
            guard missing > 5 else { return nil }
            return BlindPiece(
                name: self.network.name(ofEdge: index),
                line: self.network.line(ofEdge: index),
                metres: missing
            )
        }
    }
}

/// One piece of road and who comes to it.
private struct Piece {
    private let reached: ReachSearch.Reached
    private let edge: RoadEdge
    private let forward: UInt32
    private let backward: UInt32
    private let starts: [Start]
    private let here: [Int]

    init(
        _ index: Int,
        _ network: RoadNetwork,
        _ weights: RoadWeights,
        _ reached: ReachSearch.Reached,
        _ starts: [Start],
        _ here: [Int]
    ) {
        (self.reached, self.edge, self.starts, self.here) = (reached, network.edge(index), starts, here)
        (self.forward, self.backward) = (weights.forward[index], weights.backward[index])
    }

    /// The starts whose absence could change what is reached of it.
    var involved: Set<Int> {
        var involved = Set(self.here)
        for vertex in [self.edge.from, self.edge.to] {
            let start = Int(self.reached.first[Int(vertex)].start)
            if start >= 0 { involved.insert(start) }
        }
        return involved
    }

    /// The share of it that is reached in time, by anybody but one start.
    func share(within limit: Double, without absent: Int?) -> Double {
        var stretches: [(Double, Double)] = []
        func arrival(_ vertex: UInt32) -> Double? {
            let first = self.reached.first[Int(vertex)]
            let arrival = absent != nil && Int(first.start) == absent ? self.reached.second[Int(vertex)] : first
            return arrival.start >= 0 && Double(arrival.milliseconds) <= limit ? Double(arrival.milliseconds) : nil
        }
        func far(_ milliseconds: Double, _ cost: UInt32) -> Double {
            cost == 0 ? 1 : min(1, max(0, milliseconds) / Double(cost))
        }
        if self.forward != RoadWeights.closed, let time = arrival(self.edge.from) {
            stretches.append((0, far(limit - time, self.forward)))
        }
        if self.backward != RoadWeights.closed, let time = arrival(self.edge.to) {
            stretches.append((1 - far(limit - time, self.backward), 1))
        }
        for number in self.here where number != absent {
            let start = self.starts[number]
            let place = start.place.fraction
            func left(_ isForward: Bool) -> Double {
                let isTurn = start.facesForward.map { $0 != isForward } ?? false
                return limit - (isTurn ? Double(ReverseSearch.turnAround) : 0)
            }
            if self.forward != RoadWeights.closed {
                stretches.append((place, min(1, place + far(left(true), self.forward))))
            }
            if self.backward != RoadWeights.closed {
                stretches.append((max(0, place - far(left(false), self.backward)), place))
            }
        }
        return Self.length(of: stretches)
    }

    private static func length(of stretches: [(Double, Double)]) -> Double {
        var (total, end) = (0.0, 0.0)
        for (from, to) in stretches.sorted(by: { $0.0 < $1.0 }) where to > end {
            total += to - max(from, end)
            end = to
        }
        return min(1, total)
    }
}

extension UnitPosition {
    /// Whether a unit on a road faces along its points; `nil` when its course is not known.
    func facesForward(on place: SnappedPlace, of network: RoadNetwork) -> Bool? {
        guard let heading = self.heading, let road = network.course(at: place) else { return nil }
        return angle(between: heading, and: road) <= 90
    }
}
