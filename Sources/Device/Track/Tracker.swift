import FoundationEssentials
import Ground
package import PatrolWire
package import Plan
package import Position

/// Runs the machines of the plan in force over the fixes.
///
/// A pure value: the same fixes give the same events.
package struct Tracker: Sendable {
    /// What is kept over restarts.
    private struct Memory: Sendable, Hashable, Codable {
        var plan = ""
        var grids = GridPresence()
        var lines: [String: LineProgress] = [:]
        var posts: [String: PostVisit] = [:]
    }

    /// The plan in force.
    package private(set) var plan: PatrolPlan?

    private var memory = Memory()

    /// Creates a tracker without a plan.
    package init() {}

    /// What the tracker knows, for the disk.
    ///
    /// Equal trackers give equal bytes.
    package func snapshot() throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        return Array(try encoder.encode(self.memory))
    }

    /// Goes on from what was kept; the plan is put in force anew by ``adopt(_:at:)``.
    package mutating func restore(_ bytes: [UInt8]) throws {
        self.memory = try JSONDecoder().decode(Memory.self, from: Data(bytes))
        self.memory.grids.resume()
        for id in self.memory.lines.keys { self.memory.lines[id]?.resume() }
        for id in self.memory.posts.keys { self.memory.posts[id]?.resume() }
    }

    /// Puts a plan in force; what went on in the old one goes on where the new one has the same ids.
    package mutating func adopt(_ plan: PatrolPlan, at time: Int64) -> [TrackEvent] {
        let isKnown = self.memory.plan == "\(plan.id)#\(plan.revision)" && self.plan == nil
        self.plan = plan
        guard !isKnown else { return [] }
        self.memory.plan = "\(plan.id)#\(plan.revision)"
        let (lines, posts) = (Set(plan.lines.map(\.id)), Set(plan.posts.map(\.id)))
        self.memory.lines = self.memory.lines.filter { lines.contains($0.key) }
        self.memory.posts = self.memory.posts.filter { posts.contains($0.key) }
        return self.memory.grids.adopt(plan, at: time)
    }

    /// Takes a believed fix, stamped with its time.
    package mutating func observe(_ fix: Fix, time: Int64) -> [TrackEvent] {
        guard let plan, plan.validity.contains(time / 1_000) else { return [] }
        let point = TrackPoint(
            time: time,
            place: plan.plane.project(fix.coordinate),
            accuracy: fix.accuracy?.value,
            speed: fix.speed,
            course: fix.course
        )
        var events = self.memory.grids.observe(point, in: plan)
        for line in plan.lines {
            events += self.memory.lines[line.id, default: LineProgress()].observe(point, on: line, in: plan.zone)
        }
        for post in plan.posts {
            events += self.memory.posts[post.id, default: PostVisit()].observe(point, at: post, in: plan.zone)
        }
        return events
    }

    /// Time went on, with or without a fix.
    package mutating func tick(time: Int64) -> [TrackEvent] {
        guard let plan, plan.validity.contains(time / 1_000) else { return [] }
        var events: [TrackEvent] = []
        for line in plan.lines {
            events += self.memory.lines[line.id, default: LineProgress()].tick(time, on: line, in: plan.zone)
        }
        for post in plan.posts {
            events += self.memory.posts[post.id, default: PostVisit()].tick(time, at: post, in: plan.zone)
        }
        return events
    }

    /// The grids that the unit is in, finest last.
    package var grids: [String] {
        let present = self.memory.grids.present
        guard !present.isEmpty, let plan else { return [] }
        return plan.grids.filter { present.contains($0.id) }.map(\.id)
    }

    /// Seconds of presence in each grid since local midnight.
    package var gridSeconds: [String: Double] { self.memory.grids.secondsToday }

    /// Where the unit is on its line; of several the one that it is nearest to the middle of.
    package var line: LinePosition? {
        self.plan?.lines.compactMap { line in self.memory.lines[line.id]?.position(on: line) }
            .min { abs($0.off) < abs($1.off) }
    }

    /// Share of each line that the present lap has covered, and the laps completed.
    package var lines: [(line: PatrolLine, share: Double, laps: Int)] {
        self.plan?.lines.map { line in
            let progress = self.memory.lines[line.id]
            return (line, progress?.share(of: line) ?? 0, progress?.laps ?? 0)
        } ?? []
    }

    /// Posts whose window is open at a time, ms since 1970 UTC, with the visits so far.
    package func postsDue(at time: Int64) -> [(post: PatrolPost, visits: Int, closes: Int64, isThere: Bool)] {
        guard let plan else { return [] }
        return plan.posts.compactMap { post in
            let visit = self.memory.posts[post.id] ?? PostVisit()
            return visit.due(post, at: time, in: plan.zone).map { (post, $0.visits, $0.closes, visit.isThere) }
        }
    }
}
