package import RoadMap

/// The way from one unit to the scene, if there is one.
package struct Leg: Sendable, Hashable {
    private let packed: UInt64

    init(packed: UInt64) { self.packed = min(packed, RoadMetric.never) }

    /// Whether there is a way.
    package var isReachable: Bool { self.packed < RoadMetric.never }

    /// Travel time, ms; without meaning when there is no way.
    package var milliseconds: UInt32 { UInt32(truncatingIfNeeded: self.packed >> 32) }

    /// Length of that way, metres; without meaning when there is none.
    package var metres: Double { Double(self.packed & 0xFFFF_FFFF) / 10 }
}

/// Where a unit starts, and which way it is facing.
package struct Start: Sendable, Hashable {
    /// Its place on a road.
    package let place: SnappedPlace
    /// Whether it faces along the road's points; `nil` when its course is not known.
    package let facesForward: Bool?

    /// Creates a start.
    package init(place: SnappedPlace, facesForward: Bool?) {
        self.place = place
        self.facesForward = facesForward
    }
}

/// Where units are needed: one or more places on roads from which it is this far on foot.
package struct Scene: Sendable, Hashable {
    /// One place and the time from there, ms.
    package struct Approach: Sendable, Hashable {
        /// On a road.
        package let place: SnappedPlace
        /// On foot from there, ms.
        package let onFoot: UInt32

        /// Creates an approach.
        package init(place: SnappedPlace, onFoot: UInt32) { (self.place, self.onFoot) = (place, onFoot) }
    }

    /// All approaches; at least one.
    package let approaches: [Approach]

    /// Creates a scene.
    package init(_ approaches: [Approach]) { self.approaches = approaches }
}

/// A scene under one metric: what each of its arcs costs up to it.
struct SceneEnds {
    /// An arc that leads past the scene.
    struct End {
        let arc: Int
        /// From the arc's beginning, 0…1.
        let share: Double
        /// From the arc's beginning to the scene, packed.
        let cost: UInt64
        /// On foot at the end, packed.
        let onFoot: UInt64
    }

    let ends: [End]

    init(_ scene: Scene, _ metric: RoadMetric) {
        var ends: [End] = []
        for approach in scene.approaches {
            for (arc, share) in approach.place.arcs {
                let onFoot = UInt64(approach.onFoot) << 32
                let cost = metric.cost(ofArc: arc, share: share)
                guard cost < RoadMetric.never else { continue }
                ends.append(End(arc: arc, share: share, cost: cost + onFoot, onFoot: onFoot))
            }
        }
        self.ends = ends
    }

    /// The cheapest way along one arc from a place on it, 0…1, when the scene lies ahead.
    func ahead(on arc: Int, from share: Double, _ metric: RoadMetric) -> UInt64 {
        var best = RoadMetric.never
        for end in self.ends where end.arc == arc && end.share >= share {
            best = min(best, metric.cost(ofArc: arc, share: end.share - share) + end.onFoot)
        }
        return best
    }
}

extension SnappedPlace {
    /// Both arcs of the road, and how far along each the place is.
    var arcs: [(arc: Int, share: Double)] {
        [(self.edge * 2, self.fraction), (self.edge * 2 + 1, 1 - self.fraction)]
    }
}

extension Start {
    /// Whether going along one arc means to turn round first.
    func isTurn(forward: Bool) -> Bool { self.facesForward.map { $0 != forward } ?? false }
}
