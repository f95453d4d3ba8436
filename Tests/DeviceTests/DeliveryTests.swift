import Delivery
import Ground
import PatrolWire
import TestSupport
import Testing

/// A record of one byte.
private func message(_ body: UInt8, isEvent: Bool, sequence: Int64 = 1) -> LiveDelivery.Message {
    LiveDelivery.Message([body], RecordNumber(log: "00112233aabbccdd", sequence: sequence), isEvent: isEvent)
}

@Suite("What goes live, as a machine")
struct LiveDeliveryTests {
    private func event(_ number: UInt8) -> LiveDelivery.Event { .offered(message(number, isEvent: true)) }

    private func position(_ number: UInt8) -> LiveDelivery.Event { .offered(message(number, isEvent: false)) }

    /// A lane whose birth message the broker has.
    private func online() -> LiveDelivery {
        var lane = LiveDelivery()
        #expect(lane.take(.connected, at: 0) == [.announce(connection: 1)])
        #expect(!lane.isUp)
        #expect(lane.take(.announced(connection: 1), at: 0).isEmpty && lane.isUp)
        return lane
    }

    @Test("nothing goes before the birth message; then events in order, and only the newest position")
    func order() {
        var lane = LiveDelivery()
        for offer in [self.position(1), self.event(2), self.position(3), self.event(4)] {
            #expect(lane.take(offer, at: 0).isEmpty)
        }
        #expect(lane.take(.connected, at: 0) == [.announce(connection: 1)])
        #expect(lane.take(.announced(connection: 1), at: 0) == [.send(message(2, isEvent: true))])
        #expect(lane.take(self.event(5), at: 0).isEmpty, "one at a time")
        #expect(lane.take(.taken, at: 0) == [.send(message(4, isEvent: true))])
        #expect(lane.take(.taken, at: 0) == [.send(message(5, isEvent: true))])
        #expect(lane.take(.taken, at: 0) == [.send(message(3, isEvent: false))])
        #expect(lane.take(.taken, at: 0).isEmpty)
    }

    @Test("a record that is not taken goes again after a rest, a position only if there is no newer one")
    func refused() {
        var lane = self.online()
        #expect(lane.take(self.event(1), at: 0) == [.send(message(1, isEvent: true))])
        #expect(lane.take(.refused, at: 0) == [.rest(1_000)])
        #expect(lane.take(self.position(2), at: 0).isEmpty, "it rests")
        #expect(lane.take(.rested, at: 0) == [.send(message(1, isEvent: true))])
        #expect(lane.take(.taken, at: 0) == [.send(message(2, isEvent: false))])
        #expect(lane.take(self.position(3), at: 0).isEmpty)
        #expect(lane.take(.refused, at: 0) == [.rest(1_000)])
        #expect(lane.take(.rested, at: 0) == [.send(message(3, isEvent: false))])
    }

    @Test("a device that goes on in another log says so on the same connection")
    func anotherLog() {
        var lane = self.online()
        #expect(lane.take(.logChanged, at: 0) == [.announce(connection: 1)])
        #expect(lane.isUp)
        _ = lane.take(.disconnected, at: 0)
        #expect(lane.take(.logChanged, at: 0).isEmpty)
    }

    @Test("a broken connection: what was on its way goes again after the next birth message")
    func broken() {
        var lane = self.online()
        _ = lane.take(self.event(1), at: 0)
        #expect(lane.take(.disconnected, at: 0).isEmpty && !lane.isUp)
        #expect(lane.take(.connected, at: 0) == [.announce(connection: 2)])
        #expect(lane.take(.refused, at: 0) == [.rest(1_000)], "the link gives up the old message late")
        #expect(lane.take(.announced(connection: 2), at: 0).isEmpty)
        #expect(lane.take(.rested, at: 0) == [.send(message(1, isEvent: true))])
    }

    @Test("a connection that breaks before its birth message is answered does not speak for the next one")
    func brokenEarly() {
        var lane = LiveDelivery()
        _ = lane.take(.connected, at: 0)
        _ = lane.take(.disconnected, at: 0)
        #expect(lane.take(.connected, at: 0) == [.announce(connection: 2)])
        #expect(lane.take(.notAnnounced(connection: 1), at: 0).isEmpty)
        _ = lane.take(.announced(connection: 2), at: 0)
        #expect(lane.isUp)
    }

