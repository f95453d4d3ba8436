import Rig
import TestSupport
import Testing

@Suite("A bad line loses nothing", .serialized, .longWaiting, .timeLimit(.minutes(8)))
struct LinkFaultTests {
    /// Everything runs, the device's and the room's line to the broker in the test's hand.
    private func withLines(
        _ body: (Chain, _ device: TroubledLine, _ room: TroubledLine) async throws -> Void
    ) async throws {
        try await Chain.with { chain in
            let lines = try (TroubledLine(to: chain.broker, seed: 1), TroubledLine(to: chain.broker, seed: 2))
            defer {
                lines.0.close()
                lines.1.close()
            }
            try chain.writeDevice(broker: lines.0.port)
            try chain.writeRoom(broker: lines.1.port)
            try await chain.withBroker { _ in
                try await chain.withRoom { _ in
                    try await chain.withGPSD { gpsd in
                        try await chain.withPatrold { _ in
                            try await chain.feeding(gpsd) { try await body(chain, lines.0, lines.1) }
                            // The last word is checked while nothing new is made; how much was made before is the
                            // tests' own, and the less the sooner a trouble is noticed.
                            try await chain.expectStoreEqualsOutbox(atLeast: 20, within: .seconds(90))
                            try await chain.expectAcknowledged()
                        }
                    }
                }
            }
        }
    }

    @Test("a line that is cut for the device, then for the room")
    func cut() async throws {
        try await self.withLines { chain, device, room in
            try await chain.waitForStored(10)
            for line in [device, room] {
                line.trouble = .cut
                let count = try await chain.outboxSequences().count
                try await chain.waitForRecords(count + 40)
                line.trouble = .none
            }
        }
    }

    @Test("a half-open line, where nothing gets through and nobody is told, is noticed and replaced")
    func halfOpen() async throws {
        try await self.withLines { chain, device, room in
            try await chain.waitForStored(10)
            device.trouble = .halfOpen
            room.trouble = .halfOpen
            let before = (device.counts.connections, room.counts.connections)
            for log in ["patrold.log", "command-room.log"] {
                try await eventually("the half-open line noticed in \(log)", within: .seconds(75)) {
                    readFile("\(chain.folder)/\(log)").contains("cannot be reached") ? () : nil
                }
            }
            device.trouble = .none
            room.trouble = .none
            try await eventually("new connections", within: .seconds(60)) {
                device.counts.connections > before.0 && room.counts.connections > before.1 ? () : nil
            }
        }
    }

    @Test("a line with two seconds of delay, where every tenth packet resets it, still brings records")
    func slow() async throws {
        try await self.withLines { chain, device, _ in
            try await chain.waitForStored(5)
            device.trouble = .slow(milliseconds: 2_000, resets: 0.1)
            let before = try await chain.storeRows("SELECT seq FROM record").count
            try await eventually("three resets", within: .seconds(90)) { device.counts.resets >= 3 }
            try await chain.waitForStored(before + 10, within: .seconds(90))
            device.trouble = .none
        }
    }

    @Test("a broker that drops beyond its queue limit, while the room stands still")
    func queueLimit() async throws {
        try await Chain.with { chain in
            try await chain.withBroker(settings: "max_queued_messages 2\nmax_inflight_messages 1") { broker in
                try await chain.withRoom { room in
                    try await chain.withGPSD { line in
                        try await chain.withPatrold { _ in
                            try await chain.feeding(line) {
                                try await chain.waitForStored(5)
                                room.send(19)
                                let count = try await chain.outboxSequences().count
                                try await chain.waitForRecords(count + 100)
                                room.send(18)
                            }
                            try await chain.expectStoreEqualsOutbox(atLeast: 105)
                            try await chain.expectAcknowledged()
                            #expect(broker.log.contains("being dropped"))
                        }
                    }
                }
            }
        }
    }

    @Test("a broker that keeps its messages over its own kills")
    func persistence() async throws {
        try await Chain.with { chain in
            let settings =
                "max_queued_messages 0\npersistence true\npersistence_location \(chain.folder)/\n"
                + "autosave_interval 1\nuser root"
            try await chain.withGPSD { line in
                try await chain.withRoom { _ in
                    try await chain.withPatrold { _ in
                        try await chain.feeding(line) {
                            for round in 1...3 {
                                try await chain.withBroker(settings: settings) { broker in
                                    try await chain.waitForStored(round * 20)
                                    broker.send(9)
                                    try await eventually("its end") { broker.isAlive ? nil : () }
                                }
                            }
                        }
                        try await chain.withBroker(settings: settings) { _ in
                            try await chain.expectStoreEqualsOutbox(atLeast: 60, within: .seconds(90))
                            try await chain.expectAcknowledged()
                        }
                    }
                }
            }
        }
    }
}
