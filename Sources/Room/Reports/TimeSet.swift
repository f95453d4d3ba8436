/// Times that do not overlap, in order; ms since 1970 UTC.
package struct TimeSet: Sendable, Hashable {
    /// The times.
    package private(set) var ranges: [Range<Int64>] = []

    /// Creates a set of times that may overlap.
    package init(_ ranges: [Range<Int64>] = []) {
        for range in ranges.sorted(by: { ($0.lowerBound, $0.upperBound) < ($1.lowerBound, $1.upperBound) })
        where !range.isEmpty {
            if let last = self.ranges.last, range.lowerBound <= last.upperBound {
                self.ranges[self.ranges.count - 1] = last.lowerBound..<max(last.upperBound, range.upperBound)
            } else {
                self.ranges.append(range)
            }
        }
    }

    /// How long they are together, ms.
    package var total: Int64 { self.ranges.reduce(0) { $0 + ($1.upperBound - $1.lowerBound) } }

    /// The times that both have.
    package func intersection(_ other: TimeSet) -> TimeSet {
        var (result, i, j) = (TimeSet(), 0, 0)
        while i < self.ranges.count, j < other.ranges.count {
            let (a, b) = (self.ranges[i], other.ranges[j])
            let (begin, end) = (max(a.lowerBound, b.lowerBound), min(a.upperBound, b.upperBound))
            if begin < end { result.ranges.append(begin..<end) }
            if a.upperBound < b.upperBound { i += 1 } else { j += 1 }
        }
        return result
    }

    /// The times of this one that the other does not have.
    package func subtracting(_ other: TimeSet) -> TimeSet {
        var result = TimeSet()
        var j = 0
        for range in self.ranges {
            var begin = range.lowerBound
            while j < other.ranges.count, other.ranges[j].upperBound <= begin { j += 1 }
            var k = j
            while k < other.ranges.count, other.ranges[k].lowerBound < range.upperBound {
                if other.ranges[k].lowerBound > begin { result.ranges.append(begin..<other.ranges[k].lowerBound) }
                begin = max(begin, other.ranges[k].upperBound)
                k += 1
            }
            if begin < range.upperBound { result.ranges.append(begin..<range.upperBound) }
        }
        return result
    }
}
