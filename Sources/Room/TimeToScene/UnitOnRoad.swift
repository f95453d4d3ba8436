import Ground
package import Roads

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// A unit on the roads where it may be: worked out when it reports, not when somebody asks.
package struct UnitOnRoad: Sendable {
    /// One road that the unit may be on.
    struct Candidate: Sendable {
        let start: Start
        /// Metres of the road.
        let length: Double
        /// How likely, 0…1; all candidates together are 1.
        var probability: Double
    }

    /// What it reported.
    package let position: UnitPosition
    /// How far it is from the road it most likely is on, metres; `nil` when no road is near.
    package let offset: Double?
    /// Most likely first.
    let candidates: [Candidate]

    /// Roads further away than the nearest and this, metres, are not taken for the unit's.
    private static let slack = 30.0

    /// Deviation of a position of which no accuracy is known, metres.
    private static let usualDeviation = 6.0

    /// Where less than this likely, compared with the most likely, a road is left out.
    private static let leastShare = 0.08

    /// Longest time over which a unit is believed to have gone straight on, s.
    private static let longestExtrapolation = 30.0

    /// Puts a unit on the roads of a network.
    package init(_ position: UnitPosition, on network: RoadNetwork) {
        self.position = position
        var places = network.snaps(position.coordinate, within: TimeToScene.farthestRoad, slack: Self.slack)
        if let nearest = places.first, places.allSatisfy({ network.edge($0.edge).isForEmergencyOnly }) {
            // A civil car cannot start there: the nearest road for everybody is another possibility.
            let open = network.snap(position.coordinate, within: nearest.offset + 200) { !$0.isForEmergencyOnly }
            places += open.map { [$0] } ?? []
        }
        let deviation = max(position.accuracy.map { $0 / 2 } ?? Self.usualDeviation, 3)
        let nearest = places.first?.offset ?? 0
        var candidates = places.map { place in
            let (facing, mismatch) = Self.facing(position.heading, place, network.edge(place.edge))
            let distance = (place.offset * place.offset - nearest * nearest) / (deviation * deviation)
            return (
                offset: place.offset,
                candidate: Candidate(
                    start: Start(place: place, facesForward: facing),
                    length: network.edge(place.edge).metres,
                    probability: exp(-0.5 * distance - mismatch)
                )
            )
        }
        candidates.sort { $0.candidate.probability > $1.candidate.probability }
        self.offset = candidates.first?.offset
        let best = candidates.first?.candidate.probability ?? 0
        let kept = candidates.map(\.candidate).filter { $0.probability >= best * Self.leastShare }
        let sum = kept.reduce(0) { $0 + $1.probability }
        self.candidates = kept.map { candidate in
            var candidate = candidate
            candidate.probability /= sum
            return candidate
        }
    }

    /// Every place where it may start from, most likely first.
    package var starts: [Start] { self.candidates.map(\.start) }

    /// Which way it faces on a road, and how badly its course suits the road.
    private static func facing(_ heading: Double?, _ place: SnappedPlace, _ edge: RoadEdge) -> (Bool?, Double) {
        guard let heading else { return (nil, 0) }
        let turn = angle(between: heading, and: place.course)
        let isForward = turn <= 90
        let across = min(turn, 180 - turn)
        let isAllowed = isForward ? edge.isForwardAllowed : edge.isBackwardAllowed
        // Across the road it is likely on another; against a one-way road it is likely on the other carriageway.
        return (isForward, (across > 45 ? 2 : across / 45) + (isAllowed ? 0 : 3))
    }

    /// The start of a candidate after so many seconds straight on.
    func start(_ candidate: Candidate, after seconds: Double) -> Start {
        guard let speed = self.position.speed, let isForward = candidate.start.facesForward, seconds > 0,
            candidate.length > 0
        else { return candidate.start }
        let share = speed * min(seconds, Self.longestExtrapolation) / candidate.length
        let place = candidate.start.place
        let fraction = isForward ? min(1, place.fraction + share) : max(0, place.fraction - share)
        return Start(
            place: SnappedPlace(edge: place.edge, fraction: fraction, offset: place.offset, course: place.course),
            facesForward: isForward
        )
    }
}
