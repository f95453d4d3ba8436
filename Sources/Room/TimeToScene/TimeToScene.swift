package import Ground
package import RoadMap
package import RoadSearch
import Threading

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
/// Reads no clock and does no I/O: the same positions give the same ranking. Its weights can be replaced as a whole
/// while others ask; a ranking that began with the old ones ends with them.
package final class TimeToScene: Sendable {
    /// Further from a road than this, metres, a place is not on the map.
    package static let farthestRoad = 1_000.0

    /// Roads so much further from a scene than the nearest, metres, are reached from it on foot.
    private static let acrossTheStreet = 25.0

    /// On foot, in a hurry, m/s.
    private static let onFoot = 2.0

    /// So much further than a road for emergency vehicles only, m, an open road is looked for beside it: on foot from there
    /// may be sooner for a car that may not use the other.
    private static let besideEmergencyRoad = 200.0

    /// The roads.
    package let network: RoadNetwork
    private let driving: Driving
    private let current: Locked<[RoadWeights.Profile: RoadState]>

    /// Prepares a network for all profiles.
    ///
    /// - Parameters:
    ///   - network: The network.
    ///   - driving: What is assumed about driving.
    ///   - load: How full the roads are, 0 to 1; `nil` for the mean of a working day.
    ///   - profiles: The profiles that will be asked for.
    ///   - isForOneQuestion: Does without the hierarchy's weights: sooner ready, each question slower.
    package init(
        _ network: RoadNetwork,
        driving: Driving = .usual,
        load: Double? = nil,
        profiles: [RoadWeights.Profile] = RoadWeights.Profile.allCases,
        isForOneQuestion: Bool = false
    ) {
        self.network = network
        self.driving = driving
        let load = load ?? driving.day.mean
        self.current = Locked(
            Dictionary(
                uniqueKeysWithValues: profiles.map { profile in
                    let weights = RoadWeights(network, model: driving[profile], load: load)
                    let model = driving[profile]
                    let metric = isForOneQuestion ? nil : RoadMetric(network, weights)
                    return (profile, RoadState(network, weights, metric, model: model, load: load))
                }
            )
        )
    }

    /// Works out new weights for all profiles, which takes a while, and then puts them in place of the old ones.
    package func reweigh(load: Double, closures: RoadClosures) {
        for profile in self.current.withLock({ Array($0.keys) }) {
            let model = self.driving[profile]
            let weights = RoadWeights(self.network, model: model, load: load, closures: closures)
            let metric = RoadMetric(self.network, weights)
            let state = RoadState(self.network, weights, metric, model: model, load: load)
            self.current.withLock { $0[profile] = state }
        }
    }

    /// The traffic of the day.
    package var day: TrafficDay { self.driving.day }

    /// The roads under a profile as they are now; `nil` for a profile that was not prepared.
    package func roads(_ profile: RoadWeights.Profile) -> RoadState? { self.current.withLock { $0[profile] } }

    /// Throws ``SceneError`` when no road is near the scene.
    package func check(scene: Coordinate) throws(SceneError) { _ = try self.scene(at: scene) }

    /// The roads by which a place is reached.
    ///
    /// - Throws: ``SceneError`` when none is near.
    package func scene(at place: Coordinate) throws(SceneError) -> Scene {
        let places = self.network.snaps(place, within: Self.farthestRoad, slack: Self.acrossTheStreet).places
        guard let nearest = places.first else {
            throw .offTheMap(extent: self.network.extent, limit: Self.farthestRoad)
        }
        var approaches = [Scene.Approach(place: nearest, onFoot: 0)]
        // The other carriageway, the street round the corner: nobody crosses a motorway on foot.
        for place in places.dropFirst() where !self.network.edge(place.edge).roadClass.isMotorroad {
            guard !self.network.edge(nearest.edge).roadClass.isMotorroad else { break }
            let metres = place.offset - nearest.offset
            approaches.append(Scene.Approach(place: place, onFoot: UInt32(metres / Self.onFoot * 1_000)))
        }
        if self.network.edge(nearest.edge).isForEmergencyOnly {
            let open = self.network.snap(place, within: nearest.offset + Self.besideEmergencyRoad) {
                !$0.contains(.emergencyOnly)
            }
            if let open {
                let metres = open.offset - nearest.offset
                approaches.append(Scene.Approach(place: open, onFoot: UInt32(metres / Self.onFoot * 1_000)))
            }
        }
        return Scene(approaches)
    }

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
        try self.rank(Fleet(units, on: self.network), scene: scene, profile: profile)
    }

    /// The same for units that were put on the roads as they reported.
    package func rank(
        _ fleet: Fleet,
        scene: Coordinate,
        profile: RoadWeights.Profile
    ) throws(SceneError) -> [Estimate] {
        let scene = try self.scene(at: scene)
        guard let roads = self.roads(profile) else { return [] }
        return fleet.prepared(roads).rank(to: scene)
    }

    /// What one unit still has to drive to a scene, and by which roads; `nil` when there is no way.
    package func way(
        of unit: UnitOnRoad,
        to scene: Coordinate,
        profile: RoadWeights.Profile
    ) -> (journey: Estimate.Journey, line: [Coordinate])? {
        guard let roads = self.roads(profile), let search = roads.search else { return nil }
        do throws(SceneError) {
            let place = try self.scene(at: scene)
            guard let journey = Fleet([unit]).prepared(roads).rank(to: place).first?.journey else { return nil }
            let line = unit.candidates.first.map { candidate in
                let start = unit.start(candidate, after: unit.position.age, on: self.network)
                return search.line(from: start, to: place)
            }
            return (journey, line ?? [])
        } catch {
            return nil
        }
    }
}
