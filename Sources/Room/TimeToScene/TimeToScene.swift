package import Ground
package import Roads

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// Why there is no ranking for a scene.
package enum SceneError: Error, Sendable, Hashable, CustomStringConvertible {
    /// No road is near.
    case offTheMap(extent: String, limit: Double)

    /// What is wrong and what to do.
    package var description: String {
        switch self {
        case .offTheMap(let extent, let limit):
            "no road within \(Int(limit)) m; the road file covers \(extent)"
        }
    }
}

/// Ranks units by the time that each needs to a scene by road.
///
/// Reads no clock and does no I/O: the same positions give the same ranking.
package struct TimeToScene: Sendable {
    /// Further from a road than this, metres, a place is not on the map.
    package static let farthestRoad = 1_000.0

    private let network: RoadNetwork
    private let weights: [RoadWeights.Profile: RoadWeights]

    /// Prepares a network for all profiles.
    package init(_ network: RoadNetwork) {
        self.network = network
        self.weights = Dictionary(
            uniqueKeysWithValues: RoadWeights.Profile.allCases.map { ($0, RoadWeights(network, profile: $0)) }
        )
    }

    /// Throws ``SceneError`` when no road is near the scene.
    package func check(scene: Coordinate) throws(SceneError) { _ = try self.snap(scene) }

    /// Returns an estimate for each unit, soonest first; those without a way come last.
    ///
    /// The order does not depend on the order of the units.
    ///
    /// - Throws: ``SceneError`` when no road is near the scene.
    package func rank(
        _ units: [UnitPosition],
        scene: Coordinate,
        profile: RoadWeights.Profile
    ) throws(SceneError) -> [Estimate] {
        let place = try self.snap(scene)
        let snapped = units.map { self.network.snap($0.extrapolated, within: Self.farthestRoad) }
        var legs: [Leg?] = []
        if let weights = self.weights[profile] {
            let starts = zip(units, snapped).compactMap { unit, snapped in
                snapped.map { Start(place: $0, facesForward: unit.facesForward(on: $0, of: self.network)) }
            }
            legs = ReverseSearch(self.network, weights).legs(from: starts, to: place)
        }
        var next = legs.makeIterator()
        let estimates = zip(units, snapped).map { unit, snapped in
            Estimate(
                device: unit.device,
                snapped: snapped?.offset,
                journey: snapped.flatMap { _ in next.next() ?? nil }.map { Self.journey($0, of: unit) }
            )
        }
        return estimates.sorted { a, b in
            (a.journey?.seconds ?? .infinity, a.device) < (b.journey?.seconds ?? .infinity, b.device)
        }
    }

    private func snap(_ scene: Coordinate) throws(SceneError) -> SnappedPlace {
        guard let place = self.network.snap(scene, within: Self.farthestRoad) else {
            throw .offTheMap(extent: self.network.extent, limit: Self.farthestRoad)
        }
        return place
    }

    private static func journey(_ leg: Leg, of unit: UnitPosition) -> Estimate.Journey {
        let seconds = Double(leg.milliseconds) / 1_000
        let driving = seconds * (exp(Spread.ninety * Spread.logarithm) - 1)
        let moved = max(0, unit.age) * Spread.townSpeed + (unit.accuracy ?? 0)
        let doubt = moved / Spread.townSpeed
        return Estimate.Journey(
            seconds: seconds,
            p90: seconds + (driving * driving + doubt * doubt).squareRoot(),
            metres: leg.metres
        )
    }
}
