import Glibc
import RoadMap
package import RoadSearch

/// The roads under one profile at one time.
package final class RoadState: Sendable {
    /// What was worked out; `nil` when it is for one question only.
    package let metric: RoadMetric?
    /// The costs of arcs and turns.
    package let weights: RoadWeights
    let search: SceneSearch?
    let network: RoadNetwork
    private let plain: PlainSearch
    private let model: DrivingModel
    private let load: Double

    init(_ network: RoadNetwork, _ weights: RoadWeights, _ metric: RoadMetric?, model: DrivingModel, load: Double) {
        (self.network, self.metric, self.weights, self.model, self.load) = (network, metric, weights, model, load)
        self.search = metric.map { SceneSearch($0) }
        self.plain = PlainSearch(network, weights)
    }

    /// Ways for starts, one each.
    package func legs(from starts: [Start], to scene: Scene) -> [Leg] {
        self.search?.legs(from: starts, to: scene) ?? self.plain.legs(from: starts, to: scene)
    }

    /// What a way is worth, for a unit that is so well known.
    func journey(_ leg: Leg, _ unit: UnitDoubt) -> Estimate.Journey {
        let seconds = Double(leg.milliseconds) / 1_000 + unit.toTheRoad
        var deviation = self.model.spread.deviation(seconds: seconds, load: self.load)
        if unit.seconds > 0 {
            // On a time of t an error of d seconds either way is an error of about ln(1 + d/t) of its logarithm.
            let doubt = log(1 + unit.seconds / max(seconds, 1))
            deviation = (deviation * deviation + doubt * doubt / 3).squareRoot()
        }
        return Estimate.Journey(seconds: seconds, metres: leg.metres, deviation: deviation)
    }
}

/// What is not known of where a unit is, as time.
struct UnitDoubt: Sendable {
    /// To get back on the road, s.
    let toTheRoad: Double
    /// For the stretch of road that it may have gone on since it was seen, either way, s.
    let seconds: Double

    /// Off the road, in a yard or on a path, m/s.
    private static let offRoad = 3.0

    /// As far as this from a road, metres, a unit is on it.
    private static let besideTheRoad = 15.0

    /// Speed at which a unit may have gone on since it was seen, m/s.
    private static let townSpeed = 8.0

    /// What is not known `age` seconds after a unit was seen.
    init(_ unit: UnitOnRoad, age: Double) {
        self.toTheRoad = max(0, (unit.offset ?? 0) - Self.besideTheRoad) / Self.offRoad
        let moved = max(0, age) * (unit.position.speed ?? Self.townSpeed)
        self.seconds = (moved + (unit.position.accuracy ?? 0)) / Self.townSpeed
    }
}

/// One journey out of those from each road that a unit may be on: a log-normal with the mixture's two moments.
struct JourneyMixture {
    private var weight = 0.0
    private var mean = 0.0
    private var square = 0.0
    private var metres = 0.0
    private var only: Estimate.Journey?
    private var count = 0

    mutating func add(_ journey: Estimate.Journey, probability: Double) {
        let logarithm = log(max(journey.seconds, 1))
        self.weight += probability
        self.mean += probability * logarithm
        self.square += probability * (logarithm * logarithm + journey.deviation * journey.deviation)
        self.metres += probability * journey.metres
        self.only = journey
        self.count += 1
    }

    var journey: Estimate.Journey? {
        guard self.count > 1 else { return self.only }
        let mean = self.mean / self.weight
        return Estimate.Journey(
            seconds: exp(mean),
            metres: self.metres / self.weight,
            deviation: max(0, self.square / self.weight - mean * mean).squareRoot()
        )
    }
}
