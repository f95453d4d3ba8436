package import Ground
import RoadMap

extension SceneSearch {
    /// The line of the fastest way from a start to a scene; empty when there is none.
    ///
    /// Walks from arc to arc, each time to the one from which it is least far: the labels of a search say that
    /// without any unpacking.
    package func line(from start: Start, to scene: Scene) -> [Coordinate] {
        self.search(to: scene) { labels, ends in
            let metric = self.metric
            let network = metric.network
            func total(_ arc: Int, _ share: Double) -> UInt64 {
                let rest = metric.cost(ofArc: arc, share: 1 - share)
                let turn = start.isTurn(forward: arc % 2 == 0) ? UInt64(metric.weights.turnAround) << 32 : 0
                guard rest < RoadMetric.never else { return RoadMetric.never }
                return min(
                    rest + turn + labels.cost(from: Int(network.ranks[arc])),
                    ends.ahead(on: arc, from: share, metric) + turn
                )
            }
            guard let first = start.place.arcs.min(by: { total($0.arc, $0.share) < total($1.arc, $1.share) }),
                total(first.arc, first.share) < RoadMetric.never
            else { return [] }
            var line: [Coordinate] = []
            var (arc, share) = (first.arc, first.share)
            for _ in 0..<100_000 {
                let behind = labels.cost(from: Int(network.ranks[arc]))
                let base = Int(network.base(UInt32(arc)))
                let ahead = ends.ahead(on: base, from: share, metric)
                if ahead < RoadMetric.never, ahead <= metric.cost(ofArc: arc, share: 1 - share) &+ behind {
                    let end = ends.ends.filter { $0.arc == base && $0.share >= share }.map(\.share).min() ?? 1
                    line += network.line(ofArc: base, from: share, to: end)
                    break
                }
                line += network.line(ofArc: base, from: share, to: 1)
                let next = network.turns(ofArc: arc).filter { metric.cost(ofTurn: $0) < RoadMetric.never }
                    .map { turn -> (arc: Int, cost: UInt64) in
                        let next = Int(network.turns[turn].to)
                        let wait = UInt64(metric.weights.turns[turn]) << 32
                        let through = metric.cost(ofTurn: turn) &+ labels.cost(from: Int(network.ranks[next]))
                        return (
                            next, min(through, ends.ahead(on: Int(network.base(UInt32(next))), from: 0, metric) &+ wait)
                        )
                    }
                    .min { $0.cost < $1.cost }
                guard let next, next.cost < RoadMetric.never else { break }
                (arc, share) = (next.arc, 0)
            }
            return line
        }
    }
}

extension RoadNetwork {
    /// The part of an arc's line between two shares of its length, 0…1, in the direction of the arc.
    func line(ofArc arc: Int, from: Double, to: Double) -> [Coordinate] {
        let points = self.fixedLine(arc / 2)
        let forward = arc % 2 == 0 ? Array(points) : points.reversed()
        let distances = distancesInMetres(along: forward)
        guard let length = distances.last, length > 0 else { return forward.compactMap(\.coordinate) }
        let place = { (share: Double) in
            self.coordinate(of: SnappedPlace(edge: arc / 2, fraction: arc % 2 == 0 ? share : 1 - share, offset: 0))
        }
        let inner = zip(forward, distances).filter { $0.1 > from * length && $0.1 < to * length }
        return [place(from)].compactMap(\.self) + inner.compactMap(\.0.coordinate) + [place(to)].compactMap(\.self)
    }
}
