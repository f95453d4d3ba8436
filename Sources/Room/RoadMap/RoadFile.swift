package import Ground

/// The layout of a road file: one header, one table of sections, the sections.
///
/// All numbers are little-endian and each section begins at a multiple of 8, so that the file is used as it
/// is mapped. The checksum is SHA-256 over everything behind the header.
package enum RoadFile {
    package static let magic: [UInt8] = Array("PATROADS".utf8)
    package static let version: UInt32 = 2
    package static let headerSize = 64

    /// What a section holds.
    package enum Section: UInt32, CaseIterable {
        /// One ``Summary``.
        case summary = 1
        /// ``FixedPoint`` of each vertex.
        case vertices = 2
        /// ``RoadEdge`` each.
        case edges = 3
        /// ``FixedPoint`` of each edge's line, ends included.
        case points = 4
        /// For each cell of the grid the first of its entries in ``cellEntries``, and one more for the end.
        case cellOffsets = 5
        /// ``CellSegment`` each.
        case cellEntries = 6
        /// Names of roads, each ended by a zero byte.
        case names = 7
        /// Name of the map that was imported.
        case source = 8
        /// ``RoadTurn`` each, by the arc that they come from.
        case turns = 9
        /// For each arc the first of its turns, and one more for the end.
        case turnOffsets = 10
        /// For each arc the first of the turns into it, and one more for the end.
        case incomingOffsets = 16
        /// Numbers of turns, by the arc that they lead into.
        case incoming = 17
        /// For each arc beyond two an edge the arc that it stands for.
        case shadows = 11
        /// For each arc its rank in the hierarchy.
        case ranks = 12
        /// For each rank the first of its upward pairs, and one more for the end.
        case pairOffsets = 13
        /// The higher rank of each pair.
        case pairHeads = 14
        /// For each turn the pair it belongs to times two, plus one when it leads downward; `UInt32.max` for none.
        case turnPairs = 15

        /// Bytes of one element.
        package var stride: Int {
            switch self {
            case .summary: MemoryLayout<Summary>.stride
            case .vertices, .points: MemoryLayout<FixedPoint>.stride
            case .edges: MemoryLayout<RoadEdge>.stride
            case .cellEntries: MemoryLayout<CellSegment>.stride
            case .turns: MemoryLayout<RoadTurn>.stride
            case .names, .source: 1
            case .cellOffsets, .turnOffsets, .incomingOffsets, .incoming, .shadows, .ranks, .pairOffsets, .pairHeads,
                .turnPairs:
                MemoryLayout<UInt32>.stride
            }
        }
    }

    /// One row of the section table.
    package struct Row: BitwiseCopyable {
        package var section: UInt32
        package var reserved: UInt32 = 0
        package var offset: UInt64
        package var byteCount: UInt64

        /// Creates a row.
        package init(section: UInt32, offset: UInt64, byteCount: UInt64) {
            (self.section, self.offset, self.byteCount) = (section, offset, byteCount)
        }
    }

    /// What is true of the whole network.
    package struct Summary: BitwiseCopyable {
        package var south: Int32
        package var west: Int32
        package var north: Int32
        package var east: Int32
        /// Height of a cell, degrees times 10⁷.
        package var cellHeight: Int32
        /// Width of a cell, degrees times 10⁷.
        package var cellWidth: Int32
        package var rows: UInt32
        package var columns: UInt32

        /// Creates a summary.
        package init(
            south: Int32,
            west: Int32,
            north: Int32,
            east: Int32,
            cellHeight: Int32,
            cellWidth: Int32,
            rows: UInt32,
            columns: UInt32
        ) {
            (self.south, self.west, self.north, self.east) = (south, west, north, east)
            (self.cellHeight, self.cellWidth) = (cellHeight, cellWidth)
            (self.rows, self.columns) = (rows, columns)
        }
    }
}

/// A place as OpenStreetMap stores it: degrees times 10⁷.
package struct FixedPoint: Sendable, Hashable, BitwiseCopyable {
    /// Degrees north, times 10⁷.
    package var latitude: Int32
    /// Degrees east, times 10⁷.
    package var longitude: Int32

    /// Creates a place.
    package init(
        latitude: Int32,
        longitude: Int32
    ) {
        self.latitude = latitude
        self.longitude = longitude
    }

    /// The same in degrees.
    package var coordinate: Coordinate? { Coordinate(fixedLatitude: self.latitude, fixedLongitude: self.longitude) }
}

/// One straight piece of an edge's line, as a cell of the grid keeps it (24 bytes): all that snapping looks at.
package struct CellSegment: BitwiseCopyable {
    package var from: FixedPoint
    package var to: FixedPoint
    /// The edge, and in the upper three bits who may use it.
    private let edgeAndUse: UInt32
    /// How far along the edge it begins, in 65,535ths of the edge's length.
    package var begins: UInt16
    /// How far along the edge it ends.
    package var ends: UInt16

    private static let edgeBits: UInt32 = 0x1FFF_FFFF

    package init(from: FixedPoint, to: FixedPoint, edge: UInt32, use: RoadUse, begins: UInt16, ends: UInt16) {
        (self.from, self.to, self.begins, self.ends) = (from, to, begins, ends)
        self.edgeAndUse = edge & Self.edgeBits | UInt32(use.rawValue) << 29
    }

    /// The edge.
    package var edge: UInt32 { self.edgeAndUse & Self.edgeBits }

    /// Directions and access.
    package var use: RoadUse { RoadUse(rawValue: UInt8(truncatingIfNeeded: self.edgeAndUse >> 29)) }
}

/// Directions and access of a road, as far as snapping has to know them.
package struct RoadUse: OptionSet, Sendable, Hashable, BitwiseCopyable {
    /// The bits.
    package let rawValue: UInt8

    /// Creates a set.
    package init(rawValue: UInt8) { self.rawValue = rawValue }

    /// In the direction of its points.
    package static let forward = RoadUse(rawValue: 1)
    /// Against it.
    package static let backward = RoadUse(rawValue: 2)
    /// Emergency vehicles and buses only.
    package static let emergencyOnly = RoadUse(rawValue: 4)

    package init(_ edge: RoadEdge) {
        var use: RoadUse = []
        if edge.isForwardAllowed { use.insert(.forward) }
        if edge.isBackwardAllowed { use.insert(.backward) }
        if edge.isForEmergencyOnly { use.insert(.emergencyOnly) }
        self = use
    }
}
