import Hardware
import Logging
import Outbox
import PatrolWire
import Position
import PositionGPSD
import Program
import Report
import ServiceLifecycle
import Threading
import Uplink

/// Takes what the source of positions says through gate and policy into the outbox and on to the lane.
struct PositionChain: Service {
    private enum Input: Sendable {
        case report(PositionReport)
        case tick
        case stop
    }

    let source: GPSDPositions
    let profile: HardwareProfile
    let writer: ReportWriter
    let outbox: Outbox
    let lane: LiveLane
    let vitals: Vitals
    let logger: Logger

    func run() async throws {
        let (inputs, continuation) = AsyncStream<Input>.makeStream(bufferingPolicy: .bufferingNewest(512))
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { for await report in self.source { continuation.yield(.report(report)) } }
            group.addTask {
                while !Task.isCancelled {
                    await pause(for: .seconds(1))
                    continuation.yield(.tick)
                }
            }
            try await withGracefulShutdownHandler {
                try await self.follow(inputs)
            } onGracefulShutdown: {
                continuation.yield(.stop)
            }
            group.cancelAll()
        }
    }

    private func follow(_ inputs: AsyncStream<Input>) async throws {
        var follower = Follower(chain: self)
        try await follower.record(event: .deviceStart, data: ["rebooted": .bool(self.outbox.isFirstOfBoot)])
        for await input in inputs {
            switch input {
            case .report(let report): try await follower.observe(report)
            case .tick: try await follower.tick()
            case .stop:
                try await follower.record(event: .deviceStop)
                return
            }
        }
    }
}

/// The chain's own state while it runs.
private struct Follower {
    let chain: PositionChain
    private var gate: FixGate
    private var policy: ReportPolicy
    private var watch: FixWatch
    private var lastFix: Fix?
    private var isStuck = false
    private var unstored: [Draft] = []
    private var judge = TimeJudge(earliest: Release.earliestPlausibleTime)

    /// Events that wait for a disk which takes nothing.
    private static let mostUnstored = 256

    /// Until the officer's own status exists, a unit that runs is on patrol.
    private let status = UnitStatus.patrol

    init(chain: PositionChain) {
        self.chain = chain
        self.gate = FixGate(limits: chain.profile.limits)
        self.policy = ReportPolicy(settings: chain.profile.report)
        self.watch = FixWatch(patience: chain.profile.lostAfter)
    }

    private var systemTime: TimeJudge.SystemTime {
        TimeJudge.SystemTime(
            wall: SystemClock.wallMilliseconds,
            boot: SystemClock.bootMilliseconds,
            isSynchronised: SystemClock.isSynchronised
        )
    }

    mutating func observe(_ report: PositionReport) async throws {
        switch report {
        case .fix(let fix): try await self.observe(fix)
        case .noFix: break
        case .available(let source): self.chain.logger.info("\(source) answers")
        case .unavailable(let trouble): self.chain.logger.warning("\(trouble); \(trouble.recovery)")
        }
    }

    private mutating func observe(_ fix: Fix) async throws {
        switch self.gate.judge(fix, now: SystemClock.bootMilliseconds) {
        case .refused(.frozen):
            try await self.report(self.watch.refusedAsFrozen())
        case .refused:
            break
        case .admitted:
            if self.lastFix == nil { self.chain.logger.info("First fix, from \(fix.device)") }
            self.lastFix = fix
            try await self.report(self.watch.admitted(at: fix.received))
            guard let reason = self.policy.observe(fix) else { return }
            let stamp = self.judge.stamp(fix, system: self.systemTime)
            let (writer, status) = (self.chain.writer, self.status)
            try await self.store(.position, made: stamp.time) { sequence in
                try writer.position(fix, stamp: stamp, reason: reason, status: status, sequence: sequence)
            }
        }
    }

