import ConsoleWire
import Ground
import Orders
import PatrolWire
import Patrolling
import Plan
import Position
import Report
import Testing

/// A patrol with its clocks in the test's hands.
private struct PatrolRig {
    static let start: Int64 = 1_795_314_000_000

    var patrol: Patrol
    /// ms of CLOCK_BOOTTIME.
    var boot: Int64 = 0

    init(offAfter: Int64? = nil) {
        self.patrol = Patrol(
            Patrol.Settings(
                device: "car-01",
                unit: "Patrol 1",
                limits: FixGate.Limits(),
                report: ReportPolicy.Settings(interval: 10_000, drift: 15, turn: 30),
                lostAfter: 10_000,
                saving: Patrol.Saving(below: 0.3, stretch: 3),
                offAfter: offAfter,
                earliest: Self.start - 1_000_000,
                keeper: PlanKeeper(keys: [:], reader: PlanReader { _ in nil })
            )
        )
    }

    @discardableResult
    mutating func take(_ input: PatrolInput) -> [PatrolAction] {
        self.patrol.take(input, at: Moment(wall: Self.start + self.boot, boot: self.boot, isSynchronised: true))
    }

    mutating func ask(
        _ verb: ConsoleRequest.Verb,
        _ change: (inout ConsoleRequest) -> Void = { _ in }
    ) -> [PatrolAction] {
        var request = ConsoleRequest(verb)
        change(&request)
        return self.take(.console(request))
    }

    func command(_ kind: Command.Kind, id: String = "c-1", _ data: [String: JSONValue] = [:]) -> PatrolInput {
        let command = Command(
            id: id,
            kind: kind,
            time: Self.start,
            expires: Self.start + 60_000,
            actor: "li",
            data: data
        )
        return .command(command, correlation: [7])
    }

    func fix(metresNorth: Double = 0, speed: Double = 0) throws -> PatrolInput {
        let start = try #require(Coordinate(latitude: 40, longitude: 116))
        var fix = Fix(
            received: self.boot,
            coordinate: try #require(start.moved(by: Metres(metresNorth), course: 0)),
            mode: 3
        )
        fix.measured = Self.start + self.boot
        fix.speed = speed
        return .position(.fix(fix))
    }
}

extension [PatrolAction] {
    /// What is to be stored, if anything.
    fileprivate var batch: PatrolAction.Batch? {
        for case .store(let batch) in self { return batch }
        return nil
    }

    /// The kinds of events among what is to be stored.
    fileprivate var events: [EventKind] {
        self.batch?.records.compactMap { if case .event(let kind, _, _) = $0.content { kind } else { nil } } ?? []
    }

    fileprivate var reply: ConsoleReply? {
        for case .reply(let reply) in self { return reply }
        return nil
    }

    fileprivate var answer: CommandResult? {
        for case .answer(let result, let correlation) in self where correlation == [7] { return result }
        return nil
    }

    /// Lines of the log.
    fileprivate var lines: [String] { self.compactMap { if case .log(_, let line) = $0 { line } else { nil } } }
}

@Suite("The patrol, as a machine")
struct PatrolTests {
    private let dispatch: [String: JSONValue] = ["incident": .string("i-1"), "lat": .double(40), "lon": .double(116)]

    @Test("a call for help is stored first and answered then, with the officers; the room's word is shown")
    func distress() throws {
        var rig = PatrolRig()
        _ = rig.ask(.checkin) { $0.officers = ["1024"] }
        let actions = rig.ask(.sos)
        guard case .store(let batch)? = actions.first, case .reply(let reply)? = actions.last else {
            Issue.record("\(actions)")
            return
        }
        guard case .event(.sos, let data, _)? = batch.records.first?.content else {
            Issue.record("\(batch)")
            return
        }
        #expect(data?["officers"] == .array([.string("1024")]) && batch.memory?.distress != nil)
        #expect(reply.ok && reply.report?.sos?.seen == nil && reply.report?.sos != nil)
        rig.take(rig.command(.message, ["sos": .string("x"), "by": .string("chen"), "text": .string("coming")]))
        #expect(rig.ask(.status).reply?.report?.sos?.seen == "chen")
        #expect(rig.ask(.status).reply?.report?.messages == ["coming"])
    }

