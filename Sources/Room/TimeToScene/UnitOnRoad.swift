import Glibc
import Ground
package import RoadMap
package import RoadSearch

/// A unit on the roads where it may be: worked out when it reports, not when somebody asks.
package struct UnitOnRoad: Sendable {
    /// One road that the unit may be on.
    struct Candidate: Sendable {
        let start: Start
        /// How likely, 0…1; all candidates together are 1.
        var probability: Double
    }

    /// What it reported; its age is as of the question.
    package var position: UnitPosition
    /// How far it is from the road it most likely is on, metres; `nil` when no road is near.
    package let offset: Double?
    /// Most likely first.
    let candidates: [Candidate]

    /// Deviation of a position of which no accuracy is known, metres.
    private static let usualDeviation = 6.0

    /// Where less than this likely, compared with the most likely, a road is left out.
    private static let leastShare = 0.08

    /// Longest time over which a unit is believed to have gone straight on, s.
    private static let longestExtrapolation = 30.0

    /// Puts a unit on the roads of a network.
    package init(_ reported: UnitPosition, on network: RoadNetwork) {
        let position = reported.sound
        self.position = position
        let deviation = max(position.accuracy.map { $0 / 2 } ?? Self.usualDeviation, 3)
        // Further away than the nearest and this no road can come out likely enough: a course that suits it better
        // outweighs some distance.
        let slack = deviation * (position.heading == nil ? 2.25 : 3.9)
        let places = network.snaps(position.coordinate, within: TimeToScene.farthestRoad, slack: slack)
        let nearest = places.count > 0 ? places[0].offset : 0
        let heading = position.heading
        var isForEmergencyOnly = places.count > 0
        var candidates: [Candidate] = []
        candidates.reserveCapacity(places.count)
        func add(_ place: SnappedPlace) {
            let (facing, mismatch) = Self.facing(heading, place)
            let distance = (place.offset * place.offset - nearest * nearest) / (deviation * deviation)
            let probability = distance + mismatch == 0 ? 1 : exp(-0.5 * distance - mismatch)
            var before = candidates.count
            while before > 0, candidates[before - 1].probability < probability { before -= 1 }
            let start = Start(place: place, facesForward: facing)
            candidates.insert(Candidate(start: start, probability: probability), at: before)
        }
        for number in 0..<places.count {
            let place = places[number]
            if !place.use.contains(.emergencyOnly) { isForEmergencyOnly = false }
            add(place)
        }
        if isForEmergencyOnly {
            // A civil car cannot start there: the nearest road for everybody is another possibility.
            let open = network.snap(position.coordinate, within: nearest + 200) { !$0.contains(.emergencyOnly) }
            if let open { add(open) }
        }
        let least = (candidates.first?.probability ?? 0) * Self.leastShare
        while let last = candidates.last, last.probability < least { candidates.removeLast() }
        if candidates.count > 1 {
            let sum = candidates.reduce(0) { $0 + $1.probability }
            for index in candidates.indices { candidates[index].probability /= sum }
        }
        self.offset = candidates.first?.start.place.offset
        self.candidates = candidates
    }

    /// Every place where it may start from, most likely first.
    package var starts: [Start] { self.candidates.map(\.start) }

    /// Which way it faces on a road, and how badly its course suits the road.
    private static func facing(_ heading: Double?, _ place: SnappedPlace) -> (Bool?, Double) {
        guard let heading else { return (nil, 0) }
        let turn = angle(between: heading, and: place.course)
        let isForward = turn <= 90
        let across = min(turn, 180 - turn)
        let isAllowed = place.use.contains(isForward ? .forward : .backward)
        // Across the road it is likely on another; against a one-way road it is likely on the other carriageway.
        return (isForward, (across > 45 ? 2 : across / 45) + (isAllowed ? 0 : 3))
    }

    /// The start of a candidate after so many seconds straight on.
    func start(_ candidate: Candidate, after seconds: Double, on network: RoadNetwork) -> Start {
        guard let speed = self.position.speed, candidate.start.facesForward != nil, seconds > 0,
            seconds <= Self.longestExtrapolation
        else { return candidate.start }
        return network.straightOn(from: candidate.start, metres: speed * seconds)
    }
}
