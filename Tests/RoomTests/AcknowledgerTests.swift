import BrokerLink
import Ledger
import Logging
import PatrolWire
import Rig
import TestSupport
import Testing

@testable import Intake

@Suite("The acknowledger with a real mosquitto", .realPrograms, .timeLimit(.minutes(3)))
struct AcknowledgerTests {
    @Test("backlog that is stored is acknowledged at once; what could not be stored is left out")
    func backlog() async throws {
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let name = LogName(
            station: try #require(Name("jinzhan")),
            device: try #require(Name.device("car-01")),
            log: "0011223344556677"
        )
        try await withTemporaryFolder("ack") { folder in
            let port = try FreePort.take(1)[0]
            try await RealPrograms.withMosquitto(port: port, folder: folder) { _ in
                let topic = "patrol/1/jinzhan/car-01/ack"
                try await LinkRig(port: port, clientID: "d", subscriptions: [topic]).running { device in
                    try await device.waitUntilUp()
                    try await LinkRig(port: port, clientID: "room").running { room in
                        try await room.waitUntilUp()
                        let acknowledger = Acknowledger(link: room.link, logger: logger)
                        async let running: Void = acknowledger.run()
                        let delivery = LogDelivery(name: name, records: [], dropped: [1...4, 9...9])
                        acknowledger.notStored([LogDelivery(name: name, records: [], dropped: [3...3])])
                        var outcome = StoreOutcome()
                        outcome.stored[name] = SequenceRanges([1...4, 9...9])
                        // The batch holds all but number 3, which waits to be looked at.
                        let rest = LogDelivery(name: name, records: [], dropped: [1...2, 4...4, 9...9])
                        acknowledger.note(outcome, of: [rest], backlog: [name])
                        try await device.waitForMessages(1)
                        acknowledger.note(outcome, of: [delivery], backlog: [name])
                        try await device.waitForMessages(2)
                        acknowledger.finish()
                        await running
                    }
                    let words = try device.messages.all.map {
                        try WireCoder().decode(Acknowledgement.self, from: $0.payload)
                    }
                    #expect(words[0].upTo == 2 && words[0].have == [[4, 4], [9, 9]])
                    #expect(words[1].upTo == 4 && words[1].have == [[9, 9]])
                    #expect(words.allSatisfy { $0.log == name.log })
                }
            }
        }
    }
}
