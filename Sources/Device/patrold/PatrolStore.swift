import FoundationEssentials
import Ground
import Logging
import Orders
import Outbox
import PatrolWire
import Plan
import Position
import Report
import Threading
import Track
import Uplink

/// An event on its way into a record.
struct Happening {
    let kind: EventKind
    let data: [String: JSONValue]?
    /// When it happened, ms since 1970 UTC; `nil` for now.
    let time: Int64?

    init(_ kind: EventKind, data: [String: JSONValue]? = nil) { (self.kind, self.data, self.time) = (kind, data, nil) }
    init(_ event: TrackEvent) { (self.kind, self.data, self.time) = (event.kind, event.data, event.time) }
    init(_ change: UnitDuty.Change) { (self.kind, self.data, self.time) = (change.event, change.data, nil) }
}

extension Patrol {
    /// Names of what is kept beside the records.
    private enum Note {
        static let tracker = "tracker"
        static let duty = "duty"
        static let desk = "desk"
        static let distress = "distress"
    }

    /// Events that wait for a disk which takes nothing.
    private static let mostUnstored = 256

    /// What every record says beside the place.
    private var context: RecordContext {
        var context = RecordContext(status: self.duty.status)
        if let plan = self.tracker.plan {
            (context.grids, context.line, context.plan) = (self.tracker.grids, self.tracker.line, plan.revision)
        }
        (context.ignition, context.battery) = (self.inputs.ignition, self.inputs.battery)
        return context
    }

    /// Records events, and a position when one is due, together with what the machines know now.
    mutating func record(
        _ happenings: [Happening],
        stamp: TimeJudge.Stamp? = nil,
        position: (fix: Fix, reason: ReportPolicy.Reason)? = nil
    ) async throws {
        let stamp = stamp ?? self.now
        let (writer, fix, context) = (self.parts.writer, self.lastFix, self.context)
        var drafts = happenings.map { happening in
            // Something between two fixes happened a little before the one that showed it.
            let back = max(0, stamp.time - (happening.time ?? stamp.time))
            let own = TimeJudge.Stamp(time: stamp.time - back, quality: stamp.quality, boot: stamp.boot - back)
            return Outbox.Draft(.event, made: own.time) { number in
                try writer.numbering(in: number.log).event(
                    happening.kind,
                    data: happening.data,
                    at: fix,
                    stamp: own,
                    context: context,
                    sequence: number.sequence
                )
            }
        }
        if let (fix, reason) = position {
            drafts.append(
                Outbox.Draft(.position, made: stamp.time) { number in
                    try writer.numbering(in: number.log).position(
                        fix,
                        stamp: stamp,
                        reason: reason,
                        context: context,
                        sequence: number.sequence
                    )
                }
            )
        }
        // Without either, something changed that has no record of its own: a cancelled order, an answer that was given.
        try await self.store(drafts, isPositionOnly: happenings.isEmpty && position != nil)
    }

    /// Saves what changes with every fix.
    mutating func save() async throws { try await self.store([], isPositionOnly: false) }

    /// Durable first, then live.
    ///
    /// While the disk takes nothing, events wait in memory; a position does not, the next
    /// fix is a newer one.
    mutating func store(_ drafts: [Outbox.Draft], isPositionOnly: Bool = false) async throws {
        let all = self.unstored + drafts
        // A position changes nothing that has to survive: it costs one row.
        let notes = isPositionOnly && self.unstored.isEmpty ? [:] : try self.notes()
        let entries: [Entry]
        do {
            entries = try await self.parts.outbox.append(all, notes: notes)
        } catch let error as OutboxError where error.mayPass {
            // It must not end the tracking: it is said once, and the next record tries again.
            if !self.isStuck { self.parts.logger.error("\(error)") }
            self.isStuck = true
            self.unstored = Array(all.filter { $0.kind == .event }.suffix(Self.mostUnstored))
            let now = SystemClock.bootMilliseconds
            self.parts.vitals.withLock { $0.fullSince = $0.fullSince ?? now }
            return
        }
        if self.isStuck { self.parts.logger.info("Records are stored again") }
        (self.isStuck, self.unstored) = (false, [])
        if !notes.isEmpty { self.hasUnsaved = false }
        self.parts.vitals.withLock { $0.fullSince = nil }
        for entry in entries {
            self.parts.lane.offer(
                entry.body,
                sequence: entry.sequence,
                isEvent: entry.kind == .event,
                now: SystemClock.bootMilliseconds
            )
        }
    }

    private func notes() throws -> [String: [UInt8]] {
        let encoder = JSONEncoder()
        var notes = [
            Note.duty: Array(try encoder.encode(self.duty)), Note.desk: Array(try encoder.encode(self.desk)),
        ]
        if let distress { notes[Note.distress] = Array(try encoder.encode(distress)) }
        if self.tracker.plan != nil { notes[Note.tracker] = try self.tracker.snapshot() }
        return notes
    }

    /// Goes on where the process before left off; what cannot be read is begun anew, and that is said.
    mutating func restore() async {
        do {
            if let bytes = try await self.parts.outbox.note(Note.duty) {
                self.duty = try JSONDecoder().decode(UnitDuty.self, from: Data(bytes))
            }
            if let bytes = try await self.parts.outbox.note(Note.desk) {
                self.desk = try JSONDecoder().decode(CommandDesk.self, from: Data(bytes))
            }
            if let bytes = try await self.parts.outbox.note(Note.distress) {
                self.distress = try JSONDecoder().decode(DistressCall.self, from: Data(bytes))
            }
            if let bytes = try await self.parts.outbox.note(Note.tracker) { try self.tracker.restore(bytes) }
        } catch {
            self.parts.logger.error("What was kept of the patrol cannot be read and is begun anew: \(error)")
        }
    }
}
