/// Who may use a road.
package enum RoadAccess: UInt8, Sendable, Hashable {
    /// Everybody.
    case everybody
    /// Destination traffic only: residents, customers, deliveries.
    case destination
    /// Private and the like: passable, at a price.
    case restricted
    /// Buses, taxis, emergency vehicles: a car with a siren, and no other.
    case emergencyOnly
}

/// What a wheel meets.
package enum RoadSurface: UInt8, Sendable, Hashable, CaseIterable {
    /// Asphalt, concrete, or nothing said.
    case paved
    /// Setts, cobbles, paving stones, bricks.
    case stones
    /// Gravel, earth, grass.
    case loose
}
