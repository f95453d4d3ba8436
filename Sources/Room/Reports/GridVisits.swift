package import PatrolWire

/// An event of a device, as the presence report needs it.
package struct PatrolEvent: Sendable, Hashable {
    /// What a position says of the grids that its unit is in.
    package struct Inside: Sendable, Hashable {
        /// When it was made, ms since 1970 UTC.
        package var time: Int64
        /// Its number in the log.
        package var sequence: Int64
        /// The grids' ids.
        package var grids: [String]

        /// Creates one.
        package init(time: Int64, sequence: Int64, grids: [String]) {
            (self.time, self.sequence, self.grids) = (time, sequence, grids)
        }
    }

    /// What happened.
    package var kind: EventKind
    /// When, ms since 1970 UTC.
    package var time: Int64
    /// Its number in the log: events are told with the time at which they happened, which may be before their neighbours'.
    package var sequence: Int64
    /// Whether the unit was off duty.
    package var isOff: Bool
    /// What belongs to the event.
    package var data: [String: JSONValue]
    /// For a start: when the last record before it was made, ms since 1970 UTC.
    package var lastBefore: Int64?
    /// For a start: what the first position after it says.
    package var next: Inside?

    /// Creates one.
    package init(
        kind: EventKind,
        time: Int64,
        sequence: Int64,
        isOff: Bool = false,
        data: [String: JSONValue] = [:],
        lastBefore: Int64? = nil,
        next: Inside? = nil
    ) {
        (self.kind, self.time, self.sequence, self.isOff) = (kind, time, sequence, isOff)
        (self.data, self.lastBefore, self.next) = (data, lastBefore, next)
    }

    func text(_ key: String) -> String? {
        if case .string(let text)? = self.data[key] { text } else { nil }
    }

    /// A whole number; `nil` also for one that no count or time can be.
    func number(_ key: String) -> Int64? {
        let limit: Int64 = 1 << 53
        switch self.data[key] {
        case .int(let number)?: return (-limit...limit).contains(number) ? number : nil
        case .double(let number)?: return abs(number) <= Double(limit) ? Int64(number) : nil
        default: return nil
        }
    }
}

