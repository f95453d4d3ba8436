import Roads

/// The same question answered without cleverness: Bellman and Ford's relaxation over arcs cut at both ends.
struct NaiveSearch {
    private struct Arc {
        let from: Int
        let to: Int
        let milliseconds: Double
    }

    private var arcs: [Arc] = []
    private let count: Int

    init(_ network: RoadNetwork, _ weights: RoadWeights) {
        self.count = network.vertexCount
        for index in 0..<network.edgeCount {
            let edge = network.edge(index)
            if edge.isForwardAllowed {
                self.arcs.append(
                    Arc(from: Int(edge.from), to: Int(edge.to), milliseconds: Double(weights.forward[index]))
                )
            }
            if edge.isBackwardAllowed {
                self.arcs.append(
                    Arc(from: Int(edge.to), to: Int(edge.from), milliseconds: Double(weights.backward[index]))
                )
            }
        }
    }

    /// Milliseconds from a start to a scene, infinite where there is no way.
    func milliseconds(
        from start: SnappedPlace,
        to scene: SnappedPlace,
        _ network: RoadNetwork,
        _ weights: RoadWeights
    ) -> Double {
        // The start and the scene become two more vertices, joined to the ends of their roads.
        let (source, target) = (self.count, self.count + 1)
        var arcs = self.arcs
        func half(_ edge: Int, _ isForward: Bool, _ share: Double) -> Double {
            Double(isForward ? weights.forward[edge] : weights.backward[edge]) * share
        }
        let first = network.edge(start.edge)
        if first.isForwardAllowed {
            arcs.append(Arc(from: source, to: Int(first.to), milliseconds: half(start.edge, true, 1 - start.fraction)))
        }
        if first.isBackwardAllowed {
            arcs.append(Arc(from: source, to: Int(first.from), milliseconds: half(start.edge, false, start.fraction)))
        }
        let last = network.edge(scene.edge)
        if last.isForwardAllowed {
            arcs.append(Arc(from: Int(last.from), to: target, milliseconds: half(scene.edge, true, scene.fraction)))
        }
        if last.isBackwardAllowed {
            arcs.append(Arc(from: Int(last.to), to: target, milliseconds: half(scene.edge, false, 1 - scene.fraction)))
        }
        if start.edge == scene.edge {
            let ahead = scene.fraction - start.fraction
            if ahead >= 0, last.isForwardAllowed {
                arcs.append(Arc(from: source, to: target, milliseconds: half(scene.edge, true, ahead)))
            }
            if ahead <= 0, last.isBackwardAllowed {
                arcs.append(Arc(from: source, to: target, milliseconds: half(scene.edge, false, -ahead)))
            }
        }
        var best = [Double](repeating: .infinity, count: self.count + 2)
        best[source] = 0
        var hasChanged = true
        while hasChanged {
            hasChanged = false
            for arc in arcs where best[arc.from] + arc.milliseconds < best[arc.to] {
                best[arc.to] = best[arc.from] + arc.milliseconds
                hasChanged = true
            }
        }
        return best[target]
    }
}
