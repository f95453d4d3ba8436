import Ground
import PatrolWire

/// What the officer of a simulated unit does with an order: takes it after a moment, is there when the car is, stays
/// a while, and is done.
///
/// A pure value: time comes in, what is to be said comes out.
package struct SimulatedOfficer: Sendable {
    /// Something to be said and done.
    enum Act: Sendable {
        case say(EventKind, [String: JSONValue])
        case drive(to: Int)
        case patrol
    }

    /// How reliable an officer and his device are.
    package enum Temper: Sendable, Hashable {
        /// Takes every order.
        case steady
        /// As in life: of a hundred orders four are declined and three are never answered; now and then there is no fix.
        case human
    }

    private enum Phase: Sendable {
        case offered(incident: String, node: Int, until: Int64)
        case driving(incident: String)
        case there(incident: String, until: Int64)
    }

    private var phase: Phase?
    private var answers: [(rollCall: String, at: Int64)] = []
    private var random: SplitMix64
    private let temper: Temper

    init(seed: UInt64, temper: Temper = .steady) { (self.random, self.temper) = (SplitMix64(seed: seed), temper) }

    /// Takes an order; returns why not when there is one already.
    mutating func dispatch(to incident: String, node: Int, now: Int64) -> String? {
        guard self.phase == nil else { return "is at work elsewhere" }
        let moment = Int64.random(in: 1_500...5_000, using: &self.random)
        self.phase = .offered(incident: incident, node: node, until: now + moment)
        return nil
    }

    /// Is called back.
    mutating func cancel(_ incident: String) -> [Act] {
        switch self.phase {
        case .offered(incident, _, _), .driving(incident), .there(incident, _):
            self.phase = nil
            return [.patrol]
        default: return []
        }
    }

    /// Is called to answer.
    mutating func rollCall(_ id: String, now: Int64) {
        self.answers.append((id, now + Int64.random(in: 2_000...15_000, using: &self.random)))
    }

    /// What is due at a moment, with the car on its mission.
    mutating func act(now: Int64, mission: Vehicle.Mission) -> [Act] {
        var acts: [Act] = []
        for answer in self.answers where answer.at <= now {
            acts.append(.say(.rollcallAnswer, ["rollcall": .string(answer.rollCall), "by": .string("officer")]))
        }
        self.answers.removeAll { $0.at <= now }
        switch self.phase {
        case .offered(let incident, _, let until) where now >= until && self.temper == .human && self.fails(4):
            self.phase = nil
            acts.append(.say(.dispatchDeclined, ["incident": .string(incident), "reason": .string("车辆故障")]))
        case .offered(_, _, let until) where now >= until && self.temper == .human && self.fails(3):
            // Nobody looks at the device: whoever sent it calls it back.
            self.phase = nil
        case .offered(let incident, let node, let until) where now >= until:
            self.phase = .driving(incident: incident)
            acts += [.say(.dispatchAccepted, ["incident": .string(incident)]), .drive(to: node)]
        case .driving(let incident):
            guard case .arrived = mission else { break }
            let stay = Int64.random(in: 15_000...30_000, using: &self.random)
            self.phase = .there(incident: incident, until: now + stay)
            acts.append(.say(.dispatchArrived, ["incident": .string(incident), "by": .string("position")]))
        case .there(let incident, let until) where now >= until:
            self.phase = nil
            acts += [.say(.dispatchCleared, ["incident": .string(incident)]), .patrol]
        default: break
        }
        return acts
    }

    /// So many of a hundred times.
    private mutating func fails(_ percent: Double) -> Bool {
        Double.random(in: 0..<100, using: &self.random) < percent
    }
}
