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

    /// Speed limit in km/h to assume where the map has none.
    ///
    /// Most unmarked roads of a police station's area are in town, where 50 is the general limit (Vienna
    /// Convention countries; in China 50 on roads with, 30 on roads without a centre line:
    /// Road Traffic Safety Law implementing regulations, article 45).
    var assumedLimit: Double {
        switch self {
        case .motorway: 110
        case .trunk: 80
        case .motorwayLink, .trunkLink, .primary, .secondary: 50
        case .primaryLink, .secondaryLink, .tertiary, .tertiaryLink: 45
        case .unclassified: 40
        case .residential: 30
        case .livingStreet, .service: 15
        }
    }
}
