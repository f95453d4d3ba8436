import Glibc

/// How long a unit needs to the scene: a distribution, not a number.
///
/// Times of one journey repeated are close to log-normal. Of the spread one part is shared by the whole journey
/// (the driver, the day) and keeps its share whatever the length; the rest comes anew with each light and each
/// junction and averages out on the way. What the position may have changed since it was measured is added.
/// Source of the form: Westgate, Woodard, Matteson, Henderson, *Travel time estimation for ambulances using
/// Bayesian data augmentation*, Ann. Appl. Stat. 7 (2013).
package struct Estimate: Sendable, Hashable {
    /// What is known of a unit that can get there.
    package struct Journey: Sendable, Hashable {
        /// Travel time that is as often too long as too short, s.
        package let seconds: Double
        /// Length of the way, metres.
        package let metres: Double
        /// Standard deviation of the time's logarithm.
        package let deviation: Double

        /// Creates a journey.
        package init(seconds: Double, metres: Double, deviation: Double) {
            (self.seconds, self.metres, self.deviation) = (seconds, metres, deviation)
        }

        /// Travel time that nine of ten journeys stay below, s.
        package var p90: Double { self.quantile(1.281_55) }

        /// Travel time that one of ten journeys stays below, s.
        package var p10: Double { self.quantile(-1.281_55) }

        /// A way that takes longer, s, is said to be none, and no quantile is beyond it.
        static let longest = 86_400.0

        private func quantile(_ z: Double) -> Double {
            // Below a second the logarithm says nothing: a unit at the scene is as uncertain as its position is.
            let seconds = max(self.seconds, 1) * exp(z * self.deviation) - max(0, 1 - self.seconds)
            return min(seconds, max(Self.longest, self.seconds))
        }

        /// The chance to be there within so many seconds, 0…1.
        package func chance(within limit: Double) -> Double {
            guard limit > 0 else { return 0 }
            guard self.deviation > 0 else { return self.seconds <= limit ? 1 : 0 }
            let z = (log(limit) - log(max(self.seconds, 1))) / self.deviation
            return 0.5 * erfc(-z / 2.0.squareRoot())
        }

        /// The chance to be there before another, 0…1.
        package func chance(before other: Journey) -> Double {
            let deviation = (self.deviation * self.deviation + other.deviation * other.deviation).squareRoot()
            guard deviation > 0 else { return self.seconds <= other.seconds ? 1 : 0 }
            let z = (log(max(other.seconds, 1)) - log(max(self.seconds, 1))) / deviation
            return 0.5 * erfc(-z / 2.0.squareRoot())
        }
    }

    /// Device.
    package let device: String
    /// How far from a road it was seen, metres; `nil` when no road is near.
    package let snapped: Double?
    /// The journey; `nil` when there is no way.
    package let journey: Journey?

    /// The one sooner at the scene by so little that two of five times the other would be there first.
    package static func isTied(_ journey: Journey, with soonest: Journey) -> Bool {
        journey.chance(before: soonest) >= 0.4
    }
}
