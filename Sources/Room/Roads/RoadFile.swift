package import Ground

/// The layout of a road file: one header, one table of sections, the sections.
///
/// All numbers are little-endian and each section begins at a multiple of 8, so that the file is used as it
/// is mapped. The checksum is SHA-256 over everything behind the header.
enum RoadFile {
    static let magic: [UInt8] = Array("PATROADS".utf8)
    static let version: UInt32 = 1
    static let headerSize = 64

    /// What a section holds.
    enum Section: UInt32, CaseIterable {
        /// One ``Summary``.
        case summary = 1
        /// ``FixedPoint`` of each vertex.
        case vertices = 2
        /// ``RoadEdge`` each.
        case edges = 3
        /// ``FixedPoint`` of each edge's line, ends included.
        case points = 4
        /// For each vertex the first of its arcs in ``incoming``, and one more for the end.
        case incomingOffsets = 5
        /// Arcs that end at a vertex: edge times two, plus one when it is driven backward.
        case incoming = 6
        /// For each cell of the grid the first of its entries in ``cellEntries``, and one more for the end.
        case cellOffsets = 7
        /// ``SegmentReference`` each.
        case cellEntries = 8
        /// Names of roads, each ended by a zero byte.
        case names = 9
        /// Name of the map that was imported.
        case source = 10
    }

    /// One row of the section table.
    struct Row: BitwiseCopyable {
        var section: UInt32
        var reserved: UInt32 = 0
        var offset: UInt64
        var byteCount: UInt64
    }

    /// What is true of the whole network.
    struct Summary: BitwiseCopyable {
        var south: Int32
        var west: Int32
        var north: Int32
        var east: Int32
        /// Height of a cell, degrees times 10⁷.
        var cellHeight: Int32
        /// Width of a cell, degrees times 10⁷.
        var cellWidth: Int32
        var rows: UInt32
        var columns: UInt32
    }
}

/// A place as OpenStreetMap stores it: degrees times 10⁷.
package struct FixedPoint: Sendable, Hashable, BitwiseCopyable {
    /// Degrees north, times 10⁷.
    package var latitude: Int32
    /// Degrees east, times 10⁷.
    package var longitude: Int32

    /// The same in degrees.
    package var coordinate: Coordinate? { Coordinate(fixedLatitude: self.latitude, fixedLongitude: self.longitude) }
}

/// A piece of road between two vertices, as it lies in the file (40 bytes).
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
    var classNumber: UInt8
    var flags: UInt8
    /// km/h in the direction of its points; 0 when the map does not say.
    package var forwardLimit: UInt8
    /// km/h against it; 0 when the map does not say.
    package var backwardLimit: UInt8
    var reserved: UInt32 = 0

    static let forward: UInt8 = 1
    static let backward: UInt8 = 2
    static let roundabout: UInt8 = 4
    static let restricted: UInt8 = 8

    /// Length in metres.
    package var metres: Double { Double(self.length) / 10 }
    /// What kind of road it is.
    package var roadClass: RoadClass { RoadClass(rawValue: self.classNumber) ?? .service }
    /// Whether it may be driven in the direction of its points.
    package var isForwardAllowed: Bool { self.flags & Self.forward != 0 }
    /// Whether it may be driven against it.
    package var isBackwardAllowed: Bool { self.flags & Self.backward != 0 }
    /// Whether only some may use it.
    package var isRestricted: Bool { self.flags & Self.restricted != 0 }
}

/// One straight piece of an edge's line.
struct SegmentReference: BitwiseCopyable {
    var edge: UInt32
    /// Index of the point where it begins, within the edge.
    var segment: UInt32
}
