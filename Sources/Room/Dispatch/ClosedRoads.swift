import Ground
package import Incidents
package import RoadMap
package import RoadSearch

extension Closure {
    /// A road that is in the area for less than this, metres, may be overlooked.
    private static let step = 10.0

    /// The pieces of road that it is about.
    package func edges(of network: RoadNetwork) -> [Int] {
        let corners = self.places.compactMap { Coordinate(latitude: $0[1], longitude: $0[0]) }
        guard let first = corners.first else { return [] }
        guard corners.count > 1 else { return network.snap(first, within: 100).map { [$0.edge] } ?? [] }
        let plane = TangentPlane(at: first)
        let area = PlaneArea(rings: [corners.map(plane.project)])
        let latitudes = corners.map(\.latitude)
        let longitudes = corners.map(\.longitude)
        let near = network.edges(
            south: latitudes.min() ?? 0,
            west: longitudes.min() ?? 0,
            north: latitudes.max() ?? 0,
            east: longitudes.max() ?? 0
        )
        return near.filter { edge in
            // A long straight road has no corner of its own inside: it is looked at every few metres.
            let steps = max(2, Int(network.edge(edge).metres / Self.step))
            return (0...steps).contains { step in
                let place = SnappedPlace(edge: edge, fraction: Double(step) / Double(steps), offset: 0)
                return network.coordinate(of: place).map { area.contains(plane.project($0)) } ?? false
            }
        }
    }
}

extension RoadClosures {
    /// What holds at a time, ms since 1970 UTC.
    package init(_ closures: [Closure], on network: RoadNetwork, at now: Int64) {
        self.init()
        for closure in closures where closure.holds(at: now) {
            for edge in closure.edges(of: network) {
                if let slow = closure.slow { self.slow(edge: edge, by: slow) } else { self.close(edge: edge) }
            }
        }
    }
}
