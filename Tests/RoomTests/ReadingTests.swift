import BrokerLink
import History
import Ledger
import PatrolWire
import Testing

@testable import Intake

@Suite("What the room believes")
struct ReadingTests {
    private func read(_ topic: String, _ payload: [UInt8]) throws -> Reading {
        let message = ReceivedMessage(topic: topic, payload: payload, isRetained: false, correlation: nil, received: 7)
        return Reading(message, station: try #require(Name("jinzhan")))
    }

    private func rejection(_ topic: String, _ payload: [UInt8]) throws -> IntakeCounts.Rejection? {
        guard case .rejected(let rejection, _) = try self.read(topic, payload) else { return nil }
        return rejection
    }

    @Test("a record in its device's topic")
    func good() throws {
        let bytes = try WireCoder().encode(record(1, time: 5))
        guard case .delivery(let delivery, isBacklog: false) = try self.read("patrol/1/jinzhan/car-01/pos", bytes)
        else {
            Issue.record("not read")
            return
        }
        #expect(delivery.records.map(\.record) == [record(1, time: 5)])
        #expect(delivery.name.device.text == "car-01" && delivery.records[0].body == bytes)
    }

    @Test("a backlog's records, one by one")
    func backlog() throws {
        let backlog = Backlog(log: "00112233aabbccdd", records: (1...60).map { record($0, time: $0) })
        let bytes = try WireCoder().encode(backlog)
        guard case .delivery(let delivery, isBacklog: true) = try self.read("patrol/1/jinzhan/car-01/log", bytes) else {
            Issue.record("not read")
            return
        }
        #expect(delivery.records.count == 60)
    }

    @Test("not a device that speaks in another's name")
    func impostor() throws {
        let bytes = try WireCoder().encode(record(1, time: 5, device: "car-02"))
        #expect(try self.rejection("patrol/1/jinzhan/car-01/pos", bytes) == .impostor)
    }

    @Test("not another station, version, channel or rubbish")
    func others() throws {
        let bytes = try WireCoder().encode(record(1, time: 5))
        #expect(try self.rejection("patrol/1/elsewhere/car-01/pos", bytes) == .topic)
        #expect(try self.rejection("patrol/1/jinzhan/car-01/cmd", bytes) == .topic)
        #expect(try self.rejection("patrol/1/jinzhan/car-01/evt", bytes) == .malformed)
        #expect(try self.rejection("patrol/1/jinzhan/car-01/pos", Array("{\"v\":2}".utf8)) == .version)
        #expect(try self.rejection("patrol/1/jinzhan/car-01/pos", Array("rubbish".utf8)) == .malformed)
        #expect(try self.rejection("patrol/1/jinzhan/car-01/pos", Array(repeating: 0xFF, count: 1_000_000)) != nil)
    }

    @Test("an empty retained message is a message that was cleared")
    func cleared() throws {
        guard case .cleared = try self.read("patrol/1/jinzhan/car-01/pos", []) else {
            Issue.record("not cleared")
            return
        }
    }
}
