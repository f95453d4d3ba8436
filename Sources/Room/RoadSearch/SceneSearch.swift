import RoadMap
import Threading

/// Finds the fastest ways from any number of places to a scene.
///
/// From the scene upward all that matters is a few hundred arcs; from a unit upward likewise, and what two units
/// share is computed once. There is no queue: ranks alone say what comes first.
///
/// Source: Delling, Goldberg, Nowatzyk, Werneck, *PHAST: hardware-accelerated shortest path trees*, J. Parallel
/// Distrib. Comput. 73 (2013); Strasser, Zeitz, *A fast and tight heuristic for A\* in road networks*, SEA 2021
/// (the lazy form).
package final class SceneSearch: Sendable {
    let metric: RoadMetric
    private let spare = Locked<[Labels]>([])

    /// Creates a search.
    package init(_ metric: RoadMetric) { self.metric = metric }

    /// Returns for each start its fastest way to the scene.
    package func legs(from starts: [Start], to scene: Scene) -> [Leg] {
        let prepared = starts.map { PreparedStart($0, self.metric) }
        return self.packed(from: prepared, to: scene).map { Leg(packed: $0) }
    }

    /// The same for starts that were prepared under this metric.
    package func legs(from starts: [PreparedStart], to scene: Scene) -> [Leg] {
        self.packed(from: starts, to: scene).map { Leg(packed: $0) }
    }

    /// The same for starts that were prepared under this metric; packed, ``RoadMetric/never`` where there is no way.
    package func packed(from starts: [PreparedStart], to scene: Scene) -> [UInt64] {
        self.search(to: scene) { labels, ends in
            starts.map { $0.cost(labels: labels, ends: ends, self.metric) }
        }
    }

    /// Lends the labels of a search to one use.
    func search<R>(to scene: Scene, _ use: (Labels, SceneEnds) -> R) -> R {
        let labels = self.spare.withLock { $0.popLast() } ?? Labels(self.metric)
        let ends = SceneEnds(scene, self.metric)
        labels.begin(ends)
        let result = use(labels, ends)
        self.spare.withLock { $0.append(labels) }
        return result
    }

    /// The distance to the scene from the end of each arc, worked out when it is asked for.
    final class Labels: @unchecked Sendable {
        // Safety: one search has it at a time; the pointers are this object's own from birth to death.
        private struct Label {
            var cost: UInt64
            /// Twice the number of the search that wrote it, plus one when it is final.
            var mark: UInt64
        }

        private let metric: RoadMetric
        private let labels: UnsafeMutablePointer<Label>
        private let waiting: UnsafeMutablePointer<UInt32>
        private let count: Int
        private var search: UInt64 = 0

        init(_ metric: RoadMetric) {
            self.metric = metric
            self.count = metric.arcs.count
            self.labels = .allocate(capacity: self.count)
            self.labels.initialize(repeating: Label(cost: RoadMetric.never, mark: 0), count: self.count)
            self.waiting = .allocate(capacity: self.count)
            self.waiting.initialize(repeating: 0, count: self.count)
        }

        deinit {
            self.labels.deallocate()
            self.waiting.deallocate()
        }

        /// Works upward from the scene: labels what leads down to it.
        func begin(_ ends: SceneEnds) {
            self.search += 1
            let seed = self.search * 2
            let network = self.metric.network
            var touched: [UInt32] = []
            func offer(_ rank: Int, _ cost: UInt64) {
                if self.labels[rank].mark != seed {
                    self.labels[rank] = Label(cost: cost, mark: seed)
                } else if cost < self.labels[rank].cost {
                    self.labels[rank].cost = cost
                }
            }
            // The arcs from which one turns into the scene's own.
            for end in ends.ends {
                for turn in network.turnsInto(base: end.arc) {
                    let milliseconds = self.metric.weights.turns[turn]
                    guard milliseconds != RoadWeights.closed else { continue }
                    let rank = Int(network.ranks[Int(network.turns[turn].from)])
                    offer(rank, end.cost + UInt64(milliseconds) << 32)
                    touched.append(UInt32(rank))
                }
            }
            for rank in self.ancestors(of: touched) where self.labels[Int(rank)].mark == seed {
                let cost = self.labels[Int(rank)].cost
                for link in Int(
                    self.metric.downward.offsets[Int(rank)]
                )..<Int(self.metric.downward.offsets[Int(rank) + 1]) {
                    let link = self.metric.downward.links[link]
                    offer(Int(link.head), cost &+ link.cost)
                }
            }
        }

        private func ancestors(of ranks: [UInt32]) -> [UInt32] {
            var all = Set<UInt32>()
            for var rank in ranks {
                while rank != .max, all.insert(rank).inserted { rank = self.metric.parents[Int(rank)] }
            }
            return all.sorted()
        }

        /// The distance from the end of the arc of a rank, packed.
        func cost(from rank: Int) -> UInt64 {
            let (seed, final) = (self.search * 2, self.search * 2 + 1)
            var depth = 0
            self.metric.parents.withUnsafeBufferPointer { parents in
                var next = rank
                while self.labels[next].mark != final {
                    self.waiting[depth] = UInt32(truncatingIfNeeded: next)
                    depth += 1
                    let parent = parents[next]
                    if parent == .max { break }
                    next = Int(parent)
                }
            }
            guard depth > 0 else { return self.labels[rank].cost }
            self.metric.upward.offsets.withUnsafeBufferPointer { offsets in
                self.metric.upward.links.withUnsafeBufferPointer { links in
                    while depth > 0 {
                        depth -= 1
                        let rank = Int(self.waiting[depth])
                        var best = self.labels[rank].mark == seed ? self.labels[rank].cost : RoadMetric.never
                        for index in Int(offsets[rank])..<Int(offsets[rank + 1]) {
                            let link = links[index]
                            best = min(best, self.labels[Int(link.head)].cost &+ link.cost)
                        }
                        self.labels[rank] = Label(cost: best, mark: final)
                    }
                }
            }
            return self.labels[rank].cost
        }
    }
}

