package import RoadMap

extension RoadNetwork {
    /// More of a bend than this, degrees, is not straight on.
    private static let straight = 50

    /// Where a car is when it goes on for so many metres the way it faces, and straight on at each junction.
    ///
    /// It stops where nothing leads straight on, or where that is not for it.
    package func straightOn(from start: Start, metres: Double) -> Start {
        guard let facesForward = start.facesForward, metres > 0 else { return start }
        var (edge, isForward, left) = (start.place.edge, facesForward, metres)
        var share = isForward ? start.place.fraction : 1 - start.place.fraction
        var place = start.place
        // Every turn but those on roundabouts' short pieces uses up metres; a ring of nothing must end too.
        for _ in 0..<200 {
            let length = self.edges[edge].metres
            if left <= length * (1 - share) || length == 0 && left == 0 {
                share += length > 0 ? left / length : 0
                left = 0
            } else {
                left -= length * (1 - share)
                share = 1
            }
            place = SnappedPlace(edge: edge, fraction: isForward ? share : 1 - share, offset: start.place.offset)
            guard left > 0, let next = self.straightOn(fromArc: edge * 2 + (isForward ? 0 : 1)) else { break }
            (edge, isForward, share) = (next / 2, next % 2 == 0, 0)
        }
        return Start(place: place, facesForward: isForward)
    }

    private func straightOn(fromArc arc: Int) -> Int? {
        var best: (arc: Int, angle: Int)?
        for turn in self.turns(ofArc: arc) {
            let turn = self.turns[turn]
            let next = Int(self.base(turn.to))
            let angle = abs(Int(turn.angle))
            guard angle <= Self.straight, !turn.has(RoadTurn.banned), !turn.has(RoadTurn.uTurn),
                self.edges[next / 2].isAllowed(forward: next % 2 == 0), angle < best?.angle ?? .max
            else { continue }
            best = (next, angle)
        }
        return best?.arc
    }
}
