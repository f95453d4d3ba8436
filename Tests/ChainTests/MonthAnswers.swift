/// What the room answers about a month.
extension MonthTests {
    struct Presence: Decodable {
        struct Grid: Decodable {
            let id: String
            let minutes: Double
            let visits: Int
            let present: Double

            private enum CodingKeys: String, CodingKey {
                case id, minutes, visits
                case present = "present_minutes"
            }
        }

        struct Post: Decodable {
            let id: String
            let done: Int
            let missed: Int
        }

        let grids: [Grid]
        let posts: [Post]
        let lines: [Post]
    }

    struct Evidence: Decodable {
        struct Stay: Decodable {
            let from: Int64
            let until: Int64
        }

        struct Deed: Decodable { let t: Int64 }

        let stays: [Stay]
        let done: [Deed]
    }

    struct Response: Decodable {
        let incidents: Int
        let found: Int
        let counted: Int
        let reached: Int
        let within: [String: Double]
    }

    struct Officers: Decodable {
        struct Row: Decodable {
            let number: String
            let hours: Double
            let ownGrid: Double
            let posts: Int
            let laps: Int
            let windows: Int
            let done: Int
            let arrived: Int
            let found: Int
            let visits: [String: Int]
            let overdue: Int

            private enum CodingKeys: String, CodingKey {
                case number, posts, laps, windows, arrived, found, visits
                case done = "windows_done"
                case hours = "signed_hours"
                case ownGrid = "own_grid_minutes"
                case overdue = "tasks_overdue"
            }
        }

        let officers: [Row]
    }

    struct Trend: Decodable {
        struct Row: Decodable { let count: Int }

        let all: Row
        let hours: [[Int]]

        private enum CodingKeys: String, CodingKey {
            case all
            case hours = "by_hour_and_weekday"
        }
    }

    struct Sectors: Decodable {
        struct Row: Decodable {
            let device: String
            let outside: Double?

            private enum CodingKeys: String, CodingKey {
                case device
                case outside = "outside_minutes"
            }
        }

        let rows: [Row]
    }

    struct Visits: Decodable {
        struct Visit: Decodable { let officers: [String] }

        let visits: [Visit]
    }

    struct Matrix: Decodable {
        struct Grid: Decodable {
            let id: String
            let shares: [Double?]
        }

        let grids: [Grid]
        let known: [Double]

        private enum CodingKeys: String, CodingKey {
            case grids
            case known = "known_minutes"
        }
    }

    struct Density: Decodable {
        struct Cell: Decodable { let incidents: Int }

        let incidents: Int
        let cells: [Cell]
    }

    struct Briefing: Decodable {
        struct Count: Decodable { let count: Int }

        struct Missed: Decodable, Equatable {
            let id: String
            let done: Int
            let missed: Int
        }

        let incidents: Count
        let missed: [Missed]
        let overdue: [Task]
    }

    struct Task: Decodable { let owner: String }

    struct Tasks: Decodable { let tasks: [Task] }

    struct Placement: Decodable {
        let incidents: Int
        let shares: [String: Double]
        let units: [Unit]

        struct Unit: Decodable {
            let lat: Double
            let lon: Double
        }
    }
}