    @Test("a command that comes twice is done once and answered twice alike; one that is late is not done")
    func commands() {
        var rig = PatrolRig()
        let first = rig.take(rig.command(.dispatch, self.dispatch))
        #expect(first.events == [.dispatchReceived] && first.answer?.ok == true)
        let again = rig.take(rig.command(.dispatch, self.dispatch))
        #expect(again.batch == nil && again.answer?.ok == true)
        #expect(rig.take(rig.command(.dispatch, id: "c-2", self.dispatch)).answer?.ok == false, "it has that order")
        rig.boot = 60_001
        let late = rig.take(rig.command(.locate, id: "c-3"))
        #expect(late.answer?.ok == false && late.answer?.reason == "expired before it came")
    }

    @Test("records that the room wants again are counted before the command counts as done")
    func resend() {
        var rig = PatrolRig()
        let range: [String: JSONValue] = ["first": .int(3), "last": .int(9)]
        let asked = rig.take(rig.command(.resend, range))
        guard case .resend(3...9, let command, let correlation)? = asked.last else {
            Issue.record("\(asked)")
            return
        }
        #expect(asked.answer == nil)
        let failed = rig.take(.resending(count: nil, of: command, correlation: correlation))
        #expect(failed.answer?.ok == false && failed.batch == nil, "asked again, it is tried again")
        let done = rig.take(.resending(count: 7, of: command, correlation: correlation))
        #expect(done.answer?.data == ["records": .int(7)] && done.batch?.memory != nil)
        #expect(rig.take(rig.command(.resend, range)).answer?.data == ["records": .int(7)])
        for (first, last) in [(0, 5), (5, 4)] as [(Int64, Int64)] {
            let refused = rig.take(rig.command(.resend, id: "c\(first)", ["first": .int(first), "last": .int(last)]))
            #expect(refused.answer?.ok == false)
        }
    }

