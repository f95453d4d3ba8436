import Ground
package import RoadMap
package import RoadSearch

/// A road that is closed, or an area that is slow, until a time.
package struct Closure: Sendable, Hashable, Codable {
    /// Id, unique in this room.
    package var id: String
    /// The corners of an area, degrees, `[longitude, latitude]` each; of a road just one place on it.
    package var places: [[Double]]
    /// How many times as long the roads take; `nil` when they are closed.
    package var slow: Double?
    /// When it began, ms since 1970 UTC.
    package var from: Int64
    /// When it ends, ms since 1970 UTC.
    package var until: Int64
    /// Why.
    package var note: String?
    /// Who said so.
    package var actor: String
    /// Whether somebody ended it early.
    package var isLifted: Bool = false

    /// Creates a closure.
    package init(
        id: String,
        places: [[Double]],
        slow: Double?,
        from: Int64,
        until: Int64,
        note: String?,
        actor: String
    ) {
        (self.id, self.places, self.slow) = (id, places, slow)
        (self.from, self.until, self.note, self.actor) = (from, until, note, actor)
    }

    /// What is wrong with it; `nil` when it can be used.
    package var fault: String? {
        let isOnEarth = self.places.allSatisfy { place in
            place.count == 2 && Coordinate(latitude: place[1], longitude: place[0]) != nil
        }
        guard isOnEarth else { return "'places' must be [longitude, latitude] in degrees" }
        if self.places.isEmpty || self.places.count == 2 {
            return "'places' must be one place on a road, or three and more corners of an area"
        }
        if let slow, !(1...100).contains(slow) { return "'slow' must be from 1 to 100" }
        return self.until > self.from ? nil : "'until' must lie ahead, in ms since 1970"
    }

    /// Whether it holds at a time, ms since 1970 UTC.
    package func holds(at now: Int64) -> Bool { !self.isLifted && now >= self.from && now < self.until }

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
