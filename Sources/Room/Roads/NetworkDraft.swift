import COSM
import Ground

/// The network while it is built: ways cut at junctions, then cut down to what hangs together.
struct NetworkDraft {
    private(set) var vertices: [FixedPoint] = []
    private(set) var edges: [RoadEdge] = []
    private(set) var points: [FixedPoint] = []
    private(set) var names: [UInt8] = []

    private var vertexOfNode: [UInt32: UInt32] = [:]
    private var nameOffsets: [Substring: UInt32] = [:]

    /// Builds the network of a map.
    init(_ map: borrowing OSMMap) {
        var ways: [(way: cosm_way, rules: WayRules, name: Substring?)] = []
        var uses = [UInt8](repeating: 0, count: map.nodes.count)
        for way in map.ways {
            let tags = map.tags(of: way)
            guard let rules = WayRules(tags) else { continue }
            ways.append((way, rules, tags["name"] ?? tags["ref"]))
            let nodes = map.nodes(of: way)
            for (place, node) in nodes.enumerated() where node != .max {
                // An end counts as a junction.
                let isEnd = place == 0 || place == nodes.count - 1
                uses[Int(node)] = min(2, uses[Int(node)] + (isEnd ? 2 : 1))
            }
        }
        var isBlocked = [Bool](repeating: false, count: map.nodes.count)
        for (index, node) in map.nodes.enumerated() where node.tag_count > 0 {
            isBlocked[index] = WayRules.isBlocked(map.tags(of: node))
        }
        for (way, rules, name) in ways {
            let nodes = map.nodes(of: way)
            var start = 0
            for end in nodes.indices {
                guard nodes[end] != .max else {
                    self.addEdge(Array(nodes[start..<end]), rules, way.id, name, map.nodes, isBlocked)
                    start = end + 1
                    continue
                }
                let isCut = end == nodes.count - 1 || uses[Int(nodes[end])] >= 2 || isBlocked[Int(nodes[end])]
                guard end > start, isCut else { continue }
                self.addEdge(Array(nodes[start...end]), rules, way.id, name, map.nodes, isBlocked)
                start = end
            }
        }
    }

    private mutating func addEdge(
        _ run: [UInt32],
        _ rules: WayRules,
        _ way: Int64,
        _ name: Substring?,
        _ nodes: UnsafeBufferPointer<cosm_node>,
        _ isBlocked: [Bool]
    ) {
        guard let first = run.first, let last = run.last, run.count >= 2 else { return }
        let line = run.map { FixedPoint(latitude: nodes[Int($0)].latitude_e7, longitude: nodes[Int($0)].longitude_e7) }
        let length = (lengthInMetres(of: line) * 10).rounded()
        guard length >= 0, length < Double(UInt32.max) else { return }
        var flags: UInt8 = 0
        if rules.isForwardAllowed { flags |= RoadEdge.forward }
        if rules.isBackwardAllowed { flags |= RoadEdge.backward }
        if rules.isRoundabout { flags |= RoadEdge.roundabout }
        if rules.isRestricted { flags |= RoadEdge.restricted }
        self.edges.append(
            RoadEdge(
                from: self.vertex(of: first, at: line[0], isBlocked: isBlocked[Int(first)]),
                to: self.vertex(of: last, at: line[line.count - 1], isBlocked: isBlocked[Int(last)]),
                firstPoint: UInt32(self.points.count),
                pointCount: UInt32(line.count),
                length: UInt32(length),
                name: self.offset(of: name),
                way: way,
                classNumber: rules.roadClass.rawValue,
                flags: flags,
                forwardLimit: UInt8(clamping: Int((rules.forwardLimit ?? 0).rounded())),
                backwardLimit: UInt8(clamping: Int((rules.backwardLimit ?? 0).rounded()))
            )
        )
        self.points += line
    }

    private mutating func vertex(of node: UInt32, at place: FixedPoint, isBlocked: Bool) -> UInt32 {
        if !isBlocked, let known = self.vertexOfNode[node] { return known }
        let vertex = UInt32(self.vertices.count)
        self.vertices.append(place)
        // At a barrier each road gets an end of its own, and so no way through.
        if !isBlocked { self.vertexOfNode[node] = vertex }
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

    /// Keeps only the largest part in which every place can be reached from every other.
    mutating func keepConnected() {
        var offsets = [Int](repeating: 0, count: self.vertices.count + 1)
        for edge in self.edges {
            if edge.isForwardAllowed { offsets[Int(edge.from) + 1] += 1 }
            if edge.isBackwardAllowed { offsets[Int(edge.to) + 1] += 1 }
        }
        for index in self.vertices.indices { offsets[index + 1] += offsets[index] }
        var next = offsets
        var successors = [UInt32](repeating: 0, count: offsets[self.vertices.count])
        for edge in self.edges {
            if edge.isForwardAllowed {
                successors[next[Int(edge.from)]] = edge.to
                next[Int(edge.from)] += 1
            }
            if edge.isBackwardAllowed {
                successors[next[Int(edge.to)]] = edge.from
                next[Int(edge.to)] += 1
            }
        }
        let isKept = StrongComponents.largest(offsets: offsets, successors: successors)

        var newVertex = [UInt32](repeating: .max, count: self.vertices.count)
        var vertices: [FixedPoint] = []
        for index in self.vertices.indices where isKept[index] {
            newVertex[index] = UInt32(vertices.count)
            vertices.append(self.vertices[index])
        }
        var edges: [RoadEdge] = []
        var points: [FixedPoint] = []
        for var edge in self.edges where isKept[Int(edge.from)] && isKept[Int(edge.to)] {
            let line = self.points[Int(edge.firstPoint)..<Int(edge.firstPoint + edge.pointCount)]
            edge.from = newVertex[Int(edge.from)]
            edge.to = newVertex[Int(edge.to)]
            edge.firstPoint = UInt32(points.count)
            edges.append(edge)
            points += line
        }
        (self.vertices, self.edges, self.points) = (vertices, edges, points)
    }
}

/// Length of a line in metres.
func lengthInMetres(of line: [FixedPoint]) -> Double {
    guard let origin = line.first?.coordinate else { return 0 }
    let plane = TangentPlane(at: origin)
    let places = line.compactMap(\.coordinate).map(plane.project)
    return zip(places, places.dropFirst()).reduce(0) { $0 + $1.0.distance(to: $1.1) }
}
