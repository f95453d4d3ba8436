/// What a shape is on the map, by its tags; the keys and values are OpenStreetMap's.
struct GroundKind: Hashable {
    /// The tile's layer.
    let layer: String
    /// What it is within the layer.
    let kind: String
    /// From this look on it is drawn.
    let zoom: Int
    /// Its name, where one is written.
    var name: String?

    private static let green: Set<String> = [
        "park", "garden", "pitch", "golf_course", "nature_reserve", "playground", "common", "grass", "meadow",
        "cemetery", "recreation_ground", "village_green", "orchard", "vineyard", "allotments", "grassland", "heath",
        "grave_yard", "farmland",
    ]
    private static let wood: Set<String> = ["forest", "wood", "scrub"]
    private static let water: Set<String> = ["water", "reservoir", "basin", "riverbank", "dock", "bay"]
    private static let rails: Set<String> = ["rail", "light_rail", "subway", "tram", "narrow_gauge", "monorail"]
    private static let places: [String: Int] = [
        "city": 8, "town": 9, "borough": 11, "suburb": 11, "village": 11, "quarter": 12, "neighbourhood": 13,
        "hamlet": 13, "island": 11,
    ]

    /// An area; `nil` for one that is not drawn.
    static func area(_ tags: [String: String]) -> GroundKind? {
        if let building = tags["building"], building != "no" {
            return GroundKind(layer: "building", kind: "building", zoom: 14)
        }
        let values = ["natural", "waterway", "landuse", "leisure", "amenity"].compactMap { tags[$0] }
        if tags["water"] != nil || values.contains(where: Self.water.contains) {
            return GroundKind(layer: "water", kind: "water", zoom: 8)
        }
        if values.contains(where: Self.wood.contains) { return GroundKind(layer: "green", kind: "wood", zoom: 9) }
        if values.contains(where: Self.green.contains) { return GroundKind(layer: "green", kind: "park", zoom: 10) }
        if let natural = tags["natural"], ["beach", "sand"].contains(natural) {
            return GroundKind(layer: "green", kind: "sand", zoom: 11)
        }
        if tags["aeroway"] == "aerodrome" { return GroundKind(layer: "green", kind: "airport", zoom: 10) }
        return nil
    }

    /// A line; `nil` for one that is not drawn.
    ///
    /// The coast is none: it becomes the sea.
    static func line(_ tags: [String: String]) -> GroundKind? {
        // Nobody sees what runs below the ground.
        if let tunnel = tags["tunnel"], tunnel != "no" { return nil }
        if let waterway = tags["waterway"] {
            switch waterway {
            case "river": return GroundKind(layer: "waterway", kind: "river", zoom: 9)
            case "canal": return GroundKind(layer: "waterway", kind: "river", zoom: 11)
            case "stream", "ditch", "drain": return GroundKind(layer: "waterway", kind: "stream", zoom: 13)
            default: return nil
            }
        }
        if let railway = tags["railway"], Self.rails.contains(railway) {
            return GroundKind(
                layer: "rail",
                kind: railway == "tram" ? "tram" : "rail",
                zoom: railway == "tram" ? 14 : 11
            )
        }
        return nil
    }

    /// A point; `nil` for one that is not written.
    static func point(_ tags: [String: String]) -> GroundKind? {
        if let place = tags["place"], let zoom = Self.places[place], let name = tags["name:zh"] ?? tags["name"] {
            // What people of the place call it, and not its name in another script.
            return GroundKind(layer: "place", kind: place, zoom: zoom, name: tags["name"] ?? name)
        }
        return Self.number(tags)
    }

    /// A house number, of a point or of a building.
    static func number(_ tags: [String: String]) -> GroundKind? {
        tags["addr:housenumber"].map { GroundKind(layer: "housenumber", kind: "housenumber", zoom: 14, name: $0) }
    }

    /// What stands on the tile.
    var tags: [(String, String)] {
        (self.kind == self.layer ? [] : [("kind", self.kind)]) + (self.name.map { [("name", $0)] } ?? [])
    }
}
