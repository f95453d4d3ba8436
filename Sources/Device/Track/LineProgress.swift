import Ground
import PatrolWire
import Plan

/// How far a patrol line was followed.
///
/// A pure value, kept over restarts.
///
/// The unit joins after three fixes in a row in the corridor, along the line and not across it. From then on it is
/// matched to the place that it can have come to, so that a line which crosses or repeats itself is followed in order. It
/// has left when three fixes and five seconds are out of the corridor, or one far out.
struct LineProgress: Sendable, Hashable, Codable {
    private enum Phase: Sendable, Hashable, Codable {
        case off
        case joining(fixes: Int, along: Double, since: Int64)
        case on(since: Int64)
    }

    private var phase = Phase.off
    private var along = 0.0
    private var offset = 0.0
    private var heading = 0
    private var lastTime: Int64 = 0
    private var outSince: Int64?
    private var outFixes = 0
    private var covered = CoveredStretch()
    private var lap = 1
    private var lapSince: Int64 = 0
    /// The window that laps are counted in, by its opening.
    private var opened: Int64?
    /// Windows that closed until then were reported, s since 1970 UTC.
    private var settled: Int64?
    /// When laps were completed, s since 1970 UTC, the newest last: windows may meet, or lie in each other.
    private var completed: [Int64]?
    /// More laps than this nobody drives in a window.
    private static let mostCompleted = 64

    private static let joiningFixes = 3
    private static let leavingFixes = 3
    private static let leavingTime: Int64 = 5_000
    /// Receivers cut corners and ends: this share is all of it.
    private static let wholeShare = 0.95
    /// A corridor may be narrower than a receiver is sure of its place: a fix as good as this, m, is asked all the same.
    private static let usualAccuracy = 15.0
    /// So far, m, a unit has to get along the line before it has joined: a parked car jitters less.
    private static let leastAdvance = 5.0
    /// A shorter step, m, says nothing about the direction of the drive.
    private static let leastStep = 1.0
    /// A unit may be this much faster until the next fix than it was at the last one.
    private static let speedMargin = 1.5
    /// What a unit that reports no speed, or stands, may drive, m/s: a walk, and a car in town.
    private static let (slowestReach, usualReach) = (5.0, 20.0)
    /// Up to this angle to the line, degrees, a unit that is to join moves along it; across it is a unit in a side street.
    private static let joiningAngle = 50.0
    /// Up to this angle a unit on the line still moves along it; in the same angle backwards, against it.
    private static let followingAngle = 60.0

    init() {}

    /// Where the unit is on the line; `nil` while it is not.
    func position(on line: PatrolLine) -> LinePosition? {
        guard case .on = self.phase else { return nil }
        return LinePosition(
            id: line.id,
            off: (self.offset * 10).rounded() / 10,
            along: (self.along * 10).rounded() / 10,
            on: self.outSince == nil
        )
    }

    /// Share of the line that this lap has covered, `0...1`.
    func share(of line: PatrolLine) -> Double { min(1, self.covered.total / line.path.length) }

    /// Laps completed in the window.
    var laps: Int { self.lap - 1 }

    /// The process began anew.
    mutating func resume() {
        if case .joining = self.phase { self.phase = .off }
        self.outFixes = 0
    }

    /// Takes a fix.
    mutating func observe(_ point: TrackPoint, on line: PatrolLine, in zone: LocalZone) -> [TrackEvent] {
        let windows = line.windows.isEmpty ? [TidalWindow.always] : line.windows
        let occurrence = windows.lazy.compactMap { $0.occurrence(at: point.time / 1_000, in: zone) }.first
        if let occurrence, occurrence.opens != self.opened {
            (self.covered, self.lap, self.lapSince, self.opened) = (CoveredStretch(), 1, point.time, occurrence.opens)
        }
        guard occurrence != nil else { return self.leave(at: point.time, off: self.offset, line, why: "window") }
        // A fix that is coarser than the corridor says nothing about it.
        guard point.accuracy <= max(line.corridor, Self.usualAccuracy) else { return [] }
        let far = line.corridor + max(TrackLimits.edge, point.accuracy)
        let matches = line.path.matches(point.place, within: far)
        defer { self.lastTime = point.time }
        switch self.phase {
        case .off, .joining: return self.join(point, matches, line)
        case .on: return self.follow(point, matches, line)
        }
    }

