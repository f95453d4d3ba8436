/// A plan as its GeoJSON says it, before it is checked.
struct PlanDocument: Decodable {
    struct Head: Decodable {
        let id: String
        let revision: Int
        let crs: String?
        let timezone: String
        let validFrom: String?
        let validTo: String?
    }

    let type: String
    let patrolPlan: Head
    let features: [FeatureDocument]
}

/// One feature; what is wrong with it is kept beside its id, so that the others are still looked at.
struct FeatureDocument: Decodable {
    let id: String?
    let body: Result<Body, Problem>

    struct Problem: Error {
        let text: String
    }

    struct Body {
        let properties: Properties
        let geometry: Geometry
    }

    struct Properties: Decodable {
        let kind: String
        let name: String?
        let level: Int?
        let parent: String?
        let responsible: [String]?
        let corridor: Double?
        let direction: String?
        let windows: [String]?
        let laps: Int?
        let category: String?
        let radius: Double?
        let dwell: Double?
        let visits: Int?

        private enum CodingKeys: String, CodingKey {
            case kind, name, level, parent, responsible, direction, windows, laps, category, visits
            case corridor = "corridor_m"
            case radius = "radius_m"
            case dwell = "dwell_s"
        }
    }

    private enum CodingKeys: CodingKey {
        case id, properties, geometry
    }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        // RFC 7946 allows a text or a number.
        if let text = try? container.decode(String.self, forKey: .id) {
            self.id = text
        } else {
            self.id = (try? container.decode(Int.self, forKey: .id)).map { String($0) }
        }
        do {
            let properties = try container.decode(Properties.self, forKey: .properties)
            self.body = .success(
                Body(properties: properties, geometry: try container.decode(Geometry.self, forKey: .geometry))
            )
        } catch let error as DecodingError {
            self.body = .failure(Problem(text: error.plainText))
        }
    }
}

/// A geometry as GeoJSON has it.
enum Geometry: Decodable {
    case point(Position)
    case line([Position])
    case polygon([[Position]])
    case multiPolygon([[[Position]]])

    private enum CodingKeys: CodingKey {
        case type, coordinates
    }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        switch try container.decode(String.self, forKey: .type) {
        case "Point": self = .point(try container.decode(Position.self, forKey: .coordinates))
        case "LineString": self = .line(try container.decode([Position].self, forKey: .coordinates))
        case "Polygon": self = .polygon(try container.decode([[Position]].self, forKey: .coordinates))
        case "MultiPolygon": self = .multiPolygon(try container.decode([[[Position]]].self, forKey: .coordinates))
        case let other:
            throw DecodingError.dataCorruptedError(
                forKey: .type,
                in: container,
                debugDescription: "geometry '\(other)' has no place in a patrol plan"
            )
        }
    }
}

/// Longitude and latitude, in that order; a height is left aside.
struct Position: Decodable {
    let longitude: Double
    let latitude: Double

    init(from decoder: any Decoder) throws {
        var container = try decoder.unkeyedContainer()
        self.longitude = try container.decode(Double.self)
        self.latitude = try container.decode(Double.self)
    }
}

extension DecodingError {
    /// What is wrong, without the decoder's own words for where.
    var plainText: String {
        func place(_ path: [any CodingKey]) -> String {
            let keys = path.map { $0.intValue.map { "[\($0)]" } ?? $0.stringValue }
            return keys.isEmpty ? "" : " at '\(keys.suffix(4).joined(separator: "."))'"
        }
        switch self {
        case .keyNotFound(let key, let context): return "'\(key.stringValue)' is missing\(place(context.codingPath))"
        case .typeMismatch(let type, let context): return "\(type) expected\(place(context.codingPath))"
        case .valueNotFound(let type, let context): return "\(type) expected\(place(context.codingPath)), found null"
        case .dataCorrupted(let context): return "\(context.debugDescription)\(place(context.codingPath))"
        @unknown default: return "\(self)"
        }
    }
}
