import Ground
import Hardware
import Logging
import Orders
import Outbox
import PatrolWire
import Plan
import Position
import Program
import Report
import Threading
import Track
import Uplink

/// The unit as its own device follows it: all state of the chain, moved on by one input at a time.
struct Patrol {
    let parts: ChainParts
    var duty = UnitDuty()
    var desk = CommandDesk()
    var tracker = Tracker()
    var lastFix: Fix?
    /// Roll calls that wait for the officer's answer.
    var rollcalls: [String] = []
    /// The officer's call for help; `nil` while there was none.
    var distress: DistressCall?
    /// What the room wrote, newest last.
    var messages: [String] = []
    var inputs = InputStates()
    var backlogCount: Int64 = 0
    var unstored: [Outbox.Draft] = []
    var isStuck = false
    var hasUnsaved = false

    private var gate: FixGate
    private var policy: ReportPolicy
    private var watch: FixWatch
    private var arrival = ArrivalWatch()
    private var judge = TimeJudge(earliest: Release.earliestPlausibleTime)
    private var ticks = 0
    /// Since when the ignition is off, ms of CLOCK_BOOTTIME; `nil` while it is on, or nobody says.
    private var ignitionOff: Int64?

    /// An ignition that is off for less may be a stalled engine, ms.
    private static let shortestOff: Int64 = 10_000

    /// Seconds between two savings of what changes with every fix.
    private static let saveEvery = 15

    init(_ parts: ChainParts) async throws {
        self.parts = parts
        self.gate = FixGate(limits: parts.profile.limits)
        self.policy = ReportPolicy(settings: parts.profile.report)
        self.watch = FixWatch(patience: parts.profile.lostAfter)
        await self.restore()
    }

    /// The system clock at this moment.
    var systemTime: TimeJudge.SystemTime {
        TimeJudge.SystemTime(
            wall: SystemClock.wallMilliseconds,
            boot: SystemClock.bootMilliseconds,
            isSynchronised: SystemClock.isSynchronised
        )
    }

    /// The stamp of something that happens now.
    var now: TimeJudge.Stamp { self.judge.stamp(system: self.systemTime) }

    /// ms since 1970 UTC; `nil` while no clock is right.
    var trustedNow: Int64? { self.now.quality == .none ? nil : self.now.time }

    mutating func begin() async throws {
        try await self.record([
            Happening(.deviceStart, data: ["rebooted": .bool(self.parts.outbox.isFirstOfBoot)])
        ])
        if let plan = await self.parts.plans.load(self.parts.logger) { try await self.put(plan) }
    }

    mutating func end() async throws { try await self.record([Happening(.deviceStop)]) }

    mutating func observe(_ report: PositionReport) async throws {
        switch report {
        case .fix(let fix): try await self.observe(fix)
        case .noFix: break
        case .available(let source): self.parts.logger.info("\(source) answers")
        case .unavailable(let trouble): self.parts.logger.warning("\(trouble); \(trouble.recovery)")
        }
    }

    private mutating func observe(_ fix: Fix) async throws {
        switch self.gate.judge(fix, now: SystemClock.bootMilliseconds) {
        case .refused(.frozen):
            try await self.report(self.watch.refusedAsFrozen())
        case .refused:
            break
        case .admitted:
            if self.lastFix == nil { self.parts.logger.info("First fix, from \(fix.device)") }
            self.lastFix = fix
            try await self.report(self.watch.admitted(at: fix.received))
            let stamp = self.judge.stamp(fix, system: self.systemTime)
            var happenings: [Happening] = []
            if stamp.quality != .none {
                happenings = self.tracker.observe(fix, time: stamp.time).map { Happening($0) }
                self.hasUnsaved = self.tracker.plan != nil
            }
            if self.arrival.observe(fix.coordinate, speed: fix.speed, duty: self.duty) {
                happenings += try self.duty.take(.arrive(.position)).map { Happening($0) }
            }
            let reason = self.policy.observe(fix)
            guard !happenings.isEmpty || reason != nil else { return }
            try await self.record(happenings, stamp: stamp, position: reason.map { (fix, $0) })
        }
    }

