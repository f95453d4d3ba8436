package import PatrolWire
package import Plan

/// Makes the presence report from the events of one log after the other; nothing of a log is kept but what it adds.
package struct PresenceBook: Sendable {
    /// Events that tell when a unit was in a grid.
    package static let presence: [EventKind] = [
        .gridEnter, .gridExit, .gnssLost, .gnssFrozen, .gnssRestored, .deviceStart, .deviceStop,
    ]
    /// Events that tell what was done in which window.
    package static let duties: [EventKind] = [.postDone, .postMissed, .lineComplete]

    private let span: Range<Int64>
    private let duties: PresenceReport.Duties
    private let judged: Range<Int64>
    private var sums: [String: GridVisits.Sum] = [:]
    private var windows: WindowBook
    private var visits: GridVisits?
    private var device = ""

    /// Begins a report.
    ///
    /// - Parameters:
    ///   - span: The time, ms since 1970 UTC.
    ///   - duties: What the plan in force wants covered: what no event names stands in the report with nothing.
    ///   - zone: Local time of the windows.
    ///   - judged: Windows of lines that close in this time can have been missed, ms since 1970 UTC: not before there was
    ///     a plan and a record, and not in the future.
    package init(
        span: Range<Int64>,
        duties: PresenceReport.Duties = PresenceReport.Duties(),
        zone: LocalZone,
        judged: Range<Int64>
    ) {
        (self.span, self.duties) = (span, duties)
        self.judged = judged.clamped(to: span)
        self.windows = WindowBook(span: span, zone: zone)
    }

    /// The time whose ``PresenceBook/duties-swift.type.property`` count, ms since 1970 UTC: a window that ends in the span may have
    /// begun before it.
    package static func dutyTime(_ span: Range<Int64>) -> Range<Int64> {
        span.lowerBound - WindowBook.lead..<span.upperBound + WindowBook.trail
    }

    /// Begins a log.
    ///
    /// - Parameters:
    ///   - device: `station/device`.
    ///   - known: The last position before the span, if it says where the unit was; then only events with greater numbers
    ///     are to come. Without it all events of the log are.
    package mutating func begin(_ device: String, known: PatrolEvent.Inside?) {
        self.device = device
        self.visits = GridVisits(span: self.span, known: known)
    }

    /// Takes the next event of the log, in the order in which they happened.
    package mutating func take(_ event: PatrolEvent) {
        self.visits?.take(event)
        self.windows.take(event, by: self.device)
    }

    /// Ends a log with the last that is known of it, ms since 1970 UTC.
    package mutating func end(at lastSeen: Int64) {
        self.visits?.end(at: lastSeen)
        for (grid, sum) in self.visits?.sums ?? [:] {
            self.sums[grid, default: GridVisits.Sum()].milliseconds += sum.milliseconds
            self.sums[grid, default: GridVisits.Sum()].visits += sum.visits
        }
        self.visits = nil
    }

    /// The report of all that came.
    package var report: PresenceReport {
        var names: [String: String?] = [:]
        for grid in self.duties.grids { names[grid.id] = grid.name }
        let grids = Set(self.sums.keys).union(self.duties.grids.map(\.id)).sorted().map { id in
            let sum = self.sums[id] ?? GridVisits.Sum()
            let minutes = (Double(sum.milliseconds) / 6_000).rounded() / 10
            return PresenceReport.Grid(id: id, name: names[id] ?? nil, minutes: minutes, visits: sum.visits)
        }
        let postResults = self.windows.posts
        var postNames: [String: String?] = [:]
        for post in self.duties.posts { postNames[post.id] = post.name }
        let told = postResults.filter { $0.value != WindowBook.Result() }
        let posts = Set(told.keys).union(self.duties.posts.map(\.id)).sorted().map { id in
            PresenceReport.Duty(id, postNames[id] ?? nil, postResults[id] ?? WindowBook.Result())
        }
        let planned = self.duties.lines
        let others = self.windows.drivenLines.subtracting(planned.map(\.id)).map { PresenceReport.Line(id: $0) }
        let lines = (planned + others).sorted { $0.id < $1.id }.map { line in
            PresenceReport.Duty(line.id, line.name, self.windows.line(line, judged: self.judged))
        }
        return PresenceReport(grids: grids, posts: posts, lines: lines)
    }
}

extension PresenceReport.Duty {
    fileprivate init(_ id: String, _ name: String?, _ result: WindowBook.Result) {
        (self.id, self.name, self.done, self.missed) = (id, name, result.done, result.missed)
        (self.visits, self.by) = (result.visits, result.by.sorted())
    }
}