    /// Time went on to `time`: windows may have closed before they had their laps.
    mutating func tick(_ time: Int64, on line: PatrolLine, in zone: LocalZone) -> [TrackEvent] {
        let now = time / 1_000
        defer { self.settled = max(self.settled ?? now, now) }
        guard let settled, settled < now, !line.windows.isEmpty else { return [] }
        return line.windows.flatMap { window in
            window.closed(after: settled, through: now, in: zone).compactMap { occurrence in
                let laps = (self.completed ?? []).count { occurrence.opens <= $0 && $0 <= occurrence.closes }
                guard laps < line.laps else { return nil }
                return TrackEvent(
                    kind: .lineMissed,
                    time: occurrence.closes * 1_000,
                    data: [
                        "line": .string(line.id), "window": .string(window.text),
                        "opens": .int(occurrence.opens * 1_000), "closes": .int(occurrence.closes * 1_000),
                        "laps": .int(Int64(laps)), "required": .int(Int64(line.laps)),
                    ]
                )
            }
        }
    }

    private mutating func join(_ point: TrackPoint, _ matches: [PlanePath.Match], _ line: PatrolLine) -> [TrackEvent] {
        let candidates = matches.filter { abs($0.offset) <= line.corridor && self.isAlong(point, $0, line) }
        guard case .joining(let fixes, let first, let since) = self.phase,
            let next = self.nearest(candidates, to: self.along, point, line)
        else {
            guard let begin = candidates.min(by: { abs($0.offset) < abs($1.offset) }) else {
                self.phase = .off
                return []
            }
            (self.along, self.offset) = (begin.along, begin.offset)
            self.phase = .joining(fixes: 1, along: begin.along, since: point.time)
            return []
        }
        (self.along, self.offset) = (next.along, next.offset)
        // A unit that stands still beside the line has not joined it.
        guard fixes + 1 >= Self.joiningFixes, abs(next.along - first) >= Self.leastAdvance else {
            self.phase = .joining(fixes: fixes + 1, along: first, since: since)
            return []
        }
        self.phase = .on(since: since)
        self.heading = next.along >= first ? 1 : -1
        (self.outSince, self.outFixes) = (nil, 0)
        if self.lapSince == 0 { self.lapSince = since }
        self.cover(from: first, to: next.along, line)
        return [
            TrackEvent(
                kind: .lineJoin,
                time: since,
                data: [
                    "line": .string(line.id), "along": first.tenths, "off": next.offset.tenths,
                    "direction": .string(self.heading > 0 ? "forward" : "backward"), "lap": .int(Int64(self.lap)),
                ]
            )
        ] + self.completion(at: point.time, line)
    }

    private mutating func follow(_ point: TrackPoint, _ matches: [PlanePath.Match], _ line: PatrolLine) -> [TrackEvent]
    {
        let inside = matches.filter { abs($0.offset) <= line.corridor }
        if let match = self.nearest(inside, to: self.along, point, line) {
            let before = self.along
            (self.along, self.offset) = (match.along, match.offset)
            (self.outSince, self.outFixes) = (nil, 0)
            if abs(match.along - before) >= Self.leastStep { self.heading = match.along > before ? 1 : -1 }
            self.cover(from: before, to: match.along, line)
            return self.completion(at: point.time, line)
        }
        self.outFixes += 1
        self.outSince = self.outSince ?? point.time
        if let outside = matches.min(by: { abs($0.offset) < abs($1.offset) }) { self.offset = outside.offset }
        let isFar = matches.isEmpty
        let isLong =
            self.outFixes >= Self.leavingFixes && point.time - (self.outSince ?? point.time) >= Self.leavingTime
        guard isFar || isLong else { return [] }
        return self.leave(at: self.outSince ?? point.time, off: self.offset, line, why: "left")
    }