    mutating func tick() async throws {
        let (now, fix, refused) = (SystemClock.bootMilliseconds, self.lastFix, self.gate.refusals)
        let plan = self.tracker.plan?.revision
        self.parts.vitals.withLock { vitals in
            vitals.lastTick = now
            vitals.fix = fix
            vitals.plan = plan
            vitals.refused = Dictionary(uniqueKeysWithValues: refused.map { ($0.key.rawValue, $0.value) })
        }
        try await self.report(self.watch.tick(at: now))
        if let time = self.trustedNow {
            let events = self.tracker.tick(time: time)
            if !events.isEmpty { try await self.record(events.map { Happening($0) }) }
        }
        self.ticks += 1
        if self.ticks % Self.saveEvery == 0, self.hasUnsaved { try await self.save() }
        if !self.unstored.isEmpty { try await self.store([]) }
        do {
            self.backlogCount = try await self.parts.outbox.waiting().count
        } catch {
            self.parts.logger.debug("Backlog not counted: \(error)")
        }
    }

    /// The officer calls for help, by a button or by a word.
    mutating func callForHelp(_ data: [String: JSONValue]) async throws {
        self.requestPosition()
        self.distress = .again(self.distress, at: self.now.time)
        let officers = JSONValue.array(self.duty.officers.map { .string($0) })
        try await self.record([Happening(.sos, data: data.merging(["officers": officers]) { own, _ in own })])
    }

    /// The next fix becomes a record.
    mutating func requestPosition() { self.policy.request() }

    /// Takes what an input says; returns whether it is an input.
    @discardableResult
    mutating func take(input name: String, _ value: Double) async throws -> Bool {
        let wasIgnited = self.inputs.ignition == true
        guard let change = self.inputs.take(name, value) else { return false }
        if self.inputs.ignition == true { self.ignitionOff = nil }
        // Only going off counts: a machine that is on without ignition is in a workshop, and stays up.
        if wasIgnited, self.inputs.ignition == false { self.ignitionOff = SystemClock.bootMilliseconds }
        if let saving = self.parts.profile.saving, let battery = self.inputs.battery {
            self.policy.stretch = battery < saving.below ? saving.stretch : 1
            let isSaving = battery < saving.below
            self.parts.vitals.withLock { $0.isSaving = isSaving }
        }
        guard let change else {
            try await self.record([])
            return true
        }
        if change.kind == .sos {
            try await self.callForHelp(change.data)
        } else {
            try await self.record([Happening(change.kind, data: change.data)])
        }
        return true
    }

    /// Whether the ignition is off, and everything is sent or the profile's time for that is over.
    var isTimeToGo: Bool {
        guard let ignitionOff, let offAfter = self.parts.profile.offAfter else { return false }
        let off = SystemClock.bootMilliseconds - ignitionOff
        return off >= offAfter || (off >= Self.shortestOff && self.backlogCount == 0 && self.parts.lane.isUp)
    }

    private mutating func report(_ change: FixWatch.Change?) async throws {
        switch change {
        case nil:
            break
        case .lost(let since):
            let refused = self.gate.refusals.map { "\($0.key.rawValue) \($0.value)" }.sorted().joined(separator: ", ")
            self.parts.logger.warning("Position lost; refused so far: \(refused)")
            let counts = self.gate.refusals.map { ($0.key.rawValue, JSONValue.int(Int64($0.value))) }
            try await self.record([
                Happening(
                    .gnssLost,
                    data: [
                        "age_ms": .int(SystemClock.bootMilliseconds - since),
                        "refused": .object(Dictionary(uniqueKeysWithValues: counts)),
                    ]
                )
            ])
        case .restored(let milliseconds):
            self.parts.logger.info("Position restored after \(milliseconds / 1_000) s")
            try await self.record([Happening(.gnssRestored, data: ["after_ms": .int(milliseconds)])])
        case .frozen:
            self.parts.logger.warning("The receiver repeats one place while it reports speed: not believed")
            try await self.record([Happening(.gnssFrozen)])
        }
    }

    /// Puts a plan in force.
    mutating func put(_ plan: PatrolPlan) async throws {
        let source = plan.wasConverted ? ", converted from GCJ-02" : ""
        self.parts.logger.info(
            "Plan \(plan.id) revision \(plan.revision): \(plan.grids.count) grids, \(plan.lines.count) lines, \(plan.posts.count) posts\(source)"
        )
        let events = self.tracker.adopt(plan, at: self.now.time)
        try await self.record(events.map { Happening($0) })
    }
}
