import FoundationEssentials
import Ground
import Program

/// A recorded trip as it was recorded.
struct Journey {
    /// One recorded place.
    struct Place {
        let coordinate: Coordinate
        /// Since the trip began, s.
        let seconds: Double
    }

    /// When it began, s since 1970 UTC.
    let began: Double
    /// Whether the way driven was close to the fastest.
    let isDirect: Bool
    /// The part that moves.
    let places: [Place]

    /// Shorter than this a trip says nothing.
    private static let shortest = (seconds: 60.0, metres: 500.0, places: 4)

    private struct Line: Decodable {
        let pts: [[Double]]
        let i0: Int?
        let i1: Int?
        let t0: Double?
        let direct: Bool?
    }

    /// Reads trips, one JSON object a line.
    static func read(_ path: String) throws -> [Journey] {
        let data: Data
        do {
            data = try Data(contentsOf: URL(filePath: path))
        } catch {
            throw ProgramFailure(.data, "\(path): cannot be read; give the trips with --trips FILE")
        }
        return try data.split(separator: 10).enumerated().map { number, line in
            do {
                return Journey(try JSONDecoder().decode(Line.self, from: Data(line)))
            } catch {
                throw ProgramFailure(.data, "\(path):\(number + 1): is no trip: \(error)")
            }
        }
    }

    private init(_ line: Line) {
        self.began = line.t0 ?? 0
        self.isDirect = line.direct ?? true
        let first = min(max(0, line.i0 ?? 0), line.pts.count)
        let end = min(line.pts.count, max(first, (line.i1 ?? line.pts.count - 1) + 1))
        self.places = line.pts[first..<end].compactMap { point in
            guard point.count >= 3, let place = Coordinate(latitude: point[1], longitude: point[0]) else { return nil }
            return Place(coordinate: place, seconds: point[2])
        }
    }

    /// Start, end and how long it took, when the trip is direct and long enough to say anything.
    var measured: (from: Coordinate, to: Coordinate, seconds: Double, startedAt: Double)? {
        guard self.isDirect, self.places.count >= Self.shortest.places, let first = self.places.first,
            let last = self.places.last
        else { return nil }
        let seconds = last.seconds - first.seconds
        guard seconds >= Self.shortest.seconds,
            first.coordinate.distance(to: last.coordinate) >= Metres(Self.shortest.metres)
        else { return nil }
        return (first.coordinate, last.coordinate, seconds, self.began + first.seconds)
    }
}
