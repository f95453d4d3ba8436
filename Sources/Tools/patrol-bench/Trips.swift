import FoundationEssentials
import Ground
import Position
import Program

/// A recorded drive, as fixes once a second.
struct Trip {
    /// The fixes, ``Fix/received`` in ms since the start.
    let fixes: [Fix]

    private struct Line: Decodable {
        let pts: [[Double]]
        let i0: Int?
        let i1: Int?
    }

    /// Reads trips, one JSON object a line: `pts` `[[lon, lat, seconds], …]`, `i0` and `i1` the part that moves.
    ///
    /// Between two recorded places the car is taken to have driven straight and evenly.
    static func read(_ path: String) throws -> [Trip] {
        let data: Data
        do {
            data = try Data(contentsOf: URL(filePath: path))
        } catch {
            throw ProgramFailure(.data, "\(path): cannot be read; give the trips with --trips FILE")
        }
        return try data.split(separator: 10).enumerated().map { number, line in
            do {
                return Trip(try JSONDecoder().decode(Line.self, from: Data(line)))
            } catch {
                throw ProgramFailure(.data, "\(path):\(number + 1): is no trip: \(error)")
            }
        }
    }

    private init(_ line: Line) {
        let points = line.pts[(line.i0 ?? 0)...max(line.i0 ?? 0, min(line.i1 ?? .max, line.pts.count - 1))]
        var fixes: [Fix] = []
        for (from, to) in zip(points, points.dropFirst()) where from.count >= 3 && to.count >= 3 && to[2] > from[2] {
            guard let start = Coordinate(latitude: from[1], longitude: from[0]),
                let end = Coordinate(latitude: to[1], longitude: to[0])
            else { continue }
            let plane = TangentPlane(at: start)
            let segment = PlaneSegment(plane.project(start), plane.project(end))
            let seconds = to[2] - from[2]
            for second in 0..<Int(seconds) {
                guard let place = plane.coordinate(of: segment.point(at: Double(second) / seconds)) else { continue }
                var fix = Fix(received: Int64((from[2] + Double(second)) * 1_000), coordinate: place, mode: 3)
                fix.accuracy = Metres(5)
                fix.speed = segment.length / seconds
                fix.course = segment.start.course(to: segment.end)
                fixes.append(fix)
            }
        }
        self.fixes = fixes
    }
}
