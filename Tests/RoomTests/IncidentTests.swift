import Cases
import Ground
import Incidents
import PatrolWire
import TestSupport
import Testing
import Threading
import Units

@Suite("Incidents")
struct IncidentTests {
    private let time = Locked<Int64>(1_000_000)

    private func desk(_ store: MemoryStore = MemoryStore(), kept: [Incident] = []) -> IncidentDesk {
        let time = self.time
        return IncidentDesk(kept, store: store, now: { time.withLock { $0 } }, changed: { _ in })
    }

    private func pass(_ seconds: Double) { self.time.withLock { $0 += Int64(seconds * 1_000) } }

    private func unit(
        _ device: String,
        of station: String = "jinzhan",
        order: String = "order",
        seconds: Double = 60
    ) -> IncidentStep {
        .assign(
            IncidentStep.UnitToSend(
                station: station,
                device: device,
                unit: device,
                order: "\(order)-\(device)",
                offered: [
                    Assignment.Offer(device: "car-09", seconds: 50), Assignment.Offer(device: device, seconds: 60),
                ],
                forecast: Assignment.Forecast(seconds: seconds, p10: 40, p90: 90, metres: 700)
            )
        )
    }

    private func open(_ desk: IncidentDesk) async throws -> Incident {
        let report = Incident.Report(latitude: 41.15, longitude: -8.61, category: "theft", note: "a bicycle")
        return try await desk.open(report, station: nil, actor: "li", origin: "test")
    }

    private func record(
        _ device: String,
        _ event: EventKind?,
        incident: String,
        at time: Int64,
        speed: Double? = nil,
        status: UnitStatus = .enroute
    ) throws -> (Record, Name) {
        var record = Record(
            device: device,
            unit: device,
            log: "00112233aabbccdd",
            sequence: 1,
            time: time,
            timeQuality: .gnss,
            uptime: 0,
            trigger: .event,
            status: status
        )
        record.event = event
        record.speed = speed
        if event != nil { record.data = ["incident": .string(incident)] }
        return (record, try #require(Name.device(device)))
    }

    @Test("goes its course: received, assigned, accepted, en route, on scene, cleared, each step with time and actor")
    func course() async throws {
        let desk = self.desk()
        let station = try #require(Name("jinzhan"))
        var incident = try await self.open(desk)
        #expect(incident.state == .received)
        self.pass(5)
        incident = try await desk.take(self.unit("car-01"), with: incident.id, actor: "wang", origin: "test")
        #expect(incident.state == .assigned && incident.assignments[0].rank == 2)
        #expect(await desk.due().map(\.order.command.kind) == [.dispatch])
        for (event, seconds, state) in [
            (EventKind.dispatchReceived, 1.0, Incident.State.assigned), (.dispatchAccepted, 6, .accepted),
        ] {
            self.pass(seconds)
            let (record, device) = try self.record(
                "car-01",
                event,
                incident: incident.id,
                at: self.time.withLock { $0 }
            )
            try await desk.heard(record, station: station, device: device)
            #expect(try await desk.incident(incident.id).state == state)
        }
        self.pass(2)
        let (driving, device) = try self.record(
            "car-01",
            nil,
            incident: "",
            at: self.time.withLock { $0 },
            speed: 8
        )
        try await desk.heard(driving, station: station, device: device)
        #expect(try await desk.incident(incident.id).state == .enroute)
        self.pass(50)
        let (there, _) = try self.record(
            "car-01",
            .dispatchArrived,
            incident: incident.id,
            at: self.time.withLock { $0 }
        )
        try await desk.heard(there, station: station, device: device)
        // The same word again, out of a backlog, changes nothing.
        try await desk.heard(there, station: station, device: device)
        incident = try await desk.incident(incident.id)
        #expect(incident.state == .scene && incident.firstArrival.map { $0 - incident.received } == 64_000)
        incident = try await desk.take(
            .close(Incident.Disposition(result: "found", isReferred: true)),
            with: incident.id,
            actor: "wang",
            origin: "test"
        )
        #expect(incident.state == .cleared && incident.disposition?.isReferred == true)
        #expect(
            incident.entries.map(\.what) == ["open", "assign", "delivered", "accepted", "enroute", "scene", "close"]
        )
        #expect(incident.entries.map(\.actor) == ["li", "wang", "car-01", "car-01", "car-01", "car-01", "wang"])
        incident = try await desk.take(.reopen, with: incident.id, actor: "li", origin: "test")
        #expect(incident.state == .awaiting && incident.disposition == nil)
    }

