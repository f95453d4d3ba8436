import Ground
import PatrolWire
import Plan

/// Which grids the unit is in; several at once.
///
/// A pure value, kept over restarts.
///
/// Entry wants two fixes in a row inside, or one whose accuracy circle is inside; exit wants to be outside by more than
/// the larger of 20 m and the accuracy. Between two fixes the straight way counts, so that no crossing is missed.
struct GridPresence: Sendable, Hashable, Codable {
    /// How a visit began.
    enum Beginning: String, Sendable, Hashable, Codable {
        /// The unit came in.
        case entered
        /// The device began inside, or the position came back inside.
        case appeared
        /// The plan changed around the unit.
        case plan
        /// The way between two fixes led through.
        case crossed
    }

    struct Visit: Sendable, Hashable, Codable {
        var began: Int64
        var beginning: Beginning
        var fixes: Int
        /// ms that are known to be inside, without gaps.
        var dwell: Int64 = 0
        /// ms at the edge, outside by little: counts only if the unit comes back.
        var atEdge: Int64 = 0
        /// When the edge was crossed outwards.
        var left: Int64?
        /// The last fix inside.
        var lastInside: Int64
        var confidence: Double
    }

    private struct Candidate: Sendable, Hashable, Codable {
        var began: Int64
        var beginning: Beginning
    }

    private struct Previous: Sendable, Hashable, Codable {
        var time: Int64
        var east: Double
        var north: Double
    }

    /// Confidences: the accuracy circle was inside; two fixes were; only the way between two fixes was.
    private enum Confidence {
        static let circle = 1.0
        static let fixes = 0.8
        static let crossing = 0.5
    }

    private var visits: [String: Visit] = [:]
    private var candidates: [String: Candidate] = [:]
    private var previous: Previous?
    private var hasNewPlan = false
    private var dwellToday: [String: Int64] = [:]
    private var day: Int64 = 0

    /// Creates one that has seen nothing.
    init() {}

    /// The grids that the unit is in, as ids.
    var present: Set<String> { Set(self.visits.keys) }

    /// Seconds of presence in each grid since local midnight.
    var secondsToday: [String: Double] {
        var milliseconds = self.dwellToday
        for (id, visit) in self.visits { milliseconds[id, default: 0] += visit.dwell }
        return milliseconds.mapValues { Double($0) / 1_000 }
    }

    /// The plan was replaced: visits go on in the grids that are still there.
    mutating func adopt(_ plan: PatrolPlan, at time: Int64) -> [TrackEvent] {
        let known = Set(plan.grids.map(\.id))
        var events: [TrackEvent] = []
        for (id, visit) in self.visits.sorted(by: { $0.key < $1.key }) where !known.contains(id) {
            events.append(self.exit(id, visit, at: visit.left ?? visit.lastInside, level: nil, way: .plan))
        }
        self.candidates = [:]
        self.hasNewPlan = self.previous != nil
        // The plane may be another one: the way from the last fix cannot be drawn on it.
        self.previous = nil
        return events
    }

    /// The process began anew: what was kept is old, and there is no way from there to here.
    mutating func resume() {
        self.previous = nil
        self.candidates = [:]
    }

    /// Takes a fix.
    mutating func observe(_ point: TrackPoint, in plan: PatrolPlan) -> [TrackEvent] {
        self.beginDay(of: point.time, in: plan.zone)
        let step = self.step(to: point)
        var events: [TrackEvent] = []
        for number in self.numbers(near: point, step, in: plan) {
            let grid = plan.grids[number]
            if let visit = self.visits[grid.id] {
                if let event = self.goOn(visit, grid, point, step) { events.append(event) }
            } else {
                events += self.look(grid, point, step)
            }
        }
        self.previous = Previous(time: point.time, east: point.place.east, north: point.place.north)
        self.hasNewPlan = false
        return events.sorted { ($0.time, $0.kind.rawValue) < ($1.time, $1.kind.rawValue) }
    }

    /// The straight way from the fix before, when that is near enough in time.
    private struct Step {
        let segment: PlaneSegment
        let began: Int64
        let length: Int64

        func time(at share: Double) -> Int64 { self.began + Int64(Double(self.length) * share) }
    }

    private func step(to point: TrackPoint) -> Step? {
        guard let previous, point.time > previous.time, point.time - previous.time <= TrackLimits.gap else {
            return nil
        }
        let start = PlanePoint(east: previous.east, north: previous.north)
        return Step(
            segment: PlaneSegment(start, point.place),
            began: previous.time,
            length: point.time - previous.time
        )
    }

    private func numbers(near point: TrackPoint, _ step: Step?, in plan: PatrolPlan) -> [Int] {
        var box = PlaneBounds([point.place])
        if let step { box.include(step.segment.start) }
        var numbers = Set(plan.index.candidates(in: box))
        if !self.visits.isEmpty || !self.candidates.isEmpty {
            for (number, grid) in plan.grids.enumerated()
            where self.visits[grid.id] != nil || self.candidates[grid.id] != nil { numbers.insert(number) }
        }
        return numbers.sorted()
    }

