package import PatrolWire

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
    }

    /// What became of one post or line.
    package struct Duty: Sendable, Hashable, Encodable {
        /// Its id in the plan.
        package let id: String
        /// Its name in the plan.
        package let name: String?
        /// Visits that counted, or lines driven whole.
        package var done: Int
        /// Windows that ended without.
        package var missed: Int
    }

    /// What is to be covered: ids and names.
    package struct Duties: Sendable {
        /// Grids.
        package var grids: [(id: String, name: String?)]
        /// Posts.
        package var posts: [(id: String, name: String?)]
        /// Lines.
        package var lines: [(id: String, name: String?)]

        /// Creates them.
        package init(
            grids: [(id: String, name: String?)] = [],
            posts: [(id: String, name: String?)] = [],
            lines: [(id: String, name: String?)] = []
        ) {
            (self.grids, self.posts, self.lines) = (grids, posts, lines)
        }
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

    /// Makes the report of events.
    ///
    /// - Parameters:
    ///   - events: Of all devices, oldest first.
    ///   - duties: What the plan in force wants covered: what no event names stands in the report with nothing.
    ///   - from: Beginning, ms since 1970 UTC.
    ///   - to: End, ms since 1970 UTC.
    package init(_ events: [(station: String, record: Record)], duties: Duties = Duties(), from: Int64, to: Int64) {
        func blank<Row>(_ named: [(id: String, name: String?)], _ row: (String, String?) -> Row) -> [String: Row] {
            Dictionary(named.map { ($0.id, row($0.id, $0.name)) }) { first, _ in first }
        }
        let grid = { (id: String, name: String?) in Grid(id: id, name: name, minutes: 0, visits: 0) }
        let duty = { (id: String, name: String?) in Duty(id: id, name: name, done: 0, missed: 0) }
        var grids = blank(duties.grids, grid)
        var posts = blank(duties.posts, duty)
        var lines = blank(duties.lines, duty)
        /// Since when a device is in a grid.
        var since: [String: [String: Int64]] = [:]
        func leave(_ device: String, _ id: String, at time: Int64) {
            // Who was in when the time began entered before it.
            let entered = since[device]?.removeValue(forKey: id) ?? from
            grids[id, default: grid(id, nil)].minutes += Double(max(0, time - entered)) / 60_000
        }
        for (station, record) in events {
            let device = "\(station)/\(record.device)"
            func text(_ key: String) -> String? {
                if case .string(let text)? = record.data?[key] { text } else { nil }
            }
            switch record.event {
            case .gridEnter:
                guard let id = text("grid") else { continue }
                grids[id, default: grid(id, nil)].visits += 1
                since[device, default: [:]][id] = record.time
            case .gridExit: if let id = text("grid") { leave(device, id, at: record.time) }
            case .deviceStop:
                for id in since[device]?.keys.sorted() ?? [] { leave(device, id, at: record.time) }
            case .postDone:
                if let id = text("post") { posts[id, default: duty(id, nil)].done += 1 }
            case .postMissed:
                if let id = text("post") { posts[id, default: duty(id, nil)].missed += 1 }
            case .lineComplete:
                if let id = text("line") { lines[id, default: duty(id, nil)].done += 1 }
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
        var text = "kind,id,name,minutes,visits,done,missed\r\n"
        for grid in self.grids {
            text += "grid,\(grid.id),\(Self.cell(grid.name)),\(grid.minutes),\(grid.visits),,\r\n"
        }
        for (kind, duties) in [("post", self.posts), ("line", self.lines)] {
            for duty in duties {
                text += "\(kind),\(duty.id),\(Self.cell(duty.name)),,,\(duty.done),\(duty.missed)\r\n"
            }
        }
        return text
    }

    /// A name in a table (RFC 4180): quoted, so that no comma in it begins another column.
    private static func cell(_ name: String?) -> String {
        name.map { "\"" + $0.replacing("\"", with: "\"\"") + "\"" } ?? ""
    }
}
