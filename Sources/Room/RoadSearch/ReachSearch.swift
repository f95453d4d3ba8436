import RoadMap

/// Which unit reaches a place first, and which would without that one.
package struct Arrivals: Sendable, Hashable {
    /// The soonest: ms in the upper, the start's place in the list in the lower half.
    private(set) var first = UInt64.max
    /// The soonest of another start.
    private(set) var second = UInt64.max

    /// Takes one more arrival.
    @inline(__always)
    mutating func take(_ arrival: UInt64) {
        guard arrival < self.second else { return }
        if UInt32(truncatingIfNeeded: arrival) == UInt32(truncatingIfNeeded: self.first) {
            self.first = min(self.first, arrival)
        } else if arrival < self.first {
            (self.first, self.second) = (arrival, self.first)
        } else {
            self.second = arrival
        }
    }

    /// ms of the soonest, or of the soonest but one start; `nil` when nobody comes in time.
    func milliseconds(without absent: Int? = nil) -> Double? {
        let isAbsent = absent.map { self.first != .max && Int(self.first & 0xFFFF_FFFF) == $0 } ?? false
        let arrival = isAbsent ? self.second : self.first
        return arrival == .max ? nil : Double(arrival >> 32)
    }

    /// Whether two starts come in time: then both are known.
    var isFull: Bool { self.second != .max }

    /// What was so many ms before.
    func earlier(by time: UInt32) -> Arrivals {
        var arrivals = self
        arrivals.first &-= UInt64(time) << 32
        arrivals.second &-= UInt64(time) << 32
        return arrivals
    }

    /// The unit that is there first.
    var start: Int? { self.first == .max ? nil : Int(self.first & 0xFFFF_FFFF) }
}

/// Finds how soon the end of each arc is reached from the nearest of many units, by one sweep over the hierarchy.
///
/// Each arc also keeps who would be there without its nearest unit, so that what sending one away would cost is
/// known without another search.
package struct ReachSearch: Sendable {
    private let metric: RoadMetric

    /// Creates a search.
    package init(_ metric: RoadMetric) { self.metric = metric }

    /// Labels the ends of all arcs that are reached within `limit` ms, by arc, shadows included.
    package func reach(from starts: [Start], within limit: UInt32) -> [Arrivals] {
        var labels = [Arrivals](repeating: Arrivals(), count: self.metric.arcs.count)
        var isAbove = [Bool](repeating: false, count: labels.count)
        for (number, start) in starts.enumerated() {
            for (arc, share) in start.place.arcs {
                let cost = self.metric.cost(ofArc: arc, share: 1 - share)
                guard cost < RoadMetric.never else { continue }
                let turn = start.isTurn(forward: arc % 2 == 0) ? self.metric.weights.turnAround : 0
                let milliseconds = cost >> 32 + UInt64(turn)
                guard milliseconds <= UInt64(limit) else { continue }
                var rank = self.metric.network.ranks[arc]
                labels[Int(rank)].take(milliseconds << 32 | UInt64(number))
                while rank != .max, !isAbove[Int(rank)] {
                    isAbove[Int(rank)] = true
                    rank = self.metric.parents[Int(rank)]
                }
            }
        }
        let top = UInt64(limit) << 32 | 0xFFFF_FFFF
        labels.withUnsafeMutableBufferPointer { labels in
            for rank in labels.indices where isAbove[rank] && labels[rank].first != .max {
                let here = labels[rank]
                for index in self.links(self.metric.upward, rank) {
                    let link = self.metric.upward.links[index]
                    let time = UInt64(link.milliseconds) << 32
                    labels[Int(link.head)].take(time, beyond: here, atMost: top)
                }
            }
            self.metric.downward.links.withUnsafeBufferPointer { links in
                for rank in stride(from: labels.count - 1, through: 0, by: -1) {
                    var here = labels[rank]
                    for index in self.links(self.metric.downward, rank) {
                        let link = links[index]
                        here.take(UInt64(link.milliseconds) << 32, beyond: labels[Int(link.head)], atMost: top)
                    }
                    labels[rank] = here
                }
            }
        }
        return self.metric.network.ranks.map { labels[Int($0)] }
    }

    private func links(_ links: RankLinks, _ rank: Int) -> Range<Int> {
        Int(links.offsets[rank])..<Int(links.offsets[rank + 1])
    }
}

extension Arrivals {
    @inline(__always)
    mutating func take(_ time: UInt64, beyond other: Arrivals, atMost top: UInt64) {
        guard other.first != .max else { return }
        let first = other.first &+ time
        if first <= top { self.take(first) }
        guard other.second != .max else { return }
        let second = other.second &+ time
        if second <= top { self.take(second) }
    }
}