    /// A grid that the unit is in.
    private mutating func goOn(_ known: Visit, _ grid: PatrolGrid, _ point: TrackPoint, _ step: Step?) -> TrackEvent? {
        var visit = known
        if grid.area.contains(point.place) {
            // Back from the edge: that time counts too.
            visit.dwell += visit.atEdge + (step?.length ?? 0)
            (visit.atEdge, visit.left) = (0, nil)
            visit.fixes += 1
            visit.lastInside = point.time
            if grid.area.distanceToEdge(point.place, within: point.accuracy) == nil {
                visit.confidence = Confidence.circle
            }
            self.visits[grid.id] = visit
            return nil
        }
        if visit.left == nil {
            // Crossed outwards on the way here; after a gap nobody knows when.
            let share = step.flatMap { grid.area.crossings(of: $0.segment).last }
            visit.left = share.flatMap { step?.time(at: $0) } ?? visit.lastInside
            visit.dwell += step == nil ? 0 : max(0, (visit.left ?? visit.lastInside) - visit.lastInside)
            visit.atEdge = step == nil ? 0 : point.time - (visit.left ?? point.time)
        } else {
            visit.atEdge += step?.length ?? 0
        }
        self.visits[grid.id] = visit
        let limit = max(TrackLimits.edge, point.accuracy)
        if grid.area.distanceToEdge(point.place, within: limit) != nil { return nil }
        return self.exit(grid.id, visit, at: visit.left ?? visit.lastInside, level: grid.level, way: nil)
    }

    /// A grid that the unit is not in, or not for sure.
    private mutating func look(_ grid: PatrolGrid, _ point: TrackPoint, _ step: Step?) -> [TrackEvent] {
        guard grid.area.contains(point.place) else {
            self.candidates[grid.id] = nil
            return self.crossing(of: grid, point, step)
        }
        let isDeep = grid.area.distanceToEdge(point.place, within: point.accuracy) == nil
        let candidate = self.candidates[grid.id] ?? self.candidate(for: grid, point, step)
        guard isDeep || self.candidates[grid.id] != nil else {
            self.candidates[grid.id] = candidate
            return []
        }
        let isSecond = self.candidates[grid.id] != nil
        self.candidates[grid.id] = nil
        let visit = Visit(
            began: candidate.began,
            beginning: candidate.beginning,
            fixes: isSecond ? 2 : 1,
            dwell: step == nil ? 0 : point.time - candidate.began,
            lastInside: point.time,
            confidence: isDeep ? Confidence.circle : Confidence.fixes
        )
        self.visits[grid.id] = visit
        return [self.enter(grid, visit)]
    }

    private func candidate(for grid: PatrolGrid, _ point: TrackPoint, _ step: Step?) -> Candidate {
        if let step, let share = grid.area.crossings(of: step.segment).last {
            return Candidate(began: step.time(at: share), beginning: .entered)
        }
        return Candidate(began: point.time, beginning: self.hasNewPlan ? .plan : .appeared)
    }

    /// Both fixes are outside; the way between them may have led through.
    private mutating func crossing(of grid: PatrolGrid, _ point: TrackPoint, _ step: Step?) -> [TrackEvent] {
        guard let step else { return [] }
        let shares = grid.area.crossings(of: step.segment)
        guard let first = shares.first, let last = shares.last,
            (last - first) * step.segment.length >= 2 * max(TrackLimits.edge, point.accuracy)
        else { return [] }
        let (began, ended) = (step.time(at: first), step.time(at: last))
        let visit = Visit(
            began: began,
            beginning: .crossed,
            fixes: 0,
            dwell: ended - began,
            lastInside: ended,
            confidence: Confidence.crossing
        )
        return [self.enter(grid, visit), self.exit(grid.id, visit, at: ended, level: grid.level, way: .crossed)]
    }

    private func enter(_ grid: PatrolGrid, _ visit: Visit) -> TrackEvent {
        TrackEvent(
            kind: .gridEnter,
            time: visit.began,
            data: [
                "grid": .string(grid.id), "level": .int(Int64(grid.level)), "t_in": .int(visit.began),
                "how": .string(visit.beginning.rawValue), "fixes": .int(Int64(visit.fixes)),
                "confidence": .double(visit.confidence),
            ]
        )
    }

    private mutating func exit(_ id: String, _ visit: Visit, at time: Int64, level: Int?, way: Beginning?) -> TrackEvent
    {
        self.visits[id] = nil
        self.dwellToday[id, default: 0] += visit.dwell
        var data: [String: JSONValue] = [
            "grid": .string(id), "t_in": .int(visit.began), "t_out": .int(time),
            "dwell_s": (Double(visit.dwell) / 1_000).tenths, "fixes": .int(Int64(visit.fixes)),
            "confidence": .double(visit.confidence),
        ]
        if let level { data["level"] = .int(Int64(level)) }
        if let way { data["how"] = .string(way.rawValue) }
        return TrackEvent(kind: .gridExit, time: time, data: data)
    }

    /// At local midnight the sums begin anew; a visit that goes on is parted there.
    private mutating func beginDay(of time: Int64, in zone: LocalZone) {
        let today = (zone.local(time / 1_000)) / 86_400
        guard today != self.day else { return }
        self.dwellToday = self.visits.mapValues { -$0.dwell }
        if self.day == 0 { self.dwellToday = [:] }
        self.day = today
    }
}
