package import Ground

/// What a station patrols: grids, lines and posts, checked and laid on a plane.
package struct PatrolPlan: Sendable {
    /// Name of the plan.
    package let id: String
    /// Counts its versions; a smaller one never replaces a larger one.
    package let revision: Int
    /// The zone that its windows are local to.
    package let zone: LocalZone
    /// From when and until when it holds, s since 1970 UTC.
    package let validity: Range<Int64>
    /// Whether it came in GCJ-02 and was converted.
    package let wasConverted: Bool
    /// The plane that everything is laid on.
    package let plane: TangentPlane
    /// Grids of both levels, coarse ones first.
    package let grids: [PatrolGrid]
    /// Patrol lines.
    package let lines: [PatrolLine]
    /// Posts.
    package let posts: [PatrolPost]
    /// Street police stations.
    package let stations: [PatrolStation]
    /// Finds grids; numbered as in ``grids``.
    package let index: AreaIndex

    init(
        id: String,
        revision: Int,
        zone: LocalZone,
        validity: Range<Int64>,
        wasConverted: Bool,
        plane: TangentPlane,
        grids: [PatrolGrid],
        lines: [PatrolLine],
        posts: [PatrolPost],
        stations: [PatrolStation]
    ) {
        (self.id, self.revision, self.zone, self.validity) = (id, revision, zone, validity)
        (self.wasConverted, self.plane) = (wasConverted, plane)
        self.grids = grids.sorted { ($0.level, $0.id) < ($1.level, $1.id) }
        (self.lines, self.posts, self.stations) = (lines, posts, stations)
        self.index = AreaIndex(self.grids.map(\.area))
    }

    /// The grids that hold a point, by their place in ``grids``: coarse ones first.
    package func grids(at point: PlanePoint) -> [Int] {
        self.index.candidates(at: point).filter { self.grids[$0].area.contains(point) }
    }
}

/// A grid: a part of the station's ground that somebody answers for.
package struct PatrolGrid: Sendable {
    /// Its id in the plan.
    package let id: String
    /// What people call it.
    package let name: String
    /// 1 police grid, 2 community grid.
    package let level: Int
    /// The grid of level 1 that it belongs to.
    package let parent: String?
    /// Names or call signs of those who answer for it.
    package let responsible: [String]
    /// Where it is.
    package let area: PlaneArea
}

/// A line that is to be driven or walked.
package struct PatrolLine: Sendable {
    /// Which way counts.
    package enum Direction: String, Sendable, Hashable {
        case both, forward
    }

    /// Its id in the plan.
    package let id: String
    /// What people call it.
    package let name: String
    /// Metres to each side that still are the line.
    package let corridor: Double
    /// Which way counts.
    package let direction: Direction
    /// When; empty for always.
    package let windows: [TidalWindow]
    /// How often in each window.
    package let laps: Int
    /// Where it is.
    package let path: PlanePath
}

/// A place that must be visited.
package struct PatrolPost: Sendable {
    /// Kinds of post.
    package enum Category: String, Sendable, Hashable, CaseIterable {
        case deterrent, school, station, checkpoint
    }

    /// Its id in the plan.
    package let id: String
    /// What people call it.
    package let name: String
    /// Its kind.
    package let category: Category
    /// Where it is.
    package let place: PlanePoint
    /// Metres around it that still are the post.
    package let radius: Double
    /// How long a visit has to be, s.
    package let dwell: Double
    /// When; empty for any time, then each day counts for itself.
    package let windows: [TidalWindow]
    /// How many visits each window needs.
    package let visits: Int

    /// The windows that visits are counted in.
    package var countingWindows: [TidalWindow] { self.windows.isEmpty ? [.always] : self.windows }
}

/// A street police station.
package struct PatrolStation: Sendable {
    /// Its id in the plan.
    package let id: String
    /// What people call it.
    package let name: String
    /// Where it is.
    package let place: PlanePoint
}
