package import Ground
import PatrolWire
package import RoadSearch
package import TimeToScene
package import Units

/// Who could go: the units that are free by the time they need, and the others below a line with the reason.
package struct Candidates: Sendable {
    /// Why a unit stands below the line.
    package enum Reason: String, Sendable, Hashable {
        /// It has never said where it is.
        case noPosition = "no position"
        /// Its position is too old to plan with.
        case stale
        /// It is not on duty.
        case off
        /// It is at work elsewhere.
        case busy
        /// It is on a break.
        case onBreak = "break"
        /// The broker has lost it: no order would reach it now.
        case offline
        /// Its receiver has no fix, or repeats one: where it is nobody knows.
        case unhealthy
        /// It is the one that calls for help.
        case caller
        /// There is no way from where it is.
        case unreachable
    }

    /// One unit with its estimate.
    package struct Candidate: Sendable {
        /// The unit.
        package let unit: Unit
        /// Age of its position, s; `nil` while it has none.
        package let age: Double?
        /// How long it needs; `nil` while it has no position.
        package let estimate: Estimate?
        /// Why it stands below the line; `nil` above.
        package let reason: Reason?
        /// Whether it is so close to the soonest that it might as well be the first.
        package let isTied: Bool
    }

    /// Older than this, s, a position is not planned with.
    package static let stalePosition = 180.0

    /// Free units, soonest first.
    package let free: [Candidate]

    /// The others, soonest first.
    package let belowLine: [Candidate]

    /// Whether no road is near the scene, and times are those of a straight line.
    package let isStraight: Bool

    /// Ranks units for a scene.
    ///
    /// - Parameters:
    ///   - units: All units.
    ///   - places: Where they are on the roads.
    ///   - engaged: Units that were sent somewhere and may not have said so yet.
    ///   - scene: Where they are needed.
    ///   - profile: How they will drive.
    ///   - estimator: The road network.
    ///   - caller: The unit that calls for help there.
    ///   - now: ms since 1970 UTC.
    package init(
        _ units: [Unit],
        places: UnitPlaces,
        engaged: Set<UnitID> = [],
        scene: Coordinate,
        profile: RoadWeights.Profile,
        estimator: TimeToScene,
        caller: UnitID? = nil,
        now: Int64
    ) {
        var byName: [String: Unit] = [:]
        var placed: [UnitOnRoad] = []
        for unit in units {
            byName["\(unit.id)"] = unit
            if let place = places.unit(unit, now: now) { placed.append(place) }
        }
        let ranked: [Estimate]
        do throws(SceneError) {
            ranked = try estimator.rank(Fleet(placed), scene: scene, profile: profile)
            self.isStraight = false
        } catch {
            // In a field, on the water: somebody is needed there all the same.
            ranked = StraightLine.rank(placed.map(\.position), scene: scene)
            self.isStraight = true
        }
        var found: [(Unit, Estimate?, Reason?)] = ranked.compactMap { estimate in
            guard let unit = byName.removeValue(forKey: estimate.device) else { return nil }
            let isEngaged = engaged.contains(unit.id)
            let isCaller = unit.id == caller
            let reason = isCaller ? .caller : Self.reason(unit, estimate, isEngaged: isEngaged, now: now)
            return (unit, estimate, reason)
        }
        for (_, unit) in byName.sorted(by: { $0.key < $1.key }) { found.append((unit, nil, .noPosition)) }
        let soonest = found.first { $0.2 == nil }?.1?.journey
        let candidates = found.enumerated().map { number, item in
            let (unit, estimate, reason) = item
            let journey = estimate?.journey
            let isFirst = reason == nil && journey == soonest
            let isTied = soonest.flatMap { first in journey.map { Estimate.isTied($0, with: first) } } ?? false
            return Candidate(
                unit: unit,
                age: unit.positionAge(at: now),
                estimate: estimate,
                reason: reason,
                isTied: reason == nil && !isFirst && isTied
            )
        }
        self.free = candidates.filter { $0.reason == nil }
        self.belowLine = candidates.filter { $0.reason != nil }
    }

    /// Where the units are that could go at once: on patrol, and seen lately.
    package static func free(_ units: [Unit], places: UnitPlaces, engaged: Set<UnitID>, now: Int64) -> [UnitOnRoad] {
        units.compactMap { unit in
            guard unit.status == .patrol || unit.status == nil, !engaged.contains(unit.id), !unit.isOffline,
                !unit.isPlaceDoubtful, let place = places.unit(unit, now: now), place.position.age <= Self.stalePosition
            else { return nil }
            return place
        }
    }

    private static func reason(_ unit: Unit, _ estimate: Estimate, isEngaged: Bool, now: Int64) -> Reason? {
        switch unit.status {
        case .off: return .off
        case .enroute, .scene, .busy: return .busy
        case .break: return .onBreak
        case .patrol, nil: break
        }
        if isEngaged { return .busy }
        if unit.isOffline { return .offline }
        if let age = unit.positionAge(at: now), age > Self.stalePosition { return .stale }
        if unit.isPlaceDoubtful { return .unhealthy }
        return estimate.journey == nil ? .unreachable : nil
    }
}
