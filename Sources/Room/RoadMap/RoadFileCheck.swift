/// Looks once, when a road file is opened, at every number in it that is used as an index or a measure.
///
/// A checksum says that a file is what was written, not that it makes sense. After this check no content of a file can
/// lead a search outside of it. Each pass is linear in the size of the file.
struct RoadFileCheck {
    private let network: RoadNetwork
    private let arcs: Int

    /// No cell of the grid is smaller, degrees times 10⁷: a search looks at ring after ring of them.
    private static let smallestCell: Int32 = 1_000

    private init(_ network: RoadNetwork) {
        (self.network, self.arcs) = (network, network.arcCount)
    }

    /// What is wrong with a road file's content; `nil` when nothing is.
    static func fault(of network: RoadNetwork) -> String? {
        let check = RoadFileCheck(network)
        let passes: [(what: String, isRight: () -> Bool)] = [
            ("the number of arcs", check.isCounted), ("pieces of road", check.areEdgesRight),
            ("points", check.arePointsRight), ("the grid", check.isGridRight), ("turns", check.areTurnsRight),
            ("incoming turns", check.isIncomingRight), ("ranks", check.areRanksRight), ("pairs", check.arePairsRight),
            ("pairs of turns", check.areTurnPairsRight),
        ]
        return passes.first { !$0.isRight() }.map { "\($0.what) do not make sense" }
    }

    private func isCounted() -> Bool {
        let edges = self.network.edges.count
        return edges > 0 && edges < 1 << 29 && self.arcs == edges * 2 + self.network.shadows.count
            && self.arcs < Int(UInt32.max) && self.network.turns.count < 1 << 31
            && self.network.pairHeads.count < 1 << 31
            && self.network.shadows.allSatisfy { Int($0) < edges * 2 }
    }

    private func areEdgesRight() -> Bool {
        let (vertices, points) = (UInt64(self.network.vertices.count), UInt64(self.network.points.count))
        return self.network.edges.allSatisfy { edge in
            UInt64(edge.from) < vertices && UInt64(edge.to) < vertices && edge.pointCount >= 2
                && UInt64(edge.firstPoint) + UInt64(edge.pointCount) <= points
        }
    }

    private func arePointsRight() -> Bool {
        func isOnEarth(_ point: FixedPoint) -> Bool {
            (-900_000_000...900_000_000).contains(point.latitude)
                && (-1_800_000_000...1_800_000_000).contains(point.longitude)
        }
        let summary = self.network.summary
        return isOnEarth(FixedPoint(latitude: summary.south, longitude: summary.west))
            && isOnEarth(FixedPoint(latitude: summary.north, longitude: summary.east))
            && self.network.points.allSatisfy(isOnEarth) && self.network.vertices.allSatisfy(isOnEarth)
            && self.network.cellEntries.allSatisfy { isOnEarth($0.from) && isOnEarth($0.to) }
    }

    private func isGridRight() -> Bool {
        let summary = self.network.summary
        guard summary.cellHeight >= Self.smallestCell, summary.cellWidth >= Self.smallestCell,
            summary.south <= summary.north, summary.west <= summary.east
        else { return false }
        let rows = (Int(summary.north) - Int(summary.south)) / Int(summary.cellHeight) + 1
        let columns = (Int(summary.east) - Int(summary.west)) / Int(summary.cellWidth) + 1
        let edges = UInt32(self.network.edges.count)
        // Latitudes and longitudes are 32-bit numbers: the product of two spans, in cells, is far from any overflow.
        return Int(summary.rows) == rows && Int(summary.columns) == columns && rows * columns < Int(UInt32.max)
            && Self.isAscending(
                self.network.cellOffsets,
                count: rows * columns,
                total: self.network.cellEntries.count
            )
            && self.network.cellEntries.allSatisfy { $0.edge < edges && $0.begins <= $0.ends }
    }

