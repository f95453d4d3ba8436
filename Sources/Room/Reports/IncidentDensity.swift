package import Ground

/// How densely incidents lie, and how much of the patrol's time was spent near them.
///
/// Kernel density over the cells of a square grid. The kernel is the quartic one of the distance d within the bandwidth h,
/// 3 / (π h²) · (1 − d²/h²)², whose mass is 1: the usual one of crime mapping. Source: Chainey and Ratcliffe, GIS and
/// Crime Mapping, 2005, chapter 6.
package struct IncidentDensity: Sendable {
    /// One cell.
    package struct Cell: Sendable, Hashable {
        /// Its middle.
        package let middle: Coordinate
        /// Incidents in it.
        package let incidents: Int
        /// Incidents a km², smoothed.
        package let density: Double
        /// Minutes that units were in it.
        package let minutes: Double
        /// Share of all incidents, 0…1, smoothed.
        package let incidentShare: Double
        /// Share of all the time of units within the map, 0…1, smoothed alike.
        package let presenceShare: Double

        /// By how much the share of incidents is above the share of presence: the more, the more is missing there.
        package var gap: Double { self.incidentShare - self.presenceShare }
    }

    private struct Index: Hashable {
        let column: Int32
        let row: Int32
    }

    /// A longer way between two positions of one device, ms, says nothing of where it was meanwhile.
    private static let longestStep: Int64 = 120_000
    /// The bandwidth is at most so many cells: each incident is written into all cells within it.
    package static let mostCellsWide = 10.0

    private let plane: TangentPlane
    private let metres: Double
    private let bandwidth: Double
    private var incidents: [Index: Int] = [:]
    private var smoothed: [Index: Double] = [:]
    private var count = 0
    private var time: [Index: Int64] = [:]
    private var last: (log: Int64, index: Index, time: Int64)?

    /// Begins a map.
    ///
    /// - Parameters:
    ///   - origin: A corner of a cell; the same origin gives the same cells.
    ///   - metres: Edge of a cell.
    ///   - bandwidth: How far an incident reaches, m; from one cell to ``mostCellsWide`` cells.
    package init(origin: Coordinate, cell metres: Double, bandwidth: Double) {
        let metres = max(1, metres)
        (self.plane, self.metres) = (TangentPlane(at: origin), metres)
        self.bandwidth = min(max(bandwidth, metres), metres * Self.mostCellsWide)
    }

    /// Takes the place of an incident.
    package mutating func incident(at place: Coordinate) {
        let point = self.plane.project(place)
        self.incidents[self.index(point), default: 0] += 1
        self.count += 1
        self.spread(from: point) { index, weight in self.smoothed[index, default: 0] += weight }
    }

    /// Takes a position; all positions of one log come together, in its order.
    ///
    /// - Parameters:
    ///   - log: Number of the device's log.
    ///   - place: Where the device was.
    ///   - time: When it was there, ms since 1970 UTC.
    ///   - isWanted: Whether the time from the one before to this one counts.
    package mutating func position(log: Int64, _ place: Coordinate, at time: Int64, isWanted: Bool) {
        let index = self.index(self.plane.project(place))
        defer { self.last = (log, index, time) }
        guard let last = self.last, last.log == log, time > last.time, isWanted else { return }
        if time - last.time <= Self.longestStep { self.time[last.index, default: 0] += time - last.time }
    }

    /// Whether it has more than ``HeatMap/mostCells``.
    package var isTooFine: Bool { self.smoothed.count > HeatMap.mostCells || self.time.count > HeatMap.mostCells }

    /// Cells that incidents reach, those with the greatest ``Cell/gap`` first.
    ///
    /// - Parameter goesOn: Asked again and again; `false` ends it.
    /// - Returns: The cells.
    /// - Throws: `CancellationError` when nobody waits any more.
    package func cells(while goesOn: () -> Bool = { true }) throws -> [Cell] {
        var presence: [Index: Double] = [:]
        for (number, (index, milliseconds)) in self.time.enumerated() {
            if number % 4_096 == 0, !goesOn() { throw CancellationError() }
            self.spread(from: self.middle(index)) { near, weight in
                guard self.smoothed[near] != nil else { return }
                presence[near, default: 0] += weight * Double(milliseconds)
            }
        }
        // Shares of what lies in these cells: the rest of the map has no incidents to be near to.
        let whole = max(.leastNonzeroMagnitude, self.smoothed.values.reduce(0, +))
        let allPresence = presence.values.reduce(0, +)
        let cells = self.smoothed.compactMap { index, weight -> (index: Index, cell: Cell)? in
            guard let middle = self.plane.coordinate(of: self.middle(index)) else { return nil }
            let cell = Cell(
                middle: middle,
                incidents: self.incidents[index] ?? 0,
                density: weight * 1_000_000,
                minutes: Double(self.time[index] ?? 0) / 60_000,
                incidentShare: weight / whole,
                presenceShare: allPresence > 0 ? (presence[index] ?? 0) / allPresence : 0
            )
            return (index, cell)
        }
        return cells.sorted { a, b in
            (b.cell.gap, a.index.row, a.index.column) < (a.cell.gap, b.index.row, b.index.column)
        }
        .map(\.cell)
    }

    private func index(_ point: PlanePoint) -> Index {
        // Earth is 40,000,000 m around, so both fit.
        Index(
            column: Int32((point.east / self.metres).rounded(.down)),
            row: Int32((point.north / self.metres).rounded(.down))
        )
    }

    private func middle(_ index: Index) -> PlanePoint {
        PlanePoint(
            east: (Double(index.column) + 0.5) * self.metres,
            north: (Double(index.row) + 0.5) * self.metres
        )
    }

    /// Lends each cell whose middle lies within the bandwidth, and the kernel there, 1/m².
    private func spread(from point: PlanePoint, _ take: (Index, Double) -> Void) {
        let centre = self.index(point)
        let reach = Int32((self.bandwidth / self.metres).rounded(.up))
        let square = self.bandwidth * self.bandwidth
        for row in centre.row - reach...centre.row + reach {
            for column in centre.column - reach...centre.column + reach {
                let index = Index(column: column, row: row)
                let middle = self.middle(index)
                let (east, north) = (middle.east - point.east, middle.north - point.north)
                let rest = 1 - (east * east + north * north) / square
                if rest > 0 { take(index, 3 / (.pi * square) * rest * rest) }
            }
        }
    }
}
