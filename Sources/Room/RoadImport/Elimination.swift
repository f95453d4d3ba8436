import RoadMap

/// The pairs of arcs that a hierarchy joins: what remains adjacent when arcs are taken out in their order.
///
/// Source: Dibbelt, Strasser, Wagner, *Customizable contraction hierarchies*, ACM J. Exp. Algorithmics 21 (2016).
struct Elimination {
    /// For each arc, shadows included, its rank.
    let ranks: [UInt32]
    /// For each rank the first of its upward pairs, and one more for the end.
    private(set) var offsets: [UInt32]
    /// The higher rank of each pair, ascending within a rank.
    private(set) var heads: [UInt32] = []
    /// For each turn its pair times two, plus one when it leads downward; `UInt32.max` for none.
    private(set) var turnPairs: [UInt32] = []

    /// Contracts a network.
    ///
    /// - Parameters:
    ///   - turns: All turns.
    ///   - edgeOrder: For each edge its place in the order.
    ///   - shadows: The arcs that the arcs beyond two an edge stand for.
    init(turns: [RoadTurn], edgeOrder: [UInt32], shadows: [UInt32]) {
        let ranks = Self.ranks(edgeOrder, shadows)
        self.ranks = ranks
        let count = ranks.count
        // The pairs that the turns make, by the lower rank.
        var own = [UInt32](repeating: 0, count: count + 1)
        for turn in turns where turn.from != turn.to {
            own[Int(min(ranks[Int(turn.from)], ranks[Int(turn.to)])) + 1] += 1
        }
        for index in 0..<count { own[index + 1] += own[index] }
        var fill = own
        var neighbours = [UInt32](repeating: 0, count: Int(own[count]))
        for turn in turns where turn.from != turn.to {
            let (a, b) = (ranks[Int(turn.from)], ranks[Int(turn.to)])
            neighbours[Int(fill[Int(min(a, b))])] = max(a, b)
            fill[Int(min(a, b))] += 1
        }

        var offsets = [UInt32](repeating: 0, count: count + 1)
        var heads: [UInt32] = []
        heads.reserveCapacity(neighbours.count * 3)
        // Whose lowest neighbour a rank is: its pairs go on to it when the lower one is taken out.
        var firstChild = [UInt32](repeating: .max, count: count)
        var sibling = firstChild
        var seen = firstChild
        var list: [UInt32] = []
        for rank in 0..<UInt32(count) {
            list.removeAll(keepingCapacity: true)
            func add(_ other: UInt32) {
                guard other != rank, seen[Int(other)] != rank else { return }
                seen[Int(other)] = rank
                list.append(other)
            }
            for index in Int(own[Int(rank)])..<Int(own[Int(rank) + 1]) { add(neighbours[index]) }
            var child = firstChild[Int(rank)]
            while child != .max {
                for index in Int(offsets[Int(child)])..<Int(offsets[Int(child) + 1]) { add(heads[index]) }
                child = sibling[Int(child)]
            }
            list.sort()
            heads += list
            offsets[Int(rank) + 1] = UInt32(heads.count)
            guard let parent = list.first else { continue }
            sibling[Int(rank)] = firstChild[Int(parent)]
            firstChild[Int(parent)] = rank
        }
        self.offsets = offsets
        self.heads = heads
        self.turnPairs = turns.map { turn in
            let (a, b) = (ranks[Int(turn.from)], ranks[Int(turn.to)])
            guard a != b else { return .max }
            let pair = Self.pair(min(a, b), max(a, b), offsets, heads)
            return pair * 2 + (a < b ? 0 : 1)
        }
    }

    private static func ranks(_ edgeOrder: [UInt32], _ shadows: [UInt32]) -> [UInt32] {
        // A shadow comes with the road that it stands for.
        var size = [UInt32](repeating: 2, count: edgeOrder.count)
        for base in shadows { size[Int(edgeOrder[Int(base / 2)])] += 1 }
        var first = [UInt32](repeating: 0, count: edgeOrder.count + 1)
        for place in edgeOrder.indices { first[place + 1] = first[place] + size[place] }
        var ranks = [UInt32](repeating: 0, count: edgeOrder.count * 2 + shadows.count)
        func give(_ arc: Int, of edge: Int) {
            let place = Int(edgeOrder[edge])
            ranks[arc] = first[place]
            first[place] += 1
        }
        for edge in edgeOrder.indices {
            give(edge * 2, of: edge)
            give(edge * 2 + 1, of: edge)
        }
        for (index, base) in shadows.enumerated() { give(edgeOrder.count * 2 + index, of: Int(base / 2)) }
        return ranks
    }

    private static func pair(_ low: UInt32, _ high: UInt32, _ offsets: [UInt32], _ heads: [UInt32]) -> UInt32 {
        var (first, last) = (Int(offsets[Int(low)]), Int(offsets[Int(low) + 1]) - 1)
        while first < last {
            let middle = (first + last) / 2
            if heads[middle] < high { first = middle + 1 } else { last = middle }
        }
        return UInt32(first)
    }
}
