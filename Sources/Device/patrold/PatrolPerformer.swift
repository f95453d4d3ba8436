import BrokerLink
import ConsoleWire
import Glibc
import Logging
import Numbering
import Outbox
import PatrolWire
import Patrolling
import Position
import Report
import Threading
import Uplink

/// The parts that the chain works with.
struct ChainParts: Sendable {
    let station: Name
    let device: Name
    let settings: Patrol.Settings
    let writer: ReportWriter
    let outbox: Outbox
    let link: BrokerLink
    let uplink: Uplink
    let vitals: Vitals
    let plans: PlanStore
    /// What the track is sealed with; `nil` where the device has no certificate.
    let credentials: BrokerAddress.Credentials?
    let logger: Logger
}

/// Performs what the patrol decides: disk, link, console and log.
struct PatrolPerformer {
    private let parts: ChainParts
    private var patrol: Patrol
    private var sealing: TrackSealing
    /// Records that the room has not acknowledged, when they were last counted.
    private var waiting: Int64 = 0

    /// Goes on where the process before left off; what cannot be read is begun anew, and that is said.
    init(_ parts: ChainParts) async {
        (self.parts, self.patrol) = (parts, Patrol(parts.settings))
        self.sealing = await TrackSealing(parts)
        do {
            var notes: [String: [UInt8]] = [:]
            for note in PatrolMemory.Note.allCases { notes[note.rawValue] = try await parts.outbox.note(note.rawValue) }
            try self.patrol.resume(try PatrolMemory(notes: notes))
        } catch {
            parts.logger.error("What was kept of the patrol cannot be read and is begun anew: \(error)")
        }
    }

    /// Everything there is to know now.
    var report: UnitReport { self.patrol.report(at: .now) }

    mutating func begin() async throws {
        let plan = await self.parts.plans.load(self.parts.logger)
        try await self.take(.started(isFirstOfBoot: self.parts.outbox.isFirstOfBoot, plan: plan))
    }

    mutating func tick() async throws {
        do {
            self.waiting = try await self.parts.outbox.waiting().count
        } catch {
            self.parts.logger.debug("Backlog not counted: \(error)")
        }
        try await self.take(.uplink(self.uplink))
        try await self.take(.tick)
        try await self.seal(at: .now)
        self.parts.vitals.cameRound(self.patrol, at: SystemClock.bootMilliseconds)
    }

    /// Signs for the last records, once that is due; at the end without waiting.
    mutating func seal(at moment: Moment, isEnd: Bool = false) async throws {
        let patrol = self.patrol
        try await self.sealing.seal(at: moment, isEnd: isEnd) { patrol.remark($0, $1, at: moment) }
    }

    /// Answers the officer, whatever comes of it.
    mutating func answer(_ request: ConsoleRequest, _ reply: CheckedContinuation<ConsoleReply, Never>) async throws {
        do {
            try await self.take(.uplink(self.uplink))
            let answer = try await self.take(.console(request))
            reply.resume(returning: answer ?? ConsoleReply(ok: false, reason: "not understood"))
        } catch {
            reply.resume(returning: ConsoleReply(ok: false, reason: "\(error)"))
            throw error
        }
    }

    private var uplink: UplinkState {
        UplinkState(
            isLinkUp: self.parts.uplink.isUp,
            isRoomOnline: self.parts.uplink.isRoomOnline,
            waiting: self.waiting
        )
    }

    /// Gives the patrol an input and does what it decides; returns the officer's answer, if there is one.
    @discardableResult
    mutating func take(_ input: PatrolInput) async throws -> ConsoleReply? {
        var reply: ConsoleReply?
        for action in self.patrol.take(input, at: .now) {
            switch action {
            case .store(let batch): try await self.take(try await self.store(batch))
            case .answer(let result, let correlation): self.publish(result, correlation: correlation)
            case .reply(let answer): reply = answer
            case .keep(let plan): await self.parts.plans.keep(plan, self.parts.logger)
            case .resend(let range, let command, let correlation):
                let count = try await self.resend(range)
                try await self.take(.resending(count: count, of: command, correlation: correlation))
            case .log(let level, let message): self.parts.logger.log(level: level, "\(message)")
            case .end: self.end()
            }
        }
        return reply
    }

    /// Durable first, then live.
    private mutating func store(_ batch: PatrolAction.Batch) async throws -> PatrolInput {
        let writer = self.parts.writer
        let drafts = batch.records.map { record in
            Draft(record.isEvent ? .event : .position, made: record.stamp.time) { number in
                try writer.write(record, as: number)
            }
        }
        let (log, entries): (String, [Entry])
        do {
            (log, entries) = try await self.parts.outbox.store(drafts, notes: try batch.memory?.notes() ?? [:])
        } catch let error as OutboxError where error.mayPass {
            // It must not end the tracking.
            return .notStored(batch, reason: "\(error)")
        }
        for entry in entries {
            let number = RecordNumber(log: log, sequence: entry.sequence)
            self.sealing.take(entry, number)
            self.parts.uplink.offer(entry.body, number: number, isEvent: entry.kind == .event)
        }
        return .stored
    }

    private func resend(_ range: ClosedRange<Int64>) async throws -> Int64? {
        do throws(OutboxError) {
            return try await self.parts.outbox.resend(range)
        } catch {
            guard error.mayPass else { throw error }
            self.parts.logger.error("Records \(range) are not sent again: \(error)")
            return nil
        }
    }

    /// Sends an answer and does not wait for it: the link may take its time, the patrol goes on.
    private func publish(_ result: CommandResult, correlation: [UInt8]?) {
        let logger = self.parts.logger
        let topic = Topic.device(station: self.parts.station, device: self.parts.device, channel: .result)
        do throws(WireError) {
            let payload = try WireCoder().encode(result)
            let message = BrokerMessage(topic: "\(topic)", payload: payload, correlation: correlation)
            self.parts.link.publish(message) { outcome in
                if case .failure(let error) = outcome { logger.debug("Answer to \(result.id) not taken: \(error)") }
            }
        } catch {
            logger.error("Answer to \(result.id) not written: \(error)")
        }
    }

    /// The process ends in order, as if it had been told to.
    private func end() { kill(getpid(), SIGTERM) }
}

extension Moment {
    /// The clocks of this machine now.
    static var now: Moment {
        Moment(
            wall: SystemClock.wallMilliseconds,
            boot: SystemClock.bootMilliseconds,
            isSynchronised: SystemClock.isSynchronised
        )
    }
}
