import Ground
import Rig
import RoadImport
import RoadMap

/// A road map drawn in text, as OpenStreetMap XML.
///
/// Letters and digits are junctions, 100 metres apart; `-` and `|` join neighbours by a street of both directions,
/// `>` `<` `v` `^` by a one-way street. Blanks are nothing. Between two junctions stands exactly one sign.
struct ASCIIMap {
    static let step = 100.0
    static let origin = Coordinate(latitude: 41.15, longitude: -8.61)

    struct Street {
        let from: Character
        let to: Character
        let isOneWay: Bool
    }

    private(set) var places: [Character: PlanePoint] = [:]
    private(set) var streets: [Street] = []
    /// Tags of all streets.
    var tags = ["highway": "residential", "maxspeed": "36"]
    /// More tags of one street, by its two junctions in the order of the drawing: "ab".
    var streetTags: [String: [String: String]] = [:]
    /// Tags of a junction.
    var placeTags: [Character: [String: String]] = [:]
    /// Restrictions of turns.
    var restrictions: [Restriction] = []

    struct Restriction {
        /// `restriction` and what else the relation says.
        let tags: [String: String]
        /// The street that one comes from, "ab".
        let from: String
        /// A junction or one or more streets.
        let via: [String]
        let to: String

        init(_ kind: String, from: String, via: String..., to: String, more: [String: String] = [:]) {
            self.tags = ["type": "restriction", "restriction": kind].merging(more) { $1 }
            (self.from, self.via, self.to) = (from, via, to)
        }
    }

    init(_ drawing: String) {
        let lines = drawing.split(separator: "\n", omittingEmptySubsequences: false).map(Array.init)
        func sign(_ row: Int, _ column: Int) -> Character {
            guard lines.indices.contains(row), lines[row].indices.contains(column) else { return " " }
            return lines[row][column]
        }
        for (row, line) in lines.enumerated() {
            for (column, character) in line.enumerated() where Self.isPlace(character) {
                // A junction stands at every second column and line.
                self.places[character] = PlanePoint(
                    east: Double(column) / 2 * Self.step,
                    north: -Double(row) / 2 * Self.step
                )
                let right = sign(row, column + 2)
                if Self.isPlace(right) {
                    self.join(character, right, by: sign(row, column + 1), forward: ">", backward: "<", both: "-")
                }
                let below = sign(row + 2, column)
                if Self.isPlace(below) {
                    self.join(character, below, by: sign(row + 1, column), forward: "v", backward: "^", both: "|")
                }
            }
        }
    }

    /// `v` joins, so it is no junction.
    private static func isPlace(_ character: Character) -> Bool {
        (character.isLetter || character.isNumber) && character != "v"
    }

    private mutating func join(
        _ a: Character,
        _ b: Character,
        by sign: Character,
        forward: Character,
        backward: Character,
        both: Character
    ) {
        switch sign {
        case both: self.streets.append(Street(from: a, to: b, isOneWay: false))
        case forward: self.streets.append(Street(from: a, to: b, isOneWay: true))
        case backward: self.streets.append(Street(from: b, to: a, isOneWay: true))
        default: break
        }
    }

    /// Where a junction is, moved by so many metres east and north.
    func coordinate(_ place: Character, east: Double = 0, north: Double = 0) -> Coordinate? {
        guard let origin = Self.origin, let point = self.places[place] else { return nil }
        let plane = TangentPlane(at: origin)
        return plane.coordinate(of: PlanePoint(east: point.east + east, north: point.north + north))
    }

    var openStreetMapXML: String {
        var text = "<osm version=\"0.6\">\n"
        let names = self.places.keys.sorted()
        for (index, name) in names.enumerated() {
            guard let place = self.coordinate(name) else { continue }
            text += "<node id=\"\(index + 1)\" version=\"1\" lat=\"\(place.latitude)\" lon=\"\(place.longitude)\">"
            text += Self.xml(self.placeTags[name] ?? [:]) + "</node>\n"
        }
        for (index, street) in self.streets.enumerated() {
            guard let from = names.firstIndex(of: street.from), let to = names.firstIndex(of: street.to) else {
                continue
            }
            text += "<way id=\"\(index + 1)\" version=\"1\"><nd ref=\"\(from + 1)\"/><nd ref=\"\(to + 1)\"/>"
            let own = self.streetTags["\(street.from)\(street.to)"] ?? [:]
            text += Self.xml(self.tags.merging(own) { $1 })
            if street.isOneWay { text += "<tag k=\"oneway\" v=\"yes\"/>" }
            text += "</way>\n"
        }
        for (index, restriction) in self.restrictions.enumerated() {
            text += "<relation id=\"\(index + 1)\" version=\"1\">"
            for (role, members) in [("from", [restriction.from]), ("via", restriction.via), ("to", [restriction.to])] {
                for member in members {
                    if member.count == 1, let node = member.first.flatMap({ names.firstIndex(of: $0) }) {
                        text += "<member type=\"node\" ref=\"\(node + 1)\" role=\"\(role)\"/>"
                    } else if let way = self.streets.firstIndex(where: { Set([$0.from, $0.to]) == Set(member) }) {
                        text += "<member type=\"way\" ref=\"\(way + 1)\" role=\"\(role)\"/>"
                    }
                }
            }
            text += Self.xml(restriction.tags) + "</relation>\n"
        }
        return text + "</osm>\n"
    }

    private static func xml(_ tags: [String: String]) -> String {
        tags.sorted { $0.key < $1.key }.map { "<tag k=\"\($0.key)\" v=\"\($0.value)\"/>" }.joined()
    }

    /// Imports the map and opens it.
    func withNetwork<R: Sendable>(_ body: (RoadNetwork) async throws -> R) async throws -> R {
        try await Self.withNetwork(of: self.openStreetMapXML, body)
    }

    /// Imports a map in OpenStreetMap XML and opens it.
    static func withNetwork<R: Sendable>(of xml: String, _ body: (RoadNetwork) async throws -> R) async throws -> R {
        try await withTemporaryFolder("ascii") { folder in
            try writeFile("\(folder)/map.osm", xml)
            _ = try RoadImport.run(map: "\(folder)/map.osm", output: "\(folder)/map.roads")
            return try await body(try RoadNetwork(path: "\(folder)/map.roads"))
        }
    }
}
