import RoadMap

/// How much of each road is reached in time, and by whom.
package struct ReachedRoads: Sendable {
    private let metric: RoadMetric
    private let reached: [Arrivals]
    private let starts: [Start]
    private let onEdge: [Int: [Int]]
    private let hasStart: [Bool]

    /// Reads the labels of a search.
    package init(_ metric: RoadMetric, _ reached: [Arrivals], _ starts: [Start]) {
        (self.metric, self.reached, self.starts) = (metric, reached, starts)
        self.onEdge = Dictionary(grouping: starts.indices) { starts[$0].place.edge }
        var hasStart = [Bool](repeating: false, count: metric.network.edgeCount)
        for start in starts { hasStart[start.place.edge] = true }
        self.hasStart = hasStart
    }

    /// What is known of one road.
    package func road(_ edge: Int) -> ReachedRoad {
        let (forward, backward) = (edge * 2, edge * 2 + 1)
        guard self.hasStart[edge], let here = self.onEdge[edge] else {
            return ReachedRoad(
                forward: self.arrivals(atBeginningOf: forward),
                backward: self.arrivals(atBeginningOf: backward),
                times: (self.metric.weights.arcs[forward], self.metric.weights.arcs[backward]),
                standing: []
            )
        }
        return ReachedRoad(
            forward: self.arrivalsFromBehind(forward),
            backward: self.arrivalsFromBehind(backward),
            times: (self.metric.weights.arcs[forward], self.metric.weights.arcs[backward]),
            standing: here.map { number in
                let start = self.starts[number]
                func turn(_ forward: Bool) -> Double {
                    start.isTurn(forward: forward) ? Double(self.metric.weights.turnAround) : 0
                }
                return ReachedRoad.Standing(
                    start: number,
                    fraction: start.place.fraction,
                    turns: (turn(true), turn(false))
                )
            }
        )
    }

    /// When the beginning of an arc that nobody stands on is reached.
    private func arrivals(atBeginningOf arc: Int) -> Arrivals {
        let end = self.reached[arc]
        let time = self.metric.weights.arcs[arc]
        guard time != RoadWeights.closed else { return Arrivals() }
        // A unit that reaches its end drove along all of it; one that does not reach the end in time is not known there.
        return end.isFull ? end.earlier(by: time) : self.arrivalsFromBehind(arc)
    }

    private func arrivalsFromBehind(_ arc: Int) -> Arrivals {
        var arrivals = Arrivals()
        guard self.metric.weights.arcs[arc] != RoadWeights.closed else { return arrivals }
        for turn in self.metric.network.turnsInto(arc: arc) {
            let milliseconds = self.metric.weights.turns[turn]
            guard milliseconds != RoadWeights.closed else { continue }
            let before = self.reached[Int(self.metric.network.turns[turn].from)]
            arrivals.take(UInt64(milliseconds) << 32, beyond: before, atMost: .max - 1)
        }
        return arrivals
    }
}

/// When one road is reached, and from where.
package struct ReachedRoad: Sendable {
    /// A unit that is on the road already.
    struct Standing: Sendable {
        let start: Int
        /// Along the road's points, 0…1.
        let fraction: Double
        /// To turn round first, ms, by direction.
        let turns: (forward: Double, backward: Double)
    }

    let forward: Arrivals
    let backward: Arrivals
    let times: (forward: UInt32, backward: UInt32)
    let standing: [Standing]

    /// Calls `body` with each start whose absence could change what is reached.
    package func forEachInvolved(_ body: (Int) -> Void) {
        let (first, second) = (self.forward.start, self.backward.start)
        if let first { body(first) }
        if let second, second != first { body(second) }
        for item in self.standing where item.start != first && item.start != second { body(item.start) }
    }

    /// The share that is reached in time, ms, by anybody but one start, 0…1.
    package func share(within limit: Double, without absent: Int? = nil) -> Double {
        let ahead = Self.far(self.forward, self.times.forward, limit, absent)
        let back = Self.far(self.backward, self.times.backward, limit, absent)
        guard !self.standing.isEmpty else { return min(1, ahead + back) }
        var stretches = [(0, ahead), (1 - back, 1)]
        for item in self.standing where item.start != absent {
            if self.times.forward != RoadWeights.closed {
                let far = (limit - item.turns.forward) / Double(max(1, self.times.forward))
                stretches.append((item.fraction, min(1, item.fraction + max(0, far))))
            }
            if self.times.backward != RoadWeights.closed {
                let far = (limit - item.turns.backward) / Double(max(1, self.times.backward))
                stretches.append((max(0, item.fraction - max(0, far)), item.fraction))
            }
        }
        return Self.length(of: stretches)
    }

    /// How far into an arc one gets, 0…1.
    private static func far(_ beginning: Arrivals, _ time: UInt32, _ limit: Double, _ absent: Int?) -> Double {
        guard time != RoadWeights.closed, let arrival = beginning.milliseconds(without: absent), arrival < limit else {
            return 0
        }
        return min(1, (limit - arrival) / Double(max(1, time)))
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
