import Ground
import Logging
package import Orders
import PatrolWire
import Plan
package import Position
package import Report
import Track

/// The unit as its own device follows it: one input in, what is to be done out.
///
/// Pure: it reads no clock and waits for nothing. The same inputs at the same moments give the same actions, so a day can be
/// replayed.
package struct Patrol: Sendable {
    /// What the configuration sets.
    package struct Settings: Sendable {
        /// Name of the device.
        package var device: String
        /// Call sign.
        package var unit: String
        /// Which fixes are believed.
        package var limits: FixGate.Limits
        /// When a position is worth a record.
        package var report: ReportPolicy.Settings
        /// After so many ms without a usable fix the position is called lost.
        package var lostAfter: Int64
        /// When the machine saves its battery; `nil` for never.
        package var saving: Saving?
        /// After so many ms without ignition the program ends; `nil` for never.
        package var offAfter: Int64?
        /// No clock is right that says less, ms since 1970 UTC.
        package var earliest: Int64
        /// Decides on plans.
        package var keeper: PlanKeeper

        /// Creates settings.
        package init(
            device: String,
            unit: String,
            limits: FixGate.Limits,
            report: ReportPolicy.Settings,
            lostAfter: Int64,
            saving: Saving? = nil,
            offAfter: Int64? = nil,
            earliest: Int64,
            keeper: PlanKeeper
        ) {
            (self.device, self.unit, self.limits, self.report) = (device, unit, limits, report)
            (self.lostAfter, self.saving, self.offAfter) = (lostAfter, saving, offAfter)
            (self.earliest, self.keeper) = (earliest, keeper)
        }
    }

    /// How a machine on battery goes on for longer.
    package struct Saving: Sendable, Hashable {
        /// Below this charge, 0…1.
        package var below: Double
        /// Drift and interval of the reports are stretched by this.
        package var stretch: Double

        /// Creates one.
        package init(below: Double, stretch: Double) { (self.below, self.stretch) = (below, stretch) }
    }

    /// Whether records can be stored.
    enum Storage: Sendable {
        case well
        /// The disk takes nothing since a moment, ms of CLOCK_BOOTTIME: these events wait for it.
        case stuck(since: Int64, waiting: [RecordDraft])
    }

    /// Whether the vehicle is parked.
    private enum Power: Sendable {
        /// On, or nobody says.
        case on
        /// The ignition went off, ms of CLOCK_BOOTTIME.
        case off(since: Int64)
        /// The end was asked for.
        case ending
    }

    let settings: Settings
    var duty = UnitDuty()
    var desk = CommandDesk()
    var distress: DistressCall?
    /// What the roster wants of the unit; `nil` for nothing.
    var assignment: DutyAssignment?
    var tracker = Tracker()
    var inputs = MachineInputs()
    var uplink = UplinkState()
    var storage = Storage.well
    /// Whether something changed with the fixes that is not durable yet.
    var hasUnsaved = false
    /// Roll calls that wait for the officer's answer.
    var rollCalls: [String] = []
    /// What the room wrote, newest last.
    var messages: [String] = []
    var gate: FixGate
    var reckoning = DeadReckoning()
    var policy: ReportPolicy
    var watch: FixWatch
    var judge: TimeJudge
    var arrival = ArrivalWatch()
    /// The newest fix that was believed.
    package internal(set) var fix: Fix?
    private var power = Power.on
    private var ticks = 0

    /// An ignition that is off for less may be a stalled engine, ms.
    private static let shortestOff: Int64 = 10_000

    /// Seconds between two savings of what changes with every fix.
    private static let saveEvery = 15

    /// Creates a patrol that has not begun.
    package init(_ settings: Settings) {
        self.settings = settings
        self.gate = FixGate(limits: settings.limits)
        self.policy = ReportPolicy(settings: settings.report)
        self.watch = FixWatch(patience: settings.lostAfter)
        self.judge = TimeJudge(earliest: settings.earliest)
    }

    /// Goes on from what the patrol before it knew; called before the first input.
    ///
    /// - Throws: What is wrong with the memory of the track; all else is taken over.
    package mutating func resume(_ memory: PatrolMemory) throws {
        (self.duty, self.desk, self.distress) = (memory.duty, memory.desk, memory.distress)
        self.assignment = memory.assignment
        if let track = memory.track { try self.tracker.restore(track) }
    }

    /// Takes one input.
    ///
    /// - Parameters:
    ///   - input: What happened.
    ///   - moment: When, by the clocks of the device.
    /// - Returns: What is to be done, in order, before the next input.
    package mutating func take(_ input: PatrolInput, at moment: Moment) -> [PatrolAction] {
        var turn = Turn(moment)
        switch input {
        case .started(let isFirstOfBoot, let plan):
            self.record(.deviceStart, ["rebooted": .bool(isFirstOfBoot)], &turn)
            if let plan { self.putInForce(plan, &turn) }
        case .position(let report): self.observe(report, &turn)
        case .tick: self.tick(&turn)
        case .uplink(let state): self.uplink = state
        case .command(let command, let correlation): self.obey(command, correlation: correlation, &turn)
        case .plan(let plan): self.consider(plan, &turn)
        case .assignment(let assignment): self.assign(assignment, &turn)
        case .console(let request): self.answer(request, &turn)
        case .machine(let name, let value):
            if let input = MachineInput(rawValue: name) { self.set(input, to: value, &turn) }
        case .stored: self.isStored(&turn)
        case .notStored(let batch, let reason): self.isNotStored(batch, reason: reason, &turn)
        case .resending(let count, let command, let correlation):
            self.isResending(count, command, correlation: correlation, &turn)
        case .stop: self.record(.deviceStop, nil, &turn)
        }
        return self.finish(turn)
    }

    private mutating func tick(_ turn: inout Turn) {
        self.report(self.watch.tick(at: turn.moment.boot), &turn)
        if let time = self.trustedTime(turn.moment) {
            for event in self.tracker.tick(time: time) where self.isOwn(event) { self.record(event, &turn) }
        }
        self.ticks += 1
        if self.ticks % Self.saveEvery == 0, self.hasUnsaved { turn.keepsMemory = true }
        if case .stuck = self.storage { turn.keepsMemory = true }
        self.endIfParked(&turn)
    }

    /// Takes what an input of the machine says.
    mutating func set(_ input: MachineInput, to value: Double, _ turn: inout Turn) {
        let wasIgnited = self.inputs.ignition == true
        let change = self.inputs.set(input, to: value)
        switch (wasIgnited, self.inputs.ignition) {
        case (_, true?): self.power = .on
        // Only going off counts: a machine that is on without ignition is in a workshop, and stays up.
        case (true, false?): self.power = .off(since: turn.moment.boot)
        case (true, nil), (false, nil), (false, false?): break
        }
        if let saving = self.settings.saving { self.policy.stretch = self.isSaving ? saving.stretch : 1 }
        guard let change else {
            turn.keepsMemory = true
            return
        }
        if change.kind == .sos {
            self.callForHelp(change.data, &turn)
        } else {
            self.record(change.kind, change.data, &turn)
        }
    }

    /// Whether the battery is low, and what can wait is left.
    package var isSaving: Bool {
        guard let saving = self.settings.saving, let battery = self.inputs.battery else { return false }
        return battery < saving.below
    }

    /// The officer calls for help, by a button or by a word.
    mutating func callForHelp(_ data: [String: JSONValue], _ turn: inout Turn) {
        self.policy.request()
        self.distress = .again(self.distress, at: self.stamp(turn.moment).time)
        let officers = JSONValue.array(self.duty.officers.map { .string($0) })
        self.record(.sos, data.merging(["officers": officers]) { own, _ in own }, &turn)
    }

    /// Ends once the ignition is off, and everything is sent or the time for that is over.
    private mutating func endIfParked(_ turn: inout Turn) {
        guard case .off(let since) = self.power, let offAfter = self.settings.offAfter else { return }
        let off = turn.moment.boot - since
        let isAllSent = self.uplink.waiting == 0 && self.uplink.isLinkUp
        guard off >= offAfter || (off >= Self.shortestOff && isAllSent) else { return }
        self.power = .ending
        turn.actions.append(.log(.info, "Ignition off and nothing left to send, or time over: ending"))
        turn.actions.append(.end)
    }
}
