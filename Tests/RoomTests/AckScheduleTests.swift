import Ledger
import PatrolWire
import Testing

@Suite("When a log is acknowledged")
struct AckScheduleTests {
    private func name(_ device: String) throws -> LogName {
        LogName(
            station: try #require(Name("jinzhan")),
            device: try #require(Name.device(device)),
            log: "00112233aabbccdd"
        )
    }

    @Test("at once for backlog, after five seconds for live records, with the newest state")
    func due() throws {
        var schedule = AckSchedule()
        schedule.note(
            AckSchedule.Due(name: try self.name("a"), stored: SequenceRanges([1...1])),
            isBacklog: false,
            now: 1_000
        )
        schedule.note(
            AckSchedule.Due(name: try self.name("b"), stored: SequenceRanges([1...9])),
            isBacklog: true,
            now: 1_000
        )
        #expect(schedule.takeDue(now: 1_000).map(\.name.device.text) == ["b"])
        schedule.note(
            AckSchedule.Due(name: try self.name("a"), stored: SequenceRanges([1...2])),
            isBacklog: false,
            now: 4_000
        )
        #expect(schedule.takeDue(now: 5_999).isEmpty)
        #expect(schedule.takeDue(now: 6_000).map(\.stored.upTo) == [2])
        #expect(schedule.takeDue(now: 99_000).isEmpty)
    }

    @Test("what the broker did not take comes again, unless there is something newer")
    func giveBack() throws {
        var schedule = AckSchedule()
        schedule.giveBack(AckSchedule.Due(name: try self.name("a"), stored: SequenceRanges([1...1])), now: 0)
        #expect(schedule.takeDue(now: 1_000).map(\.stored.upTo) == [1])
        schedule.note(
            AckSchedule.Due(name: try self.name("a"), stored: SequenceRanges([1...2])),
            isBacklog: true,
            now: 0
        )
        schedule.giveBack(AckSchedule.Due(name: try self.name("a"), stored: SequenceRanges([1...1])), now: 0)
        #expect(schedule.takeDue(now: 1_000).map(\.stored.upTo) == [2])
    }

    @Test(
        "what came and could not be stored is not acknowledged before it comes again, whatever the ledger says of its number"
    )
    func withheld() throws {
        var schedule = AckSchedule()
        let name = try self.name("a")
        let failed = LogDelivery(name: name, records: [], dropped: [4...6])
        schedule.notStored([failed])
        var outcome = StoreOutcome()
        outcome.stored[name] = SequenceRanges([1...10])
        outcome.ends[name] = [1]
        schedule.note(outcome, of: [LogDelivery(name: name, records: [], dropped: [10...10])], backlog: [name], now: 0)
        let told = try #require(schedule.takeDue(now: 0).first)
        #expect(told.stored.ranges == [1...3, 7...10] && told.end == nil)
        schedule.note(outcome, of: [failed], backlog: [name], now: 0)
        let whole = try #require(schedule.takeDue(now: 0).first)
        #expect(whole.stored.ranges == [1...10] && whole.end == [1])
    }
}
