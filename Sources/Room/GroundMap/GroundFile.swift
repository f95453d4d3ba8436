import FoundationEssentials
import GRDB
import Glibc
import SystemErrors

/// Why a ground map cannot be used.
package struct GroundError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The file.
    package let path: String
    /// Why.
    package let reason: String

    /// Creates one.
    package init(path: String, reason: String) { (self.path, self.reason) = (path, reason) }

    /// What is wrong and what to do.
    package var description: String {
        "\(self.path): \(self.reason); make it anew with 'command-room roads import'"
    }
}

/// A square of the map: Web Mercator, counted from the upper left corner.
package struct TileID: Sendable, Hashable {
    package let z: Int
    package let x: Int
    package let y: Int

    /// Names one.
    package init(z: Int, x: Int, y: Int) { (self.z, self.x, self.y) = (z, x, y) }

    /// As MBTiles counts rows: from below.
    fileprivate var row: Int { (1 << self.z) - 1 - self.y }
}

/// Water, green, buildings, railways, places and house numbers of a city, cut into squares: a file of the MBTiles 1.3 format
/// with vector tiles, compressed by gzip.
package final class GroundFile: Sendable {
    /// The nearest and the furthest look that it holds.
    package static let zooms = 8...14
    /// What this program writes into the file, so that it knows its own.
    private static let version = "patrollink-ground-1"

    private let path: String
    private let database: DatabaseQueue
    /// Tells one file from another.
    package let tag: String
    /// The tiles that hold something, column and row from above, by zoom: of the zooms that have few, as they are seen from afar.
    package let filled: [Int: [[Int]]]

    /// So many tiles of a zoom are told of.
    private static let mostFilled = 256

    /// Where the ground of a road file lies: beside it.
    package static func path(besideRoads roads: String) -> String {
        (roads.hasSuffix(".roads") ? String(roads.dropLast(6)) : roads) + ".ground"
    }

    /// Opens a file.
    ///
    /// - Throws: ``GroundError`` for one that is none, or is of another version.
    package init(path: String) throws(GroundError) {
        var configuration = GRDB.Configuration()
        configuration.readonly = true
        configuration.label = "ground"
        self.path = path
        do {
            let database = try DatabaseQueue(path: path, configuration: configuration)
            // Another program's file may say a thing twice, or not at all.
            func known(_ name: String) throws -> String? {
                try database.read { database in
                    try String.fetchOne(database, sql: "SELECT value FROM metadata WHERE name = ?", arguments: [name])
                }
            }
            guard try known("version") == Self.version else {
                throw GroundError(path: path, reason: "it is a ground map of another version")
            }
            (self.database, self.tag) = (database, try known("tag") ?? "")
            self.filled = try database.read(Self.filled)
        } catch let error as GroundError {
            throw error
        } catch {
            throw GroundError(path: path, reason: "it is no ground map: \(error)")
        }
    }

    private static func filled(_ database: Database) throws -> [Int: [[Int]]] {
        var filled: [Int: [[Int]]] = [:]
        for zoom in Self.zooms {
            let tiles = try Row.fetchAll(
                database,
                sql: "SELECT tile_column, tile_row FROM tiles WHERE zoom_level = ? LIMIT ?",
                arguments: [zoom, Self.mostFilled + 1]
            )
            guard tiles.count <= Self.mostFilled else { continue }
            filled[zoom] = tiles.map { [$0[0], (1 << zoom) - 1 - $0[1]] }
        }
        return filled
    }

    /// A tile, compressed; `nil` where nothing lies.
    ///
    /// - Throws: ``GroundError`` when the file cannot be read any more.
    package func tile(_ id: TileID) async throws(GroundError) -> [UInt8]? {
        do {
            return try await self.database.read { database in
                try Data.fetchOne(
                    database,
                    sql: "SELECT tile_data FROM tiles WHERE zoom_level = ? AND tile_column = ? AND tile_row = ?",
                    arguments: [id.z, id.x, id.row]
                )
                .map(Array.init)
            }
        } catch {
            throw GroundError(path: self.path, reason: "\(error)")
        }
    }

    /// Writes a file, whole or not at all.
    ///
    /// - Parameters:
    ///   - tiles: Each with its bytes, compressed by gzip.
    ///   - path: The file; replaced when it is there.
    ///   - name: The map that it was made of.
    ///   - tag: Tells this file from another.
    /// - Throws: ``GroundError``; then the old file stands.
    package static func write(
        _ tiles: [(id: TileID, bytes: [UInt8])],
        to path: String,
        name: String,
        tag: String
    ) throws(GroundError) {
        let draft = path + ".part"
        do {
            // A link that leads nowhere as well: nothing is written through it.
            unlink(draft)
            let database = try DatabaseQueue(path: draft)
            try database.write { database in
                try database.execute(
                    sql: """
                        CREATE TABLE metadata (name TEXT PRIMARY KEY, value TEXT NOT NULL);
                        CREATE TABLE tiles (zoom_level INTEGER, tile_column INTEGER, tile_row INTEGER, tile_data BLOB,
                          PRIMARY KEY (zoom_level, tile_column, tile_row)) WITHOUT ROWID;
                        """
                )
                let told = [
                    ("name", name), ("format", "pbf"), ("type", "baselayer"), ("minzoom", "\(Self.zooms.lowerBound)"),
                    ("maxzoom", "\(Self.zooms.upperBound)"), ("version", Self.version), ("tag", tag),
                    ("attribution", "© OpenStreetMap contributors"),
                ]
                for (name, value) in told {
                    try database.execute(sql: "INSERT INTO metadata VALUES (?, ?)", arguments: [name, value])
                }
                let insert = try database.makeStatement(sql: "INSERT INTO tiles VALUES (?, ?, ?, ?)")
                for (id, bytes) in tiles {
                    try insert.execute(arguments: [id.z, id.x, id.row, Data(bytes)])
                }
            }
            try database.close()
            guard rename(draft, path) == 0 else { throw SystemError.last }
        } catch {
            throw GroundError(path: path, reason: "cannot be written: \(error)")
        }
    }
}
