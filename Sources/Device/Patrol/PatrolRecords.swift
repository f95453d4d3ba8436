import Logging
import Orders
package import PatrolWire
import Plan
package import Position
package import Report
import Track

/// What one input leads to, gathered while it is dealt with.
struct Turn {
    let moment: Moment
    /// Records of this turn, oldest first.
    var records: [RecordDraft] = []
    /// Whether something changed that has to survive a restart.
    var keepsMemory = false
    /// What is to be done after the records are stored.
    var actions: [PatrolAction] = []

    init(_ moment: Moment) { self.moment = moment }
}

extension Patrol {
    /// Events that wait for a disk which takes nothing.
    private static let mostWaiting = 256

    /// The stamp of something that happens at a moment.
    func stamp(_ moment: Moment) -> TimeJudge.Stamp { self.judge.stamp(system: moment) }

    /// ms since 1970 UTC; `nil` while no clock is right.
    func trustedTime(_ moment: Moment) -> Int64? {
        let stamp = self.stamp(moment)
        return stamp.quality == .none ? nil : stamp.time
    }

    /// What every record says beside the place.
    private var context: RecordContext {
        var context = RecordContext(status: self.duty.status)
        if let plan = self.tracker.plan {
            (context.grids, context.line, context.plan) = (self.tracker.grids, self.tracker.line, plan.revision)
        }
        (context.ignition, context.battery) = (self.inputs.ignition, self.inputs.battery)
        return context
    }

    /// An event that is no doing of the patrol's: it changes nothing here, and waits for no disk.
    package func remark(_ kind: EventKind, _ data: [String: JSONValue], at moment: Moment) -> RecordDraft {
        RecordDraft(.event(kind, data: data, at: nil), stamp: self.stamp(moment), context: self.context)
    }

    /// Records an event that happens now.
    mutating func record(_ kind: EventKind, _ data: [String: JSONValue]?, _ turn: inout Turn) {
        self.record(.event(kind, data: data, at: self.fix), self.stamp(turn.moment), &turn)
    }

    /// Records an event of the track.
    mutating func record(_ event: TrackEvent, stamp: TimeJudge.Stamp? = nil, _ turn: inout Turn) {
        let stamp = stamp ?? self.stamp(turn.moment)
        // Something between two fixes happened a little before the fix that showed it.
        let back = max(0, stamp.time - event.time)
        let own = TimeJudge.Stamp(time: stamp.time - back, quality: stamp.quality, boot: stamp.boot - back)
        self.record(.event(event.kind, data: event.data, at: self.fix), own, &turn)
    }

    /// Adds a record to what becomes durable.
    mutating func record(_ content: RecordDraft.Content, _ stamp: TimeJudge.Stamp, _ turn: inout Turn) {
        turn.records.append(RecordDraft(content, stamp: stamp, context: self.context))
        if case .event = content { turn.keepsMemory = true }
    }

    /// Puts what is to be stored first: durable, then live, then answered.
    ///
    /// There is one batch at most, since what waits for the disk goes with the next one and must not go with two.
    mutating func finish(_ turn: Turn) -> [PatrolAction] {
        guard !turn.records.isEmpty || turn.keepsMemory else { return turn.actions }
        var batch = PatrolAction.Batch(records: turn.records)
        if case .stuck(_, let waiting) = self.storage { batch.records = waiting + batch.records }
        // A position changes nothing that has to survive: it costs one row.
        var actions = turn.actions
        if turn.keepsMemory {
            batch.memory = self.memory(&actions)
            self.hasUnsaved = false
        }
        return [.store(batch)] + actions
    }

    private func memory(_ actions: inout [PatrolAction]) -> PatrolMemory {
        var memory = PatrolMemory()
        (memory.duty, memory.desk, memory.distress) = (self.duty, self.desk, self.distress)
        memory.assignment = self.assignment
        guard self.tracker.plan != nil else { return memory }
        do {
            memory.track = try self.tracker.snapshot()
        } catch {
            actions.append(.log(.error, "The track cannot be kept over a restart: \(error)"))
        }
        return memory
    }

    /// The disk took everything.
    mutating func isStored(_ turn: inout Turn) {
        guard case .stuck = self.storage else { return }
        self.storage = .well
        turn.actions.append(.log(.info, "Records are stored again"))
    }

    /// The disk took nothing: events wait in memory, a position does not, since the next fix is a newer one.
    mutating func isNotStored(_ batch: PatrolAction.Batch, reason: String, _ turn: inout Turn) {
        let waiting = Array(batch.records.filter(\.isEvent).suffix(Self.mostWaiting))
        if batch.memory != nil { self.hasUnsaved = true }
        switch self.storage {
        case .well:
            // Said once; the next second tries again.
            turn.actions.append(.log(.error, reason))
            self.storage = .stuck(since: turn.moment.boot, waiting: waiting)
        case .stuck(let since, _):
            self.storage = .stuck(since: since, waiting: waiting)
        }
    }
}
