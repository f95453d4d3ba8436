/// Seconds that each piece of road takes, in both directions, under one profile.
package struct RoadWeights: Sendable {
    /// How a car is driven.
    package enum Profile: String, Sendable, Hashable, CaseIterable {
        /// With the traffic.
        case civil
        /// With lights and siren.
        case siren
    }

    /// A direction that may not be driven.
    package static let closed = UInt32.max

    /// Milliseconds in the direction of the points, by edge.
    package let forward: [UInt32]

    /// Milliseconds against it, by edge.
    package let backward: [UInt32]

    /// Computes the weights of a network.
    package init(_ network: RoadNetwork, profile: Profile) {
        var forward: [UInt32] = []
        var backward: [UInt32] = []
        forward.reserveCapacity(network.edgeCount)
        backward.reserveCapacity(network.edgeCount)
        for edge in network.edges {
            func milliseconds(_ isAllowed: Bool, _ limit: UInt8) -> UInt32 {
                guard isAllowed else { return Self.closed }
                let speed = Self.speed(edge.roadClass, limit: limit, isRestricted: edge.isRestricted, profile: profile)
                return UInt32(clamping: Int((edge.metres / speed * 1_000).rounded()))
            }
            forward.append(milliseconds(edge.isForwardAllowed, edge.forwardLimit))
            backward.append(milliseconds(edge.isBackwardAllowed, edge.backwardLimit))
        }
        self.forward = forward
        self.backward = backward
    }

    /// Average speed over a piece of road, stops at its junctions included, m/s.
    ///
    /// A share of the limit: the smaller the road, the more of the time goes into junctions, parked cars and
    /// bends. With a siren a car is not faster on a free motorway, and much faster where others wait.
    static func speed(_ roadClass: RoadClass, limit: UInt8, isRestricted: Bool, profile: Profile) -> Double {
        let kilometresPerHour = limit > 0 ? Double(limit) : roadClass.assumedLimit
        let shares: (civil: Double, siren: Double)
        switch roadClass {
        case .motorway, .motorwayLink: shares = (0.90, 1.05)
        case .trunk, .trunkLink: shares = (0.80, 1.05)
        case .primary, .primaryLink: shares = (0.68, 1.00)
        case .secondary, .secondaryLink: shares = (0.66, 0.98)
        case .tertiary, .tertiaryLink: shares = (0.66, 0.95)
        case .unclassified: shares = (0.65, 0.90)
        case .residential: shares = (0.70, 0.90)
        case .livingStreet, .service: shares = (0.80, 0.90)
        }
        let share = profile == .civil ? shares.civil : shares.siren
        // A gate, a porter, a key: restricted ways are the last choice.
        let penalty = isRestricted ? 0.4 : 1
        return kilometresPerHour * share * penalty / 3.6
    }
}
