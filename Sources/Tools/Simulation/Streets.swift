package import Ground

/// The town's streets as a driver knows them: from where to where, how far, how fast.
///
/// Built from the town itself and not from the room's road file, so that what the room estimates and what a
/// driver does come from two sources.
package struct Streets: Sendable {
    /// One way to leave a node.
    package struct Arc: Sendable {
        /// Node where it leads.
        package let to: Int
        /// Length, metres.
        package let metres: Double
        /// Speed limit, m/s.
        package let limit: Double
    }

    /// Where each node is.
    package let points: [PlanePoint]

    /// Ways out of each node.
    package private(set) var arcs: [[Arc]]

    /// Nodes from which every other of them can be reached.
    package private(set) var homes: [Int] = []

    /// Reads a town.
    package init(_ town: Town) {
        self.points = town.nodes.map(\.point)
        self.arcs = Array(repeating: [], count: town.nodes.count)
        for way in town.ways {
            for (a, b) in zip(way.nodes, way.nodes.dropFirst()) {
                let metres = self.points[a].distance(to: self.points[b])
                let limit = Double(way.limit) / 3.6
                self.arcs[a].append(Arc(to: b, metres: metres, limit: limit))
                if !way.isOneWay { self.arcs[b].append(Arc(to: a, metres: metres, limit: limit)) }
            }
        }
        self.homes = self.mutuallyReachable()
    }

    /// The fastest way between two nodes, both included; `nil` when there is none.
    package func route(from start: Int, to goal: Int) -> [Int]? {
        var seconds = [Double](repeating: .infinity, count: self.points.count)
        var previous = [Int](repeating: -1, count: self.points.count)
        var open: Set<Int> = [start]
        seconds[start] = 0
        // A town of some hundred nodes needs no heap.
        while let node = open.min(by: { (seconds[$0], $0) < (seconds[$1], $1) }) {
            open.remove(node)
            if node == goal { break }
            for arc in self.arcs[node] {
                let arrival = seconds[node] + arc.metres / arc.limit
                guard arrival < seconds[arc.to] else { continue }
                seconds[arc.to] = arrival
                previous[arc.to] = node
                open.insert(arc.to)
            }
        }
        guard seconds[goal].isFinite else { return nil }
        var route = [goal]
        while let first = route.first, first != start { route.insert(previous[first], at: 0) }
        return route
    }

    /// Length of a route, metres.
    package func metres(of route: [Int]) -> Double {
        zip(route, route.dropFirst()).reduce(0) { $0 + self.points[$1.0].distance(to: self.points[$1.1]) }
    }

    private func mutuallyReachable() -> [Int] {
        func reach(_ next: (Int) -> [Int]) -> Set<Int> {
            var seen: Set<Int> = [0]
            var waiting = [0]
            while let node = waiting.popLast() {
                for other in next(node) where seen.insert(other).inserted { waiting.append(other) }
            }
            return seen
        }
        var backward = [[Int]](repeating: [], count: self.points.count)
        for (node, arcs) in self.arcs.enumerated() { for arc in arcs { backward[arc.to].append(node) } }
        let there = reach { self.arcs[$0].map(\.to) }
        let back = reach { backward[$0] }
        return there.intersection(back).sorted()
    }
}
