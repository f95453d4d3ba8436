/// A piece of road between two vertices, as it lies in the file (40 bytes).
///
/// Each edge is two arcs: its number times two for the direction of its points, plus one for the other.
package struct RoadEdge: Sendable, Hashable, BitwiseCopyable {
    /// Vertex where it begins.
    package var from: UInt32
    /// Vertex where it ends.
    package var to: UInt32
    package var firstPoint: UInt32
    package var pointCount: UInt32
    /// Length in decimetres.
    package var length: UInt32
    /// Where its name begins in the names; `UInt32.max` for none.
    package var name: UInt32
    /// Id of the OpenStreetMap way.
    package var way: Int64
    /// The class, and the surface in the upper three bits.
    package var kind: UInt8
    package var flags: UInt8
    /// km/h in the direction of its points; 0 when the map does not say.
    package var forwardLimit: UInt8
    /// km/h against it; 0 when the map does not say.
    package var backwardLimit: UInt8
    /// Lights between its ends: forward in the lower, backward in the upper four bits.
    package var signals: UInt8 = 0
    /// Stop and give-way signs: forward in the lower, backward in the upper four bits.
    package var signs: UInt8 = 0
    /// Crossings on foot without lights.
    package var crossings: UInt8 = 0
    /// Bumps in the lower, gates in the upper four bits.
    package var obstacles: UInt8 = 0

    /// Creates an edge on which nothing stands.
    package init(
        from: UInt32,
        to: UInt32,
        firstPoint: UInt32,
        pointCount: UInt32,
        length: UInt32,
        name: UInt32,
        way: Int64,
        kind: UInt8,
        flags: UInt8,
        forwardLimit: UInt8,
        backwardLimit: UInt8
    ) {
        self.from = from
        self.to = to
        self.firstPoint = firstPoint
        self.pointCount = pointCount
        self.length = length
        self.name = name
        self.way = way
        self.kind = kind
        self.flags = flags
        self.forwardLimit = forwardLimit
        self.backwardLimit = backwardLimit
    }

    package static let forward: UInt8 = 1
    package static let backward: UInt8 = 2
    package static let roundabout: UInt8 = 4
    package static let rural: UInt8 = 8
    package static let busLane: UInt8 = 16
    /// Two bits: ``RoadAccess``.
    package static let accessShift: UInt8 = 6

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

    /// What its surface is.
    package var surface: RoadSurface { RoadSurface(rawValue: self.kind >> 5) ?? .paved }
    /// Who may use it.
    package var access: RoadAccess { RoadAccess(rawValue: self.flags >> Self.accessShift) ?? .everybody }
    /// Whether a lane for buses runs along it.
    package var hasBusLane: Bool { self.flags & Self.busLane != 0 }

    package func isAllowed(forward: Bool) -> Bool { forward ? self.isForwardAllowed : self.isBackwardAllowed }

    package func signals(forward: Bool) -> Int { Int(forward ? self.signals & 0xF : self.signals >> 4) }

    package func signs(forward: Bool) -> Int { Int(forward ? self.signs & 0xF : self.signs >> 4) }
}

/// A way from the end of one arc into another, as it lies in the file (12 bytes).
package struct RoadTurn: Sendable, Hashable, BitwiseCopyable {
    /// The arc that ends.
    package var from: UInt32
    /// The arc that begins.
    package var to: UInt32
    /// Change of course in degrees, to the right positive.
    package var angle: Int16
    package var flags: UInt16

    /// Creates a turn.
    package init(
        from: UInt32,
        to: UInt32,
        angle: Int16,
        flags: UInt16
    ) {
        self.from = from
        self.to = to
        self.angle = angle
        self.flags = flags
    }

    /// Forbidden by a sign.
    package static let banned: UInt16 = 1
    /// A sign that does not hold for emergency vehicles.
    package static let emergencyExempt: UInt16 = 2
    /// Back along the same road.
    package static let uTurn: UInt16 = 4
    /// Under lights.
    package static let signal: UInt16 = 8
    /// More than two roads meet.
    package static let junction: UInt16 = 16
    /// Out of a lesser road into or over a greater one.
    package static let yield: UInt16 = 32
    /// Into a roundabout.
    package static let entersRoundabout: UInt16 = 64
    /// From a road for everybody into a private one.
    package static let entersRestricted: UInt16 = 128
    /// From a road for everybody into one for destination traffic only.
    package static let entersDestination: UInt16 = 256

    package func has(_ flag: UInt16) -> Bool { self.flags & flag != 0 }
}
