package import PatrolWire
package import Plan

/// Makes the presence report from what units did in parts of the time; nothing of a log is kept but what it adds.
package struct PresenceBook: Sendable {
    /// Events that tell when a unit was in a grid.
    package static let presence: [EventKind] = [
        .gridEnter, .gridExit, .gnssLost, .gnssFrozen, .gnssRestored, .deviceStart, .deviceStop,
    ]
    /// Events that tell what was done in which window.
    package static let duties: [EventKind] = [.postDone, .postMissed, .lineComplete]

    /// What all units did in one grid.
    private struct Sum: Sendable {
        var stays = Stays()
        var unknown = Stays()
        var visits = 0
        var metres = 0.0
        var units: Set<String> = []
    }

    /// A post or a line that was done.
    package struct Deed: Sendable, Hashable {
        /// By which unit, `station/device`.
        package let unit: String
        /// Which kind of event told it.
        package let kind: EventKind
        /// Which post or line.
        package let place: String
        /// The window that the device counted it in; a line's lap names none.
        package let window: String?
        /// When, ms since 1970 UTC.
        package let time: Int64
    }

    private let span: Range<Int64>
    private let duties: PresenceReport.Duties
    /// Windows that close in it can have been missed, ms since 1970 UTC.
    package let judged: Range<Int64>
    /// The time of which anything is known, ms since 1970 UTC.
    let known: Range<Int64>
    private var sums: [String: Sum] = [:]
    private var windows: WindowBook
    /// From when to when each unit, `station/device`, was in each grid, ms since 1970 UTC.
    package private(set) var staysByUnit: [String: [String: [Range<Int64>]]] = [:]
    /// From when to when each unit, `station/device`, had no position, ms since 1970 UTC.
    package private(set) var lostByUnit: [String: [Range<Int64>]] = [:]
    /// Posts and lines that were done, which, by which unit, and when, ms since 1970 UTC: also before the time, as long
    /// as a window may reach into it.
    package private(set) var deeds: [Deed] = []
    /// Those of them within the time.
    package var done: [Deed] {
        self.deeds.filter { self.span.contains($0.time) }
    }

    /// Begins a report.
    ///
    /// - Parameters:
    ///   - span: The time, ms since 1970 UTC.
    ///   - duties: What the plan in force wants covered: what no event names stands in the report with nothing.
    ///   - zone: Local time of the windows.
    ///   - judged: Windows of lines that close in this time can have been missed, ms since 1970 UTC: not before there was
    ///     a plan and a record, and not in the future.
    ///   - known: The time of which the share of presence is: not before there was a record, and not in the future.
    package init(
        span: Range<Int64>,
        duties: PresenceReport.Duties = PresenceReport.Duties(),
        zone: LocalZone,
        judged: Range<Int64>,
        known: Range<Int64>? = nil
    ) {
        (self.span, self.duties, self.known) = (span, duties, (known ?? span).clamped(to: span))
        self.judged = judged.clamped(to: span)
        self.windows = WindowBook(span: span, zone: zone)
    }

    /// The time whose ``PresenceBook/duties-swift.type.property`` count, ms since 1970 UTC: a window that ends in the span may have
    /// begun before it.
    package static func dutyTime(_ span: Range<Int64>) -> Range<Int64> {
        span.lowerBound - WindowBook.lead..<span.upperBound + WindowBook.trail
    }

    /// Takes an event that tells what was done in which window.
    package mutating func take(_ event: PatrolEvent, by unit: String) {
        self.windows.take(event, by: unit)
        if event.kind == .postDone || event.kind == .lineComplete {
            let place = event.text(event.kind == .postDone ? "post" : "line") ?? ""
            self.deeds.append(
                Deed(unit: unit, kind: event.kind, place: place, window: event.text("window"), time: event.time)
            )
        }
    }

    /// Takes when a unit, `station/device`, was in which grid, in a part of the time.
    package mutating func add(_ part: LogSum, of unit: String) {
        if !part.lost.isEmpty { self.lostByUnit[unit, default: []] += part.lost }
        for (grid, sum) in part.grids {
            self.sums[grid, default: Sum()].stays.add(sum.stays)
            self.sums[grid, default: Sum()].unknown.add(sum.unknown)
            self.sums[grid, default: Sum()].visits += sum.visits
            self.sums[grid, default: Sum()].metres += sum.metres
            guard !sum.stays.isEmpty else { continue }
            self.sums[grid, default: Sum()].units.insert(unit)
            self.staysByUnit[unit, default: [:]][grid, default: []] += sum.stays
        }
    }

    /// By grid, those of the plan and those that units told of: when at least one unit was in it, and when one had been and
    /// lost its position.
    var gridTimes: [(id: String, name: String?, present: TimeSet, unknown: TimeSet)] {
        var names: [String: String?] = [:]
        for grid in self.duties.grids { names[grid.id] = grid.name }
        return Set(self.sums.keys).union(self.duties.grids.map(\.id)).sorted().map { id in
            let sum = self.sums[id] ?? Sum()
            return (id, names[id] ?? nil, TimeSet(sum.stays.ranges), TimeSet(sum.unknown.ranges))
        }
    }

    /// The report of all that came.
    package var report: PresenceReport {
        var names: [String: String?] = [:]
        for grid in self.duties.grids { names[grid.id] = grid.name }
        let grids = Set(self.sums.keys).union(self.duties.grids.map(\.id)).sorted().map { id in
            self.grid(id, names[id] ?? nil, self.sums[id] ?? Sum())
        }
        let postResults = self.windows.posts
        var postNames: [String: String?] = [:]
        for post in self.duties.posts { postNames[post.id] = post.name }
        let told = postResults.filter { $0.value != WindowBook.Result() }
        let posts = Set(told.keys).union(self.duties.posts.map(\.id)).sorted().map { id in
            PresenceReport.Duty(
                id,
                postNames[id] ?? nil,
                category: self.duties.categories[id],
                postResults[id] ?? WindowBook.Result()
            )
        }
        let planned = self.duties.lines
        let others = self.windows.drivenLines.subtracting(planned.map(\.id)).map { PresenceReport.Line(id: $0) }
        let lines = (planned + others).sorted { $0.id < $1.id }.map { line in
            PresenceReport.Duty(line.id, line.name, self.windows.line(line, judged: self.judged))
        }
        return PresenceReport(grids: grids, posts: posts, lines: lines)
    }

    private func grid(_ id: String, _ name: String?, _ sum: Sum) -> PresenceReport.Grid {
        func minutes(_ milliseconds: Int64) -> Double { (Double(milliseconds) / 6_000).rounded() / 10 }
        let whole = self.known.upperBound - self.known.lowerBound
        return PresenceReport.Grid(
            id: id,
            name: name,
            minutes: minutes(sum.stays.sum),
            visits: sum.visits,
            present: minutes(sum.stays.union),
            share: whole > 0 ? (Double(sum.stays.union) / Double(whole) * 10_000).rounded() / 10_000 : nil,
            unknown: minutes(sum.unknown.union(without: sum.stays)),
            units: sum.units.count,
            kilometres: (sum.metres / 100).rounded() / 10
        )
    }
}

extension PresenceReport.Duty {
    fileprivate init(_ id: String, _ name: String?, category: String? = nil, _ result: WindowBook.Result) {
        (self.id, self.name, self.category) = (id, name, category)
        (self.done, self.missed, self.partly) = (result.done, result.missed, result.partly)
        (self.visits, self.by) = (result.visits, result.by.sorted())
    }
}
