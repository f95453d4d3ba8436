package import RoadMap

/// The weights of a network worked into its hierarchy, ready for searches; made anew, never changed.
///
/// Arcs are known by their rank here. A distance is packed: milliseconds in the upper half, decimetres in the
/// lower, so that the sum of two is one addition and of two equally fast ways the shorter is taken.
package final class RoadMetric: Sendable {
    /// The network.
    package let network: RoadNetwork
    /// What was worked in.
    package let weights: RoadWeights

    /// By lower rank: what it costs to get from it to a higher one.
    let upward: RankLinks
    /// By lower rank: what it costs to get to it from a higher one.
    let downward: RankLinks
    /// For each rank its arc.
    let arcs: [UInt32]
    /// For each rank the lowest it is paired with, `UInt32.max` at the top.
    let parents: [UInt32]

    static let never = UInt64(1) << 62

    /// Works weights into a network's hierarchy.
    package init(_ network: RoadNetwork, _ weights: RoadWeights) {
        self.network = network
        self.weights = weights
        var arcs = [UInt32](repeating: 0, count: network.arcCount)
        for arc in 0..<network.arcCount { arcs[Int(network.ranks[arc])] = UInt32(arc) }
        self.arcs = arcs
        self.parents = (0..<network.arcCount).map { rank in
            let first = Int(network.pairOffsets[rank])
            return first < Int(network.pairOffsets[rank + 1]) ? network.pairHeads[first] : .max
        }
        let customization = Customization(network, weights)
        (self.upward, self.downward) = customization.links()
    }

    /// Milliseconds and decimetres along the whole of an arc, packed; ``never`` where it is closed.
    func cost(ofArc arc: Int) -> UInt64 {
        let base = Int(self.network.base(UInt32(arc)))
        let milliseconds = self.weights.arcs[base]
        guard milliseconds != RoadWeights.closed else { return Self.never }
        return UInt64(milliseconds) << 32 | UInt64(self.network.edges[base / 2].length)
    }

    /// The same along a share of it, 0…1.
    func cost(ofArc arc: Int, share: Double) -> UInt64 {
        let whole = self.cost(ofArc: arc)
        guard whole < Self.never else { return whole }
        let milliseconds = (Double(whole >> 32) * share).rounded()
        let decimetres = (Double(whole & 0xFFFF_FFFF) * share).rounded()
        return UInt64(milliseconds) << 32 | UInt64(decimetres)
    }

    /// What a turn and the whole of the arc behind it cost; ``never`` where it is not made.
    func cost(ofTurn turn: Int) -> UInt64 {
        let milliseconds = self.weights.turns[turn]
        guard milliseconds != RoadWeights.closed else { return Self.never }
        return self.cost(ofArc: Int(self.network.turns[turn].to)) + UInt64(milliseconds) << 32
    }
}

/// Links between ranks, those of one rank behind each other.
struct RankLinks: Sendable {
    /// One link (12 bytes).
    struct Link: Sendable, BitwiseCopyable {
        let head: UInt32
        let milliseconds: UInt32
        let decimetres: UInt32

        var cost: UInt64 { UInt64(self.milliseconds) << 32 | UInt64(self.decimetres) }
    }

    var offsets: [UInt32]
    var links: [Link]
}
