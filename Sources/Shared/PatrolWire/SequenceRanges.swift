/// A set of record numbers, kept as disjoint ranges: what a room has stored, what a device may forget.
public struct SequenceRanges: Sendable, Hashable {
    /// The ranges, ascending, none touching the next.
    public private(set) var ranges: [ClosedRange<Int64>] = []

    /// Creates an empty set.
    public init() {}

    /// Creates the union of ranges in any order.
    public init(_ ranges: some Sequence<ClosedRange<Int64>>) {
        for range in ranges { self.insert(range) }
    }

    /// The number up to which everything is there, from 1 on; 0 when 1 is missing.
    public var upTo: Int64 {
        guard let first = self.ranges.first, first.lowerBound <= 1 else { return 0 }
        return first.upperBound
    }

    /// The ranges beyond ``upTo``.
    public var beyond: [ClosedRange<Int64>] {
        self.upTo > 0 ? Array(self.ranges.dropFirst()) : self.ranges
    }

    /// How many numbers are there.
    public var count: Int64 { self.ranges.reduce(0) { $0 + $1.upperBound - $1.lowerBound + 1 } }

    /// Whether a number is there.
    public func contains(_ number: Int64) -> Bool {
        let index = self.firstIndex(endingAtOrAfter: number)
        return index < self.ranges.count && self.ranges[index].contains(number)
    }

    /// The first number from `number` on that is not there.
    public func firstMissing(from number: Int64) -> Int64 {
        let index = self.firstIndex(endingAtOrAfter: number)
        guard index < self.ranges.count, self.ranges[index].contains(number) else { return number }
        return self.ranges[index].upperBound + 1
    }

    /// Adds a range.
    public mutating func insert(_ range: ClosedRange<Int64>) {
        // Ranges that overlap or touch the new one become one with it.
        let first = self.firstIndex(endingAtOrAfter: range.lowerBound - 1)
        var last = first
        var merged = range
        while last < self.ranges.count, self.ranges[last].lowerBound <= range.upperBound + 1 {
            let other = self.ranges[last]
            merged = min(merged.lowerBound, other.lowerBound)...max(merged.upperBound, other.upperBound)
            last += 1
        }
        self.ranges.replaceSubrange(first..<last, with: CollectionOfOne(merged))
    }

    /// Adds all of another set.
    public mutating func formUnion(_ other: SequenceRanges) {
        for range in other.ranges { self.insert(range) }
    }

    /// Returns what is here and not in another set.
    public func subtracting(_ other: SequenceRanges) -> SequenceRanges {
        var rest = SequenceRanges()
        for range in self.ranges {
            var from = range.lowerBound
            var index = other.firstIndex(endingAtOrAfter: from)
            while index < other.ranges.count, other.ranges[index].lowerBound <= range.upperBound {
                let hole = other.ranges[index]
                if hole.lowerBound > from { rest.insert(from...hole.lowerBound - 1) }
                from = max(from, hole.upperBound + 1)
                index += 1
            }
            if from <= range.upperBound { rest.insert(from...range.upperBound) }
        }
        return rest
    }

    /// Returns what is both here and in another set.
    public func intersection(_ other: SequenceRanges) -> SequenceRanges { self.subtracting(self.subtracting(other)) }

    /// Binary search: the first range whose end is not before `number`.
    private func firstIndex(endingAtOrAfter number: Int64) -> Int {
        var low = 0
        var high = self.ranges.count
        while low < high {
            let middle = (low + high) / 2
            if self.ranges[middle].upperBound < number { low = middle + 1 } else { high = middle }
        }
        return low
    }
}

extension Acknowledgement {
    /// Creates the acknowledgement of a whole set.
    ///
    /// `isForked` tells the device that it has given numbers of this log twice.
    public init(log: String, stored: SequenceRanges, isForked: Bool = false, sum: String? = nil) {
        self.init(log: log, upTo: stored.upTo, have: stored.beyond)
        self.sum = sum
        if isForked { self.forked = true }
    }

    /// The set that it acknowledges.
    public var stored: SequenceRanges {
        var stored = SequenceRanges()
        if self.upTo >= 1 { stored.insert(1...self.upTo) }
        for range in self.have where range.count == 2 && range[0] <= range[1] { stored.insert(range[0]...range[1]) }
        return stored
    }
}
