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
        /// The officer came upon an incident: `category`, `place`, `priority`, `note`.
        case incident
        /// A visit or a check was made (走访, 排查, 巡查): `kind`, `place`, `checks`, `result`.
        case visit
        /// Something that somebody is to do: `kind`, `note`, `owner`, `due`.
        case task
        /// What came of a task: `task`, `result`.
        case done
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
    /// For `incident`: what kind.
    package var category: String?
    /// For `incident` and `visit`: the place in words.
    package var place: String?
    /// For `incident`: 1 (at once) to 4.
    package var priority: Int?
    /// For `incident`: what is to be said of it; for `task`: what is to be done.
    package var note: String?
    /// For `visit` and `task`: what kind.
    package var kind: String?
    /// For `visit`: what was looked at, and what was found there.
    package var checks: [String: String]?
    /// For `visit` and `done`: what came of it.
    package var result: String?
    /// For `task`: number of the officer whose it is to be.
    package var owner: String?
    /// For `task`: until when, ms since 1970 UTC.
    package var due: Int64?
    /// For `done`: the task's id.
    package var task: String?
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
        case .status, .watch, .say, .checkin, .checkout, .arrived, .cleared, .incident, .visit, .task, .done: false
        }
    }

    private static let mostOfficers = 32
    private static let longestName = 64
    private static let longestReason = 500
    private static let mostChecks = 32
    /// Ids that other systems gave stand in it, and the station's name.
    private static let longestTask = 128

    /// What is too long in it, in words; `nil` when nothing is.
    ///
    /// What it says becomes part of a record, and records are bounded.
    package var fault: String? {
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
        let names: KeyValuePairs = [
            "category": self.category, "kind": self.kind, "owner": self.owner,
        ]
        for (key, text) in names where (text ?? "").unicodeScalars.count > Self.longestName {
            return "'\(key)' has \(Self.longestName) characters at most"
        }
        guard (self.task ?? "").unicodeScalars.count <= Self.longestTask else {
            return "'task' has \(Self.longestTask) characters at most"
        }
        let texts: KeyValuePairs = ["place": self.place, "note": self.note, "result": self.result]
        for (key, text) in texts where (text ?? "").unicodeScalars.count > Self.longestReason {
            return "'\(key)' has \(Self.longestReason) characters at most"
        }
        let checks = self.checks ?? [:]
        guard checks.count <= Self.mostChecks else { return "at most \(Self.mostChecks) checks at once" }
        guard
            checks.allSatisfy({ key, value in
                (1...Self.longestName).contains(key.unicodeScalars.count)
                    && value.unicodeScalars.count <= Self.longestReason
            })
        else { return "each of 'checks' has a name of 1 to \(Self.longestName) characters and a short answer" }
        return nil
    }

    private enum CodingKeys: String, CodingKey {
        case verb = "do"
        case status, officers, reason, input, on, level, category, place, priority, note, kind, checks, result, owner,
            due
        case task
    }
}
