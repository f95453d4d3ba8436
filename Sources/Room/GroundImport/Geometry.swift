import COSMGround
import Glibc
import GroundMap

/// A place in Web Mercator: 0…1 to the right from the antimeridian, 0…1 down from 85.05 degrees north.
struct MapPoint: Hashable {
    var x: Double
    var y: Double

    init(x: Double, y: Double) { (self.x, self.y) = (x, y) }

    init(latitudeE7: Int32, longitudeE7: Int32) {
        let φ = max(-85.05, min(85.05, Double(latitudeE7) / 1e7)) * .pi / 180
        self.init(x: (Double(longitudeE7) / 1e7 + 180) / 360, y: (1 - log(tan(φ) + 1 / cos(φ)) / .pi) / 2)
    }

    init(_ point: cground_point) { self.init(latitudeE7: point.latitude_e7, longitudeE7: point.longitude_e7) }
}

/// A box on the map.
struct GroundBox: Hashable {
    var low: MapPoint
    var high: MapPoint

    init(low: MapPoint, high: MapPoint) { (self.low, self.high) = (low, high) }

    init?(south: Int32, west: Int32, north: Int32, east: Int32) {
        guard south < north, west < east else { return nil }
        self.init(
            low: MapPoint(latitudeE7: north, longitudeE7: west),
            high: MapPoint(latitudeE7: south, longitudeE7: east)
        )
    }

    init?(around points: UnsafeBufferPointer<cground_point>) {
        guard let first = points.first else { return nil }
        var (south, west, north, east) = (
            first.latitude_e7, first.longitude_e7, first.latitude_e7, first.longitude_e7
        )
        for point in points {
            (south, north) = (min(south, point.latitude_e7), max(north, point.latitude_e7))
            (west, east) = (min(west, point.longitude_e7), max(east, point.longitude_e7))
        }
        self.init(south: south, west: west, north: north, east: east)
    }

    init?(around rings: [[MapPoint]]) {
        guard let first = rings.first?.first else { return nil }
        self.init(low: first, high: first)
        for point in rings.joined() {
            self.low = MapPoint(x: min(self.low.x, point.x), y: min(self.low.y, point.y))
            self.high = MapPoint(x: max(self.high.x, point.x), y: max(self.high.y, point.y))
        }
    }
}

/// Twice the area of a ring; positive where it runs clockwise as it is seen, with y down.
func doubledArea(_ ring: [MapPoint]) -> Double {
    guard let last = ring.last else { return 0 }
    var (sum, before) = (0.0, last)
    for point in ring {
        sum += before.x * point.y - point.x * before.y
        before = point
    }
    return sum
}

/// A line with fewer points: none that is left out lies further than `tolerance` from it.
func thinned(_ line: [MapPoint], _ tolerance: Double) -> [MapPoint] {
    thinned(line, tolerance) { SIMD2($0.x, $0.y) }
}

extension GroundBox {
    /// The part of an area's ring that lies in the box (Sutherland and Hodgman 1974).
    func clip(ring: [MapPoint]) -> [MapPoint] {
        var points = ring
        for side in 0..<4 {
            guard let last = points.last else { return [] }
            var (kept, before): ([MapPoint], MapPoint) = ([], last)
            for point in points {
                let (isIn, wasIn) = (self.isInside(point, side), self.isInside(before, side))
                if isIn != wasIn { kept.append(self.crossing(before, point, side)) }
                if isIn { kept.append(point) }
                before = point
            }
            points = kept
        }
        return points
    }

    /// The parts of a line that lie in the box.
    func clip(line: [MapPoint]) -> [[MapPoint]] {
        var parts: [[MapPoint]] = []
        var isOpen = false
        for (a, b) in zip(line, line.dropFirst()) {
            guard let (from, to) = self.clip(a, b) else {
                isOpen = false
                continue
            }
            if isOpen, parts[parts.count - 1].last == from {
                parts[parts.count - 1].append(to)
            } else {
                parts.append([from, to])
            }
            isOpen = to == b
        }
        return parts
    }

    /// The part of a piece of line that lies in the box (Liang and Barsky 1984).
    private func clip(_ a: MapPoint, _ b: MapPoint) -> (MapPoint, MapPoint)? {
        var (from, to) = (0.0, 1.0)
        let (dx, dy) = (b.x - a.x, b.y - a.y)
        for (step, room) in [
            (-dx, a.x - self.low.x), (dx, self.high.x - a.x), (-dy, a.y - self.low.y), (dy, self.high.y - a.y),
        ] {
            if step == 0 {
                if room < 0 { return nil }
            } else if step < 0 {
                from = max(from, room / step)
            } else {
                to = min(to, room / step)
            }
        }
        guard from <= to else { return nil }
        func point(_ share: Double) -> MapPoint {
            share == 0 ? a : share == 1 ? b : MapPoint(x: a.x + share * dx, y: a.y + share * dy)
        }
        return (point(from), point(to))
    }

    private func isInside(_ point: MapPoint, _ side: Int) -> Bool {
        switch side {
        case 0: point.x >= self.low.x
        case 1: point.x <= self.high.x
        case 2: point.y >= self.low.y
        default: point.y <= self.high.y
        }
    }

    private func crossing(_ a: MapPoint, _ b: MapPoint, _ side: Int) -> MapPoint {
        switch side {
        case 0, 1:
            let x = side == 0 ? self.low.x : self.high.x
            return MapPoint(x: x, y: a.y + (b.y - a.y) * (x - a.x) / (b.x - a.x))
        default:
            let y = side == 2 ? self.low.y : self.high.y
            return MapPoint(x: a.x + (b.x - a.x) * (y - a.y) / (b.y - a.y), y: y)
        }
    }
}
