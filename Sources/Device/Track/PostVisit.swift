import Ground
import PatrolWire
import Plan

/// Visits to one post, counted within each tidal window.
///
/// A pure value, kept over restarts.
///
/// The unit has arrived when two fixes in a row are within the radius and it is slow or has stayed a while: a car that drives
/// past does not visit. A visit is done when it has lasted the post's dwell within the window.
struct PostVisit: Sendable, Hashable, Codable {
    private struct Stay: Sendable, Hashable, Codable {
        var arrived: Int64
        var dwell: Int64 = 0
        var isDone = false
    }

    /// What a window has seen so far.
    private struct Tally: Sendable, Hashable, Codable {
        var closes: Int64
        var visits = 0
        /// ms of the present visit within the window.
        var dwell: Int64 = 0
        var isCounted = false
    }

    private var stay: Stay?
    private var near: Int64?
    private var nearFixes = 0
    private var previous: Int64?
    /// By the window's text.
    private var tallies: [String: Tally] = [:]
    /// Windows that closed until then were reported, s since 1970 UTC.
    private var settled: Int64?

    private static let slow = 2.5
    private static let passing: Int64 = 20_000

    init() {}

    /// Whether the unit is there.
    var isThere: Bool { self.stay != nil }

    /// Visits in the window that is open now, and how many it needs; `nil` while none is open.
    func due(_ post: PatrolPost, at time: Int64, in zone: LocalZone) -> (window: String, visits: Int, closes: Int64)? {
        for window in post.countingWindows {
            guard let occurrence = window.occurrence(at: time / 1_000, in: zone) else { continue }
            let tally = self.tallies[window.text]
            let visits = tally?.closes == occurrence.closes ? tally?.visits ?? 0 : 0
            return (window.text, visits, occurrence.closes)
        }
        return nil
    }

    /// The process began anew.
    mutating func resume() {
        self.previous = nil
        (self.near, self.nearFixes) = (nil, 0)
    }

    /// Takes a fix.
    mutating func observe(_ point: TrackPoint, at post: PatrolPost, in zone: LocalZone) -> [TrackEvent] {
        let distance = point.place.distance(to: post.place)
        let length = self.previous.map { point.time - $0 } ?? 0
        let step = length > 0 && length <= TrackLimits.gap ? length : 0
        self.previous = point.time
        if self.stay != nil {
            guard distance <= post.radius + max(TrackLimits.edge, point.accuracy) else {
                return self.leave(at: point.time - step, post)
            }
            return self.dwell(step, until: point.time, post, zone)
        }
        guard distance <= post.radius else {
            (self.near, self.nearFixes) = (nil, 0)
            return []
        }
        let since = self.near ?? point.time
        (self.near, self.nearFixes) = (since, self.nearFixes + 1)
        let isSlow = (point.speed ?? 0) <= Self.slow
        guard self.nearFixes >= 2, isSlow || point.time - since >= Self.passing else { return [] }
        self.stay = Stay(arrived: since)
        (self.near, self.nearFixes) = (nil, 0)
        let arrival = TrackEvent(
            kind: .postArrive,
            time: since,
            data: ["post": .string(post.id), "category": .string(post.category.rawValue), "t_in": .int(since)]
        )
        return [arrival] + self.dwell(point.time - since, until: point.time, post, zone)
    }

    /// Time went on to `time`: windows may have closed.
    mutating func tick(_ time: Int64, at post: PatrolPost, in zone: LocalZone) -> [TrackEvent] {
        let now = time / 1_000
        defer { self.settled = max(self.settled ?? now, now) }
        guard let settled, post.visits > 0 else { return [] }
        var events: [TrackEvent] = []
        for window in post.countingWindows {
            for occurrence in window.closed(after: settled, through: now, in: zone) {
                let tally = self.tallies[window.text]
                let visits = tally?.closes == occurrence.closes ? tally?.visits ?? 0 : 0
                guard visits < post.visits else { continue }
                events.append(
                    TrackEvent(
                        kind: .postMissed,
                        time: occurrence.closes * 1_000,
                        data: [
                            "post": .string(post.id), "window": .string(window.text),
                            "opens": .int(occurrence.opens * 1_000), "closes": .int(occurrence.closes * 1_000),
                            "visits": .int(Int64(visits)), "required": .int(Int64(post.visits)),
                        ]
                    )
                )
            }
        }
        return events
    }

    /// Adds the time of one step, which ended at `end`, to the visit and to each window's part of it.
    private mutating func dwell(_ step: Int64, until end: Int64, _ post: PatrolPost, _ zone: LocalZone) -> [TrackEvent]
    {
        guard var stay = self.stay else { return [] }
        stay.dwell += step
        var events: [TrackEvent] = []
        for window in post.countingWindows {
            // The window in force at the end of the step, or the one that closed within it.
            let moments = [end / 1_000, max(0, end - step) / 1_000]
            guard let occurrence = moments.lazy.compactMap({ window.occurrence(at: $0, in: zone) }).first else {
                continue
            }
            let part = min(end, occurrence.closes * 1_000) - max(end - step, occurrence.opens * 1_000)
            var tally = self.tallies[window.text] ?? Tally(closes: occurrence.closes)
            if tally.closes != occurrence.closes { tally = Tally(closes: occurrence.closes) }
            tally.dwell += max(0, part)
            if !tally.isCounted, Double(tally.dwell) >= post.dwell * 1_000 {
                tally.isCounted = true
                tally.visits += 1
                stay.isDone = true
                events.append(
                    TrackEvent(
                        kind: .postDone,
                        time: end,
                        data: [
                            "post": .string(post.id), "window": .string(window.text), "t_in": .int(stay.arrived),
                            "dwell_s": (Double(tally.dwell) / 1_000).tenths, "visits": .int(Int64(tally.visits)),
                            "required": .int(Int64(post.visits)),
                        ]
                    )
                )
            }
            self.tallies[window.text] = tally
        }
        self.stay = stay
        return events
    }

    private mutating func leave(at time: Int64, _ post: PatrolPost) -> [TrackEvent] {
        guard let stay = self.stay else { return [] }
        self.stay = nil
        for key in self.tallies.keys {
            self.tallies[key]?.dwell = 0
            self.tallies[key]?.isCounted = false
        }
        return [
            TrackEvent(
                kind: .postLeave,
                time: time,
                data: [
                    "post": .string(post.id), "t_in": .int(stay.arrived), "t_out": .int(time),
                    "dwell_s": (Double(stay.dwell) / 1_000).tenths, "done": .bool(stay.isDone),
                ]
            )
        ]
    }
}
