package import Roads

/// All units on the roads, each put there as it reported, ready for the question who is nearest.
package struct Fleet: Sendable {
    /// By device; the order of the reports leaves no trace.
    private var units: [UnitOnRoad] = []

    /// An empty fleet.
    package init() {}

    /// A fleet of units.
    package init(_ positions: [UnitPosition], on network: RoadNetwork) {
        self.units = positions.map { UnitOnRoad($0, on: network) }
        self.units.sort { $0.position.device < $1.position.device }
    }

    /// A fleet of units that are on the roads already.
    package init(_ units: [UnitOnRoad]) {
        self.units = units.sorted { $0.position.device < $1.position.device }
    }

    /// How many units there are.
    package var count: Int { self.units.count }

    /// Prepares the fleet under the roads as they are now.
    package func prepared(_ roads: RoadState) -> PreparedFleet { PreparedFleet(self.units, roads) }

    func rank(to scene: Scene, _ roads: RoadState) -> [Estimate] { self.prepared(roads).rank(to: scene) }
}

/// A fleet under one state of the roads.
package struct PreparedFleet: Sendable {
    private let units: [UnitOnRoad]
    private let roads: RoadState
    /// One a candidate, unit after unit.
    private let starts: [Start]
    private let prepared: [PreparedStart]
    private let isSimple: Bool

    init(_ units: [UnitOnRoad], _ roads: RoadState) {
        (self.units, self.roads) = (units, roads)
        var starts: [Start] = []
        starts.reserveCapacity(units.count)
        for unit in units {
            for candidate in unit.candidates { starts.append(unit.start(candidate, after: unit.position.age)) }
        }
        self.starts = starts
        self.isSimple = units.allSatisfy { $0.candidates.count == 1 }
        self.prepared = roads.metric.map { metric in starts.map { PreparedStart($0, metric) } } ?? []
    }

    /// Returns an estimate for each unit, soonest first; those without a way come last.
    package func rank(to scene: Scene) -> [Estimate] {
        let legs: [Leg?]
        if let search = self.roads.search {
            legs = search.legs(from: self.prepared, to: scene)
        } else {
            legs = self.roads.legs(from: self.starts, to: scene)
        }
        var order: [UInt64] = []
        order.reserveCapacity(self.units.count)
        var estimates: [Estimate.Journey?] = []
        estimates.reserveCapacity(self.units.count)
        var next = 0
        for (number, unit) in self.units.enumerated() {
            let journey = self.journey(of: unit, legs[next..<next + unit.candidates.count])
            next += unit.candidates.count
            estimates.append(journey)
            // Soonest first, and of two alike the one whose name comes first.
            let milliseconds = journey.map { UInt64(min($0.seconds, 1e6) * 1_000) } ?? UInt64(UInt32.max)
            order.append(milliseconds << 32 | UInt64(number))
        }
        order.sort()
        return order.map { key in
            let number = Int(key & 0xFFFF_FFFF)
            let unit = self.units[number]
            return Estimate(device: unit.position.device, snapped: unit.offset, journey: estimates[number])
        }
    }

    private func journey(of unit: UnitOnRoad, _ legs: ArraySlice<Leg?>) -> Estimate.Journey? {
        if legs.count == 1 {
            return legs.first?.map { self.roads.journey($0, of: unit, age: unit.position.age) }
        }
        return RoadState.mixed(
            zip(unit.candidates, legs).compactMap { candidate, leg in
                leg.map { (self.roads.journey($0, of: unit, age: unit.position.age), candidate.probability) }
            }
        )
    }
}