    @Test("the end: what waits is sent, then goodbye; without time or link it ends at once")
    func end() {
        var lane = self.online()
        _ = lane.take(self.event(1), at: 0)
        _ = lane.take(self.event(2), at: 0)
        #expect(lane.take(.stop, at: 0) == [.limit(3_000)])
        #expect(lane.take(.taken, at: 0) == [.send(message(2, isEvent: true))])
        #expect(lane.take(.taken, at: 0) == [.sayGoodbye])
        #expect(lane.take(.goodbyeSaid, at: 0) == [.end])

        lane = self.online()
        _ = lane.take(self.event(1), at: 0)
        _ = lane.take(.stop, at: 0)
        #expect(lane.take(.outOfTime, at: 0) == [.sayGoodbye])

        lane = self.online()
        #expect(lane.take(.stop, at: 0) == [.limit(3_000), .sayGoodbye])
        #expect(lane.take(.disconnected, at: 0) == [.end])

        lane = LiveDelivery()
        #expect(lane.take(.stop, at: 0) == [.end])
        #expect(lane.take(.connected, at: 0).isEmpty && lane.take(self.event(1), at: 0).isEmpty)
    }

    @Test("a record counts as backlog once it has had its time to go live")
    func settling() {
        var lane = LiveDelivery()
        #expect(lane.settledSequence(at: 0, settling: 8_000) == .max)
        _ = lane.take(.offered(message(1, isEvent: true, sequence: 5)), at: 1_000)
        _ = lane.take(.offered(message(1, isEvent: true, sequence: 6)), at: 2_000)
        #expect(lane.settledSequence(at: 8_999, settling: 8_000) == 4)
        #expect(lane.settledSequence(at: 9_000, settling: 8_000) == 5)
        #expect(lane.settledSequence(at: 10_000, settling: 8_000) == .max)
    }
}

@Suite("The backlog, as a machine")
struct BacklogDeliveryTests {
    private func batch(upTo last: Int64?) -> BacklogDelivery.Event {
        .found(BacklogBatch(log: "00112233aabbccdd", records: last.map { _ in [[1]] } ?? [], last: last, dropped: []))
    }

    /// A lane with a link and a room, which has asked for its first batch.
    private func reading(_ allowance: BacklogAllowance = BacklogAllowance()) -> BacklogDelivery {
        var lane = BacklogDelivery(allowance)
        #expect(lane.take(.link(isUp: true), wall: 0, boot: 0).isEmpty, "without a room nothing goes")
        let actions = lane.take(.room(isOnline: true), wall: 0, boot: 0)
        #expect(actions == [.read(BacklogQuery(after: 0, isChecked: false))])
        return lane
    }

    /// Whether a message goes, and from where is read on.
    private func isSend(_ actions: [BacklogDelivery.Action], thenAfter cursor: Int64?, checked: Bool = false) -> Bool {
        guard case .send = actions.first else { return false }
        let next = cursor.map { [BacklogDelivery.Action.read(BacklogQuery(after: $0, isChecked: checked))] } ?? []
        return Array(actions.dropFirst()) == next
    }

    @Test("batches follow each other, eight on their way at most, and the next goes when one is taken")
    func window() {
        var lane = self.reading()
        for last in 1..<Int64(8) {
            #expect(self.isSend(lane.take(self.batch(upTo: last), wall: 0, boot: 0), thenAfter: last))
        }
        #expect(self.isSend(lane.take(self.batch(upTo: 8), wall: 0, boot: 0), thenAfter: nil))
        #expect(lane.take(.tick, wall: 0, boot: 0).isEmpty)
        #expect(lane.take(.taken, wall: 0, boot: 0) == [.read(BacklogQuery(after: 8, isChecked: false))])
    }

