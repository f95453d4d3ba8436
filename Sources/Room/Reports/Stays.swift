/// From when to when something was so, of many that may overlap; ms since 1970 UTC.
struct Stays: Sendable, Hashable {
    private(set) var ranges: [Range<Int64>] = []

    mutating func add(_ more: [Range<Int64>]) { self.ranges += more }

    /// The time that all of them take together, ms: what overlaps counts as often as it is there.
    var sum: Int64 { self.ranges.reduce(0) { $0 + ($1.upperBound - $1.lowerBound) } }

    /// The time in which at least one of them holds, ms.
    var union: Int64 { Self(merging: self.ranges).sum }

    /// The time in which at least one of them holds and none of the others, ms.
    func union(without others: Stays) -> Int64 {
        let both = Self(merging: self.ranges + others.ranges)
        return both.sum - others.union
    }

    init() {}

    /// The same time without overlaps, in order.
    private init(merging ranges: [Range<Int64>]) {
        for range in ranges.sorted(by: { ($0.lowerBound, $0.upperBound) < ($1.lowerBound, $1.upperBound) }) {
            if let last = self.ranges.last, range.lowerBound <= last.upperBound {
                let end = max(last.upperBound, range.upperBound)
                self.ranges[self.ranges.count - 1] = last.lowerBound..<end
            } else {
                self.ranges.append(range)
            }
        }
    }
}
