import RoadMap

/// Works weights into the pairs of a hierarchy.
///
/// First each pair gets the cheapest way over lower ranks, then, from the top down, the cheapest way at all; a pair
/// that some other way undercuts is of no use to any search and is left out.
///
/// Source: Dibbelt, Strasser, Wagner, *Customizable contraction hierarchies*, ACM J. Exp. Algorithmics 21 (2016),
/// basic and perfect customization.
struct Customization {
    private let network: RoadNetwork
    /// By pair: from the lower rank to the higher.
    private var up: [UInt64]
    /// By pair: from the higher rank to the lower.
    private var down: [UInt64]

    init(_ network: RoadNetwork, _ weights: RoadWeights) {
        self.network = network
        self.up = [UInt64](repeating: RoadMetric.never, count: network.pairHeads.count)
        self.down = self.up
        self.takeTurns(weights)
        self.joinOverLower()
    }

    private mutating func takeTurns(_ weights: RoadWeights) {
        for (index, turn) in self.network.turns.enumerated() {
            let (slot, milliseconds) = (self.network.turnPairs[index], weights.turns[index])
            guard slot != .max, milliseconds != RoadWeights.closed else { continue }
            let base = Int(self.network.base(turn.to))
            guard weights.arcs[base] != RoadWeights.closed else { continue }
            let time = UInt64(milliseconds) + UInt64(weights.arcs[base])
            let cost = time << 32 | UInt64(self.network.edges[base / 2].length)
            if slot & 1 == 0 {
                self.up[Int(slot >> 1)] = min(self.up[Int(slot >> 1)], cost)
            } else {
                self.down[Int(slot >> 1)] = min(self.down[Int(slot >> 1)], cost)
            }
        }
    }

    /// Relaxes each pair over every lower rank, in ascending order.
    ///
    /// Each lower rank waits in the list of the next higher rank that it is paired with.
    private mutating func joinOverLower() {
        let (offsets, heads) = (self.network.pairOffsets, self.network.pairHeads)
        let count = self.network.arcCount
        var first = [UInt32](repeating: .max, count: count)
        var following = first
        var cursor = [UInt32](repeating: 0, count: count)
        var place = [UInt32](repeating: 0, count: count)
        self.up.withUnsafeMutableBufferPointer { up in
            self.down.withUnsafeMutableBufferPointer { down in
                for rank in 0..<count {
                    let own = Int(offsets[rank])..<Int(offsets[rank + 1])
                    for pair in own { place[Int(heads[pair])] = UInt32(pair) }
                    var lower = first[rank]
                    while lower != .max {
                        let next = following[Int(lower)]
                        let pair = Int(cursor[Int(lower)])
                        let end = Int(offsets[Int(lower) + 1])
                        let (toRank, fromRank) = (up[pair], down[pair])
                        if toRank < RoadMetric.never || fromRank < RoadMetric.never {
                            for other in pair + 1..<max(pair + 1, end) {
                                let target = Int(place[Int(heads[other])])
                                up[target] = min(up[target], fromRank &+ up[other])
                                down[target] = min(down[target], down[other] &+ toRank)
                            }
                        }
                        if pair + 1 < end {
                            cursor[Int(lower)] += 1
                            let higher = Int(heads[pair + 1])
                            following[Int(lower)] = first[higher]
                            first[higher] = lower
                        }
                        lower = next
                    }
                    guard let start = own.first else { continue }
                    cursor[rank] = UInt32(start)
                    let higher = Int(heads[start])
                    following[rank] = first[higher]
                    first[higher] = UInt32(rank)
                }
            }
        }
    }

    /// Returns the links that some cheapest way needs.
    consuming func links() -> (upward: RankLinks, downward: RankLinks) {
        let (joinedUp, joinedDown) = (self.up, self.down)
        self.undercut()
        return (
            Self.links(self.network, joinedUp, atMost: self.up), Self.links(self.network, joinedDown, atMost: self.down)
        )
    }

    /// Gives each pair the cost of the cheapest way at all, from the top down.
    private mutating func undercut() {
        let (offsets, heads) = (self.network.pairOffsets, self.network.pairHeads)
        var place = [UInt32](repeating: .max, count: self.network.arcCount)
        self.up.withUnsafeMutableBufferPointer { up in
            self.down.withUnsafeMutableBufferPointer { down in
                for rank in stride(from: self.network.arcCount - 1, through: 0, by: -1) {
                    let own = Int(offsets[rank])..<Int(offsets[rank + 1])
                    for pair in own { place[Int(heads[pair])] = UInt32(pair) }
                    for pair in own {
                        let middle = Int(heads[pair])
                        for between in Int(offsets[middle])..<Int(offsets[middle + 1]) {
                            let other = Int(place[Int(heads[between])])
                            guard other != Int(UInt32.max) else { continue }
                            // rank - middle, rank - high, and middle - high, each in both directions.
                            let (toMiddle, fromMiddle) = (up[pair], down[pair])
                            let (toHigh, fromHigh) = (up[other], down[other])
                            let (climb, descent) = (up[between], down[between])
                            up[other] = min(toHigh, toMiddle &+ climb)
                            down[other] = min(fromHigh, descent &+ fromMiddle)
                            up[pair] = min(toMiddle, toHigh &+ descent)
                            down[pair] = min(fromMiddle, climb &+ fromHigh)
                        }
                    }
                    for pair in own { place[Int(heads[pair])] = .max }
                }
            }
        }
    }

    private static func links(_ network: RoadNetwork, _ joined: [UInt64], atMost cheapest: [UInt64]) -> RankLinks {
        var offsets = [UInt32](repeating: 0, count: network.arcCount + 1)
        var links: [RankLinks.Link] = []
        links.reserveCapacity(joined.count / 2)
        for rank in 0..<network.arcCount {
            for pair in Int(network.pairOffsets[rank])..<Int(network.pairOffsets[rank + 1])
            where joined[pair] < RoadMetric.never && joined[pair] <= cheapest[pair] {
                links.append(
                    RankLinks.Link(
                        head: network.pairHeads[pair],
                        milliseconds: UInt32(truncatingIfNeeded: joined[pair] >> 32),
                        decimetres: UInt32(truncatingIfNeeded: joined[pair])
                    )
                )
            }
            offsets[rank + 1] = UInt32(links.count)
        }
        return RankLinks(offsets: offsets, links: links)
    }
}
