package import Ground
package import Incidents
package import Plan

/// Where help is wanted in a coming time, out of the incidents of before.
///
/// Incidents of the same hours of the day count whole, those of the hours beside them half; what is older counts less.
/// Places are cells of a square grid, each told by the mean of what happened in it.
package struct Demand: Sendable, Hashable {
    /// A place that is wanted.
    package struct Spot: Sendable, Hashable {
        /// Where incidents are expected.
        package let place: Coordinate
        /// How much of all that is wanted, 0…1.
        package let share: Double
        /// How many incidents of before it stands for, each of them whole.
        package let incidents: Int
    }

    /// The places, the most wanted first.
    package let spots: [Spot]
    /// Places that are wanted less and were left out.
    package let more: Int
    /// How many incidents of before it rests on, each of them whole.
    package let incidents: Int

    /// After so long, ms, an incident counts half.
    private static let halfLife = 30.0 * 86_400_000
    /// Edge of a cell, m.
    private static let cell = 250.0
    /// The hours beside a time count so much.
    private static let beside = 0.5

    /// Takes the incidents of before.
    ///
    /// - Parameters:
    ///   - incidents: Cancelled ones and those without a place are left out.
    ///   - span: The coming time, ms since 1970 UTC.
    ///   - zone: Local time.
    ///   - most: So many places at most: the less wanted ones are left out, and the shares are of all.
    package init(_ incidents: [Incident], for span: Range<Int64>, zone: LocalZone, most: Int = 200) {
        struct Sum {
            var weight = 0.0
            var (latitude, longitude) = (0.0, 0.0)
            var count = 0
        }
        guard let origin = incidents.lazy.compactMap(\.scene).first else {
            (self.spots, self.more, self.incidents) = ([], 0, 0)
            return
        }
        let hours = Self.hours(of: span, zone)
        let plane = TangentPlane(at: origin)
        var sums: [[Int]: Sum] = [:]
        for incident in incidents where incident.state != .cancelled {
            guard let scene = incident.scene else { continue }
            let hour = Int((zone.local(incident.received / 1_000) % 86_400) / 3_600)
            let fit =
                hours.contains(hour)
                ? 1 : hours.contains((hour + 1) % 24) || hours.contains((hour + 23) % 24) ? Self.beside : 0
            let age = Double(max(0, span.lowerBound - incident.received))
            let weight = fit * Self.power(0.5, age / Self.halfLife)
            guard weight > 0 else { continue }
            let point = plane.project(scene)
            let key = [Int((point.east / Self.cell).rounded(.down)), Int((point.north / Self.cell).rounded(.down))]
            sums[key, default: Sum()].weight += weight
            sums[key, default: Sum()].latitude += scene.latitude
            sums[key, default: Sum()].longitude += scene.longitude
            sums[key, default: Sum()].count += 1
        }
        let all = sums.values.reduce(0) { $0 + $1.weight }
        let sorted = sums.sorted { ($1.value.weight, $0.key[0], $0.key[1]) < ($0.value.weight, $1.key[0], $1.key[1]) }
        (self.more, self.incidents) = (max(0, sorted.count - most), sorted.reduce(0) { $0 + $1.value.count })
        self.spots = sorted.prefix(most).compactMap { _, sum in
            let count = Double(sum.count)
            return Coordinate(latitude: sum.latitude / count, longitude: sum.longitude / count).map {
                Spot(place: $0, share: sum.weight / all, incidents: sum.count)
            }
        }
    }

    /// The hours of the day that a time touches.
    private static func hours(of span: Range<Int64>, _ zone: LocalZone) -> Set<Int> {
        let last = min(span.upperBound, span.lowerBound + 86_400_000)
        let times = Array(stride(from: span.lowerBound, to: last, by: 1_800_000)) + [last - 1]
        return Set(times.map { Int((zone.local($0 / 1_000) % 86_400) / 3_600) })
    }

    private static func power(_ base: Double, _ exponent: Double) -> Double {
        // Half and half again, and what is left of it in a straight line: nobody reads a third digit of a weight.
        let whole = exponent.rounded(.down)
        var result = 1.0
        for _ in 0..<min(64, Int(whole)) { result *= base }
        return result * (1 - (1 - base) * (exponent - whole))
    }
}
