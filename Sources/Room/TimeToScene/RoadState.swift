package import Roads

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// The roads under one profile at one time.
package final class RoadState: Sendable {
    /// What was worked out; `nil` when it is for one question only.
    package let metric: RoadMetric?
    /// The costs of arcs and turns.
    package let weights: RoadWeights
    let search: SceneSearch?
    private let plain: PlainSearch
    private let model: DrivingModel
    private let load: Double

    /// Off the road, in a yard or on a path, m/s.
    private static let offRoad = 3.0

    /// As far as this from a road, metres, a unit is on it.
    private static let besideTheRoad = 15.0

    /// Speed at which a unit may have gone on since it was seen, m/s.
    private static let townSpeed = 8.0

    init(_ network: RoadNetwork, _ weights: RoadWeights, _ metric: RoadMetric?, model: DrivingModel, load: Double) {
        (self.metric, self.weights, self.model, self.load) = (metric, weights, model, load)
        self.search = metric.map { SceneSearch($0) }
        self.plain = PlainSearch(network, weights)
    }

    /// Ways for starts, `nil` where there is none.
    package func legs(from starts: [Start], to scene: Scene) -> [Leg?] {
        self.search?.legs(from: starts, to: scene) ?? self.plain.legs(from: starts, to: scene)
    }

    /// What a way is worth, for a unit that was seen `age` seconds ago.
    func journey(_ leg: Leg, of unit: UnitOnRoad, age: Double) -> Estimate.Journey {
        let beside = max(0, (unit.offset ?? 0) - Self.besideTheRoad)
        let seconds = Double(leg.milliseconds) / 1_000 + beside / Self.offRoad
        var deviation = self.model.spread.deviation(seconds: seconds, load: self.load)
        let moved = max(0, age) * (unit.position.speed ?? Self.townSpeed) + (unit.position.accuracy ?? 0)
        if moved > 0 {
            // On a time of t an error of d seconds either way is an error of about ln(1 + d/t) of its logarithm.
            let doubt = log(1 + moved / Self.townSpeed / max(seconds, 1))
            deviation = (deviation * deviation + doubt * doubt / 3).squareRoot()
        }
        return Estimate.Journey(seconds: seconds, metres: leg.metres, deviation: deviation)
    }

    /// One journey out of those from each road that a unit may be on.
    static func mixed(_ journeys: [(journey: Estimate.Journey, probability: Double)]) -> Estimate.Journey? {
        guard let first = journeys.first else { return nil }
        guard journeys.count > 1 else { return first.journey }
        let sum = journeys.reduce(0) { $0 + $1.probability }
        let logarithms = journeys.map { (log(max($0.journey.seconds, 1)), $0.probability / sum, $0.journey) }
        let mean = logarithms.reduce(0) { $0 + $1.0 * $1.1 }
        let square = logarithms.reduce(0) { total, item in
            total + item.1 * (item.2.deviation * item.2.deviation + (item.0 - mean) * (item.0 - mean))
        }
        let metres = logarithms.reduce(0) { $0 + $1.1 * $1.2.metres }
        return Estimate.Journey(seconds: exp(mean), metres: metres, deviation: square.squareRoot())
    }
}