    @Test("a disk that takes nothing: events wait in order and positions do not, and it is said once")
    func stuck() throws {
        var rig = PatrolRig()
        let started = rig.take(.started(isFirstOfBoot: true, plan: nil))
        var said = rig.take(.notStored(try #require(started.batch), reason: "the disk is full")).lines
        var (actions, now) = (rig.take(try rig.fix()), rig.boot)
        #expect(actions.batch?.records.count == 2, "the start waits, and goes with the position")
        said += rig.take(.notStored(try #require(actions.batch), reason: "the disk is full")).lines
        now += 1_000
        rig.boot = now
        actions = rig.take(.machine(name: "sos", value: 1))
        said += rig.take(.notStored(try #require(actions.batch), reason: "the disk is full")).lines
        #expect(said == ["the disk is full"] && rig.patrol.stuckSince == 0)
        actions = rig.take(.tick)
        #expect(actions.events == [.deviceStart, .sos] && actions.batch?.records.count == 2)
        #expect(rig.take(.stored).lines == ["Records are stored again"] && rig.patrol.stuckSince == nil)
        #expect(rig.take(.tick).batch == nil)
    }

    @Test("parked: it ends when all is sent, or when the time for that is over, and asks for that once")
    func parked() {
        var rig = PatrolRig(offAfter: 600_000)
        func ends(_ actions: [PatrolAction]) -> Bool { actions.contains(.end) }
        rig.take(.machine(name: "ignition", value: 1))
        rig.take(.machine(name: "ignition", value: 0))
        rig.boot = 20_000
        rig.take(.uplink(UplinkState(isLinkUp: true, waiting: 3)))
        #expect(!ends(rig.take(.tick)), "three records wait")
        rig.take(.uplink(UplinkState(isLinkUp: true, waiting: 0)))
        #expect(ends(rig.take(.tick)) && !ends(rig.take(.tick)))

        rig = PatrolRig(offAfter: 600_000)
        rig.take(.machine(name: "ignition", value: 0))
        rig.boot = 700_000
        #expect(!ends(rig.take(.tick)), "it was never on: a workshop")
        rig.take(.machine(name: "ignition", value: 1))
        rig.take(.machine(name: "ignition", value: 0))
        rig.boot = 1_299_999
        #expect(!ends(rig.take(.tick)))
        rig.boot = 1_300_000
        #expect(ends(rig.take(.tick)))
    }

    @Test("positions stop and come back: both are recorded, with what was refused")
    func lost() throws {
        var rig = PatrolRig()
        #expect(rig.take(try rig.fix()).batch?.records.count == 1)
        rig.boot = 9_999
        #expect(rig.take(.tick).events.isEmpty)
        rig.boot = 10_000
        #expect(rig.take(.tick).events == [.gnssLost])
        rig.boot = 12_000
        let restored = rig.take(try rig.fix())
        #expect(restored.events == [.gnssRestored])
        guard case .event(_, let data, _)? = restored.batch?.records.first?.content else { return }
        #expect(data == ["after_ms": .int(12_000)])
    }

    @Test("near the scene and slow, the unit has arrived by itself, and the record says so")
    func arrival() throws {
        var rig = PatrolRig()
        rig.take(rig.command(.dispatch, self.dispatch))
        #expect(rig.ask(.accept).events == [.dispatchAccepted, .unitStatus])
        rig.boot = 1_000
        #expect(rig.take(try rig.fix(metresNorth: 50, speed: 12)).events.isEmpty, "drives past")
        rig.boot = 5_000
        #expect(rig.take(try rig.fix(metresNorth: 74, speed: 1)).events.isEmpty)
        rig.boot = 6_000
        let actions = rig.take(try rig.fix(metresNorth: 74, speed: 1))
        #expect(actions.events == [.dispatchArrived, .unitStatus])
        #expect(actions.batch?.records.first?.context.status == .scene)
    }

    @Test("a roll call that asks for the officer waits for one; every reply says everything")
    func rollCall() {
        var rig = PatrolRig()
        #expect(rig.ask(.rollcall).reply?.reason == "no roll call waits for an answer")
        let asked = rig.take(rig.command(.rollcall, ["rollcall": .string("r-1"), "officer": .bool(true)]))
        #expect(asked.events == [.rollcallAnswer] && asked.answer?.ok == true)
        #expect(rig.ask(.status).reply?.report?.rollcall == true)
        #expect(rig.ask(.rollcall).events == [.rollcallAnswer])
        #expect(rig.ask(.status).reply?.report?.rollcall == false)
        #expect(rig.ask(.input) { $0.input = "horn" }.reply?.ok == false)
    }

    @Test("killed and started again from what was stored, it knows its orders, its officers and what it has done")
    func resumes() throws {
        var rig = PatrolRig()
        _ = rig.ask(.checkin) { $0.officers = ["1024", "1025"] }
        rig.take(rig.command(.dispatch, self.dispatch))
        let stored = try #require(rig.ask(.accept).batch?.memory)
        _ = rig.ask(.status)
        var next = PatrolRig()
        try next.patrol.resume(try PatrolMemory(notes: try stored.notes()))
        let report = try #require(next.ask(.status).reply?.report)
        #expect(
            report.officers == ["1024", "1025"] && report.orders.map(\.phase) == ["enroute"] && report.st == .enroute
        )
        #expect(next.take(next.command(.dispatch, self.dispatch)).batch == nil, "that command is done")
    }

    @Test("a plan that no known key has signed is refused in one line, and again when it comes again")
    func forged() {
        var rig = PatrolRig()
        let plan = SignedPlan(revision: 3, key: "room", signature: "", plan: "{}")
        let lines = rig.take(.plan(plan)).lines
        #expect(lines.count == 1 && lines[0].hasPrefix("Plan revision 3 from the room refused"))
        #expect(rig.patrol.planRevision == nil)
    }

    @Test("the same inputs at the same moments give the same actions", arguments: UInt64(0)..<20)
    func replays(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        var (one, other) = (PatrolRig(offAfter: 30_000), PatrolRig(offAfter: 30_000))
        for number in 0..<300 {
            let step = Int64.random(in: 0...3_000, using: &random)
            (one.boot, other.boot) = (one.boot + step, other.boot + step)
            let input: PatrolInput
            switch Int.random(in: 0..<7, using: &random) {
            case 0, 1:
                input = try one.fix(
                    metresNorth: .random(in: 0...200, using: &random),
                    speed: .random(in: 0...20, using: &random)
                )
            case 2: input = .tick
            case 3:
                let name = MachineInput.allCases.randomElement(using: &random) ?? .sos
                input = .machine(name: name.rawValue, value: .random(in: 0...1, using: &random))
            case 4: input = one.command(.dispatch, id: "c-\(number)", self.dispatch)
            case 5: input = .console(ConsoleRequest(ConsoleRequest.Verb.allCases.randomElement(using: &random) ?? .sos))
            default: input = .uplink(UplinkState(isLinkUp: true, waiting: .random(in: 0...1, using: &random)))
            }
            let (first, second) = (one.take(input), other.take(input))
            #expect(first == second)
            // At most one batch, and before everything that tells of it.
            #expect(first.count { if case .store = $0 { true } else { false } } <= 1)
            if let batch = first.batch, case .store = first[0] {
                let isStored = Bool.random(using: &random)
                let outcome = isStored ? PatrolInput.stored : .notStored(batch, reason: "full")
                #expect(one.take(outcome) == other.take(outcome))
            } else {
                #expect(first.batch == nil)
            }
        }
    }
}

@Suite("The patrol's daily work, as a machine")
struct PatrolWorkTests {
    private func data(_ actions: [PatrolAction], _ kind: EventKind) -> [String: JSONValue]? {
        for record in actions.batch?.records ?? [] {
            if case .event(kind, let data, _) = record.content { return data }
        }
        return nil
    }

    @Test("an incident that the officer came upon is recorded with its place and name, and cleared as any other")
    func found() throws {
        var rig = PatrolRig()
        #expect(rig.ask(.incident) { $0.category = "fight" }.reply?.ok == false)
        rig.take(try rig.fix())
        _ = rig.ask(.checkin) { $0.officers = ["1024"] }
        rig.boot = 5_000
        let actions = rig.ask(.incident) {
            ($0.category, $0.note, $0.priority) = ("fight", "two men", 1)
        }
        let id = "own-car-01-\(PatrolRig.start + 5_000)"
        let data = try #require(self.data(actions, .incidentFound))
        #expect(data["incident"] == .string(id) && data["category"] == .string("fight") && data["priority"] == .int(1))
        #expect(data["officers"] == .array([.string("1024")]))
        #expect(actions.reply?.report?.st == .scene && actions.reply?.report?.orders.first?.phase == "scene")
        #expect(rig.ask(.incident) { $0.priority = 9 }.reply?.ok == false)
        let cleared = rig.ask(.cleared)
        #expect(self.data(cleared, .dispatchCleared)?["incident"] == .string(id))
        #expect(cleared.reply?.report?.st == .patrol)
    }

    @Test("a visit is somebody's: with nobody checked in, or without a kind, it is refused")
    func visit() throws {
        var rig = PatrolRig()
        #expect(rig.ask(.visit) { $0.kind = "home" }.reply?.ok == false)
        _ = rig.ask(.checkin) { $0.officers = ["1024"] }
        #expect(rig.ask(.visit).reply?.ok == false)
        let actions = rig.ask(.visit) {
            ($0.kind, $0.place, $0.checks, $0.result) = ("inspection", "Inn", ["exit": "blocked"], "told to clear it")
        }
        let data = try #require(self.data(actions, .visit))
        #expect(data["checks"] == .object(["exit": .string("blocked")]) && data["kind"] == .string("inspection"))
        #expect(data["officers"] == .array([.string("1024")]))
    }

    @Test("a task needs an owner and a time that lies ahead; what came of one is recorded with its id")
    func tasks() throws {
        var rig = PatrolRig()
        let due = PatrolRig.start + 86_400_000
        #expect(rig.ask(.task) { ($0.note, $0.due) = ("a broken lamp", due) }.reply?.ok == false)
        #expect(rig.ask(.task) { ($0.note, $0.owner, $0.due) = ("a lamp", "7", PatrolRig.start) }.reply?.ok == false)
        let raised = rig.ask(.task) { ($0.note, $0.owner, $0.due) = ("a broken lamp", "7", due) }
        #expect(self.data(raised, .taskRaised)?["owner"] == .string("7"))
        #expect(rig.ask(.done) { $0.result = "mended" }.reply?.ok == false)
        let answered = rig.ask(.done) { ($0.task, $0.result) = ("t-1", "mended") }
        #expect(self.data(answered, .taskAnswered)?["task"] == .string("t-1"))
    }

    @Test("an assignment outlives a restart, and is taken back by nothing")
    func assignment() throws {
        var rig = PatrolRig()
        let assignment = DutyAssignment(
            id: "early-2026-11-28",
            from: PatrolRig.start,
            until: PatrolRig.start + 60_000,
            places: ["p1"],
            sector: "north"
        )
        let actions = rig.take(.assignment(assignment))
        #expect(rig.take(.assignment(assignment)).batch == nil)
        #expect(rig.ask(.status).reply?.report?.sector == "north")
        let notes = try #require(try actions.batch?.memory?.notes())
        var next = PatrolRig()
        try next.patrol.resume(try PatrolMemory(notes: notes))
        #expect(next.ask(.status).reply?.report?.sector == "north")
        next.boot = 70_000
        #expect(next.ask(.status).reply?.report?.sector == nil)
        let without = try #require(try next.take(.assignment(nil)).batch?.memory?.notes())
        #expect(try PatrolMemory(notes: without).assignment == nil)
    }
}
