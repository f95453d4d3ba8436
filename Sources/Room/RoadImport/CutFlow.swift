import RoadMap

/// A minimum cut between the two ends of a part of a network, each road of capacity one.
///
/// Source of the flow: Dinitz, *Algorithm for solution of a problem of maximum flow in networks with power
/// estimation*, Soviet Math. Dokl. 11 (1970).
struct CutFlow {
    private let east: [Float]
    private let north: [Float]
    private let ends: [(from: UInt32, to: UInt32)]

    /// The part that is cut: its junctions by a number of their own, and for each its roads.
    private var local: [UInt32]
    private var members: [UInt32] = []
    private var roads: [UInt32] = []
    private var offsets: [Int32] = []
    private var heads: [Int32] = []
    /// Of each road seen from a junction: its number times two, plus one when it is seen from its end.
    private var links: [Int32] = []

    /// Of each road what flows from its beginning to its end: -1, 0 or 1.
    private var flow: [Int8] = []
    private var level: [Int32] = []
    private var cursor: [Int32] = []
    private var queue: [Int32] = []
    private var role: [UInt8] = []
    private var keys: [Float] = []
    private var near: [Bool] = []

    private static let source: UInt8 = 1
    private static let sink: UInt8 = 2

    init(places: [FixedPoint], edges: [RoadEdge]) {
        // A degree of longitude is as wide as its latitude makes it; the middle's will do for finding ends.
        let middle = places.isEmpty ? 0 : Double(places[places.count / 2].latitude) / 1e7
        let width = Float(1 - middle * middle / 8_100)
        self.east = places.map { Float($0.longitude) * width }
        self.north = places.map { Float($0.latitude) }
        self.ends = edges.map { ($0.from, $0.to) }
        self.local = [UInt32](repeating: 0, count: places.count)
    }

    /// Takes the part that is to be cut.
    mutating func enter(_ vertices: ArraySlice<UInt32>, _ edges: ArraySlice<UInt32>) {
        self.members = Array(vertices)
        self.roads = Array(edges)
        for (index, vertex) in self.members.enumerated() { self.local[Int(vertex)] = UInt32(index) }
        let count = self.members.count
        self.offsets = [Int32](repeating: 0, count: count + 1)
        for road in self.roads {
            let (from, to) = self.ends[Int(road)]
            self.offsets[Int(self.local[Int(from)]) + 1] += 1
            self.offsets[Int(self.local[Int(to)]) + 1] += 1
        }
        for index in 0..<count { self.offsets[index + 1] += self.offsets[index] }
        self.heads = [Int32](repeating: 0, count: self.roads.count * 2)
        self.links = self.heads
        var next = self.offsets
        for (index, road) in self.roads.enumerated() {
            let from = Int(self.local[Int(self.ends[Int(road)].from)])
            let to = Int(self.local[Int(self.ends[Int(road)].to)])
            self.heads[Int(next[from])] = Int32(to)
            self.links[Int(next[from])] = Int32(index) * 2
            next[from] += 1
            self.heads[Int(next[to])] = Int32(from)
            self.links[Int(next[to])] = Int32(index) * 2 + 1
            next[to] += 1
        }
        self.near = [Bool](repeating: false, count: count)
    }

    /// Whether a junction of the part lies on the near side of the cut.
    func isNear(_ vertex: UInt32) -> Bool { self.near[Int(self.local[Int(vertex)])] }

    /// Whether a road's ends lie on the near side.
    func sides(of edge: UInt32) -> (Bool, Bool) {
        let (from, to) = self.ends[Int(edge)]
        return (self.isNear(from), self.isNear(to))
    }

    /// Finds the smallest cut of four; `false` when the part cannot be cut.
    mutating func bisect(ends share: Double) -> Bool {
        let count = self.members.count
        let atEachEnd = max(1, Int(Double(count) * share))
        var best = Int.max
        for direction in 0..<4 {
            self.keys = self.members.map { vertex in
                let (east, north) = (self.east[Int(vertex)], self.north[Int(vertex)])
                return switch direction {
                case 0: east
                case 1: north
                case 2: east + north
                default: east - north
                }
            }
            var sorted = self.keys
            sorted.sort()
            let (low, high) = (sorted[atEachEnd - 1], sorted[count - atEachEnd])
            guard low < high else { continue }
            self.role = self.keys.map { $0 <= low ? Self.source : $0 >= high ? Self.sink : 0 }
            guard let cut = self.maximumFlow(lessThan: best), cut < best else { continue }
            best = cut
            for index in 0..<count { self.near[index] = self.level[index] >= 0 }
            if best == 0 { break }
        }
        return best < .max
    }

    /// The flow between the ends, `nil` as soon as it is not less than `limit`.
    private mutating func maximumFlow(lessThan limit: Int) -> Int? {
        self.flow = [Int8](repeating: 0, count: self.roads.count)
        var total = 0
        while self.layer() {
            self.cursor = Array(self.offsets.dropLast())
            for index in self.role.indices where self.role[index] == Self.source {
                while self.push(from: Int32(index)) {
                    total += 1
                    if total >= limit { return nil }
                }
            }
        }
        return total
    }

    /// Numbers the junctions by their distance from the source in what capacity is left; `true` if a sink is among them.
    private mutating func layer() -> Bool {
        let count = self.members.count
        self.level = [Int32](repeating: -1, count: count)
        if self.queue.count < count { self.queue = [Int32](repeating: 0, count: count) }
        var (first, last) = (0, 0)
        for index in 0..<count where self.role[index] == Self.source {
            self.level[index] = 0
            self.queue[last] = Int32(index)
            last += 1
        }
        var isReached = false
        while first < last {
            let vertex = Int(self.queue[first])
            first += 1
            if self.role[vertex] == Self.sink {
                isReached = true
                continue
            }
            for position in Int(self.offsets[vertex])..<Int(self.offsets[vertex + 1]) {
                let head = Int(self.heads[position])
                guard self.level[head] < 0, self.hasRoom(self.links[position]) else { continue }
                self.level[head] = self.level[vertex] + 1
                self.queue[last] = Int32(head)
                last += 1
            }
        }
        return isReached
    }

    private func hasRoom(_ link: Int32) -> Bool {
        let flow = self.flow[Int(link >> 1)]
        return link & 1 == 0 ? flow < 1 : flow > -1
    }

    /// Sends one unit from a source to a sink along the layers; `false` when there is no way left.
    private mutating func push(from source: Int32) -> Bool {
        var path: [Int32] = []
        var vertex = Int(source)
        while self.role[vertex] != Self.sink {
            var step: Int32?
            while self.cursor[vertex] < self.offsets[vertex + 1] {
                let position = Int(self.cursor[vertex])
                let head = Int(self.heads[position])
                if self.level[head] == self.level[vertex] + 1, self.hasRoom(self.links[position]) {
                    step = Int32(position)
                    break
                }
                self.cursor[vertex] += 1
            }
            if let step {
                path.append(step)
                vertex = Int(self.heads[Int(step)])
                continue
            }
            guard let back = path.popLast() else { return false }
            // A dead end: the caller looks further.
            let link = self.links[Int(back)]
            let (from, to) = self.ends[Int(self.roads[Int(link >> 1)])]
            vertex = Int(self.local[Int(link & 1 == 0 ? from : to)])
            self.cursor[vertex] += 1
        }
        for position in path {
            let link = self.links[Int(position)]
            self.flow[Int(link >> 1)] += link & 1 == 0 ? 1 : -1
        }
        return true
    }
}