    @Test("what is not acknowledged in time goes again, looked at first; new records go on meanwhile")
    func patience() {
        var lane = self.reading()
        _ = lane.take(self.batch(upTo: 5), wall: 0, boot: 0)
        #expect(lane.take(self.batch(upTo: nil), wall: 0, boot: 100).isEmpty)
        _ = lane.take(.taken, wall: 0, boot: 200)
        #expect(lane.take(.tick, wall: 0, boot: 10_099) == [.read(BacklogQuery(after: 5, isChecked: false))])
        #expect(lane.take(self.batch(upTo: nil), wall: 0, boot: 10_099).isEmpty)
        #expect(lane.take(.tick, wall: 0, boot: 10_100) == [.read(BacklogQuery(after: 0, isChecked: true))])
        #expect(self.isSend(lane.take(self.batch(upTo: 5), wall: 0, boot: 10_100), thenAfter: 5, checked: true))
        #expect(lane.take(self.batch(upTo: nil), wall: 0, boot: 10_100).isEmpty)
        #expect(lane.take(.tick, wall: 0, boot: 10_200) == [.read(BacklogQuery(after: 5, isChecked: false))])
    }

    @Test("a room that comes back, and one that wants records again, are sent everything from the beginning")
    func anew() {
        var lane = self.reading()
        _ = lane.take(self.batch(upTo: 5), wall: 0, boot: 0)
        _ = lane.take(.room(isOnline: false), wall: 0, boot: 0)
        _ = lane.take(.room(isOnline: true), wall: 0, boot: 0)
        // The batch that was being read meanwhile goes, and does not move the cursor on.
        #expect(self.isSend(lane.take(self.batch(upTo: 9), wall: 0, boot: 0), thenAfter: 0))
        #expect(lane.take(self.batch(upTo: nil), wall: 0, boot: 0).isEmpty)
        #expect(lane.take(.again, wall: 0, boot: 0) == [.read(BacklogQuery(after: 0, isChecked: false))])
    }

    @Test("a message that is not taken sets the cursor back")
    func refused() {
        var lane = self.reading()
        for last in 1...Int64(8) { _ = lane.take(self.batch(upTo: last), wall: 0, boot: 0) }
        #expect(lane.take(.refused, wall: 0, boot: 0).isEmpty, "not again in a tight loop")
        #expect(lane.take(.tick, wall: 0, boot: 500) == [.read(BacklogQuery(after: 0, isChecked: false))])
    }

    @Test("a rate makes it pause, a day's allowance ends it until midnight, and what was spent is kept")
    func allowance() {
        var lane = self.reading(BacklogAllowance(bytesPerSecond: 1_000))
        let actions = lane.take(self.batch(upTo: 1), wall: 0, boot: 0)
        guard case .send(let payload)? = actions.first else {
            Issue.record("\(actions)")
            return
        }
        #expect(actions.dropFirst() == [.pause(Int64(payload.count))])
        #expect(
            lane.take(.tick, wall: 0, boot: Int64(payload.count)) == [.read(BacklogQuery(after: 1, isChecked: false))]
        )

        let day: Int64 = 86_400_000
        lane = self.reading(BacklogAllowance(bytesPerDay: 10))
        let spent = DaySpending(day: 0, bytes: payload.count)
        #expect(lane.take(self.batch(upTo: 1), wall: 0, boot: 0) == [.send(payload), .keep(spent)])
        #expect(lane.take(.tick, wall: day - 1, boot: day - 1) == [.pause(1)])
        #expect(lane.take(.tick, wall: day, boot: day) == [.read(BacklogQuery(after: 1, isChecked: false))])

        var restarted = BacklogDelivery(BacklogAllowance(bytesPerDay: 10), spent: spent)
        _ = restarted.take(.link(isUp: true), wall: 1, boot: 1)
        #expect(restarted.take(.room(isOnline: true), wall: 1, boot: 1).isEmpty, "a restart is no new day")
    }

    @Test("the end waits for what is on its way, and for nothing else")
    func end() {
        var lane = self.reading()
        _ = lane.take(self.batch(upTo: 1), wall: 0, boot: 0)
        #expect(lane.take(.stop, wall: 0, boot: 0).isEmpty)
        #expect(lane.take(self.batch(upTo: 2), wall: 0, boot: 0).isEmpty, "nothing new is begun")
        #expect(lane.take(.taken, wall: 0, boot: 0) == [.end])
        lane = BacklogDelivery(BacklogAllowance())
        #expect(lane.take(.stop, wall: 0, boot: 0) == [.end])
    }
}

