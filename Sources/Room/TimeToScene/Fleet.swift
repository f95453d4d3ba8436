package import RoadMap
package import RoadSearch

/// All units on the roads, each put there as it reported, ready to be ranked.
package struct Fleet: Sendable {
    private let units: [UnitOnRoad]

    /// A fleet of units that are on the roads already.
    package init(_ units: [UnitOnRoad]) { self.units = units }

    /// A fleet of units, put on the roads now.
    package init(_ positions: [UnitPosition], on network: RoadNetwork) {
        // Neighbour after neighbour, so that what one needs of the map is still at hand for the next.
        var order = positions.indices.map { number in
            UInt64(network.cell(of: positions[number].coordinate)) << 32 | UInt64(number)
        }
        sortByUpperHalf(&order)
        self.units = order.map { UnitOnRoad(positions[Int($0 & 0xFFFF_FFFF)], on: network) }
    }

    /// How many units there are.
    package var count: Int { self.units.count }

    /// Prepares the fleet under the roads as they are now.
    package func prepared(_ roads: RoadState) -> PreparedFleet { PreparedFleet(self.units, roads) }
}

/// A fleet under one state of the roads.
package struct PreparedFleet: Sendable {
    /// What an estimate needs of one unit.
    private struct Member {
        /// Its candidates among the starts.
        let first: Int32
        let count: Int32
        let doubt: UnitDoubt
    }

    private let units: [UnitOnRoad]
    private let roads: RoadState
    private let members: [Member]
    /// One a candidate, unit after unit.
    private let starts: [Start]
    private let prepared: [PreparedStart]
    private let probabilities: [Double]

    init(_ units: [UnitOnRoad], _ roads: RoadState) {
        (self.units, self.roads) = (units, roads)
        var members: [Member] = []
        var starts: [Start] = []
        var probabilities: [Double] = []
        members.reserveCapacity(units.count)
        starts.reserveCapacity(units.count * 2)
        probabilities.reserveCapacity(units.count * 2)
        for unit in units {
            members.append(
                Member(
                    first: Int32(starts.count),
                    count: Int32(unit.candidates.count),
                    doubt: UnitDoubt(unit, age: unit.position.age)
                )
            )
            for candidate in unit.candidates {
                starts.append(unit.start(candidate, after: unit.position.age, on: roads.network))
                probabilities.append(candidate.probability)
            }
        }
        (self.members, self.starts, self.probabilities) = (members, starts, probabilities)
        self.prepared = roads.metric.map { metric in starts.map { PreparedStart($0, metric) } } ?? []
    }

    /// Returns an estimate for each unit, soonest first; those without a way come last.
    ///
    /// The order does not depend on the order of the units: of two alike the one whose name comes first is first.
    package func rank(to scene: Scene) -> [Estimate] {
        let legs =
            self.roads.search?.legs(from: self.prepared, to: scene) ?? self.roads.legs(from: self.starts, to: scene)
        var order: [UInt64] = []
        order.reserveCapacity(self.units.count)
        var journeys: [Estimate.Journey?] = []
        journeys.reserveCapacity(self.units.count)
        for (number, member) in self.members.enumerated() {
            let journey = self.journey(of: member, legs)
            journeys.append(journey)
            let milliseconds = journey.map { UInt64(min($0.seconds, 1e6) * 1_000) } ?? UInt64(UInt32.max)
            order.append(milliseconds << 32 | UInt64(number))
        }
        sortByUpperHalf(&order)
        self.settleTies(&order)
        return order.map { key in
            let number = Int(key & 0xFFFF_FFFF)
            return Estimate(
                device: self.units[number].position.device,
                snapped: self.units[number].offset,
                journey: journeys[number]
            )
        }
    }

    /// Puts runs of equal times in the order of the names.
    private func settleTies(_ order: inout [UInt64]) {
        var first = 0
        for end in 1..<max(1, order.count + 1) where end == order.count || order[end] >> 32 != order[first] >> 32 {
            if end - first > 1 {
                order[first..<end].sort {
                    self.units[Int($0 & 0xFFFF_FFFF)].position.device
                        < self.units[Int($1 & 0xFFFF_FFFF)].position.device
                }
            }
            first = end
            if end == order.count { break }
        }
    }

    /// Whether there is a way that can be driven within a day.
    private static func isSensible(_ leg: Leg) -> Bool {
        leg.isReachable && Double(leg.milliseconds) <= Estimate.Journey.longest * 1_000
    }

    private func journey(of member: Member, _ legs: [Leg]) -> Estimate.Journey? {
        let first = Int(member.first)
        if member.count == 1 {
            return Self.isSensible(legs[first]) ? self.roads.journey(legs[first], member.doubt) : nil
        }
        var mixture = JourneyMixture()
        for number in first..<first + Int(member.count) where Self.isSensible(legs[number]) {
            mixture.add(self.roads.journey(legs[number], member.doubt), probability: self.probabilities[number])
        }
        return mixture.journey
    }
}

/// Sorts keys by their upper half: by its three digits of eleven bits, the last first.
///
/// Source: radix sort as in Knuth, *The Art of Computer Programming*, volume 3, 5.2.5.
private func sortByUpperHalf(_ keys: inout [UInt64]) {
    guard keys.count > 64 else { return keys.sort() }
    var other = keys
    for shift in [32, 43, 54] as [UInt64] {
        var first = [Int](repeating: 0, count: 2_049)
        for key in keys { first[Int(key >> shift & 2_047) + 1] += 1 }
        // Most are small: a digit that is the same everywhere sorts nothing.
        if first.contains(keys.count) { continue }
        for digit in 0..<2_048 { first[digit + 1] += first[digit] }
        for key in keys {
            let digit = Int(key >> shift & 2_047)
            other[first[digit]] = key
            first[digit] += 1
        }
        swap(&keys, &other)
    }
}
