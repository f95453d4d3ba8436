import Ground
import Rig

/// What the demonstration reads of the room's answers.
enum RoomView {
    struct Units: Decodable, Sendable {
        let units: [Unit]
    }

    struct Unit: Decodable, Sendable {
        struct Position: Decodable, Sendable {
            let lat: Double
            let lon: Double
            let spd: Double?
            let ageSeconds: Double?

            private enum CodingKeys: String, CodingKey {
                case lat, lon, spd
                case ageSeconds = "age_s"
            }
        }

        let device: String
        let unit: String
        let status: String?
        let online: Bool
        let profile: String?
        let position: Position?

        /// Where it was last seen.
        var coordinate: Coordinate? {
            self.position.flatMap { Coordinate(latitude: $0.lat, longitude: $0.lon) }
        }
    }

    struct Incident: Decodable, Sendable {
        struct Unit: Decodable, Sendable {
            let device: String
            let arrived: Int64?
            let seconds: Double?
        }

        let id: String
        let lat: Double
        let lon: Double
        let received: Int64
        let state: String
        let units: [Unit]
    }

    struct Candidates: Decodable, Sendable {
        let units: [Candidate]
        let belowLine: [Candidate]

        private enum CodingKeys: String, CodingKey {
            case units
            case belowLine = "below_line"
        }
    }

    struct Candidate: Decodable, Sendable {
        let device: String
        let unit: String
        let status: String?
        let seconds: Double?
        let p10: Double?
        let p90: Double?
        let metres: Double?
        let ageSeconds: Double?
        let reason: String?

        private enum CodingKeys: String, CodingKey {
            case device, unit, status, seconds, p10, p90, metres, reason
            case ageSeconds = "age_s"
        }
    }

    struct Health: Decodable, Sendable {
        let stored: Int
    }
}

extension RoomClient {
    func units() async throws -> [RoomView.Unit] {
        try await self.ask("GET", "/api/v1/units").decode(RoomView.Units.self).units
    }

    func candidates(for incident: String) async throws -> RoomView.Candidates {
        try await self.ask("GET", "/api/v1/incidents/\(incident)/candidates").decode()
    }

    func incident(_ id: String) async throws -> RoomView.Incident {
        try await self.ask("GET", "/api/v1/incidents/\(id)").decode()
    }

    func health() async throws -> RoomView.Health { try await self.ask("GET", "/healthz").decode() }
}
