/// Why a map or a road file cannot be used.
package enum RoadsError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The file cannot be opened or written.
    case unreadable(path: String, reason: String)
    /// libosmium does not read it as OpenStreetMap data.
    case notAMap(path: String, reason: String)
    /// It is a map, and has no road in it that a car could use.
    case noRoads(path: String)
    /// It is no road file.
    case notARoadFile(path: String)
    /// It was written by another version of the program.
    case otherVersion(path: String, version: UInt32)
    /// It is shorter than it says, or its checksum is not right.
    case damaged(path: String, reason: String)

    /// What is wrong and what to do.
    package var description: String {
        switch self {
        case .unreadable(let path, let reason): "\(path): \(reason)"
        case .notAMap(let path, let reason):
            "\(path): not readable as an OpenStreetMap file (\(reason)); give a .osm.pbf, .osm, .osm.gz or .osm.bz2"
        case .noRoads(let path): "\(path): holds no road that a car could use; give an extract with its highways"
        case .notARoadFile(let path):
            "\(path): not a road file; make one with 'command-room roads import CITY.osm.pbf --output CITY.roads'"
        case .otherVersion(let path, let version):
            "\(path): of road file version \(version), this program reads \(RoadFile.version); import the map again"
        case .damaged(let path, let reason): "\(path): damaged (\(reason)); import the map again"
        }
    }
}