/// When one log's unit was in which grid: a machine that takes its events in the order in which they happened.
///
/// A visit ends with `grid.exit`. It also ends with `device.stop`, with the last record of a device that died, and with
/// `gnss.lost`: no fix is neither presence nor absence. It goes on with `gnss.restored`, and after a new start when the first
/// position says so: a device keeps its visits over a restart and does not tell them anew.
package struct GridVisits: Sendable {
    /// What the time that is reported has seen.
    struct Sum: Sendable, Hashable {
        var visits = 0
        /// From when to when the unit was there, ms since 1970 UTC.
        var stays: [Range<Int64>] = []
        /// From when to when it was there before its position was lost, and nobody knows whether it still was.
        var unknown: [Range<Int64>] = []
    }

    private let span: Range<Int64>
    private var open: [String: Int64] = [:]
    /// Grids that the unit was in when its position was lost, and when that was.
    private var suspended: [String: Int64] = [:]
    private var isLost = false
    private var lostSince: Int64?
    /// From when to when nobody knows where the unit was, ms since 1970 UTC.
    private(set) var lost: [Range<Int64>] = []
    private var pending: PatrolEvent.Inside?
    /// The number of the last exit of each grid: a position with a smaller one knows nothing of it.
    private var exits: [String: (sequence: Int64, time: Int64)] = [:]
    /// The device's own account of a visit begins here at the earliest.
    private var boundary: Int64
    private(set) var sums: [String: Sum] = [:]

    /// Begins with what is known of the log at the beginning; `nil` when all its events will come.
    package init(span: Range<Int64>, known: PatrolEvent.Inside?) {
        self.span = span
        self.boundary = known?.time ?? .min
        for grid in known?.grids ?? [] { self.open[grid] = self.boundary }
    }

    /// Takes the next event of the log.
    package mutating func take(_ event: PatrolEvent) {
        self.resume(until: event.time)
        switch event.kind {
        case .gridEnter:
            guard let grid = event.text("grid") else { return }
            if self.span.contains(event.time) { self.sums[grid, default: Sum()].visits += 1 }
            if self.isLost {
                self.suspended[grid] = event.time
            } else if self.open[grid] == nil {
                self.open[grid] = event.time
            }
        case .gridExit:
            if let grid = event.text("grid") { self.exit(grid, event) }
        case .gnssLost, .gnssFrozen:
            for grid in self.open.keys { self.suspended[grid] = event.time }
            self.closeAll(at: event.time)
            self.isLost = true
            self.lostSince = self.lostSince ?? event.time
        case .gnssRestored:
            guard self.isLost else { return }
            self.found(at: event.time)
            for grid in self.suspended.keys { self.open[grid] = event.time }
            self.endSuspended(at: event.time)
            (self.isLost, self.boundary) = (false, event.time)
        case .deviceStop:
            self.closeAll(at: event.time)
            self.endSuspended(at: event.time)
            self.found(at: event.time)
            (self.isLost, self.pending) = (false, nil)
        case .deviceStart:
            // Whatever was still open belongs to a device that died: nothing is known after its last record.
            let last = min(event.time, event.lastBefore ?? event.time)
            self.closeAll(at: last)
            self.endSuspended(at: last)
            self.found(at: last)
            (self.isLost, self.boundary) = (false, event.time)
            self.pending = event.next
        default: break
        }
    }

    /// Ends what is open with the last that is known of the device, ms since 1970 UTC.
    package mutating func end(at lastSeen: Int64) {
        self.resume(until: lastSeen)
        self.closeAll(at: lastSeen)
        self.endSuspended(at: lastSeen)
        self.found(at: lastSeen)
    }

    /// What the time that is reported has seen.
    package var sum: LogSum {
        var sum = LogSum(lost: self.lost)
        for (grid, one) in self.sums {
            sum.grids[grid] = LogSum.Grid(stays: one.stays, unknown: one.unknown, visits: one.visits)
        }
        return sum
    }

    private mutating func exit(_ grid: String, _ event: PatrolEvent) {
        defer { self.exits[grid] = (event.sequence, event.time) }
        if let since = self.open.removeValue(forKey: grid) {
            self.add(grid, since, event.time)
        } else if let since = self.suspended.removeValue(forKey: grid) {
            self.addUnknown(grid, since, event.time)
        } else if let entered = event.number("t_in") {
            // The entry itself is not there: the exit tells when it was.
            let earliest = max(self.boundary, self.exits[grid]?.time ?? .min)
            self.add(grid, max(entered, earliest), event.time)
        }
    }

    /// The first position after a start has come.
    private mutating func resume(until time: Int64) {
        guard let position = self.pending, position.time <= time else { return }
        self.pending = nil
        for grid in position.grids where (self.exits[grid]?.sequence ?? -1) < position.sequence {
            if self.open[grid] == nil { self.open[grid] = position.time }
        }
    }

    private mutating func closeAll(at time: Int64) {
        for (grid, since) in self.open { self.add(grid, since, time) }
        self.open = [:]
        self.boundary = max(self.boundary, time)
    }

    private mutating func endSuspended(at time: Int64) {
        for (grid, since) in self.suspended { self.addUnknown(grid, since, time) }
        self.suspended = [:]
    }

    /// The position is there again, or the device is away.
    private mutating func found(at time: Int64) {
        if let since = self.lostSince, let range = self.clamped(since, time) { self.lost.append(range) }
        self.lostSince = nil
    }

    private mutating func add(_ grid: String, _ since: Int64, _ until: Int64) {
        if let stay = self.clamped(since, until) { self.sums[grid, default: Sum()].stays.append(stay) }
    }

    private mutating func addUnknown(_ grid: String, _ since: Int64, _ until: Int64) {
        if let time = self.clamped(since, until) { self.sums[grid, default: Sum()].unknown.append(time) }
    }

    private func clamped(_ since: Int64, _ until: Int64) -> Range<Int64>? {
        let (begin, end) = (max(since, self.span.lowerBound), min(until, self.span.upperBound))
        return end > begin ? begin..<end : nil
    }
}
