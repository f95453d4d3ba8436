/// Which grids, lines and posts of the plan are a unit's own for a time: topic
/// `patrol/1/{station}/{device}/assign`, retained; an empty message takes it back.
///
/// The device judges its own only; for the station the room judges.
public struct DutyAssignment: Sendable, Hashable, WireMessage {
    /// Names it: the shift and its day.
    public var id: String
    /// When it begins, ms since 1970 UTC.
    public var from: Int64
    /// When it ends, ms since 1970 UTC.
    public var until: Int64
    /// Ids of the plan's grids, lines and posts.
    public var places: [String]
    /// The sector, in the station's own words.
    public var sector: String?

    /// So many places at most: those of several shifts that meet in one unit.
    public static let mostPlaces = 256

    /// Creates one.
    public init(id: String, from: Int64, until: Int64, places: [String], sector: String? = nil) {
        (self.id, self.from, self.until, self.places, self.sector) = (id, from, until, places, sector)
    }

    /// Whether a place is the unit's own at a time, ms since 1970 UTC; outside of its time it says nothing.
    public func isOwn(_ place: String, at time: Int64) -> Bool? {
        guard self.from <= time, time <= self.until else { return nil }
        return self.places.contains(place)
    }

    /// What breaks the contract.
    public var violation: String? {
        if self.id.isEmpty || WireLimits.isTooLong(self.id, WireLimits.command) {
            return WireLimits.words("id", WireLimits.command)
        }
        if self.places.count > Self.mostPlaces { return "'places' holds more than \(Self.mostPlaces)" }
        if self.places.contains(where: { $0.isEmpty || WireLimits.isTooLong($0, WireLimits.id) }) {
            return WireLimits.words("places", WireLimits.id)
        }
        if let sector, WireLimits.isTooLong(sector, WireLimits.name) {
            return WireLimits.words("sector", WireLimits.name)
        }
        return ExactNumber.violation(["from": self.from, "until": self.until])
    }
}
