/// How much of each road is reached in time, and by whom.
package struct ReachedRoads: Sendable {
    private let metric: RoadMetric
    private let reached: [Arrivals]
    private let starts: [Start]
    private let onEdge: [Int: [Int]]

    /// Reads the labels of a search.
    package init(_ metric: RoadMetric, _ reached: [Arrivals], _ starts: [Start]) {
        (self.metric, self.reached, self.starts) = (metric, reached, starts)
        self.onEdge = Dictionary(grouping: starts.indices) { starts[$0].place.edge }
    }

    /// Calls `body` with each start whose absence could change what is reached of a road.
    package func forEachInvolved(in edge: Int, _ body: (Int) -> Void) {
        let (forward, backward) = (self.reached[edge * 2].start, self.reached[edge * 2 + 1].start)
        let here = self.onEdge.isEmpty ? nil : self.onEdge[edge]
        guard let here else {
            if let forward { body(forward) }
            if let backward, backward != forward { body(backward) }
            return
        }
        // At a road's end whoever stands on it is first; who comes in from behind may still matter.
        var all = Set(here)
        for arc in [edge * 2, edge * 2 + 1] { if let start = self.beginning(of: arc).start { all.insert(start) } }
        all.forEach(body)
    }

    /// The share of a road that is reached in time, ms, by anybody but one start, 0…1.
    package func share(of edge: Int, within limit: Double, without absent: Int?) -> Double {
        guard let here = self.onEdge[edge] else {
            return min(
                1,
                self.far(arc: edge * 2, limit, without: absent) + self.far(arc: edge * 2 + 1, limit, without: absent)
            )
        }
        var stretches: [(Double, Double)] = []
        for arc in [edge * 2, edge * 2 + 1] {
            let whole = self.metric.weights.arcs[arc]
            guard whole != RoadWeights.closed else { continue }
            func add(from share: Double, _ milliseconds: Double) {
                guard milliseconds >= 0 else { return }
                let end = min(1, share + (whole == 0 ? 1 : milliseconds / Double(whole)))
                stretches.append(arc % 2 == 0 ? (share, end) : (1 - end, 1 - share))
            }
            if let time = self.beginning(of: arc).milliseconds(without: absent) { add(from: 0, limit - time) }
            for number in here where number != absent {
                let start = self.starts[number]
                let turn = start.isTurn(forward: arc % 2 == 0) ? Double(self.metric.weights.turnAround) : 0
                add(from: arc % 2 == 0 ? start.place.fraction : 1 - start.place.fraction, limit - turn)
            }
        }
        return Self.length(of: stretches)
    }

    /// How far into an arc that nobody stands on, 0…1.
    private func far(arc: Int, _ limit: Double, without absent: Int?) -> Double {
        let whole = self.metric.weights.arcs[arc]
        guard whole != RoadWeights.closed else { return 0 }
        // Who is at its end drove along all of it; who does not get to the end in time is not known there.
        if let end = self.reached[arc].milliseconds(without: absent) {
            let left = limit - (end - Double(whole))
            return left <= 0 ? 0 : whole == 0 ? 1 : min(1, left / Double(whole))
        }
        guard let time = self.beginning(of: arc).milliseconds(without: absent), time < limit else { return 0 }
        return min(1, (limit - time) / Double(max(1, whole)))
    }

    /// When an arc's beginning is reached from behind.
    private func beginning(of arc: Int) -> Arrivals {
        var arrivals = Arrivals()
        for turn in self.metric.network.turnsInto(arc: arc) {
            let milliseconds = self.metric.weights.turns[turn]
            guard milliseconds != RoadWeights.closed else { continue }
            let before = self.reached[Int(self.metric.network.turns[turn].from)]
            if before.first != .max { arrivals.take(before.first + UInt64(milliseconds) << 32) }
            if before.second != .max { arrivals.take(before.second + UInt64(milliseconds) << 32) }
        }
        return arrivals
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
