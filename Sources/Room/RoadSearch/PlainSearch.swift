package import RoadMap

/// The same answers without a hierarchy: one search backward from the scene over all arcs.
///
/// For a single question on a file just opened it is sooner done than the hierarchy's weights are, and it is what
/// the hierarchy is held against.
///
/// Source: Dijkstra, *A note on two problems in connexion with graphs*, Numer. Math. 1 (1959).
package struct PlainSearch: Sendable {
    private let network: RoadNetwork
    private let weights: RoadWeights

    /// Creates a search.
    package init(_ network: RoadNetwork, _ weights: RoadWeights) {
        self.network = network
        self.weights = weights
    }

    /// Returns for each start its fastest way to the scene.
    package func legs(from starts: [Start], to scene: Scene) -> [Leg] {
        var needed: Set<UInt32> = []
        for start in starts { needed.formUnion(start.place.arcs.map { UInt32($0.arc) }) }
        let ends = self.ends(of: scene)
        let costs = self.search(ends, until: needed)
        return starts.map { start in
            var best = RoadMetric.never
            for (arc, share) in start.place.arcs {
                let turn = UInt64(start.isTurn(forward: arc % 2 == 0) ? self.weights.turnAround : 0) << 32
                let rest = self.cost(ofArc: arc, share: 1 - share)
                best = min(best, rest &+ costs[arc] &+ turn)
                for end in ends where end.arc == arc && end.share >= share {
                    best = min(best, self.cost(ofArc: arc, share: end.share - share) &+ end.onFoot &+ turn)
                }
            }
            return Leg(packed: best)
        }
    }

    private struct End {
        let arc: Int
        let share: Double
        let cost: UInt64
        let onFoot: UInt64
    }

    private func ends(of scene: Scene) -> [End] {
        scene.approaches.flatMap { approach in
            approach.place.arcs.compactMap { arc, share in
                let cost = self.cost(ofArc: arc, share: share)
                let onFoot = UInt64(approach.onFoot) << 32
                return cost < RoadMetric.never ? End(arc: arc, share: share, cost: cost + onFoot, onFoot: onFoot) : nil
            }
        }
    }

    private func cost(ofArc arc: Int, share: Double) -> UInt64 {
        let milliseconds = self.weights.arcs[arc]
        guard milliseconds != RoadWeights.closed else { return RoadMetric.never }
        let time = (Double(milliseconds) * share).rounded()
        return UInt64(time) << 32 | UInt64((Double(self.network.edges[arc / 2].length) * share).rounded())
    }

    /// The distance to the scene from the end of each arc; final at least for those that are needed.
    private func search(_ ends: [End], until needed: Set<UInt32>) -> [UInt64] {
        var costs = [UInt64](repeating: RoadMetric.never, count: self.network.arcCount)
        var isFinal = [Bool](repeating: false, count: self.network.arcCount)
        var queue = MinHeap<Waiting>()
        func relax(_ turn: Int, _ behind: UInt64) {
            let milliseconds = self.weights.turns[turn]
            guard milliseconds != RoadWeights.closed else { return }
            let from = Int(self.network.turns[turn].from)
            let cost = behind &+ UInt64(milliseconds) << 32
            guard cost < costs[from] else { return }
            costs[from] = cost
            queue.push(Waiting(cost: cost, arc: UInt32(from)))
        }
        for end in ends {
            for turn in self.network.turnsInto(base: end.arc) { relax(turn, end.cost) }
        }
        var left = needed
        while let next = queue.pop() {
            let arc = Int(next.arc)
            guard !isFinal[arc] else { continue }
            isFinal[arc] = true
            left.remove(next.arc)
            if left.isEmpty { break }
            let whole = self.cost(ofArc: Int(self.network.base(next.arc)), share: 1)
            guard whole < RoadMetric.never else { continue }
            for turn in self.network.turnsInto(arc: arc) { relax(turn, next.cost + whole) }
        }
        for arc in costs.indices where !isFinal[arc] { costs[arc] = RoadMetric.never }
        return costs
    }
}

/// An arc that waits, by its cost.
private struct Waiting: Comparable {
    let cost: UInt64
    let arc: UInt32

    static func < (lhs: Waiting, rhs: Waiting) -> Bool { lhs.cost < rhs.cost }
}