    @Test("of two who act at once one wins, and the other is told by whom")
    func conflict() async throws {
        let desk = self.desk()
        let (first, second) = (try await self.open(desk), try await self.open(desk))
        try await desk.take(self.unit("car-01"), with: first.id, actor: "wang", origin: "test")
        for incident in [first, second] {
            await #expect {
                try await desk.take(self.unit("car-01"), with: incident.id, actor: "li", origin: "test")
            } throws: { error in
                (error as? IncidentRefusal)?.kind == .conflict && "\(error)".contains("wang has sent car-01")
            }
        }
        await #expect {
            try await desk.take(.cancel(reason: nil), with: first.id, version: 1, actor: "li", origin: "test")
        } throws: { error in "\(error)".contains("changed meanwhile by wang") }
        await #expect(throws: IncidentRefusal.self) {
            try await desk.take(.reopen, with: "nothing", actor: "li", origin: "test")
        }
    }

    @Test("devices of one name at two stations are told apart")
    func namesakes() async throws {
        let desk = self.desk()
        let id = try await self.open(desk).id
        try await desk.take(self.unit("car-01"), with: id, actor: "li", origin: "test")
        try await desk.take(self.unit("car-01", of: "lido", order: "other"), with: id, actor: "li", origin: "test")
        let (record, device) = try self.record("car-01", .dispatchAccepted, incident: id, at: 1_001_000)
        try await desk.heard(record, station: try #require(Name("lido")), device: device)
        let accepted = try await desk.incident(id).assignments.filter { $0.accepted != nil }.map(\.station)
        #expect(accepted == ["lido"])
        await #expect {
            try await desk.take(.recall(device: "car-01"), with: id, actor: "li", origin: "test")
        } throws: { error in "\(error)".contains("say 'station' too") }
        try await desk.take(.recall(device: "car-01", station: "jinzhan"), with: id, actor: "li", origin: "test")
        #expect(await desk.engaged.map(\.description) == ["lido/car-01"])
    }

    @Test("an order is told until the device answers; who is called back is told that too")
    func orders() async throws {
        let desk = self.desk()
        let station = try #require(Name("jinzhan"))
        let incident = try await self.open(desk)
        try await desk.take(self.unit("car-01"), with: incident.id, actor: "li", origin: "test")
        #expect(await desk.due().count == 1)
        #expect(await desk.due().isEmpty)
        self.pass(4)
        let again = await desk.due()
        #expect(again.map(\.order.command.id) == ["order-car-01"])
        let result = CommandResult(id: "order-car-01", device: "car-01", time: 0, ok: true, reason: nil, data: nil)
        // What another device says of it keeps the order from nobody.
        try await desk.answered(result, station: station, device: try #require(Name.device("car-02")))
        self.pass(4)
        #expect(await desk.due().count == 1)
        try await desk.answered(result, station: station, device: try #require(Name.device("car-01")))
        self.pass(60)
        #expect(await desk.due().isEmpty)
        #expect(try await desk.incident(incident.id).assignments[0].delivered != nil)
        try await desk.take(.recall(device: "car-01"), with: incident.id, actor: "li", origin: "test")
        #expect(await desk.due().map(\.order.command.kind) == [.cancel])
        #expect(try await desk.incident(incident.id).state == .received)
        // Sent anew after the refusal of another.
        try await desk.take(self.unit("car-02", order: "second"), with: incident.id, actor: "li", origin: "test")
        let no = CommandResult(id: "second-car-02", device: "car-02", time: 0, ok: false, reason: "busy", data: nil)
        try await desk.answered(no, station: station, device: try #require(Name.device("car-02")))
        #expect(try await desk.incident(incident.id).assignments[1].refusal == "busy")
        #expect(await desk.engaged.isEmpty)
    }

    @Test("overdue steps raise an alarm until somebody takes it, and only one can")
    func alarms() async throws {
        let desk = self.desk()
        let incident = try await self.open(desk)
        self.pass(61)
        #expect(await desk.alarms.map(\.kind) == [.unassigned])
        try await desk.take(self.unit("car-01"), with: incident.id, actor: "li", origin: "test")
        #expect(await desk.alarms.isEmpty)
        self.pass(31)
        #expect(await desk.alarms.map(\.kind) == [.undelivered, .unaccepted])
        try await desk.take(.device("car-01", .accepted, at: 0), with: incident.id, actor: "li", origin: "test")
        self.pass(61)
        #expect(await desk.alarms.map(\.kind) == [.unmoving, .late])
        let late = try #require(await desk.alarms.last)
        try await desk.take(.take(alarm: late.name), with: incident.id, actor: "li", origin: "test")
        #expect(await desk.alarms.last?.taken == "li")
        await #expect(throws: IncidentRefusal.self) {
            try await desk.take(.take(alarm: late.name), with: incident.id, actor: "wang", origin: "test")
        }
        try await desk.take(.device("car-01", .arrived, at: 0), with: incident.id, actor: "li", origin: "test")
        #expect(await desk.alarms.isEmpty)
    }

    private func sos(_ sequence: Int64, at time: Int64, latitude: Double? = 41.2) throws -> (Record, Name, Name) {
        var (record, device) = try self.record("car-07", .sos, incident: "", at: time, status: .patrol)
        (record.sequence, record.data) = (sequence, ["officers": .array([])])
        (record.latitude, record.longitude) = (latitude, latitude.map { _ in -8.6 })
        return (record, try #require(Name("jinzhan")), device)
    }

    @Test("the first call for help makes an alarm above all others, repeats make none, and it follows its device")
    func distress() async throws {
        let desk = self.desk()
        _ = try await self.open(desk)
        self.pass(100)
        let began = self.time.withLock { $0 }
        for number in 1...3 as ClosedRange<Int64> {
            let (record, station, device) = try self.sos(number, at: began + number)
            try await desk.heard(record, station: station, device: device)
        }
        #expect(await desk.all.count == 2)
        #expect(await desk.alarms.map(\.kind) == [.sos, .unassigned])
        let call = try #require(await desk.all.first { $0.distress != nil })
        var (moved, device) = try self.record("car-07", nil, incident: "", at: began + 5_000)
        moved.setPlace(latitude: 41.3, longitude: -8.7)
        self.pass(5)
        try await desk.heard(moved, station: try #require(Name("jinzhan")), device: device)
        let followed = try await desk.incident(call.id)
        #expect(followed.report.latitude == 41.3 && followed.version == call.version)
        let alarm = try #require(await desk.alarms.first)
        try await desk.take(.take(alarm: alarm.name), with: call.id, actor: "li", origin: "test")
        let told = try #require(await desk.due().first { $0.order.device == "car-07" }).order.command
        #expect(told.kind == .message && told.data?["by"] == .string("li"))
        // Closed; what was pressed before that is about it, what is pressed later is another call.
        self.pass(5)
        let end = Incident.Disposition(result: "settled", isReferred: false)
        try await desk.take(.close(end), with: call.id, actor: "li", origin: "test")
        device = try #require(Name.device("car-07"))
        for (sequence, time, count) in [(4, began + 4, 2), (1, began + 1, 2), (5, began + 20_000, 3)] {
            self.pass(10)
            let (record, station, device) = try self.sos(Int64(sequence), at: time)
            try await desk.heard(record, isBacklog: true, station: station, device: device)
            #expect(await desk.all.count == count)
        }
    }

    @Test("a decline raises its alarm at once with its reason, until another unit is sent")
    func declined() async throws {
        let desk = self.desk()
        let incident = try await self.open(desk)
        try await desk.take(self.unit("car-01"), with: incident.id, actor: "li", origin: "test")
        let no = IncidentStep.device("car-01", .declined(reason: "flat tyre"), at: self.time.withLock { $0 })
        try await desk.take(no, with: incident.id, actor: "car-01", origin: "mqtt")
        let alarm = try #require(await desk.alarms.first)
        #expect(alarm.kind == .declined && alarm.text == "flat tyre" && alarm.device == "car-01")
        self.pass(1)
        try await desk.take(self.unit("car-02"), with: incident.id, actor: "li", origin: "test")
        #expect(await desk.alarms.isEmpty)
    }

    @Test("when every unit has cleared the incident awaits its closing, and asks for it after a time")
    func unclosed() async throws {
        let desk = self.desk()
        let incident = try await self.open(desk)
        try await desk.take(self.unit("car-01"), with: incident.id, actor: "li", origin: "test")
        for step in [IncidentStep.DeviceStep.arrived, .cleared] {
            let now = self.time.withLock { $0 }
            try await desk.take(.device("car-01", step, at: now), with: incident.id, actor: "car-01", origin: "mqtt")
        }
        #expect(try await desk.incident(incident.id).state == .awaiting)
        #expect(await desk.alarms.isEmpty)
        self.pass(121)
        #expect(await desk.alarms.map(\.kind) == [.unclosed])
    }

    @Test("what comes from a device or another system holds while the store fails, and is kept afterwards")
    func failingStore() async throws {
        let store = MemoryStore()
        let desk = self.desk(store)
        store.isFull.withLock { $0 = true }
        let report = Incident.Report(latitude: 41.15, longitude: -8.61)
        let incident = try await desk.open(report, station: nil, actor: "110", origin: "mqtt", id: "a-1", isKept: false)
        let (record, station, device) = try self.sos(1, at: 1_000_000)
        try await desk.heard(record, station: station, device: device)
        #expect(await desk.all.count == 2)
        #expect(await desk.unkeptCount == 2)
        await #expect(throws: MemoryStore.Full.self) { try await desk.keepUnkept() }
        store.isFull.withLock { $0 = false }
        try await desk.keepUnkept()
        #expect(await desk.unkeptCount == 0)
        #expect(Set(store.incidents.keys).contains(incident.id))
        #expect(store.incidents.count == 2)
    }

    @Test("a number that the store knows as another's is not given again, to incidents as to roll calls")
    func numbers() async throws {
        let store = MemoryStore()
        let first = try await self.open(self.desk(store))
        // Another desk on the same store, which has never heard of it.
        let second = try await self.open(self.desk(store))
        #expect(first.id != second.id && store.incidents.count == 2)
        let time = self.time
        let calls = RollCallDesk(
            [],
            store: store,
            now: { time.withLock { $0 } },
            isInside: { _ in nil },
            changed: { _ in }
        )
        let member = RollCall.Member(station: "jinzhan", device: "car-01", unit: "01")
        var ids: Set<String> = []
        for number in 1...205 {
            if number == 204 { self.pass(1) }
            ids.insert(
                try await calls.call([member], seconds: 60, needsOfficer: false, actor: "li", origin: "test").id
            )
        }
        #expect(ids.count == 205)
        // The first has left the desk's memory and is found all the same.
        for id in ids { #expect(try await calls.call(id)?.id == id) }
        let page = try await calls.page(before: CaseCursor(time: .max), limit: 300)
        #expect(page.count == 205)
    }

    @Test("what cannot be kept is not done")
    func fullDisk() async throws {
        let store = MemoryStore()
        let desk = self.desk(store)
        let incident = try await self.open(desk)
        store.isFull.withLock { $0 = true }
        await #expect(throws: MemoryStore.Full.self) {
            try await desk.take(self.unit("car-01"), with: incident.id, actor: "li", origin: "test")
        }
        #expect(try await desk.incident(incident.id).state == .received)
        #expect(await desk.due().isEmpty)
    }

    @Test("a restarted room tells an order that no device had confirmed")
    func restart() async throws {
        let desk = self.desk()
        let incident = try await self.open(desk)
        try await desk.take(self.unit("car-01"), with: incident.id, actor: "li", origin: "test")
        let restarted = self.desk(kept: await desk.all)
        #expect(await restarted.due().map(\.order.command.id) == ["order-car-01"])
        #expect(try await restarted.incident(incident.id) == desk.incident(incident.id))
    }

    @Test("fifty dispatchers at random: a unit is never on two incidents, no step is lost, all is attributed")
    func crowd() async throws {
        let store = MemoryStore()
        let desk = self.desk(store)
        var incidents: [String] = []
        for _ in 0..<12 { incidents.append(try await self.open(desk).id) }
        let ids = incidents
        await withTaskGroup(of: Void.self) { group in
            for number in 0..<50 {
                group.addTask {
                    var random = SplitMix64(seed: UInt64(number))
                    for round in 0..<60 {
                        let id = ids.randomElement(using: &random) ?? ids[0]
                        let device = "car-\(Int.random(in: 10...24, using: &random))"
                        let order = "\(number)-\(round)"
                        let steps: [IncidentStep] = [
                            self.unit(device, order: order), .recall(device: device), .cancel(reason: nil),
                            .close(Incident.Disposition(result: "done", isReferred: false)), .reopen,
                            .device(device, .accepted, at: 0), .device(device, .arrived, at: 0),
                            .device(device, .cleared, at: 0), .device(device, .declined(reason: "no"), at: 0),
                        ]
                        do {
                            let step = steps.randomElement(using: &random) ?? .reopen
                            try await desk.take(step, with: id, actor: "d\(number)", origin: "test")
                        } catch {
                            #expect(error is IncidentRefusal)
                        }
                        let open = await desk.all.filter { !$0.state.isEnded }
                        let active = open.flatMap(\.assignments).filter(\.isActive).compactMap(\.id)
                        #expect(Set(active).count == active.count, "a unit is on two incidents")
                    }
                }
            }
        }
        let all = await desk.all
        let steps = all.reduce(0) { $0 + $1.entries.count }
        #expect(store.saved.withLock { $0.count } == steps)
        for incident in all {
            #expect(incident.version == incident.entries.count)
            #expect(incident.entries.dropFirst().allSatisfy { $0.actor.hasPrefix("d") })
            if incident.state.isEnded { #expect(incident.assignments.filter(\.isActive).isEmpty) }
        }
    }
}

@Suite("Roll calls")
struct RollCallTests {
    @Test("say who answered, who late, who not at all, and who from where he does not belong")
    func results() {
        var call = RollCall(
            id: "1",
            started: 1_000,
            seconds: 60,
            actor: "li",
            needsOfficer: true,
            members: ["a", "b", "c", "d"].map { RollCall.Member(station: "s", device: $0, unit: $0) }
        )
        #expect(call.members.allSatisfy { call.result(of: $0, at: 30_000) == .waiting })
        // The device alone does not do where the officer has to answer.
        func answer(
            _ device: String,
            isOfficer: Bool = true,
            at time: Int64,
            place: (latitude: Double, longitude: Double)?,
            isInside: Bool?
        ) -> Bool { call.answer(device, of: "s", isOfficer: isOfficer, at: time, place: place, isInside: isInside) }
        #expect(answer("a", isOfficer: false, at: 2_000, place: (1, 1), isInside: true))
        #expect(answer("a", at: 20_000, place: (1, 1), isInside: true))
        #expect(!answer("a", at: 25_000, place: (1, 1), isInside: true), "the first word counts")
        #expect(answer("b", at: 70_000, place: nil, isInside: nil))
        #expect(answer("c", at: 5_000, place: (2, 2), isInside: false))
        #expect(!answer("stranger", at: 5_000, place: nil, isInside: nil))
        #expect(call.members.map { call.result(of: $0, at: 90_000) } == [.answered, .late, .outside, .silent])
    }
}
