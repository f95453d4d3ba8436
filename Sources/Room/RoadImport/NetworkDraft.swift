import COSM
import Ground
import RoadMap

/// The network while it is built: ways cut at junctions, then cut down to what hangs together.
struct NetworkDraft {
    var vertices: [FixedPoint] = []
    /// Whether lights stand on a vertex.
    var hasSignals: [Bool] = []
    /// The map's node of each vertex, by its place in the map's list.
    var nodes: [UInt32] = []
    var edges: [RoadEdge] = []
    var points: [FixedPoint] = []
    private(set) var names: [UInt8] = []

    private var vertexOfNode: [UInt32]
    private var nameOffsets: [Substring: UInt32] = [:]

    private struct Road {
        let way: cosm_way
        let rules: WayRules
        let name: Substring?
    }

    /// Builds the network of a map.
    init(_ map: borrowing OSMMap) {
        self.vertexOfNode = [UInt32](repeating: .max, count: map.nodes.count)
        var roads: [Road] = []
        var uses = [UInt8](repeating: 0, count: map.nodes.count)
        for way in map.ways {
            let tags = map.tags(of: way)
            guard let rules = WayRules(tags) else { continue }
            roads.append(Road(way: way, rules: rules, name: tags["name"] ?? tags["ref"]))
            let nodes = map.nodes(of: way)
            for (place, node) in nodes.enumerated() where node != .max {
                // An end counts as a junction.
                let isEnd = place == 0 || place == nodes.count - 1
                uses[Int(node)] = min(2, uses[Int(node)] + (isEnd ? 2 : 1))
            }
        }
        var standing = [NodeRules.Kind](repeating: .nothing, count: map.nodes.count)
        for (index, node) in map.nodes.enumerated() where node.tag_count > 0 {
            standing[index] = NodeRules.kind(map.tags(of: node))
        }
        for road in roads {
            let nodes = map.nodes(of: road.way)
            var start = 0
            for end in nodes.indices {
                guard nodes[end] != .max else {
                    self.addEdge(Array(nodes[start..<end]), road, map.nodes, standing)
                    start = end + 1
                    continue
                }
                let isCut =
                    end == nodes.count - 1 || uses[Int(nodes[end])] >= 2 || standing[Int(nodes[end])] == .blocked
                guard end > start, isCut else { continue }
                self.addEdge(Array(nodes[start...end]), road, map.nodes, standing)
                start = end
            }
        }
    }

    private mutating func addEdge(
        _ run: [UInt32],
        _ road: Road,
        _ nodes: UnsafeBufferPointer<cosm_node>,
        _ standing: [NodeRules.Kind]
    ) {
        guard let first = run.first, let last = run.last, run.count >= 2 else { return }
        let line = run.map { FixedPoint(latitude: nodes[Int($0)].latitude_e7, longitude: nodes[Int($0)].longitude_e7) }
        let distances = distancesInMetres(along: line)
        let length = (distances[line.count - 1] * 10).rounded()
        guard length >= 0, length < Double(UInt32.max) else { return }
        let rules = road.rules
        var flags = rules.access.rawValue << RoadEdge.accessShift
        if rules.isForwardAllowed { flags |= RoadEdge.forward }
        if rules.isBackwardAllowed { flags |= RoadEdge.backward }
        if rules.isRoundabout { flags |= RoadEdge.roundabout }
        if rules.hasBusLane { flags |= RoadEdge.busLane }
        var edge = RoadEdge(
            from: self.vertex(of: first, at: line[0], standing[Int(first)]),
            to: self.vertex(of: last, at: line[line.count - 1], standing[Int(last)]),
            firstPoint: UInt32(self.points.count),
            pointCount: UInt32(line.count),
            length: UInt32(length),
            name: self.offset(of: road.name),
            way: road.way.id,
            kind: rules.roadClass.rawValue | rules.surface.rawValue << 5,
            flags: flags,
            forwardLimit: UInt8(clamping: Int((rules.forwardLimit ?? 0).rounded())),
            backwardLimit: UInt8(clamping: Int((rules.backwardLimit ?? 0).rounded()))
        )
        let inner = run.indices.dropFirst().dropLast().map { (standing[Int(run[$0])], distances[$0]) }
        let ends = (self.hasSignals[Int(edge.from)], self.hasSignals[Int(edge.to)])
        for kind in Waits.counted(inner, length: distances[line.count - 1], hasSignals: ends) { edge.count(kind) }
        self.edges.append(edge)
        self.points += line
    }

    private mutating func vertex(of node: UInt32, at place: FixedPoint, _ standing: NodeRules.Kind) -> UInt32 {
        let isBlocked = standing == .blocked
        if !isBlocked, self.vertexOfNode[Int(node)] != .max { return self.vertexOfNode[Int(node)] }
        let vertex = UInt32(self.vertices.count)
        self.vertices.append(place)
        self.nodes.append(node)
        if case .signals = standing { self.hasSignals.append(true) } else { self.hasSignals.append(false) }
        // At a barrier each road gets an end of its own, and so no way through.
        if !isBlocked { self.vertexOfNode[Int(node)] = vertex }
        return vertex
    }

    private mutating func offset(of name: Substring?) -> UInt32 {
        guard let name, !name.isEmpty else { return .max }
        if let known = self.nameOffsets[name] { return known }
        let offset = UInt32(self.names.count)
        self.names += Array(name.utf8) + [0]
        self.nameOffsets[name] = offset
        return offset
    }
}

/// Which of the lights between two junctions a car waits at.
enum Waits {
    /// Closer to a junction than this, metres, lights are the junction's own.
    private static let ownLights = 30.0

    /// Returns what counts, with a direction where it counts for one only.
    ///
    /// At one junction the map may have lights on the node, at each stop line and on each crossing of its arms:
    /// a car that drives through waits once.
    static func counted(
        _ inner: [(kind: NodeRules.Kind, distance: Double)],
        length: Double,
        hasSignals: (from: Bool, to: Bool)
    ) -> [NodeRules.Kind] {
        var counted: [NodeRules.Kind] = []
        var lastLight = -Double.infinity
        for (kind, distance) in inner {
            guard case .signals(let facing) = kind else {
                counted.append(kind)
                continue
            }
            guard distance - lastLight > Self.ownLights else { continue }
            lastLight = distance
            let isAtEnd = length - distance < Self.ownLights
            let isAtStart = distance < Self.ownLights
            // Just behind a junction they belong to the junction passed; just before one that has lights, to that.
            let forward = facing != .backward && !isAtStart && !(isAtEnd && hasSignals.to)
            let backward = facing != .forward && !isAtEnd && !(isAtStart && hasSignals.from)
            switch (forward, backward) {
            case (true, true): counted.append(.signals(.both))
            case (true, false): counted.append(.signals(.forward))
            case (false, true): counted.append(.signals(.backward))
            case (false, false): break
            }
        }
        return counted
    }
}
