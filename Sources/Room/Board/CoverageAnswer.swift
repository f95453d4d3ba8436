import Ground
import Hummingbird
import PatrolWire
import RoadMap
import TimeToScene

/// What `GET coverage` says: shares of road that the free units reach, and the roads that none reaches, as GeoJSON.
struct CoverageAnswer: ResponseEncodable, Sendable {
    struct Level: Encodable, Sendable {
        let minutes: Double
        let reachedMetres: Double
        let share: Double
        let onlyBy: [String: Double]
        /// The share of each grid's road, by the grid's id.
        let grids: [String: Double]

        private enum CodingKeys: String, CodingKey {
            case minutes, share, grids
            case reachedMetres = "reached_m"
            case onlyBy = "only_by"
        }
    }

    struct Feature: Encodable, Sendable {
        struct Geometry: Encodable, Sendable {
            let type = "LineString"
            let coordinates: [[Double]]

            private enum CodingKeys: CodingKey { case type, coordinates }
        }

        struct Properties: Encodable, Sendable {
            let name: String?
            let blindMetres: Double

            private enum CodingKeys: String, CodingKey {
                case name
                case blindMetres = "blind_m"
            }
        }

        let type = "Feature"
        let geometry: Geometry
        let properties: Properties

        private enum CodingKeys: CodingKey { case type, geometry, properties }
    }

    struct Features: Encodable, Sendable {
        let type = "FeatureCollection"
        let features: [Feature]

        private enum CodingKeys: CodingKey { case type, features }
    }

    let at: Int64
    let units: Int
    let roadMetres: Double
    let levels: [Level]
    let blind: Features

    private enum CodingKeys: String, CodingKey {
        case at, units, levels, blind
        case roadMetres = "road_m"
    }

    init(at: Int64, units: Int, _ report: Reach.Report, _ network: RoadNetwork, grids: [String]) {
        (self.at, self.units, self.roadMetres) = (at, units, report.metres.rounded())
        self.levels = report.levels.map { level in
            Level(
                minutes: level.seconds / 60,
                reachedMetres: level.metres.rounded(),
                share: level.share.rounded(decimals: 4),
                onlyBy: level.onlyBy.mapValues { $0.rounded() },
                grids: Dictionary(
                    zip(grids, level.areas).compactMap { id, share in share.map { (id, $0.rounded(decimals: 4)) } }
                ) { first, _ in first }
            )
        }
        self.blind = Features(
            features: report.blind.map { piece in
                Feature(
                    geometry: Feature.Geometry(
                        coordinates: network.line(ofEdge: piece.edge).map { [$0.longitude, $0.latitude] }
                    ),
                    properties: Feature.Properties(
                        name: network.name(ofEdge: piece.edge),
                        blindMetres: piece.metres.rounded()
                    )
                )
            }
        )
    }
}