    private mutating func leave(at time: Int64, off: Double, _ line: PatrolLine, why: String) -> [TrackEvent] {
        guard case .on(let since) = self.phase else {
            self.phase = .off
            return []
        }
        self.phase = .off
        (self.outSince, self.outFixes, self.heading) = (nil, 0, 0)
        return [
            TrackEvent(
                kind: .lineLeave,
                time: time,
                data: [
                    "line": .string(line.id), "along": self.along.tenths, "off": off.tenths,
                    "on_s": (Double(max(0, time - since)) / 1_000).tenths, "covered": self.share(of: line).thousandths,
                    "why": .string(why),
                ]
            )
        ]
    }

    /// The match that the unit can have come to since the last fix, nearest to where that was.
    private func nearest(
        _ matches: [PlanePath.Match],
        to along: Double,
        _ point: TrackPoint,
        _ line: PatrolLine
    ) -> PlanePath.Match? {
        let seconds = Double(max(1_000, point.time - self.lastTime)) / 1_000
        let speed = point.speed.map { max(Self.slowestReach, $0 * Self.speedMargin) } ?? Self.usualReach
        let reach = min(speed * seconds, TrackLimits.fastest * seconds) + line.corridor + point.accuracy
        func cost(_ match: PlanePath.Match) -> Double {
            // Of two sides of a street that the line passes twice, the one in whose direction the unit moves.
            let isAgainst = self.heading != 0 && self.direction(of: point, at: match) == -self.heading
            return abs(match.along - along) + abs(match.offset) + (isAgainst ? 2 * line.corridor : 0)
        }
        return matches.filter { abs($0.along - along) <= reach }.min { cost($0) < cost($1) }
    }

    /// 1 along the line, -1 against it, 0 when the unit's course says nothing.
    private func direction(of point: TrackPoint, at match: PlanePath.Match) -> Int {
        guard let course = point.course, let speed = point.speed, speed >= TrackLimits.slowestCourse else { return 0 }
        let turn = angle(between: course, and: match.course)
        return turn < Self.followingAngle ? 1 : turn > 180 - Self.followingAngle ? -1 : 0
    }

    /// Whether the unit moves along the line there, in a direction that counts.
    private func isAlong(_ point: TrackPoint, _ match: PlanePath.Match, _ line: PatrolLine) -> Bool {
        guard let course = point.course, let speed = point.speed, speed >= TrackLimits.slowestCourse else {
            return true
        }
        let turn = angle(between: course, and: match.course)
        return turn <= Self.joiningAngle || (line.direction == .both && turn >= 180 - Self.joiningAngle)
    }

    private mutating func cover(from before: Double, to now: Double, _ line: PatrolLine) {
        guard line.direction == .both || now >= before else { return }
        self.covered.insert(before, now)
    }

    private mutating func completion(at time: Int64, _ line: PatrolLine) -> [TrackEvent] {
        guard self.share(of: line) >= Self.wholeShare else { return [] }
        let event = TrackEvent(
            kind: .lineComplete,
            time: time,
            data: [
                "line": .string(line.id), "lap": .int(Int64(self.lap)), "laps": .int(Int64(line.laps)),
                "seconds": (Double(time - self.lapSince) / 1_000).tenths, "covered": self.share(of: line).thousandths,
            ]
        )
        self.lap += 1
        self.lapSince = time
        self.completed = ((self.completed ?? []) + [time / 1_000]).suffix(Self.mostCompleted)
        self.covered = CoveredStretch()
        return [event]
    }
}