@Suite("Both lanes, whatever happens")
struct DeliveryTests {
    @Test("random lives keep the limits, send only on a link, and end once", arguments: UInt64(0)..<200)
    func lives(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        var life = Life()
        for _ in 0..<500 { life.step(&random) }
        life.finish(&random)
        #expect(life.faults.isEmpty, "seed \(seed): \(life.faults.prefix(3))")
        #expect(life.ends == 1, "seed \(seed)")
    }

    /// A delivery, and a broker and a disk that do as they like.
    private struct Life {
        var delivery = Delivery(BacklogAllowance(bytesPerSecond: 5_000), spent: DaySpending(day: 0, bytes: 0))
        var boot: Int64 = 0
        var isConnected = false
        var live = 0
        var backlog = 0
        var isReading = false
        var owed: [Delivery.Event] = []
        var ends = 0
        var sequence: Int64 = 0
        var faults: [String] = []

        mutating func take(_ event: Delivery.Event) {
            for action in self.delivery.take(event, wall: self.boot, boot: self.boot) {
                if self.ends > 0 { self.faults.append("\(action) after the end") }
                switch action {
                case .announce(let connection):
                    let isTaken = self.isConnected
                    self.owed.append(
                        .live(isTaken ? .announced(connection: connection) : .notAnnounced(connection: connection))
                    )
                case .send:
                    self.live += 1
                    if self.live > 1 { self.faults.append("two live messages at once") }
                    if !self.delivery.isUp { self.faults.append("a live message without a link") }
                case .sendBacklog:
                    self.backlog += 1
                    if self.backlog > 8 { self.faults.append("\(self.backlog) messages of backlog at once") }
                case .sayGoodbye: self.owed.append(.live(.goodbyeSaid))
                case .read:
                    if self.isReading { self.faults.append("two reads at once") }
                    self.isReading = true
                case .keep, .sent, .doubtSent: break
                case .wait(_, let event): self.owed.append(event)
                case .end: self.ends += 1
                }
            }
        }

        mutating func step(_ random: inout SplitMix64) {
            self.boot += Int64.random(in: 0...2_000, using: &random)
            switch Int.random(in: 0..<10, using: &random) {
            case 0:
                self.isConnected.toggle()
                self.take(.live(self.isConnected ? .connected : .disconnected))
            case 1: self.take(.backlog(.room(isOnline: Bool.random(using: &random))))
            case 2: self.take(.backlog(.again))
            case 3, 4:
                self.sequence += 1
                let record = message(1, isEvent: Bool.random(using: &random), sequence: self.sequence)
                self.take(.live(.offered(record)))
            case 5: self.take(.backlog(.tick))
            default: self.answer(&random)
            }
        }

        /// Something that was asked for is done.
        mutating func answer(_ random: inout SplitMix64) {
            let isTaken = self.isConnected && Int.random(in: 0..<4, using: &random) > 0
            if self.isReading {
                self.isReading = false
                let last = Bool.random(using: &random) ? self.sequence : nil
                let batch = BacklogBatch(
                    log: "00112233aabbccdd",
                    records: last.map { _ in [[1]] } ?? [],
                    last: last,
                    dropped: []
                )
                self.take(.backlog(.found(Int.random(in: 0..<9, using: &random) == 0 ? nil : batch)))
            } else if !self.owed.isEmpty {
                self.take(self.owed.removeFirst())
            } else if self.live > 0, Bool.random(using: &random) {
                self.live -= 1
                self.take(.live(isTaken ? .taken : .refused))
            } else if self.backlog > 0 {
                self.backlog -= 1
                self.take(.backlog(isTaken ? .taken : .refused))
            }
        }

        mutating func finish(_ random: inout SplitMix64) {
            self.take(.stop)
            for _ in 0..<200 where self.ends == 0 { self.answer(&random) }
        }
    }
}