    private func areTurnsRight() -> Bool {
        let (turns, offsets) = (self.network.turns, self.network.turnOffsets)
        guard Self.isAscending(offsets, count: self.arcs, total: turns.count) else { return false }
        for arc in 0..<self.arcs {
            for index in Int(offsets[arc])..<Int(offsets[arc + 1]) {
                guard Int(turns[index].from) == arc, Int(turns[index].to) < self.arcs else { return false }
            }
        }
        return true
    }

    private func isIncomingRight() -> Bool {
        let (turns, offsets) = (self.network.turns, self.network.incomingOffsets)
        let incoming = self.network.incoming
        guard incoming.count == turns.count,
            Self.isAscending(offsets, count: self.arcs, total: incoming.count)
        else { return false }
        for arc in 0..<self.arcs {
            for index in Int(offsets[arc])..<Int(offsets[arc + 1]) {
                let turn = Int(incoming[index])
                guard turn < turns.count, Int(turns[turn].to) == arc else { return false }
            }
        }
        return true
    }

    /// Each arc has a rank of its own.
    private func areRanksRight() -> Bool {
        var isTaken = [Bool](repeating: false, count: self.arcs)
        for rank in self.network.ranks {
            guard Int(rank) < self.arcs, !isTaken[Int(rank)] else { return false }
            isTaken[Int(rank)] = true
        }
        return true
    }

    /// Pairs lead upward, each rank's ascending.
    private func arePairsRight() -> Bool {
        let (offsets, heads) = (self.network.pairOffsets, self.network.pairHeads)
        guard Self.isAscending(offsets, count: self.arcs, total: heads.count) else { return false }
        for rank in 0..<self.arcs {
            var before = UInt32(rank)
            for index in Int(offsets[rank])..<Int(offsets[rank + 1]) {
                guard heads[index] > before else { return false }
                before = heads[index]
            }
            guard Int(before) < self.arcs else { return false }
        }
        return self.arePairsClosed()
    }

    /// What a rank is paired with above its lowest, that lowest is paired with too: what customisation goes by.
    private func arePairsClosed() -> Bool {
        let (offsets, heads) = (self.network.pairOffsets, self.network.pairHeads)
        for rank in 0..<self.arcs {
            let (first, end) = (Int(offsets[rank]), Int(offsets[rank + 1]))
            guard end - first > 1 else { continue }
            let parent = Int(heads[first])
            var place = Int(offsets[parent])
            let last = Int(offsets[parent + 1])
            for index in first + 1..<end {
                while place < last, heads[place] < heads[index] { place += 1 }
                guard place < last, heads[place] == heads[index] else { return false }
            }
        }
        return true
    }

    /// Each turn belongs to the pair of the ranks of its two arcs.
    private func areTurnPairsRight() -> Bool {
        let (ranks, offsets, heads) = (self.network.ranks, self.network.pairOffsets, self.network.pairHeads)
        guard self.network.turnPairs.count == self.network.turns.count else { return false }
        for (index, turn) in self.network.turns.enumerated() {
            let slot = self.network.turnPairs[index]
            let (from, to) = (ranks[Int(turn.from)], ranks[Int(turn.to)])
            guard from != to else {
                guard slot == .max else { return false }
                continue
            }
            let (pair, low) = (Int(slot >> 1), Int(min(from, to)))
            guard slot != .max, slot & 1 == (from < to ? 0 : 1), pair >= Int(offsets[low]),
                pair < Int(offsets[low + 1]),
                heads[pair] == max(from, to)
            else { return false }
        }
        return true
    }

    /// Whether offsets begin at nothing, never fall, and end at all there is.
    private static func isAscending(_ offsets: UnsafeBufferPointer<UInt32>, count: Int, total: Int) -> Bool {
        guard offsets.count == count + 1, offsets[0] == 0, Int(offsets[count]) == total else { return false }
        var before: UInt32 = 0
        for offset in offsets {
            guard offset >= before else { return false }
            before = offset
        }
        return true
    }
}
