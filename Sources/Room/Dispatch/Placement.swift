package import Ground
import RoadSearch
package import TimeToScene

/// Where to put units, so that as much as can be of what is wanted is within reach.
///
/// One after the other, each where it adds most (Nemhauser, Wolsey and Fisher 1978: at least 63 of 100 of the best there
/// is; on small cases the tests find it next to the best).
package struct Placement: Sendable {
    /// A place for a unit.
    package struct Post: Sendable, Hashable {
        /// Where the unit waits.
        package let place: Coordinate
        /// What it adds to the share within the limit, 0…1.
        package let gain: Double
        /// The share within the limit with it and all before it, 0…1.
        package let share: Double
    }

    /// The places, the one that adds most first.
    package let posts: [Post]
    /// The share that is reached within each of the times asked for, s.
    package let shares: [Double: Double]

    /// Proposes places.
    ///
    /// - Parameters:
    ///   - wanted: Where help is wanted, and how much.
    ///   - candidates: Where units may stand.
    ///   - count: How many units there are.
    ///   - limit: What is to be reached in, s.
    ///   - times: Shares are told of these, s.
    ///   - estimator: The roads.
    package init(
        wanted: [(place: Coordinate, share: Double)],
        candidates: [Coordinate],
        count: Int,
        limit: Double,
        times: [Double],
        estimator: TimeToScene
    ) {
        let fleet = Fleet(
            candidates.enumerated().map { number, place in
                UnitPosition(device: "\(number)", coordinate: place, course: nil, age: 0, accuracy: nil)
            },
            on: estimator.network
        )
        // From each candidate to each place that is wanted, s; infinite where no road leads.
        var seconds = [[Double]](repeating: [], count: candidates.count)
        for spot in wanted {
            var row = [Double](repeating: .infinity, count: candidates.count)
            do throws(SceneError) {
                for estimate in try estimator.rank(fleet, scene: spot.place, profile: .siren) {
                    if let number = Int(estimate.device), let journey = estimate.journey {
                        row[number] = journey.seconds
                    }
                }
            } catch {
                // Off the roads: nobody reaches it in time, wherever units stand.
            }
            for number in candidates.indices { seconds[number].append(row[number]) }
        }
        let weights = wanted.map(\.share)
        let chosen = Self.choose(count, seconds, weights, limit: limit)
        self.posts = chosen.map { Post(place: candidates[$0.number], gain: $0.gain, share: $0.share) }
        let nearest = weights.indices.map { spot in chosen.map { seconds[$0.number][spot] }.min() ?? .infinity }
        self.shares = Dictionary(
            uniqueKeysWithValues: Set(times).map { time in
                (time, zip(weights, nearest).reduce(0) { $0 + ($1.1 <= time ? $1.0 : 0) })
            }
        )
    }

    /// Chooses candidates, each where it adds most to what is within the limit; of equals the one that is sooner there.
    ///
    /// - Parameters:
    ///   - count: How many.
    ///   - seconds: From each candidate to each place.
    ///   - weights: How much each place is wanted.
    ///   - limit: What is to be reached in, s.
    /// - Returns: The candidates, in the order in which they were chosen.
    static func choose(
        _ count: Int,
        _ seconds: [[Double]],
        _ weights: [Double],
        limit: Double
    ) -> [(number: Int, gain: Double, share: Double)] {
        var nearest = [Double](repeating: .infinity, count: weights.count)
        var chosen: [(number: Int, gain: Double, share: Double)] = []
        var left = Set(seconds.indices)
        var share = 0.0
        while chosen.count < count, !left.isEmpty {
            var best: (number: Int, gain: Double, saved: Double)?
            for number in left.sorted() {
                var (gain, saved) = (0.0, 0.0)
                for (spot, time) in seconds[number].enumerated() {
                    if time <= limit, nearest[spot] > limit { gain += weights[spot] }
                    // An hour stands for a place that nobody reaches.
                    saved += weights[spot] * max(0, min(nearest[spot], 3_600) - min(time, 3_600))
                }
                if best.map({ (gain, saved) > ($0.gain, $0.saved) }) ?? true { best = (number, gain, saved) }
            }
            guard let best else { break }
            left.remove(best.number)
            for (spot, time) in seconds[best.number].enumerated() { nearest[spot] = min(nearest[spot], time) }
            share += best.gain
            chosen.append((best.number, best.gain, share))
        }
        return chosen
    }
}
