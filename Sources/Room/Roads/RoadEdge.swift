/// A piece of road between two vertices, as it lies in the file (40 bytes).
///
/// Each edge is two arcs: its number times two for the direction of its points, plus one for the other.
package struct RoadEdge: Sendable, Hashable, BitwiseCopyable {
    /// Vertex where it begins.
    package var from: UInt32
    /// Vertex where it ends.
    package var to: UInt32
    var firstPoint: UInt32
    var pointCount: UInt32
    /// Length in decimetres.
    var length: UInt32
    /// Where its name begins in the names; `UInt32.max` for none.
    var name: UInt32
    /// Id of the OpenStreetMap way.
    package var way: Int64
    /// The class, and the surface in the upper three bits.
    var kind: UInt8
    var flags: UInt8
    /// km/h in the direction of its points; 0 when the map does not say.
    package var forwardLimit: UInt8
    /// km/h against it; 0 when the map does not say.
    package var backwardLimit: UInt8
    /// Lights between its ends: forward in the lower, backward in the upper four bits.
    var signals: UInt8 = 0
    /// Stop and give-way signs: forward in the lower, backward in the upper four bits.
    var signs: UInt8 = 0
    /// Crossings on foot without lights.
    var crossings: UInt8 = 0
    /// Bumps in the lower, gates in the upper four bits.
    var obstacles: UInt8 = 0

    static let forward: UInt8 = 1
    static let backward: UInt8 = 2
    static let roundabout: UInt8 = 4
    static let rural: UInt8 = 8
    static let busLane: UInt8 = 16
    /// Two bits: ``WayRules/Access``.
    static let accessShift: UInt8 = 6

    /// Length in metres.
    package var metres: Double { Double(self.length) / 10 }
    /// What kind of road it is.
    package var roadClass: RoadClass { RoadClass(rawValue: self.kind & 0x1F) ?? .service }
    /// Whether it may be driven in the direction of its points.
    package var isForwardAllowed: Bool { self.flags & Self.forward != 0 }
    /// Whether it may be driven against it.
    package var isBackwardAllowed: Bool { self.flags & Self.backward != 0 }
    /// Whether one drives around it.
    package var isRoundabout: Bool { self.flags & Self.roundabout != 0 }
    /// Whether few streets meet around it.
    package var isRural: Bool { self.flags & Self.rural != 0 }

    /// Whether only buses and emergency vehicles may use it.
    package var isForEmergencyOnly: Bool { self.access == .emergencyOnly }

    var surface: WayRules.Surface { WayRules.Surface(rawValue: self.kind >> 5) ?? .paved }
    var access: WayRules.Access { WayRules.Access(rawValue: self.flags >> Self.accessShift) ?? .everybody }
    var hasBusLane: Bool { self.flags & Self.busLane != 0 }

    func isAllowed(forward: Bool) -> Bool { forward ? self.isForwardAllowed : self.isBackwardAllowed }

    func signals(forward: Bool) -> Int { Int(forward ? self.signals & 0xF : self.signals >> 4) }

    func signs(forward: Bool) -> Int { Int(forward ? self.signs & 0xF : self.signs >> 4) }

    /// Counts what stands on one of its inner nodes.
    mutating func count(_ kind: NodeRules.Kind) {
        func add(_ facing: NodeRules.Facing, to count: inout UInt8) {
            if facing != .backward, count & 0xF < 15 { count += 1 }
            if facing != .forward, count >> 4 < 15 { count += 16 }
        }
        switch kind {
        case .nothing, .blocked: break
        case .signals(let facing): add(facing, to: &self.signals)
        case .sign(let facing): add(facing, to: &self.signs)
        case .crossing: self.crossings = min(255, self.crossings + 1)
        case .calming: if self.obstacles & 0xF < 15 { self.obstacles += 1 }
        case .gate: if self.obstacles >> 4 < 15 { self.obstacles += 16 }
        }
    }
}

/// A way from the end of one arc into another, as it lies in the file (12 bytes).
package struct RoadTurn: Sendable, Hashable, BitwiseCopyable {
    /// The arc that ends.
    package var from: UInt32
    /// The arc that begins.
    package var to: UInt32
    /// Change of course in degrees, to the right positive.
    var angle: Int16
    var flags: UInt16

    /// Forbidden by a sign.
    static let banned: UInt16 = 1
    /// A sign that does not hold for emergency vehicles.
    static let emergencyExempt: UInt16 = 2
    /// Back along the same road.
    static let uTurn: UInt16 = 4
    /// Under lights.
    static let signal: UInt16 = 8
    /// More than two roads meet.
    static let junction: UInt16 = 16
    /// Out of a lesser road into or over a greater one.
    static let yield: UInt16 = 32
    /// Into a roundabout.
    static let entersRoundabout: UInt16 = 64
    /// From a road for everybody into a private one.
    static let entersRestricted: UInt16 = 128
    /// From a road for everybody into one for who has to do there.
    static let entersDestination: UInt16 = 256

    func has(_ flag: UInt16) -> Bool { self.flags & flag != 0 }
}
