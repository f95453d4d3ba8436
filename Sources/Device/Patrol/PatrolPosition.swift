import Logging
import Orders
import PatrolWire
import Plan
import Position
import Report
import Track

extension Patrol {
    /// Takes what the receiver, or gpsd, says.
    mutating func observe(_ report: PositionReport, _ turn: inout Turn) {
        switch report {
        case .fix(let fix): self.observe(fix, &turn)
        case .noFix: break
        case .available(let source): turn.actions.append(.log(.info, "\(source) answers"))
        case .unavailable(let trouble): turn.actions.append(.log(.warning, "\(trouble); \(trouble.recovery)"))
        }
    }

    private mutating func observe(_ fix: Fix, _ turn: inout Turn) {
        let fix = self.reckoning.widened(fix)
        switch self.gate.judge(fix, now: turn.moment.boot) {
        case .refused(.frozen): self.report(self.watch.refusedAsFrozen(), &turn)
        case .refused: break
        case .admitted: self.follow(fix, &turn)
        }
    }

    private mutating func follow(_ fix: Fix, _ turn: inout Turn) {
        if self.fix == nil { turn.actions.append(.log(.info, "First fix, from \(fix.device)")) }
        self.fix = fix
        self.report(self.watch.admitted(at: fix.received), &turn)
        let stamp = self.judge.stamp(fix, system: turn.moment)
        var events: [TrackEvent] = []
        if stamp.quality != .none {
            events = self.tracker.observe(fix, time: stamp.time)
            self.hasUnsaved = self.tracker.plan != nil
        }
        let isThere = self.arrival.observe(fix.coordinate, speed: fix.speed, duty: self.duty)
        let changes = isThere ? self.changes(of: .arrive(.position)) : []
        for event in events { self.record(event, stamp: stamp, &turn) }
        for change in changes { self.record(.event(change.event, data: change.data, at: fix), stamp, &turn) }
        if let reason = self.policy.observe(fix) { self.record(.position(fix, reason), stamp, &turn) }
    }

    /// Records that the position was lost, came back, or cannot be believed.
    mutating func report(_ change: FixWatch.Change?, _ turn: inout Turn) {
        switch change {
        case nil:
            break
        case .lost(let since):
            let refused = self.gate.refusals.map { "\($0.key.rawValue) \($0.value)" }.sorted().joined(separator: ", ")
            turn.actions.append(.log(.warning, "Position lost; refused so far: \(refused)"))
            let counts = self.gate.refusals.map { ($0.key.rawValue, JSONValue.int(Int64($0.value))) }
            self.record(
                .gnssLost,
                [
                    "age_ms": .int(turn.moment.boot - since),
                    "refused": .object(Dictionary(uniqueKeysWithValues: counts)),
                ],
                &turn
            )
        case .restored(let milliseconds):
            turn.actions.append(.log(.info, "Position restored after \(milliseconds / 1_000) s"))
            self.record(.gnssRestored, ["after_ms": .int(milliseconds)], &turn)
        case .frozen:
            turn.actions.append(
                .log(.warning, "The receiver repeats one place while it reports speed: not believed")
            )
            self.record(.gnssFrozen, nil, &turn)
        }
    }

    /// Puts a plan in force.
    mutating func putInForce(_ plan: PatrolPlan, _ turn: inout Turn) {
        let source = plan.wasConverted ? ", converted from GCJ-02" : ""
        turn.actions.append(
            .log(
                .info,
                "Plan \(plan.id) revision \(plan.revision): \(plan.grids.count) grids, \(plan.lines.count) lines, \(plan.posts.count) posts\(source)"
            )
        )
        turn.keepsMemory = true
        for event in self.tracker.adopt(plan, at: self.stamp(turn.moment).time) { self.record(event, &turn) }
    }
}
