import RoadMap

/// What a car may do on a way, read from its tags.
///
/// Source of the meanings: the OpenStreetMap wiki, *Key:access*, *Key:oneway*, *Tag:junction=roundabout*,
/// *Key:busway*, *Key:surface*.
struct WayRules: Sendable, Hashable {
    var roadClass: RoadClass
    var isForwardAllowed: Bool
    var isBackwardAllowed: Bool
    /// km/h; `nil` when the map does not say.
    var forwardLimit: Double?
    /// km/h; `nil` when the map does not say.
    var backwardLimit: Double?
    var isRoundabout: Bool
    var access: RoadAccess
    var surface: RoadSurface
    /// A lane that only buses and emergency vehicles may use runs along it.
    var hasBusLane: Bool

    /// Most specific first, as the wiki ranks them.
    private static let accessKeys = ["motorcar", "motor_vehicle", "vehicle", "access"]

    /// Reads tags; `nil` when no car can use the way.
    init?(_ tags: Tags) {
        guard let highway = tags["highway"], tags["area"] != "yes", tags["impassable"] != "yes",
            tags["route"] != "ferry"
        else { return nil }
        let access = Self.access(tags, highway: highway)
        // A street for people on foot or for buses is a road only for a car with a siren.
        let kind = RoadClass(highway: highway) ?? (access == .emergencyOnly ? .service : nil)
        guard let access, let roadClass = kind else { return nil }
        self.roadClass = roadClass
        self.access = access
        self.surface = Self.surface(tags["surface"])
        self.hasBusLane = Self.busLaneKeys.contains { tags[$0] != nil && tags[$0] != "no" }
        self.isRoundabout = tags["junction"] == "roundabout" || tags["junction"] == "circular"
        let isOneWayByKind = self.isRoundabout || roadClass == .motorway
        // What holds for buses or bicycles (oneway:psv and the like) says nothing of a car.
        switch tags.first(of: ["oneway:motorcar", "oneway:motor_vehicle", "oneway"]) {
        case "yes", "true", "1": (self.isForwardAllowed, self.isBackwardAllowed) = (true, false)
        case "-1", "reverse": (self.isForwardAllowed, self.isBackwardAllowed) = (false, true)
        case "no", "false", "0": (self.isForwardAllowed, self.isBackwardAllowed) = (true, true)
        // Changes with the hour and nobody here knows when.
        case "reversible", "alternating": return nil
        default: (self.isForwardAllowed, self.isBackwardAllowed) = (true, !isOneWayByKind)
        }
        let both = ["maxspeed", "maxspeed:type", "source:maxspeed", "zone:maxspeed"].lazy
            .compactMap { tags[$0].flatMap(SpeedLimit.parse) }.first
        self.forwardLimit = tags["maxspeed:forward"].flatMap(SpeedLimit.parse) ?? both
        self.backwardLimit = tags["maxspeed:backward"].flatMap(SpeedLimit.parse) ?? both
    }

    private static let busLaneKeys = ["busway", "busway:left", "busway:right", "busway:both", "lanes:psv", "lanes:bus"]

    private static func access(_ tags: Tags, highway: Substring) -> RoadAccess? {
        if tags["emergency"] == "yes" || tags["emergency"] == "designated" {
            // Said of an ordinary street as well, where it means nothing new.
            let isClosed = RoadClass(highway: highway) == nil || Self.isClosed(tags.first(of: Self.accessKeys))
            return isClosed ? .emergencyOnly : Self.openAccess(tags)
        }
        if highway == "busway" || highway == "bus_guideway" { return highway == "busway" ? .emergencyOnly : nil }
        guard RoadClass(highway: highway) != nil else { return nil }
        guard Self.isClosed(tags.first(of: Self.accessKeys)) else { return Self.openAccess(tags) }
        let isForBuses = ["bus", "psv", "taxi"].contains { ["yes", "designated"].contains(tags[$0] ?? "") }
        let value = tags.first(of: Self.accessKeys)
        return isForBuses || value == "psv" || value == "bus" ? .emergencyOnly : nil
    }

    private static func isClosed(_ value: Substring?) -> Bool {
        ["no", "agricultural", "forestry", "agricultural;forestry", "psv", "bus", "emergency"].contains(value ?? "")
    }

    private static func openAccess(_ tags: Tags) -> RoadAccess {
        switch tags.first(of: Self.accessKeys) {
        case "private", "permit", "residents": .restricted
        case "destination", "delivery", "customers": .destination
        default: tags["service"] == "driveway" || tags["service"] == "parking_aisle" ? .destination : .everybody
        }
    }

    private static func surface(_ value: Substring?) -> RoadSurface {
        switch value {
        case "sett", "cobblestone", "unhewn_cobblestone", "cobblestone:flattened", "paving_stones", "bricks": .stones
        case "unpaved", "gravel", "fine_gravel", "dirt", "earth", "ground", "grass", "sand", "compacted", "mud",
            "pebblestone", "woodchips":
            .loose
        default: .paved
        }
    }
}
