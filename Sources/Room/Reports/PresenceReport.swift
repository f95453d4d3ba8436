import Ground
package import Incidents
package import Plan

/// Which grids, posts and lines were really covered.
package struct PresenceReport: Sendable, Hashable, Encodable {
    /// Time in one grid.
    package struct Grid: Sendable, Hashable, Encodable {
        /// Its id in the plan.
        package let id: String
        /// Its name in the plan.
        package let name: String?
        /// Minutes that units were in it, all together.
        package var minutes: Double
        /// Times that one came in.
        package var visits: Int
        /// Minutes that at least one unit was in it.
        package var present: Double
        /// That as a share of the time, 0…1 (见警率); `nil` when nothing is known of the time.
        package var share: Double?
        /// Minutes that a unit was in it before its position was lost, and nobody else was: neither presence nor absence.
        package var unknown: Double
        /// How many units were in it.
        package var units: Int
        /// Kilometres that units drove in it.
        package var kilometres = 0.0
        /// Incidents in it that were not called off.
        package var incidents = 0
        /// Those of them that a unit came upon by itself (管事).
        package var found = 0

        private enum CodingKeys: String, CodingKey {
            case id, name, minutes, visits, units, incidents, found
            case kilometres = "km"
            case present = "present_minutes"
            case share = "presence_share"
            case unknown = "unknown_minutes"
        }
    }

    /// What became of one post or line, judged for the station: it is done whoever did it.
    package struct Duty: Sendable, Hashable, Encodable {
        /// Its id in the plan.
        package let id: String
        /// Its name in the plan.
        package let name: String?
        /// What kind of post it is; `nil` for a line.
        package var category: String?
        /// Windows in which all visits or laps were made that it needs; of a line without windows, the laps.
        package var done: Int
        /// Windows that closed without.
        package var missed: Int
        /// Those of the missed windows in which some were made.
        package var partly: Int
        /// Single visits or laps that counted, in whichever window.
        package var visits: Int
        /// Who made them: `station/device`, sorted.
        package var by: [String]
    }

    /// A line that is to be driven.
    package struct Line: Sendable, Hashable {
        /// Its id in the plan.
        package var id: String
        /// Its name in the plan.
        package var name: String?
        /// When; empty for always.
        package var windows: [TidalWindow]
        /// How often in each window.
        package var laps: Int

        /// Creates one.
        package init(id: String, name: String? = nil, windows: [TidalWindow] = [], laps: Int = 1) {
            (self.id, self.name, self.windows, self.laps) = (id, name, windows, laps)
        }
    }

    /// What is to be covered.
    package struct Duties: Sendable {
        /// Grids: ids and names.
        package var grids: [(id: String, name: String?)]
        /// Posts: ids and names.
        package var posts: [(id: String, name: String?)]
        /// Kinds of posts, by id.
        package var categories: [String: String]
        /// Lines.
        package var lines: [Line]

        /// Creates them.
        package init(
            grids: [(id: String, name: String?)] = [],
            posts: [(id: String, name: String?)] = [],
            categories: [String: String] = [:],
            lines: [Line] = []
        ) {
            (self.grids, self.posts, self.categories, self.lines) = (grids, posts, categories, lines)
        }
    }

    /// Grids, by id.
    package private(set) var grids: [Grid]
    /// Posts, by id.
    package let posts: [Duty]
    /// Lines, by id.
    package let lines: [Duty]

    /// Adds how many incidents each grid had, and how many of them units came upon by themselves.
    package func adding(_ incidents: [Incident], of plan: PatrolPlan) -> PresenceReport {
        var counts: [String: (all: Int, found: Int)] = [:]
        for incident in incidents where incident.state != .cancelled {
            guard let scene = incident.scene else { continue }
            for index in plan.grids(at: plan.plane.project(scene)) {
                counts[plan.grids[index].id, default: (0, 0)].all += 1
                if incident.finder != nil { counts[plan.grids[index].id, default: (0, 0)].found += 1 }
            }
        }
        var report = self
        for index in report.grids.indices {
            let count = counts[report.grids[index].id] ?? (0, 0)
            (report.grids[index].incidents, report.grids[index].found) = count
        }
        return report
    }

    /// All of it as one table.
    package var csv: String {
        var text = CSV.line([
            "kind", "id", "name", "minutes", "visits", "done", "missed", "by", "present_minutes", "presence_share",
            "unknown_minutes", "units", "incidents", "found", "km", "category", "partly",
        ])
        for grid in self.grids {
            text += CSV.line([
                "grid", CSV.text(grid.id), CSV.text(grid.name), "\(grid.minutes)", "\(grid.visits)", "", "", "",
                "\(grid.present)", CSV.number(grid.share), "\(grid.unknown)", "\(grid.units)", "\(grid.incidents)",
                "\(grid.found)", "\(grid.kilometres)", "", "",
            ])
        }
        for (kind, duties) in [("post", self.posts), ("line", self.lines)] {
            for duty in duties {
                text += CSV.line([
                    kind, CSV.text(duty.id), CSV.text(duty.name), "", "\(duty.visits)", "\(duty.done)",
                    "\(duty.missed)", CSV.text(duty.by.joined(separator: " ")), "", "", "", "", "", "", "",
                    CSV.text(duty.category), "\(duty.partly)",
                ])
            }
        }
        return text
    }
}
