/// A line of straight pieces on a ``TangentPlane``, with distances along it.
package struct PlanePath: Sendable {
    /// A place on the path near a point.
    package struct Match: Sendable, Hashable {
        /// Metres along the path.
        package let along: Double
        /// Metres off the path, positive when the point is on its right.
        package let offset: Double
        /// Course of the path there, degrees from north.
        package let course: Double
    }

    /// Its bends.
    package let points: [PlanePoint]
    /// The rectangle around it.
    package let bounds: PlaneBounds
    /// Metres along the path at each bend.
    private let along: [Double]

    /// Creates a path; points that repeat their predecessor are left out.
    package init(_ points: [PlanePoint]) {
        var kept: [PlanePoint] = []
        var along: [Double] = []
        for point in points where point != kept.last {
            along.append((along.last ?? 0) + (kept.last?.distance(to: point) ?? 0))
            kept.append(point)
        }
        (self.points, self.along, self.bounds) = (kept, along, PlaneBounds(kept))
    }

    /// Metres.
    package var length: Double { self.along.last ?? 0 }

    /// Returns every place where the path comes nearest to a point, within `limit` metres: one for each time that it
    /// passes by, so that a path which crosses or repeats itself has several.
    package func matches(_ point: PlanePoint, within limit: Double) -> [Match] {
        guard self.points.count > 1, self.bounds.contains(point, margin: limit) else { return [] }
        var matches: [Match] = []
        var (lastIndex, lastShare) = (-1, 0.0)
        for index in 1..<self.points.count {
            let segment = PlaneSegment(self.points[index - 1], self.points[index])
            let share = segment.nearestShare(to: point)
            let distance = segment.point(at: share).distance(to: point)
            guard distance <= limit else { continue }
            let along = self.along[index - 1] + share * segment.length
            let match = Match(
                along: along,
                offset: segment.side(of: point) > 0 ? -distance : distance,
                course: segment.start.course(to: segment.end)
            )
            // Two pieces that come nearest at the bend between them are one pass; a hairpin's two sides are two.
            let isSamePlace = index - 1 == lastIndex && (lastShare > 0.999 || share < 0.001)
            if isSamePlace, let last = matches.last {
                if distance < abs(last.offset) { matches[matches.count - 1] = match }
            } else {
                matches.append(match)
            }
            (lastIndex, lastShare) = (index, share)
        }
        return matches
    }
}
