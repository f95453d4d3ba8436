@testable import RoadMap
@testable import RoadSearch

/// The same question answered without cleverness: all turns are tried again and again until nothing gets better.
struct NaiveSearch {
    private let network: RoadNetwork
    private let weights: RoadWeights

    init(_ network: RoadNetwork, _ weights: RoadWeights) { (self.network, self.weights) = (network, weights) }

    private func milliseconds(_ arc: Int, _ share: Double) -> Double {
        let whole = self.weights.arcs[Int(self.network.base(UInt32(arc)))]
        return whole == RoadWeights.closed ? .infinity : (Double(whole) * share).rounded()
    }

    /// Milliseconds from each start to a scene, infinite where there is no way.
    func milliseconds(from starts: [SnappedPlace], to scene: SnappedPlace) -> [Double] {
        let ends = [(scene.edge * 2, scene.fraction), (scene.edge * 2 + 1, 1 - scene.fraction)]
        /// From the end of each arc.
        var best = [Double](repeating: .infinity, count: self.network.arcCount)
        var hasChanged = true
        while hasChanged {
            hasChanged = false
            for (turn, cost) in zip(self.network.turns, self.weights.turns) where cost != RoadWeights.closed {
                let next = Int(self.network.base(turn.to))
                var behind = self.milliseconds(next, 1) + best[Int(turn.to)]
                for (arc, share) in ends where arc == next { behind = min(behind, self.milliseconds(arc, share)) }
                guard Double(cost) + behind < best[Int(turn.from)] else { continue }
                best[Int(turn.from)] = Double(cost) + behind
                hasChanged = true
            }
        }
        return starts.map { start in
            var answer = Double.infinity
            for (arc, share) in [(start.edge * 2, start.fraction), (start.edge * 2 + 1, 1 - start.fraction)] {
                answer = min(answer, self.milliseconds(arc, 1 - share) + best[arc])
                for (end, place) in ends where end == arc && place >= share {
                    answer = min(answer, self.milliseconds(arc, place - share))
                }
            }
            return answer
        }
    }
}
