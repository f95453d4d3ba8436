package import Ground

/// A car that drives on a town's streets: it obeys limits, brakes before corners and accelerates like a car.
package struct Vehicle: Sendable {
    /// What it is doing.
    package enum Mission: Sendable, Hashable {
        /// From one chance destination to the next.
        case patrol
        /// With lights and siren to a node.
        case respond(node: Int)
        /// Standing at the node that it was sent to.
        case arrived(node: Int)
    }

    /// Metres per second squared.
    private static let acceleration = 2.4
    private static let braking = 3.0
    /// A patrol goes at least so far, m.
    private static let shortest = 150.0

    /// Where it is.
    package private(set) var point: PlanePoint
    /// m/s.
    package private(set) var speed = 0.0
    /// Degrees from true north.
    package private(set) var course = 0.0
    /// What it is doing.
    package private(set) var mission = Mission.patrol

    private let streets: Streets
    private var random: SplitMix64
    /// How this driver drives, beside others.
    private let pace: Double
    /// So long it still stands at red lights, s.
    private var waits = 0.0
    /// Nodes ahead; the first is the one it is driving to.
    private var ahead: [Int] = []
    private var behind: Int

    /// Puts a car on a chance node.
    package init?(on streets: Streets, seed: UInt64) {
        self.random = SplitMix64(seed: seed)
        guard let start = streets.homes.randomElement(using: &self.random) else { return nil }
        self.streets = streets
        self.pace = Double.random(in: 0.9...1.1, using: &self.random)
        self.behind = start
        self.point = streets.points[start]
    }

    /// Sends it to a node; it turns around on the road where that is the faster way.
    package mutating func respond(to node: Int) {
        self.mission = .respond(node: node)
        guard let next = self.ahead.first else {
            self.ahead = self.streets.route(from: self.behind, to: node).map { Array($0.dropFirst()) } ?? []
            return
        }
        let onward = self.streets.route(from: next, to: node)
        let canTurn = self.streets.arcs[next].contains { $0.to == self.behind }
        let back = canTurn ? self.streets.route(from: self.behind, to: node) : nil
        func metres(_ route: [Int]?) -> Double {
            guard let route, let first = route.first else { return .infinity }
            return self.point.distance(to: self.streets.points[first]) + self.streets.metres(of: route)
        }
        // Turning costs about as much time as a hundred metres of driving.
        if metres(back) + 100 < metres(onward), let back {
            self.ahead = back
            self.behind = next
            self.speed = 0
        } else if let onward {
            self.ahead = onward
        }
    }

    /// Sends it back on patrol.
    package mutating func patrol() { self.mission = .patrol }

    /// Drives on for so many seconds.
    package mutating func drive(_ seconds: Double) {
        if self.waits > 0 {
            self.waits -= seconds
            self.speed = 0
            return
        }
        if self.ahead.isEmpty { self.decide() }
        guard let target = self.ahead.first else {
            self.speed = 0
            return
        }
        let wanted = self.wantedSpeed(towards: target)
        let change = wanted - self.speed
        self.speed += max(-Self.braking * seconds, min(Self.acceleration * seconds, change))
        var left = self.speed * seconds
        while let node = self.ahead.first {
            let goal = self.streets.points[node]
            let distance = self.point.distance(to: goal)
            if distance > 0.01 { self.course = self.point.course(to: goal) }
            if left < distance {
                let share = left / distance
                self.point.east += (goal.east - self.point.east) * share
                self.point.north += (goal.north - self.point.north) * share
                return
            }
            left -= distance
            self.point = goal
            let arc = self.streets.arcs[self.behind].first { $0.to == node }
            self.behind = node
            self.ahead.removeFirst()
            if arc?.hasLights == true, self.isRed() { break }
        }
        if case .respond(let node) = self.mission, self.behind == node {
            self.mission = .arrived(node: node)
            self.speed = 0
        }
    }

    /// Whether the lights that it has come to are red: then it stands; with siren it slows down only.
    private mutating func isRed() -> Bool {
        guard Double.random(in: 0..<1, using: &self.random) < 0.45 else { return false }
        if case .respond = self.mission {
            self.waits = Double.random(in: 1...4, using: &self.random)
        } else {
            self.waits = Double.random(in: 4...35, using: &self.random)
        }
        return true
    }

    private mutating func decide() {
        switch self.mission {
        case .arrived:
            return
        case .respond(let node):
            self.mission = self.behind == node ? .arrived(node: node) : .patrol
        case .patrol:
            // Some streets away: a patrol keeps to its quarter, and its way is found at once.
            var goals = (0..<8).compactMap { _ in self.streets.homes.randomElement(using: &self.random) }
            goals.sort {
                self.point.distance(to: self.streets.points[$0]) < self.point.distance(to: self.streets.points[$1])
            }
            let near = goals.first { self.point.distance(to: self.streets.points[$0]) > Self.shortest }
            guard let goal = near ?? goals.last,
                let route = self.streets.route(from: self.behind, to: goal)
            else { return }
            self.ahead = Array(route.dropFirst())
        }
    }

    private func wantedSpeed(towards target: Int) -> Double {
        let limit = self.streets.arcs[self.behind].first { $0.to == target }?.limit ?? 8
        var isResponding = false
        if case .respond = self.mission { isResponding = true }
        var wanted = limit * self.pace * (isResponding ? 1.35 : 0.8)
        // Slow enough to take each corner ahead, and to stop at the end.
        var distance = self.point.distance(to: self.streets.points[target])
        for (index, node) in self.ahead.prefix(6).enumerated() {
            let corner: Double
            if index + 1 < self.ahead.count {
                let from = index == 0 ? self.point : self.streets.points[self.ahead[index - 1]]
                let here = self.streets.points[node]
                let next = self.streets.points[self.ahead[index + 1]]
                let turn =
                    from.distance(to: here) < 0.5
                    ? 0 : angle(between: from.course(to: here), and: here.course(to: next))
                corner = turn > 60 ? 6.5 : turn > 30 ? 10 : .infinity
                distance += index == 0 ? 0 : from.distance(to: here)
            } else {
                corner = 0
                distance +=
                    index == 0 ? 0 : self.streets.points[self.ahead[index - 1]].distance(to: self.streets.points[node])
            }
            wanted = min(wanted, (corner * corner + 2 * Self.braking * 0.8 * distance).squareRoot())
        }
        return max(wanted, 1.5)
    }
}
