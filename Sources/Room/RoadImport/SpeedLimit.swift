/// Reads OpenStreetMap's `maxspeed` in its spellings.
///
/// Source: the tag's documentation in the OpenStreetMap wiki, *Key:maxspeed* and *Speed limits*.
enum SpeedLimit {
    /// What "no limit" counts as, km/h: what a car is driven there.
    static let unlimited = 130.0

    /// Returns km/h; `nil` when the value says nothing that can be used.
    static func parse(_ value: Substring) -> Double? {
        let text = value.lowercased()
        // "50;30" and "50 @ (07:00-19:00)": the first is the usual one.
        let first = text.split(whereSeparator: { $0 == ";" || $0 == "|" || $0 == "@" }).first.map(Self.trimmed) ?? ""
        if let implicit = Self.implicit(first) { return implicit }
        let digits = first.prefix { $0.isNumber || $0 == "." }
        guard let number = Double(digits), number > 0 else { return nil }
        let kilometres: Double
        switch Self.trimmed(first.dropFirst(digits.count)) {
        case "", "km/h", "kmh", "kph": kilometres = number
        case "mph": kilometres = number * 1.609_344
        case "knots": kilometres = number * 1.852
        default: return nil
        }
        return min(kilometres, 250)
    }

    /// `none`, `walk`, and `COUNTRY:zone`.
    private static func implicit(_ text: String) -> Double? {
        switch text {
        case "none": return Self.unlimited
        case "walk", "living_street": return 7
        default: break
        }
        let parts = text.split(separator: ":")
        guard parts.count == 2, parts[0].count == 2 else { return nil }
        let country = String(parts[0])
        let zone = String(parts[1])
        if let exception = Self.exceptions[country]?[zone] { return exception }
        if let limit = Double(zone.drop { !$0.isNumber }), zone.hasPrefix("zone") || Double(zone) != nil {
            return limit
        }
        switch zone {
        case "living_street", "bicycle_road": return 20
        case "urban", "nsl_restricted": return 50
        case "rural": return 90
        case "trunk", "nsl_dual": return 110
        case "motorway": return 130
        default: return nil
        }
    }

    /// Where a country's default is not the usual one.
    private static let exceptions: [String: [String: Double]] = [
        "at": ["rural": 100, "trunk": 100],
        "be": ["motorway": 120, "rural": 70, "trunk": 120],
        "ch": ["rural": 80, "trunk": 100, "motorway": 120],
        "cn": ["urban": 50, "rural": 70, "trunk": 80, "motorway": 120],
        "cz": ["trunk": 110],
        "de": ["living_street": 7, "rural": 100, "motorway": 130],
        "dk": ["rural": 80],
        "es": ["trunk": 90, "motorway": 120],
        "fi": ["rural": 80, "trunk": 100, "motorway": 120],
        "fr": ["rural": 80],
        "gb": ["nsl_restricted": 48, "nsl_single": 97, "nsl_dual": 113, "motorway": 113],
        "it": ["motorway": 130, "trunk": 110],
        "nl": ["rural": 80, "trunk": 100, "motorway": 100],
        "no": ["rural": 80, "motorway": 110],
        "pl": ["motorway": 140, "trunk": 100],
        "pt": ["trunk": 100, "motorway": 120],
        "ro": ["trunk": 100],
        "ru": ["urban": 60, "motorway": 110, "living_street": 20],
        "se": ["rural": 70, "motorway": 110],
        "ua": ["trunk": 110],
    ]

    private static func trimmed(_ text: some StringProtocol) -> String {
        String(text.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
    }
}
