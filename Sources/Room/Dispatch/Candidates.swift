package import Ground
import PatrolWire
package import Roads
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
    }

    /// Older than this, s, a position is not planned with.
    package static let stalePosition = 180.0

    /// Free units, soonest first.
    package let free: [Candidate]

    /// The others, soonest first.
    package let belowLine: [Candidate]

    /// Ranks units for a scene.
    ///
    /// - Parameters:
    ///   - units: All units.
    ///   - scene: Where they are needed.
    ///   - profile: How they will drive.
    ///   - estimator: The road network.
    ///   - now: ms since 1970 UTC.
    /// - Throws: `SceneError` when no road is near the scene.
    package init(
        _ units: [Unit],
        scene: Coordinate,
        profile: RoadWeights.Profile,
        estimator: TimeToScene,
        now: Int64
    ) throws(SceneError) {
        var byKey: [String: Unit] = [:]
        var positions: [UnitPosition] = []
        for unit in units {
            let key = "\(unit.station)/\(unit.device)"
            byKey[key] = unit
            if let position = Self.position(of: unit, named: key, now: now) { positions.append(position) }
        }
        let ranked = try estimator.rank(positions, scene: scene, profile: profile)
        var candidates = ranked.compactMap { estimate -> Candidate? in
            guard let unit = byKey.removeValue(forKey: estimate.device) else { return nil }
            let age = unit.positionAge(at: now)
            return Candidate(unit: unit, age: age, estimate: estimate, reason: Self.reason(unit, estimate, age: age))
        }
        for (_, unit) in byKey.sorted(by: { $0.key < $1.key }) {
            candidates.append(Candidate(unit: unit, age: nil, estimate: nil, reason: .noPosition))
        }
        self.free = candidates.filter { $0.reason == nil }
        self.belowLine = candidates.filter { $0.reason != nil }
    }

    /// Where the units are that could go at once: on patrol, and seen lately.
    package static func freePositions(_ units: [Unit], now: Int64) -> [UnitPosition] {
        units.compactMap { unit in
            guard unit.status == .patrol || unit.status == nil,
                let position = Self.position(of: unit, named: unit.device.text, now: now),
                position.age <= Self.stalePosition
            else { return nil }
            return position
        }
    }

    private static func position(of unit: Unit, named name: String, now: Int64) -> UnitPosition? {
        guard let position = unit.position, let age = unit.positionAge(at: now),
            let latitude = position.latitude, let longitude = position.longitude,
            let coordinate = Coordinate(latitude: latitude, longitude: longitude)
        else { return nil }
        return UnitPosition(
            device: name,
            coordinate: coordinate,
            course: position.course,
            speed: position.speed,
            age: age,
            accuracy: position.accuracy
        )
    }

    private static func reason(_ unit: Unit, _ estimate: Estimate, age: Double?) -> Reason? {
        switch unit.status {
        case .off: return .off
        case .enroute, .scene, .busy: return .busy
        case .break: return .onBreak
        case .patrol, nil: break
        }
        if let age, age > Self.stalePosition { return .stale }
        return estimate.journey == nil ? .unreachable : nil
    }
}
