import Ground
import Orders
import PatrolWire
import Testing

@Suite("What a unit is doing")
struct UnitDutyTests {
    private func dispatch(_ incident: String) throws -> UnitDuty.Dispatch {
        try #require(UnitDuty.Dispatch(incident: incident, latitude: 40, longitude: 116, text: "go"))
    }

    /// Tells a story and returns statuses after each step, and all events.
    private func tell(_ steps: [UnitDuty.Step]) throws -> (statuses: [UnitStatus], events: [String], duty: UnitDuty) {
        var duty = UnitDuty()
        var (statuses, events): ([UnitStatus], [String]) = ([], [])
        for step in steps {
            events += try duty.take(step).map(\.event.rawValue)
            statuses.append(duty.status)
        }
        return (statuses, events, duty)
    }

    @Test("a dispatch covers what was there, and it comes back")
    func comesBack() throws {
        let steps: [UnitDuty.Step] = [
            .say(.busy), .dispatch(try self.dispatch("a")), .accept, .arrive(.position), .clear,
        ]
        let story = try self.tell(steps)
        #expect(story.statuses == [.busy, .busy, .enroute, .scene, .busy])
        #expect(
            story.events == [
                "unit.status", "dispatch.received", "dispatch.accepted", "unit.status", "dispatch.arrived",
                "unit.status",
                "dispatch.cleared", "unit.status",
            ]
        )
    }

    @Test("a second dispatch while on the way to the first: that comes back too")
    func second() throws {
        let steps: [UnitDuty.Step] = [
            .dispatch(try self.dispatch("a")), .accept, .arrive(.officer), .dispatch(try self.dispatch("b")), .accept,
            .clear, .clear,
        ]
        let story = try self.tell(steps)
        #expect(story.statuses == [.patrol, .enroute, .scene, .scene, .enroute, .scene, .patrol])
    }

    @Test("cancelled or declined, the officer's own word holds, also one said meanwhile")
    func cancelled() throws {
        let steps: [UnitDuty.Step] = [
            .dispatch(try self.dispatch("a")), .accept, .say(.break), .cancel(incident: "a"),
            .dispatch(try self.dispatch("b")), .decline(reason: "no"),
        ]
        let story = try self.tell(steps)
        #expect(story.statuses == [.patrol, .enroute, .enroute, .break, .break, .break])
        #expect(story.duty.dispatches.isEmpty)
    }

    @Test("the last to check out puts the unit off duty, the first to check in on patrol")
    func officers() throws {
        let story = try self.tell([.checkin(["1", "2"]), .checkout(["1"]), .checkout([]), .checkin(["3"])])
        #expect(story.statuses == [.patrol, .patrol, .off, .patrol] && story.duty.officers == ["3"])
    }

    @Test("what cannot be now is refused with its reason, and changes nothing")
    func refused() throws {
        let dispatch = try self.dispatch("a")
        for (before, step, says) in [
            ([], .accept, "no order waits"), ([], .clear, "no order is being followed"),
            ([], .arrive(.officer), "not on the way"), ([], .cancel(incident: "x"), "no order to x"),
            ([], .checkout(["9"]), "nobody of that number"),
            ([.dispatch(dispatch)], .dispatch(dispatch), "already has"),
            ([.checkin(["1"])], .checkin(["1"]), "nobody new"),
        ] as [([UnitDuty.Step], UnitDuty.Step, String)] {
            var duty = try self.tell(before).duty
            let known = duty
            let refusal = #expect(throws: UnitDuty.Refusal.self) { try duty.take(step) }
            #expect(refusal?.description.contains(says) == true && duty == known)
        }
    }

    @Test("arrival is seen by itself: near and slow, twice; driving past is none")
    func arrival() throws {
        var duty = UnitDuty()
        _ = try duty.take(.dispatch(self.dispatch("a")))
        var watch = ArrivalWatch()
        let scene = try #require(Coordinate(latitude: 40, longitude: 116))
        let far = try #require(scene.moved(by: Metres(90), course: 0))
        let near = try #require(scene.moved(by: Metres(60), course: 0))
        let isThereBefore = watch.observe(near, speed: 0, duty: duty)
        #expect(!isThereBefore)
        _ = try duty.take(.accept)
        for (place, speed, isThere) in [
            (far, 0.0, false), (near, 12, false), (near, 1, false), (far, 1, false), (near, 0, false), (near, 1, true),
        ] {
            let seen = watch.observe(place, speed: speed, duty: duty)
            #expect(seen == isThere)
        }
    }

    @Test("a command is done once, and never after its time")
    func desk() {
        var desk = CommandDesk()
        let command = Command(id: "c", kind: .locate, time: 0, expires: 1_000, actor: "test", data: nil)
        #expect(desk.judge(command, now: 1_001) == .expired)
        #expect(desk.judge(command, now: nil) == .fresh && desk.judge(command, now: 1_000) == .fresh)
        desk.keep(
            CommandResult(id: "c", device: "car-01", time: 5, ok: false, reason: "no", data: ["a": .int(1)]),
            of: command
        )
        #expect(desk.judge(command, now: 9_999) == .done(ok: false, reason: "no", data: ["a": .int(1)]))
    }
}
