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

    /// As OpenStreetMap calls it.
    package var name: String {
        switch self {
        case .motorway: "motorway"
        case .motorwayLink: "motorway_link"
        case .trunk: "trunk"
        case .trunkLink: "trunk_link"
        case .primary: "primary"
        case .primaryLink: "primary_link"
        case .secondary: "secondary"
        case .secondaryLink: "secondary_link"
        case .tertiary: "tertiary"
        case .tertiaryLink: "tertiary_link"
        case .unclassified: "unclassified"
        case .residential: "residential"
        case .livingStreet: "living_street"
        case .service: "service"
        }
    }

    package init?(highway: Substring) {
        guard let kind = Self.allCases.first(where: { $0.name == highway }) ?? (highway == "road" ? .unclassified : nil)
        else { return nil }
        self = kind
    }

    /// Whether it is built for through traffic only: no turning round, no crossing on foot.
    package var isMotorroad: Bool {
        switch self {
        case .motorway, .motorwayLink, .trunk, .trunkLink: true
        default: false
        }
    }

    /// Which gives way to which: the smaller number goes first.
    package var rank: Int {
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
