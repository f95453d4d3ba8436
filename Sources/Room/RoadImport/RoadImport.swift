import Crypto
import Glibc
package import RoadMap
import SystemErrors

/// Turns a map into a road file.
package enum RoadImport {
    /// What an import made.
    package struct Report: Sendable, Hashable {
        /// Pieces of road between junctions.
        package let edges: Int
        /// Junctions and ends.
        package let vertices: Int
        /// Share of the length of all roads that hangs together and was kept, 0…1.
        package let keptShare: Double
        /// Total length, km.
        package let kilometres: Double
        /// Restrictions of turns that hold.
        package let restrictions: Int
        /// Size of the file, bytes.
        package let bytes: Int
    }

    /// Reads a map and writes the road file, whole or not at all.
    ///
    /// - Parameters:
    ///   - path: The map: `.osm.pbf`, `.osm`, `.osm.gz` or `.osm.bz2`.
    ///   - output: The road file; replaced when it is there.
    /// - Returns: What was made.
    /// - Throws: ``RoadsError``; then the old road file stands.
    package static func run(map path: String, output: String) throws(RoadsError) -> Report {
        // libosmium only says that it could not open, not why.
        guard access(path, R_OK) == 0 else {
            throw .unreadable(path: path, reason: "cannot be read: \(SystemError.last)")
        }
        let map = try OSMMap(path: path)
        var draft = NetworkDraft(map)
        let all = draft.edges.reduce(0) { $0 + $1.metres }
        draft.keepConnected()
        guard !draft.edges.isEmpty else { throw .noRoads(path: path) }
        draft.markRural()
        var table = TurnTable(draft)
        var restrictions = TurnRestrictions()
        restrictions.apply(map, to: &table, of: draft)
        let kept = draft.edges.reduce(0) { $0 + $1.metres }
        let name = path.split(separator: "/").last.map(String.init) ?? path
        let bytes = Self.encode(draft, table, source: name)
        try Self.write(bytes, to: output)
        return Report(
            edges: draft.edges.count,
            vertices: draft.vertices.count,
            keptShare: all > 0 ? kept / all : 1,
            kilometres: kept / 1_000,
            restrictions: restrictions.applied,
            bytes: bytes.count
        )
    }

    private static func encode(_ draft: NetworkDraft, _ table: TurnTable, source: String) -> [UInt8] {
        let grid = SegmentGrid(draft)
        let turns = Array(table.turns.joined())
        var turnOffsets: [UInt32] = [0]
        for list in table.turns { turnOffsets.append((turnOffsets.last ?? 0) + UInt32(list.count)) }
        var incomingOffsets = [UInt32](repeating: 0, count: table.turns.count + 1)
        for turn in turns { incomingOffsets[Int(turn.to) + 1] += 1 }
        for arc in table.turns.indices { incomingOffsets[arc + 1] += incomingOffsets[arc] }
        var next = incomingOffsets
        var incoming = [UInt32](repeating: 0, count: turns.count)
        for (index, turn) in turns.enumerated() {
            incoming[Int(next[Int(turn.to)])] = UInt32(index)
            next[Int(turn.to)] += 1
        }
        let order = Dissection.order(places: draft.vertices, edges: draft.edges)
        let hierarchy = Elimination(turns: turns, edgeOrder: order, shadows: table.shadows)
        return Self.assemble([
            (.summary, bytes(of: [grid.summary])),
            (.vertices, bytes(of: draft.vertices)),
            (.edges, bytes(of: draft.edges)),
            (.points, bytes(of: draft.points)),
            (.cellOffsets, bytes(of: grid.offsets)),
            (.cellEntries, bytes(of: grid.entries)),
            (.names, draft.names),
            (.source, Array(source.utf8)),
            (.turns, bytes(of: turns)),
            (.turnOffsets, bytes(of: turnOffsets)),
            (.incomingOffsets, bytes(of: incomingOffsets)),
            (.incoming, bytes(of: incoming)),
            (.shadows, bytes(of: table.shadows)),
            (.ranks, bytes(of: hierarchy.ranks)),
            (.pairOffsets, bytes(of: hierarchy.offsets)),
            (.pairHeads, bytes(of: hierarchy.heads)),
            (.turnPairs, bytes(of: hierarchy.turnPairs)),
        ])
    }

    private static func assemble(_ sections: [(section: RoadFile.Section, bytes: [UInt8])]) -> [UInt8] {
        var rows: [RoadFile.Row] = []
        var body: [UInt8] = []
        let start = RoadFile.headerSize + sections.count * MemoryLayout<RoadFile.Row>.stride
        for (section, bytes) in sections {
            body += [UInt8](repeating: 0, count: (8 - (start + body.count) % 8) % 8)
            let offset = UInt64(start + body.count)
            rows.append(RoadFile.Row(section: section.rawValue, offset: offset, byteCount: UInt64(bytes.count)))
            body += bytes
        }
        let tail = bytes(of: rows) + body
        var file = RoadFile.magic + bytes(of: [RoadFile.version, UInt32(sections.count)])
        file += bytes(of: [UInt64(RoadFile.headerSize + tail.count)])
        file += Array(SHA256.hash(data: tail))
        file += [UInt8](repeating: 0, count: RoadFile.headerSize - file.count)
        return file + tail
    }

    private static func write(_ bytes: [UInt8], to path: String) throws(RoadsError) {
        let draft = path + ".part"
        // The folder may be another account's: nothing is written through a link that lies there.
        unlink(draft)
        guard let handle = fopen(draft, "wxe") else {
            throw .unreadable(path: path, reason: "cannot be written: \(SystemError.last)")
        }
        let written = fwrite(bytes, 1, bytes.count, handle)
        let isFlushed = fflush(handle) == 0 && fsync(fileno(handle)) == 0
        fclose(handle)
        guard written == bytes.count, isFlushed, rename(draft, path) == 0 else {
            let reason = SystemError.last.description
            unlink(draft)
            throw .unreadable(path: path, reason: "cannot be written: \(reason)")
        }
    }
}

/// The bytes of values as they lie in memory: little-endian on every machine that Swift runs Linux on.
private func bytes<T: BitwiseCopyable>(of values: [T]) -> [UInt8] { values.withUnsafeBytes { Array($0) } }
