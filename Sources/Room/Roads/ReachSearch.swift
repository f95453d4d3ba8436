/// When a junction is reached first, and by whom.
package struct Arrival: Sendable, Hashable {
    /// Travel time, ms; `UInt32.max` when nobody comes in time.
    package let milliseconds: UInt32
    /// Which of the starts comes, by its place in the list.
    package let start: Int32

    /// Nobody comes.
    package static let never = Arrival(milliseconds: .max, start: -1)
}

/// Finds how soon each junction is reached from the nearest of many units, by one search forward from all of them.
///
/// Each junction also keeps who would be there without its nearest unit, so that what sending one away would cost is
/// known without another search.
package struct ReachSearch: Sendable {
    /// For each junction the two soonest arrivals, of two different starts.
    package struct Reached: Sendable {
        /// The soonest.
        package fileprivate(set) var first: [Arrival]
        /// The soonest of another start.
        package fileprivate(set) var second: [Arrival]
    }

    private let network: RoadNetwork
    private let weights: RoadWeights
    /// Arcs that begin at a vertex: edge times two, plus one when it is driven backward.
    private let offsets: [UInt32]
    private let outgoing: [UInt32]

    /// Prepares a network.
    package init(_ network: RoadNetwork, _ weights: RoadWeights) {
        (self.network, self.weights) = (network, weights)
        var offsets = [UInt32](repeating: 0, count: network.vertexCount + 1)
        func forEachArc(_ body: (_ vertex: UInt32, _ arc: UInt32) -> Void) {
            for index in 0..<network.edgeCount {
                let edge = network.edges[index]
                if weights.forward[index] != RoadWeights.closed { body(edge.from, UInt32(index) * 2) }
                if weights.backward[index] != RoadWeights.closed { body(edge.to, UInt32(index) * 2 + 1) }
            }
        }
        forEachArc { vertex, _ in offsets[Int(vertex) + 1] += 1 }
        for vertex in 0..<network.vertexCount { offsets[vertex + 1] += offsets[vertex] }
        var next = offsets
        var outgoing = [UInt32](repeating: 0, count: Int(offsets[network.vertexCount]))
        forEachArc { vertex, arc in
            outgoing[Int(next[Int(vertex)])] = arc
            next[Int(vertex)] += 1
        }
        (self.offsets, self.outgoing) = (offsets, outgoing)
    }

    /// Labels all junctions that are reached within `limit` ms.
    package func reach(from starts: [Start], within limit: UInt32) -> Reached {
        var reached = Reached(
            first: Array(repeating: .never, count: self.network.vertexCount),
            second: Array(repeating: .never, count: self.network.vertexCount)
        )
        var queue = MinHeap<Coming>()
        for (number, start) in starts.enumerated() {
            for isForward in [true, false] {
                guard let cost = self.cost(of: start, isForward: isForward), cost <= limit else { continue }
                let edge = self.network.edges[start.place.edge]
                let arrival = Arrival(milliseconds: cost, start: Int32(number))
                queue.push(Coming(vertex: isForward ? edge.to : edge.from, arrival: arrival))
            }
        }
        while let next = queue.pop() {
            let (index, arrival) = (Int(next.vertex), next.arrival)
            if reached.first[index].start < 0 {
                reached.first[index] = arrival
            } else if reached.first[index].start != arrival.start, reached.second[index].start < 0 {
                reached.second[index] = arrival
            } else {
                continue
            }
            for position in Int(self.offsets[index])..<Int(self.offsets[index + 1]) {
                let arc = self.outgoing[position]
                let edge = self.network.edges[Int(arc / 2)]
                let isForward = arc % 2 == 0
                let cost = isForward ? self.weights.forward[Int(arc / 2)] : self.weights.backward[Int(arc / 2)]
                let (sum, overflow) = arrival.milliseconds.addingReportingOverflow(cost)
                guard !overflow, sum <= limit else { continue }
                let head = isForward ? edge.to : edge.from
                let known = reached.second[Int(head)].start >= 0
                if known || reached.first[Int(head)].start == arrival.start { continue }
                queue.push(Coming(vertex: head, arrival: Arrival(milliseconds: sum, start: arrival.start)))
            }
        }
        return reached
    }

    /// ms from a start to the end of its road in one direction; `nil` where that may not be driven.
    private func cost(of start: Start, isForward: Bool) -> UInt32? {
        let place = start.place
        let whole = isForward ? self.weights.forward[place.edge] : self.weights.backward[place.edge]
        guard whole != RoadWeights.closed else { return nil }
        let share = isForward ? 1 - place.fraction : place.fraction
        let isTurn = start.facesForward.map { $0 != isForward } ?? false
        return UInt32((Double(whole) * share).rounded()) + (isTurn ? ReverseSearch.turnAround : 0)
    }
}

/// An arrival that waits, by its time and then by its start: the same question gives the same answer.
private struct Coming: Comparable {
    let vertex: UInt32
    let arrival: Arrival

    static func < (lhs: Coming, rhs: Coming) -> Bool {
        (lhs.arrival.milliseconds, lhs.arrival.start) < (rhs.arrival.milliseconds, rhs.arrival.start)
    }
}
