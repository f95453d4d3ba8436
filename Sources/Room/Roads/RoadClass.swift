/// What kind of road an edge is: OpenStreetMap's `highway`, as far as cars go.
package enum RoadClass: UInt8, Sendable, Hashable, CaseIterable {
    /// Motorway.
    case motorway
    /// Its ramps.
    case motorwayLink
    /// Trunk road.
    case trunk
    /// Its ramps.
    case trunkLink
    /// Primary road.
    case primary
    /// Its ramps.
    case primaryLink
    /// Secondary road.
    case secondary
    /// Its ramps.
    case secondaryLink
    /// Tertiary road.
    case tertiary
    /// Its ramps.
    case tertiaryLink
    /// Minor road outside of towns.
    case unclassified
    /// Street where people live.
    case residential
    /// Street where people walk and play.
    case livingStreet
    /// Way to a yard, a car park, a building.
    case service

    init?(highway: Substring) {
        switch highway {
        case "motorway": self = .motorway
        case "motorway_link": self = .motorwayLink
        case "trunk": self = .trunk
        case "trunk_link": self = .trunkLink
        case "primary": self = .primary
        case "primary_link": self = .primaryLink
        case "secondary": self = .secondary
        case "secondary_link": self = .secondaryLink
        case "tertiary": self = .tertiary
        case "tertiary_link": self = .tertiaryLink
        case "unclassified", "road": self = .unclassified
        case "residential": self = .residential
        case "living_street": self = .livingStreet
        case "service": self = .service
        default: return nil
        }
    }

    /// Whether it is built for through traffic only: no turning round, no crossing on foot.
    package var isMotorroad: Bool {
        switch self {
        case .motorway, .motorwayLink, .trunk, .trunkLink: true
        default: false
        }
    }

    /// Which gives way to which: the smaller number goes first.
    var rank: Int {
        switch self {
        case .motorway, .motorwayLink: 0
        case .trunk, .trunkLink: 1
        case .primary, .primaryLink: 2
        case .secondary, .secondaryLink: 3
        case .tertiary, .tertiaryLink: 4
        case .unclassified, .residential: 5
        case .livingStreet: 6
        case .service: 7
        }
    }
}
