/// What stands on a node of a road and costs time, or lets nobody past.
///
/// Source of the meanings: the OpenStreetMap wiki, *Tag:highway=traffic_signals*, *Key:crossing*,
/// *Key:traffic_calming*, *Key:barrier*, *Tag:highway=stop*.
struct NodeRules: Sendable, Hashable {
    /// For which direction of a way something stands there.
    enum Facing: Sendable, Hashable {
        case both
        case forward
        case backward
    }

    /// What it is.
    enum Kind: Sendable, Hashable {
        case nothing
        /// Lights, of a junction or of a crossing on foot.
        case signals(Facing)
        /// A crossing on foot without lights.
        case crossing
        /// A stop or give-way sign.
        case sign(Facing)
        /// A bump, a cushion, a table, a chicane.
        case calming
        /// A gate or a toll booth: passable, slowly.
        case gate
        /// No car gets past.
        case blocked
    }

    private static let accessKeys = ["motorcar", "motor_vehicle", "vehicle", "access"]

    /// Reads the tags of a node.
    static func kind(_ tags: Tags) -> Kind {
        if let barrier = tags["barrier"] { return Self.barrier(barrier, tags) }
        switch tags["highway"] {
        case "traffic_signals": return .signals(Self.facing(tags, "traffic_signals:direction"))
        case "crossing":
            switch tags["crossing"] {
            case "traffic_signals": return .signals(.both)
            case "no", "unmarked": return .nothing
            default: return .crossing
            }
        case "stop", "give_way": return .sign(Self.facing(tags, "direction"))
        case "toll_gantry": return .nothing
        default: break
        }
        if let calming = tags["traffic_calming"], calming != "no" { return .calming }
        return .nothing
    }

    private static func facing(_ tags: Tags, _ key: String) -> Facing {
        switch tags.first(of: [key, "direction"]) {
        case "forward": .forward
        case "backward": .backward
        default: .both
        }
    }

    private static func barrier(_ barrier: Substring, _ tags: Tags) -> Kind {
        switch tags.first(of: Self.accessKeys) {
        case "no": return .blocked
        case "private" where barrier == "gate" || barrier == "lift_gate": return .gate
        case .some: return .nothing
        case nil: break
        }
        switch barrier {
        case "bollard", "block", "jersey_barrier", "wall", "fence", "stile", "turnstile", "kissing_gate",
            "cycle_barrier", "motorcycle_barrier", "log", "planter", "chain", "debris":
            return .blocked
        case "gate", "lift_gate", "swing_gate", "sliding_gate", "toll_booth", "border_control": return .gate
        default: return .nothing
        }
    }
}
