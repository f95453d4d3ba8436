/// The way from one unit to the scene.
package struct Leg: Sendable, Hashable {
    /// Travel time, ms.
    package let milliseconds: UInt32
    /// Length of that way, metres.
    package let metres: Double
}

/// Where a unit starts, and which way it is facing.
package struct Start: Sendable, Hashable {
    /// Its place on a road.
    package let place: SnappedPlace
    /// Whether it faces along the road's points; `nil` when its course is not known.
    package let facesForward: Bool?

    /// Creates a start.
    package init(place: SnappedPlace, facesForward: Bool?) {
        self.place = place
        self.facesForward = facesForward
    }
}

/// Finds the fastest ways from many places to one, by one search backward from the one.
///
/// Source: Dijkstra, *A note on two problems in connexion with graphs*, Numer. Math. 1 (1959).
package struct ReverseSearch: Sendable {
    /// What it costs to turn around on the road, ms: to stop, to swing round, to be up to speed again.
    package static let turnAround: UInt32 = 10_000

    private let network: RoadNetwork
    private let weights: RoadWeights

    /// Creates a search.
    package init(_ network: RoadNetwork, _ weights: RoadWeights) {
        self.network = network
        self.weights = weights
    }

    /// Returns for each start its fastest way to the scene, `nil` where there is none.
    package func legs(from starts: [Start], to scene: SnappedPlace) -> [Leg?] {
        var needed: Set<UInt32> = []
        for start in starts {
            let edge = self.network.edges[start.place.edge]
            if edge.isForwardAllowed { needed.insert(edge.to) }
            if edge.isBackwardAllowed { needed.insert(edge.from) }
        }
        let reached = self.search(from: scene, until: needed)
        return starts.map { self.leg(from: $0, to: scene, reached) }
    }

    private struct Label {
        var milliseconds: UInt32
        var decimetres: UInt32
    }

    /// The labels of all vertices; final where ``isFinal`` says so.
    private struct Labels {
        var all: [Label]
        var isFinal: [Bool]

        init(count: Int) {
            self.all = Array(repeating: Label(milliseconds: .max, decimetres: .max), count: count)
            self.isFinal = Array(repeating: false, count: count)
        }

        /// What was touched but is not final may still be too slow.
        subscript(vertex: UInt32) -> Label? { self.isFinal[Int(vertex)] ? self.all[Int(vertex)] : nil }
    }

    /// Labels the vertices with their way to the scene, until all `needed` are final.
    private func search(from scene: SnappedPlace, until needed: Set<UInt32>) -> Labels {
        var labels = Labels(count: self.network.vertexCount)
        var left = needed
        var queue = MinHeap<Waiting>()
        func relax(_ vertex: UInt32, _ label: Label) {
            guard label.milliseconds < labels.all[Int(vertex)].milliseconds else { return }
            labels.all[Int(vertex)] = label
            queue.push(Waiting(cost: label.milliseconds, vertex: vertex))
        }

        let edge = self.network.edges[scene.edge]
        if edge.isForwardAllowed {
            relax(edge.from, self.part(of: scene.edge, isForward: true, share: scene.fraction))
        }
        if edge.isBackwardAllowed {
            relax(edge.to, self.part(of: scene.edge, isForward: false, share: 1 - scene.fraction))
        }
        while let vertex = queue.pop()?.vertex {
            guard !labels.isFinal[Int(vertex)] else { continue }
            labels.isFinal[Int(vertex)] = true
            let label = labels.all[Int(vertex)]
            left.remove(vertex)
            if left.isEmpty { break }
            let arcs =
                Int(self.network.incomingOffsets[Int(vertex)])..<Int(self.network.incomingOffsets[Int(vertex) + 1])
            for index in arcs {
                let arc = self.network.incoming[index]
                let number = Int(arc / 2)
                let isForward = arc % 2 == 0
                let edge = self.network.edges[number]
                let cost = isForward ? self.weights.forward[number] : self.weights.backward[number]
                guard cost != RoadWeights.closed else { continue }
                let next = Label(
                    milliseconds: label.milliseconds.addingSaturated(cost),
                    decimetres: label.decimetres.addingSaturated(edge.length)
                )
                relax(isForward ? edge.from : edge.to, next)
            }
        }
        return labels
    }

    private func leg(from start: Start, to scene: SnappedPlace, _ reached: Labels) -> Leg? {
        let place = start.place
        let edge = self.network.edges[place.edge]
        var best: Label?
        func offer(_ first: Label, isForward: Bool, then rest: Label) {
            let isTurn = start.facesForward.map { $0 != isForward } ?? false
            let label = Label(
                milliseconds: first.milliseconds.addingSaturated(rest.milliseconds)
                    .addingSaturated(isTurn ? Self.turnAround : 0),
                decimetres: first.decimetres.addingSaturated(rest.decimetres)
            )
            if label.milliseconds < best?.milliseconds ?? .max { best = label }
        }
        let nothing = Label(milliseconds: 0, decimetres: 0)
        if place.edge == scene.edge {
            let ahead = scene.fraction - place.fraction
            if ahead >= 0, edge.isForwardAllowed {
                offer(self.part(of: place.edge, isForward: true, share: ahead), isForward: true, then: nothing)
            }
            if ahead <= 0, edge.isBackwardAllowed {
                offer(self.part(of: place.edge, isForward: false, share: -ahead), isForward: false, then: nothing)
            }
        }
        if edge.isForwardAllowed, let rest = reached[edge.to] {
            offer(self.part(of: place.edge, isForward: true, share: 1 - place.fraction), isForward: true, then: rest)
        }
        if edge.isBackwardAllowed, let rest = reached[edge.from] {
            offer(self.part(of: place.edge, isForward: false, share: place.fraction), isForward: false, then: rest)
        }
        return best.map { Leg(milliseconds: $0.milliseconds, metres: Double($0.decimetres) / 10) }
    }

    private func part(of edge: Int, isForward: Bool, share: Double) -> Label {
        let cost = isForward ? self.weights.forward[edge] : self.weights.backward[edge]
        return Label(
            milliseconds: UInt32((Double(cost) * share).rounded()),
            decimetres: UInt32((Double(self.network.edges[edge].length) * share).rounded())
        )
    }
}

extension UInt32 {
    fileprivate func addingSaturated(_ other: UInt32) -> UInt32 {
        let (sum, overflow) = self.addingReportingOverflow(other)
        return overflow ? .max : sum
    }
}

/// A vertex that waits, by its cost.
private struct Waiting: Comparable {
    let cost: UInt32
    let vertex: UInt32

    static func < (lhs: Waiting, rhs: Waiting) -> Bool { lhs.cost < rhs.cost }
}
