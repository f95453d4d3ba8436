package import PatrolWire

/// What an officer, or the car's own screen, asks of the device: one JSON object a line on its console socket.
package struct ConsoleRequest: Sendable, Hashable, Codable {
    /// What can be asked.
    package enum Verb: String, Sendable, Hashable, Codable, CaseIterable {
        /// Everything there is to know.
        case status
        /// The same every second, until the connection ends.
        case watch
        /// The officer's own status: `status` says which.
        case say
        /// Officers come on duty: `officers`.
        case checkin
        /// Officers go off duty: `officers`, or everybody.
        case checkout
        /// Take the order that waits.
        case accept
        /// Do not take it; `reason` says why.
        case decline
        /// On scene.
        case arrived
        /// The incident is dealt with.
        case cleared
        /// Help.
        case sos
        /// Answer the roll call that asks for the officer.
        case rollcall
        /// A signal of the vehicle or the body-worn device: `input` names it, `on` or `level` says what it is.
        case input
    }

    /// What is asked.
    package var verb: Verb
    /// For `say`.
    package var status: UnitStatus?
    /// For `checkin` and `checkout`: service numbers.
    package var officers: [String]?
    /// For `decline`.
    package var reason: String?
    /// For `input`: a name out of the hardware profile.
    package var input: String?
    /// For `input`: whether it is on.
    package var on: Bool?
    /// For `input`: how much, 0…1.
    package var level: Double?

    /// Creates a request.
    package init(_ verb: Verb) { self.verb = verb }

    /// Whether an officer's life may hang on it: such a request goes before all that waits.
    package var isUrgent: Bool {
        switch self.verb {
        case .sos, .accept, .decline, .rollcall: true
        case .input: self.input == "sos"
        case .status, .watch, .say, .checkin, .checkout, .arrived, .cleared: false
        }
    }

    private static let mostOfficers = 32
    private static let longestName = 64
    private static let longestReason = 500

    /// What is too long in it, in words; `nil` when nothing is.
    ///
    /// What it says becomes part of a record, and records are bounded.
    var fault: String? {
        let officers = self.officers ?? []
        guard officers.count <= Self.mostOfficers else { return "at most \(Self.mostOfficers) officers at once" }
        guard officers.allSatisfy({ (1...Self.longestName).contains($0.unicodeScalars.count) }) else {
            return "each of 'officers' is a service number of 1 to \(Self.longestName) characters"
        }
        guard (self.reason ?? "").unicodeScalars.count <= Self.longestReason else {
            return "'reason' has \(Self.longestReason) characters at most"
        }
        guard (self.input ?? "").unicodeScalars.count <= Self.longestName else {
            return "'input' has \(Self.longestName) characters at most"
        }
        return nil
    }

    private enum CodingKeys: String, CodingKey {
        case verb = "do"
        case status, officers, reason, input, on, level
    }
}

/// The answer, one JSON object a line.
package struct ConsoleReply: Sendable, Hashable, Codable {
    /// Whether it was done.
    package var ok: Bool
    /// What was asked, since urgent requests are answered before others of the same client; `nil` when not understood.
    package var verb: ConsoleRequest.Verb?
    /// Why not, and what to do.
    package var reason: String?
    /// For `status` and `watch`, and after each thing that was done.
    package var report: UnitReport?

    /// Creates an answer.
    package init(ok: Bool, verb: ConsoleRequest.Verb? = nil, reason: String? = nil, report: UnitReport? = nil) {
        (self.ok, self.verb, self.reason, self.report) = (ok, verb, reason, report)
    }

    private enum CodingKeys: String, CodingKey {
        case verb = "do"
        case ok, reason, report
    }
}

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
