package import PatrolWire

/// Everything that a device knows of itself.
package struct UnitReport: Sendable, Hashable, Codable {
    /// The position.
    package struct Position: Sendable, Hashable, Codable {
        /// Degrees.
        package var lat: Double
        /// Degrees.
        package var lon: Double
        /// 95 % error, m.
        package var acc: Double?
        /// m/s.
        package var spd: Double?
        /// Degrees from true north.
        package var cog: Double?
        /// Satellites used.
        package var sat: Int?
        /// Seconds since it was measured.
        package var age: Double

        /// Creates one.
        package init(lat: Double, lon: Double, acc: Double?, spd: Double?, cog: Double?, sat: Int?, age: Double) {
            (self.lat, self.lon, self.acc, self.spd) = (lat, lon, acc, spd)
            (self.cog, self.sat, self.age) = (cog, sat, age)
        }
    }

    /// A patrol line of the plan.
    package struct Line: Sendable, Hashable, Codable {
        /// Id.
        package var id: String
        /// Name.
        package var name: String
        /// Share covered in this lap.
        package var covered: Double
        /// Laps done in this window, and asked for.
        package var laps: [Int]

        /// Creates one.
        package init(id: String, name: String, covered: Double, laps: [Int]) {
            (self.id, self.name, self.covered, self.laps) = (id, name, covered, laps)
        }
    }

    /// A post whose window is open.
    package struct Post: Sendable, Hashable, Codable {
        /// Id.
        package var id: String
        /// Name.
        package var name: String
        /// Visits in this window, and asked for.
        package var visits: [Int]
        /// When the window closes, ms since 1970 UTC.
        package var closes: Int64
        /// Whether the unit is there.
        package var here: Bool

        /// Creates one.
        package init(id: String, name: String, visits: [Int], closes: Int64, here: Bool) {
            (self.id, self.name, self.visits, self.closes, self.here) = (id, name, visits, closes, here)
        }
    }

    /// A call for help.
    package struct SOS: Sendable, Hashable, Codable {
        /// When the officer called, ms since 1970 UTC.
        package var t: Int64
        /// Who in the room takes care of it; absent while nobody does.
        package var seen: String?

        /// Creates one.
        package init(t: Int64, seen: String?) { (self.t, self.seen) = (t, seen) }
    }

    /// An order.
    package struct Order: Sendable, Hashable, Codable {
        /// The incident.
        package var incident: String
        /// `offered`, `enroute` or `scene`.
        package var phase: String
        /// What the dispatcher wrote.
        package var text: String
        /// Straight distance to it, m.
        package var metres: Double?

        /// Creates one.
        package init(incident: String, phase: String, text: String, metres: Double?) {
            (self.incident, self.phase, self.text, self.metres) = (incident, phase, text, metres)
        }
    }

    /// Device name.
    package var dev: String
    /// Call sign.
    package var unit: String
    /// ms since 1970 UTC.
    package var t: Int64
    /// What the unit is doing.
    package var st: UnitStatus
    /// Officers on duty.
    package var officers: [String]
    /// Orders, newest last.
    package var orders: [Order]
    /// The last call for help; absent when there was none.
    package var sos: SOS?
    /// Messages from the room, newest last.
    package var messages: [String]
    /// Whether a roll call waits for the officer's answer.
    package var rollcall: Bool
    /// Where; absent until there is a fix.
    package var position: Position?
    /// Grids it is in, finest last.
    package var grids: [String]
    /// Where it is on its line.
    package var line: LinePosition?
    /// Lines of the plan.
    package var lines: [Line]
    /// Posts due.
    package var posts: [Post]
    /// Plan in force, as `id revision`.
    package var plan: String?
    /// The sector that the roster gives the unit now.
    package var sector: String?
    /// Whether the broker is connected.
    package var link: Bool
    /// Whether the command room is there.
    package var room: Bool
    /// Records that the room has not acknowledged.
    package var backlog: Int64
    /// Signals of the vehicle.
    package var inputs: [String: Double]

    /// Creates a report of what is always known.
    package init(dev: String, unit: String, t: Int64, st: UnitStatus) {
        (self.dev, self.unit, self.t, self.st) = (dev, unit, t, st)
        (self.officers, self.orders, self.messages, self.rollcall) = ([], [], [], false)
        (self.grids, self.lines, self.posts) = ([], [], [])
        (self.link, self.room, self.backlog, self.inputs) = (false, false, 0, [:])
    }
}
