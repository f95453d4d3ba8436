package import Ground

/// A town that does not exist: streets, a ring road, one-way streets, a roundabout, and a river with few bridges.
///
/// The same seed gives the same town.
package struct Town: Sendable {
    /// A junction or bend.
    package struct Node: Sendable {
        /// Id in the OpenStreetMap file.
        package let id: Int
        /// Where, metres from the town's south-west corner.
        package let point: PlanePoint
    }

    /// A street or a part of one.
    package struct Way: Sendable {
        /// Id in the OpenStreetMap file.
        package let id: Int
        /// Indices into ``Town/nodes``.
        package let nodes: [Int]
        /// Name.
        package let name: String
        /// OpenStreetMap's `highway`.
        package let highway: String
        /// km/h.
        package let limit: Int
        /// Whether it may be driven only in the order of its nodes.
        package let isOneWay: Bool
        /// Whether it is a roundabout.
        package let isRoundabout: Bool
    }

    /// The plane that the town is drawn on.
    package let plane: TangentPlane
    /// Junctions and bends.
    package internal(set) var nodes: [Node] = []
    /// Streets.
    package internal(set) var ways: [Way] = []
    /// The river's middle line.
    package internal(set) var river: [PlanePoint] = []

    /// Where the town is put: its south-west corner.
    package static let corner = Coordinate(latitude: 40.010, longitude: 116.540)

    /// Builds the town of a seed.
    package init?(seed: UInt64, corner: Coordinate? = Self.corner) {
        guard let corner else { return nil }
        self.plane = TangentPlane(at: corner)
        var builder = TownBuilder(seed: seed)
        builder.build()
        self.nodes = builder.nodes
        self.ways = builder.ways
        self.river = builder.river
    }

    /// Where a point of the plane is on Earth.
    package func coordinate(of point: PlanePoint) -> Coordinate {
        // The town is a few kilometres wide: no point of it leaves the Earth.
        self.plane.coordinate(of: point) ?? self.plane.origin
    }
}