/// A start under one metric: where it enters the hierarchy, and at what cost.
package struct PreparedStart: Sendable {
    private let edge: UInt32
    private let fraction: Double
    private let forwardRank: UInt32
    private let backwardRank: UInt32
    /// To the end of the road, a turn round counted in, packed.
    private let forwardCost: UInt64
    private let backwardCost: UInt64
    private let turnForward: UInt32
    private let turnBackward: UInt32

    /// Prepares a start.
    package init(_ start: Start, _ metric: RoadMetric) {
        let place = start.place
        self.edge = UInt32(place.edge)
        self.fraction = place.fraction
        self.turnForward = start.isTurn(forward: true) ? metric.weights.turnAround : 0
        self.turnBackward = start.isTurn(forward: false) ? metric.weights.turnAround : 0
        self.forwardRank = metric.network.ranks[place.edge * 2]
        self.backwardRank = metric.network.ranks[place.edge * 2 + 1]
        let share = place.fraction
        self.forwardCost = metric.cost(ofArc: place.edge * 2, share: 1 - share) + UInt64(self.turnForward) << 32
        self.backwardCost = metric.cost(ofArc: place.edge * 2 + 1, share: share) + UInt64(self.turnBackward) << 32
    }

    func cost(labels: SceneSearch.Labels, ends: SceneEnds, _ metric: RoadMetric) -> UInt64 {
        var best = RoadMetric.never
        if self.forwardCost < RoadMetric.never {
            best = min(best, self.forwardCost + labels.cost(from: Int(self.forwardRank)))
        }
        if self.backwardCost < RoadMetric.never {
            best = min(best, self.backwardCost + labels.cost(from: Int(self.backwardRank)))
        }
        for end in ends.ends where end.arc >> 1 == Int(self.edge) {
            let isForward = end.arc & 1 == 0
            let share = isForward ? self.fraction : 1 - self.fraction
            let turn = UInt64(isForward ? self.turnForward : self.turnBackward) << 32
            best = min(best, ends.ahead(on: end.arc, from: share, metric) + turn)
        }
        return best
    }
}
