package import PatrolWire

/// Which grids, posts and lines were really covered.
package struct PresenceReport: Sendable, Hashable, Encodable {
    /// Time in one grid.
    package struct Grid: Sendable, Hashable, Encodable {
        /// Its id in the plan.
        package let id: String
        /// Minutes that units were in it, all together.
        package var minutes: Double
        /// Times that one came in.
        package var visits: Int
    }

    /// What became of one post or line.
    package struct Duty: Sendable, Hashable, Encodable {
        /// Its id in the plan.
        package let id: String
        /// Visits that counted, or lines driven whole.
        package var done: Int
        /// Windows that ended without.
        package var missed: Int
    }

    /// Grids, by id.
    package let grids: [Grid]
    /// Posts, by id.
    package let posts: [Duty]
    /// Lines, by id.
    package let lines: [Duty]

    /// The events that the report is made of.
    package static let events: [EventKind] = [
        .gridEnter, .gridExit, .postDone, .postMissed, .lineComplete, .deviceStop,
    ]

    /// Makes the report of events between two times, ms since 1970 UTC, oldest first.
    package init(_ events: [Record], from: Int64, to: Int64) {
        var grids: [String: Grid] = [:]
        var posts: [String: Duty] = [:]
        var lines: [String: Duty] = [:]
        /// Since when a device is in a grid.
        var since: [String: [String: Int64]] = [:]
        func leave(_ device: String, _ id: String, at time: Int64) {
            // Who was in when the time began entered before it.
            let entered = since[device]?.removeValue(forKey: id) ?? from
            grids[id, default: Grid(id: id, minutes: 0, visits: 0)].minutes += Double(max(0, time - entered)) / 60_000
        }
        for record in events {
            func text(_ key: String) -> String? {
                if case .string(let text)? = record.data?[key] { text } else { nil }
            }
            switch record.event {
            case .gridEnter:
                guard let id = text("grid") else { continue }
                grids[id, default: Grid(id: id, minutes: 0, visits: 0)].visits += 1
                since[record.device, default: [:]][id] = record.time
            case .gridExit: if let id = text("grid") { leave(record.device, id, at: record.time) }
            case .deviceStop:
                for id in since[record.device]?.keys.sorted() ?? [] { leave(record.device, id, at: record.time) }
            case .postDone:
                if let id = text("post") { posts[id, default: Duty(id: id, done: 0, missed: 0)].done += 1 }
            case .postMissed:
                if let id = text("post") { posts[id, default: Duty(id: id, done: 0, missed: 0)].missed += 1 }
            case .lineComplete:
                if let id = text("line") { lines[id, default: Duty(id: id, done: 0, missed: 0)].done += 1 }
            default: break
            }
        }
        for (device, entered) in since { for id in entered.keys.sorted() { leave(device, id, at: to) } }
        self.grids = grids.values.sorted { $0.id < $1.id }.map { grid in
            var grid = grid
            grid.minutes = (grid.minutes * 10).rounded() / 10
            return grid
        }
        self.posts = posts.values.sorted { $0.id < $1.id }
        self.lines = lines.values.sorted { $0.id < $1.id }
    }

    /// All of it as one table.
    package var csv: String {
        var text = "kind,id,minutes,visits,done,missed\r\n"
        for grid in self.grids { text += "grid,\(grid.id),\(grid.minutes),\(grid.visits),,\r\n" }
        for post in self.posts { text += "post,\(post.id),,,\(post.done),\(post.missed)\r\n" }
        for line in self.lines { text += "line,\(line.id),,,\(line.done),\(line.missed)\r\n" }
        return text
    }
}
