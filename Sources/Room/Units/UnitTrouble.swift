import PatrolWire

/// What is wrong with a device, as the room can see it.
package enum UnitTrouble: String, Sendable, Hashable, CaseIterable {
    /// The broker has lost it.
    case offline
    /// Its receiver has no fix.
    case gnssLost = "gnss_lost"
    /// Its receiver repeats one place.
    case gnssFrozen = "gnss_frozen"
    /// Its battery is low.
    case batteryLow = "battery_low"
    /// Its disk is nearly full.
    case diskLow = "disk_low"
    /// Records wait on it for too long.
    case backlog
    /// Its clock is not to be believed.
    case clockWrong = "clock_wrong"
    /// It is too hot.
    case hot
    /// Its certificate ends soon, and with it its link.
    case certificate
    /// Some of its track is not what it signed for.
    case trackBroken = "track_broken"
}

extension Unit {
    /// Below this charge a battery is low; the device says so at the same.
    private static let lowCharge = 0.2
    /// Free bytes below which a disk is nearly full.
    private static let lowDisk: Int64 = 64 << 20
    /// Records wait for longer than this, s: a link that works delivers a day's in less.
    private static let longWait = 900.0
    /// A certificate that ends sooner is to be renewed, ms.
    private static let certificateSoon: Int64 = 14 * 86_400_000
    /// °C: most computers slow down here.
    private static let tooHot = 85.0

    /// What is wrong with it, the gravest first.
    package var troubles: [UnitTrouble] {
        var troubles: [UnitTrouble] = []
        if self.isOffline { troubles.append(.offline) }
        if self.isTrackBroken { troubles.append(.trackBroken) }
        switch self.facts.reception {
        case .lost: troubles.append(.gnssLost)
        case .frozen: troubles.append(.gnssFrozen)
        case .ok, nil: break
        }
        if let battery = self.facts.battery, battery < Self.lowCharge { troubles.append(.batteryLow) }
        if let free = self.health?.diskFree, free < Self.lowDisk { troubles.append(.diskLow) }
        if let wait = self.health?.queueAge, wait > Self.longWait { troubles.append(.backlog) }
        if self.hasWrongClock { troubles.append(.clockWrong) }
        if let temperature = self.health?.temperature, temperature > Self.tooHot { troubles.append(.hot) }
        // One that is gone is offline, and that says more.
        if !self.isOffline, let health = self.health, let end = health.certificateEnds,
            end < health.time + Self.certificateSoon
        {
            troubles.append(.certificate)
        }
        return troubles
    }

    /// Whether what it says of its place cannot be planned with.
    package var isPlaceDoubtful: Bool { self.facts.reception == .lost || self.facts.reception == .frozen }
}
