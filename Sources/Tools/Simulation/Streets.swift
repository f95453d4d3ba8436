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
        /// Whether lights stand at its end.
        package var hasLights = false
    }

    /// A piece of road along its nodes.
    package struct Link: Sendable {
        /// Its nodes in order.
        package let nodes: [Int]
        /// Speed in their order, m/s; `nil` where it may not be driven so.
        package let forward: Double?
        /// Speed against it.
        package let backward: Double?
        /// Whether lights stand at its ends.
        package let hasLights: Bool
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

    /// Reads pieces of road.
    package init(points: [PlanePoint], links: [Link]) {
        self.points = points
        self.arcs = Array(repeating: [], count: points.count)
        for link in links {
            for (a, b) in zip(link.nodes, link.nodes.dropFirst()) {
                let metres = points[a].distance(to: points[b])
                if let speed = link.forward {
                    let isLast = b == link.nodes.last
                    self.arcs[a].append(Arc(to: b, metres: metres, limit: speed, hasLights: link.hasLights && isLast))
                }
                if let speed = link.backward {
                    let isLast = a == link.nodes.first
                    self.arcs[b].append(Arc(to: a, metres: metres, limit: speed, hasLights: link.hasLights && isLast))
                }
            }
        }
        self.homes = self.mutuallyReachable()
    }

    /// The fastest way between two nodes, both included; `nil` when there is none.
    package func route(from start: Int, to goal: Int) -> [Int]? {
        var seconds = [Double](repeating: .infinity, count: self.points.count)
        var previous = [Int](repeating: -1, count: self.points.count)
        var open = NodeQueue()
        seconds[start] = 0
        open.insert(start, at: 0)
        while let (node, at) = open.popFirst() {
            if node == goal { break }
            guard at <= seconds[node] else { continue }
            for arc in self.arcs[node] {
                let arrival = at + arc.metres / arc.limit
                guard arrival < seconds[arc.to] else { continue }
                seconds[arc.to] = arrival
                previous[arc.to] = node
                open.insert(arc.to, at: arrival)
            }
        }
        guard seconds[goal].isFinite else { return nil }
        var route = [goal]
        while let last = route.last, last != start { route.append(previous[last]) }
        return route.reversed()
    }

    /// Length of a route, metres.
    package func metres(of route: [Int]) -> Double {
        zip(route, route.dropFirst()).reduce(0) { $0 + self.points[$1.0].distance(to: self.points[$1.1]) }
    }

    private func mutuallyReachable() -> [Int] {
        guard !self.points.isEmpty else { return [] }
        func reach(_ start: Int, _ next: (Int) -> [Int]) -> [Bool] {
            var seen = Array(repeating: false, count: self.points.count)
            var waiting = [start]
            seen[start] = true
            while let node = waiting.popLast() {
                for other in next(node) where !seen[other] {
                    seen[other] = true
                    waiting.append(other)
                }
            }
            return seen
        }
        var backward = [[Int]](repeating: [], count: self.points.count)
        for (node, arcs) in self.arcs.enumerated() { for arc in arcs { backward[arc.to].append(node) } }
        // A corner of the map may lead nowhere: the largest of some trials is the town.
        var best: [Int] = []
        for trial in 0..<8 {
            let start = trial * self.points.count / 8
            let (there, back) = (reach(start) { self.arcs[$0].map(\.to) }, reach(start) { backward[$0] })
            let found = self.points.indices.filter { there[$0] && back[$0] }
            if found.count > best.count { best = found }
            if best.count > self.points.count / 2 { break }
        }
        return best
    }
}

/// Nodes by the time at which they are reached: a binary heap, the earliest first.
private struct NodeQueue {
    private var heap: [(node: Int, at: Double)] = []

    mutating func insert(_ node: Int, at time: Double) {
        self.heap.append((node, time))
        var index = self.heap.count - 1
        while index > 0, Self.isBefore(self.heap[index], self.heap[(index - 1) / 2]) {
            self.heap.swapAt(index, (index - 1) / 2)
            index = (index - 1) / 2
        }
    }

    mutating func popFirst() -> (node: Int, at: Double)? {
        guard let first = self.heap.first, let last = self.heap.popLast() else { return nil }
        guard !self.heap.isEmpty else { return first }
        self.heap[0] = last
        var index = 0
        while true {
            var least = index
            for child in [2 * index + 1, 2 * index + 2] where child < self.heap.count {
                if Self.isBefore(self.heap[child], self.heap[least]) { least = child }
            }
            guard least != index else { return first }
            self.heap.swapAt(index, least)
            index = least
        }
    }

    private static func isBefore(_ a: (node: Int, at: Double), _ b: (node: Int, at: Double)) -> Bool {
        (a.at, a.node) < (b.at, b.node)
    }
}
