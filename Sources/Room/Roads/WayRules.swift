/// What a car may do on a way, read from its tags.
///
/// Source of the meanings: the OpenStreetMap wiki, *Key:access*, *Key:oneway*, *Tag:junction=roundabout*.
struct WayRules: Sendable, Hashable {
    var roadClass: RoadClass
    var isForwardAllowed: Bool
    var isBackwardAllowed: Bool
    /// km/h; `nil` when the map does not say.
    var forwardLimit: Double?
    /// km/h; `nil` when the map does not say.
    var backwardLimit: Double?
    var isRoundabout: Bool
    /// Private, customers only and the like: passable, at a price.
    var isRestricted: Bool

    /// Most specific first, as the wiki ranks them.
    private static let accessKeys = ["motorcar", "motor_vehicle", "vehicle", "access"]

    /// Reads tags; `nil` when no car can use the way.
    init?(_ tags: Tags) {
        guard let highway = tags["highway"], let roadClass = RoadClass(highway: highway), tags["area"] != "yes",
            tags["impassable"] != "yes"
        else { return nil }
        self.roadClass = roadClass
        self.isRestricted = false
        switch tags.first(of: Self.accessKeys) {
        case "no", "agricultural", "forestry", "agricultural;forestry": return nil
        case "private", "delivery", "customers", "permit": self.isRestricted = true
        default: break
        }
        self.isRoundabout = tags["junction"] == "roundabout" || tags["junction"] == "circular"
        let isOneWayByKind = self.isRoundabout || roadClass == .motorway
        switch tags.first(of: ["oneway:motorcar", "oneway:motor_vehicle", "oneway"]) {
        case "yes", "true", "1": (self.isForwardAllowed, self.isBackwardAllowed) = (true, false)
        case "-1", "reverse": (self.isForwardAllowed, self.isBackwardAllowed) = (false, true)
        case "no", "false", "0": (self.isForwardAllowed, self.isBackwardAllowed) = (true, true)
        // Changes with the hour and nobody here knows when.
        case "reversible", "alternating": return nil
        default: (self.isForwardAllowed, self.isBackwardAllowed) = (true, !isOneWayByKind)
        }
        let both = tags["maxspeed"].flatMap(SpeedLimit.parse)
        self.forwardLimit = tags["maxspeed:forward"].flatMap(SpeedLimit.parse) ?? both
        self.backwardLimit = tags["maxspeed:backward"].flatMap(SpeedLimit.parse) ?? both
    }

    /// Whether no car gets past a node.
    static func isBlocked(_ tags: Tags) -> Bool {
        guard let barrier = tags["barrier"] else { return false }
        switch tags.first(of: Self.accessKeys) {
        case "no": return true
        case .some: return false
        case nil: break
        }
        switch barrier {
        case "bollard", "block", "jersey_barrier", "wall", "fence", "stile", "turnstile", "kissing_gate",
            "cycle_barrier", "motorcycle_barrier", "log", "planter", "chain", "debris":
            return true
        default:
            return false
        }
    }
}
