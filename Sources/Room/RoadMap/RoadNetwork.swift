import Crypto
import Glibc
package import Ground
import SystemErrors
import Threading

/// A road file, mapped into memory and used in place.
package final class RoadNetwork: @unchecked Sendable {
    // Safety: the mapping is read-only and lives as long as this object; nothing of it is handed out.
    private let base: UnsafeRawBufferPointer
    package let summary: RoadFile.Summary
    package let vertices: UnsafeBufferPointer<FixedPoint>
    package let edges: UnsafeBufferPointer<RoadEdge>
    package let points: UnsafeBufferPointer<FixedPoint>
    package let cellOffsets: UnsafeBufferPointer<UInt32>
    package let cellEntries: UnsafeBufferPointer<CellSegment>
    package let turns: UnsafeBufferPointer<RoadTurn>
    package let turnOffsets: UnsafeBufferPointer<UInt32>
    package let incomingOffsets: UnsafeBufferPointer<UInt32>
    package let incoming: UnsafeBufferPointer<UInt32>
    package let shadows: UnsafeBufferPointer<UInt32>
    private let shadowsOfArc: [UInt32: [Int]]
    package let ranks: UnsafeBufferPointer<UInt32>
    package let pairOffsets: UnsafeBufferPointer<UInt32>
    package let pairHeads: UnsafeBufferPointer<UInt32>
    package let turnPairs: UnsafeBufferPointer<UInt32>
    private let names: UnsafeBufferPointer<UInt8>

    /// Name of the map that was imported.
    package let source: String

    /// Opens a road file.
    ///
    /// - Throws: ``RoadsError`` when it is none, is of another version, is cut short, was changed, or makes no sense.
    package convenience init(path: String) throws(RoadsError) {
        try self.init(base: Self.map(path), path: path)
        // Each reads the whole file: side by side they take as long as the longer of them.
        let (isRight, done) = (Locked(false), Latch())
        startThread("checksum") {
            let right = self.hasRightChecksum
            isRight.withLock { $0 = right }
            done.open()
        }
        let fault = RoadFileCheck.fault(of: self)
        done.wait()
        guard isRight.withLock({ $0 }) else { throw .damaged(path: path, reason: "wrong checksum") }
        if let fault { throw .damaged(path: path, reason: fault) }
    }

    private var hasRightChecksum: Bool {
        var hash = SHA256()
        hash.update(bufferPointer: UnsafeRawBufferPointer(rebasing: self.base[RoadFile.headerSize...]))
        return hash.finalize().elementsEqual(self.base[24..<56])
    }

    private init(base: UnsafeRawBufferPointer, path: String) throws(RoadsError) {
        do throws(RoadsError) {
            let sections = try Self.sections(of: base, path: path)
            func list<T: BitwiseCopyable>(_ section: RoadFile.Section, _: T.Type = T.self) -> UnsafeBufferPointer<T> {
                UnsafeRawBufferPointer(rebasing: base[sections[section] ?? 0..<0]).assumingMemoryBound(to: T.self)
            }
            guard let summary = list(.summary, RoadFile.Summary.self).first else {
                throw RoadsError.damaged(path: path, reason: "no summary")
            }
            self.summary = summary
            self.vertices = list(.vertices)
            self.edges = list(.edges)
            self.points = list(.points)
            self.cellOffsets = list(.cellOffsets)
            self.cellEntries = list(.cellEntries)
            self.turns = list(.turns)
            self.turnOffsets = list(.turnOffsets)
            self.incomingOffsets = list(.incomingOffsets)
            self.incoming = list(.incoming)
            self.shadows = list(.shadows)
            let first = self.edges.count * 2
            self.shadowsOfArc = Dictionary(grouping: self.shadows.indices) { [shadows] in shadows[$0] }
                .mapValues { $0.map { first + $0 } }
            self.ranks = list(.ranks)
            self.pairOffsets = list(.pairOffsets)
            self.pairHeads = list(.pairHeads)
            self.turnPairs = list(.turnPairs)
            self.names = list(.names)
            self.source = String(decoding: list(.source, UInt8.self), as: UTF8.self)
            self.base = base
        } catch {
            munmap(UnsafeMutableRawPointer(mutating: base.baseAddress), base.count)
            throw error
        }
    }

    deinit { munmap(UnsafeMutableRawPointer(mutating: self.base.baseAddress), self.base.count) }

    /// How many pieces of road there are.
    package var edgeCount: Int { self.edges.count }

    /// How many junctions and ends there are.
    package var vertexCount: Int { self.vertices.count }

    /// How many arcs there are: two an edge, and the shadows.
    package var arcCount: Int { self.ranks.count }

    /// How many turns there are.
    package var turnCount: Int { self.turns.count }

    /// The turns out of an arc.
    package func turns(ofArc arc: Int) -> Range<Int> { Int(self.turnOffsets[arc])..<Int(self.turnOffsets[arc + 1]) }

    /// The turns into an arc, and not into its shadows.
    package func turnsInto(arc: Int) -> some Sequence<Int> {
        self.incoming[Int(self.incomingOffsets[arc])..<Int(self.incomingOffsets[arc + 1])].lazy.map(Int.init)
    }

    /// The turns into an arc or one of its shadows.
    package func turnsInto(base: Int) -> [Int] {
        var turns = Array(self.turnsInto(arc: base))
        for shadow in self.shadowsOfArc[UInt32(base)] ?? [] { turns += Array(self.turnsInto(arc: shadow)) }
        return turns
    }

    /// The arc, two an edge, that an arc or shadow stands for.
    package func base(_ arc: UInt32) -> UInt32 {
        let first = UInt32(self.edges.count * 2)
        return arc < first ? arc : self.shadows[Int(arc - first)]
    }

    /// A piece of road.
    package func edge(_ index: Int) -> RoadEdge { self.edges[index] }

    /// Name of a piece of road; `nil` when it has none.
    package func name(ofEdge index: Int) -> String? {
        let offset = Int(self.edges[index].name)
        guard offset < self.names.count else { return nil }
        return String(decoding: self.names[offset...].prefix { $0 != 0 }, as: UTF8.self)
    }

    /// The line of a piece of road, in the direction of its points.
    package func line(ofEdge index: Int) -> [Coordinate] { self.fixedLine(index).compactMap(\.coordinate) }

    /// South-west and north-east corner of the network, degrees.
    package var bounds: (south: Double, west: Double, north: Double, east: Double) {
        let of = { (value: Int32) in Double(value) / 1e7 }
        return (of(self.summary.south), of(self.summary.west), of(self.summary.north), of(self.summary.east))
    }

    /// South-west and north-east corner of the network, in words for a message.
    package var extent: String {
        func degrees(_ value: Int32) -> Double { (Double(value) / 1e3).rounded() / 1e4 }
        let south = degrees(self.summary.south)
        let west = degrees(self.summary.west)
        return "\(south),\(west) to \(degrees(self.summary.north)),\(degrees(self.summary.east))"
    }

    package func fixedLine(_ index: Int) -> Slice<UnsafeBufferPointer<FixedPoint>> {
        let edge = self.edges[index]
        return self.points[Int(edge.firstPoint)..<Int(edge.firstPoint + edge.pointCount)]
    }

    private static func map(_ path: String) throws(RoadsError) -> UnsafeRawBufferPointer {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw .unreadable(path: path, reason: "cannot be read: \(SystemError.last)")
        }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_size >= RoadFile.headerSize else {
            throw .notARoadFile(path: path)
        }
        let size = Int(status.st_size)
        let address = mmap(nil, size, PROT_READ, MAP_PRIVATE, descriptor, 0)
        guard let address, address != MAP_FAILED else {
            throw .unreadable(path: path, reason: "cannot be mapped: \(SystemError.last)")
        }
        return UnsafeRawBufferPointer(start: address, count: size)
    }

    /// Finds the sections.
    private static func sections(
        of base: UnsafeRawBufferPointer,
        path: String
    ) throws(RoadsError) -> [RoadFile.Section: Range<Int>] {
        guard base.prefix(8).elementsEqual(RoadFile.magic) else { throw .notARoadFile(path: path) }
        let version = base.loadUnaligned(fromByteOffset: 8, as: UInt32.self)
        guard version == RoadFile.version else { throw .otherVersion(path: path, version: version) }
        let size = base.loadUnaligned(fromByteOffset: 16, as: UInt64.self)
        guard size == UInt64(base.count) else {
            throw .damaged(path: path, reason: "\(base.count) bytes long instead of \(size)")
        }
        let count = Int(base.loadUnaligned(fromByteOffset: 12, as: UInt32.self))
        let stride = MemoryLayout<RoadFile.Row>.stride
        var sections: [RoadFile.Section: Range<Int>] = [:]
        for index in 0..<count {
            let offset = RoadFile.headerSize + index * stride
            guard offset + stride <= base.count else { throw .damaged(path: path, reason: "section table cut short") }
            let row = base.loadUnaligned(fromByteOffset: offset, as: RoadFile.Row.self)
            guard let first = Int(exactly: row.offset), let length = Int(exactly: row.byteCount), first % 8 == 0,
                first <= base.count, length <= base.count - first
            else { throw .damaged(path: path, reason: "section \(row.section) lies outside") }
            if let section = RoadFile.Section(rawValue: row.section) {
                guard length % section.stride == 0, sections[section] == nil else {
                    throw .damaged(path: path, reason: "section \(row.section) has a size that cannot be")
                }
                sections[section] = first..<first + length
            }
        }
        guard sections.count == RoadFile.Section.allCases.count else {
            throw .damaged(path: path, reason: "a section is missing")
        }
        return sections
    }
}