    mutating func tick() async throws {
        let (now, fix, refused) = (SystemClock.bootMilliseconds, self.lastFix, self.gate.refusals)
        self.chain.vitals.withLock { vitals in
            vitals.lastTick = now
            vitals.fix = fix
            vitals.refused = Dictionary(uniqueKeysWithValues: refused.map { ($0.key.rawValue, $0.value) })
        }
        try await self.report(self.watch.tick(at: SystemClock.bootMilliseconds))
        _ = try await self.storeWaiting()
    }

    private mutating func report(_ change: FixWatch.Change?) async throws {
        switch change {
        case nil:
            break
        case .lost(let since):
            self.chain.logger.warning("Position lost; refused so far: \(self.refusals)")
            let age = SystemClock.bootMilliseconds - since
            try await self.record(event: .gnssLost, data: ["age_ms": .int(age), "refused": self.refusedCounts])
        case .restored(let milliseconds):
            self.chain.logger.info("Position restored after \(milliseconds / 1_000) s")
            try await self.record(event: .gnssRestored, data: ["after_ms": .int(milliseconds)])
        case .frozen:
            self.chain.logger.warning("The receiver repeats one place while it reports speed: not believed")
            try await self.record(event: .gnssFrozen)
        }
    }

    private var refusals: String {
        self.gate.refusals.map { "\($0.key.rawValue) \($0.value)" }.sorted().joined(separator: ", ")
    }

    private var refusedCounts: JSONValue {
        .object(Dictionary(uniqueKeysWithValues: self.gate.refusals.map { ($0.key.rawValue, .int(Int64($0.value))) }))
    }

    mutating func record(event: EventKind, data: [String: JSONValue]? = nil) async throws {
        let stamp = self.judge.stamp(system: self.systemTime)
        let (writer, status, fix) = (self.chain.writer, self.status, self.lastFix)
        try await self.store(.event, made: stamp.time) { sequence in
            try writer.event(event, data: data, at: fix, stamp: stamp, status: status, sequence: sequence)
        }
    }

    /// Durable first, then live. While the disk takes nothing, events wait in memory; a position does not, the
    /// next fix is a newer one.
    private mutating func store(
        _ kind: EntryKind,
        made: Int64,
        body: @escaping @Sendable (Int64) throws -> [UInt8]
    ) async throws {
        if kind == .event { self.unstored.append(Draft(made: made, body: body)) }
        if self.unstored.count > Self.mostUnstored { self.unstored.removeFirst() }
        guard try await self.storeWaiting(), kind == .position else { return }
        _ = try await self.append(kind, Draft(made: made, body: body))
    }

    /// Stores the events that wait; returns whether none does any more.
    private mutating func storeWaiting() async throws -> Bool {
        while let draft = self.unstored.first {
            guard try await self.append(.event, draft) else { return false }
            self.unstored.removeFirst()
        }
        return true
    }

    /// Returns whether the record is on the disk.
    private mutating func append(_ kind: EntryKind, _ draft: Draft) async throws -> Bool {
        let entry: Entry
        do {
            entry = try await self.chain.outbox.append(kind, made: draft.made, body: draft.body)
        } catch let error as OutboxError where error.mayPass {
            // It must not end the tracking: it is said once, and the next record tries again.
            if !self.isStuck { self.chain.logger.error("\(error)") }
            self.isStuck = true
            let now = SystemClock.bootMilliseconds
            self.chain.vitals.withLock { $0.fullSince = $0.fullSince ?? now }
            return false
        }
        if self.isStuck { self.chain.logger.info("Records are stored again") }
        self.isStuck = false
        self.chain.vitals.withLock { $0.fullSince = nil }
        self.chain.lane.offer(
            entry.body,
            sequence: entry.sequence,
            isEvent: kind == .event,
            now: SystemClock.bootMilliseconds
        )
        return true
    }
}

/// A record that is still to be numbered.
private struct Draft: Sendable {
    let made: Int64
    let body: @Sendable (Int64) throws -> [UInt8]
}
