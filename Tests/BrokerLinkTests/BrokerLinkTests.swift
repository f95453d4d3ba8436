import BrokerLink
import Glibc
import Rig
import TestSupport
import Testing

@Suite("Broker link with a real mosquitto", .serialized, .realPrograms, .timeLimit(.minutes(5)))
struct BrokerLinkTests {
    private func withBroker<R: Sendable>(
        _ settings: String = "allow_anonymous true",
        _ body: (_ port: UInt16, _ folder: String) async throws -> R
    ) async throws -> R {
        try await withTemporaryFolder("broker") { folder in
            let port = try FreePort.take(1)[0]
            return try await RealPrograms.withMosquitto(port: port, folder: folder, settings: settings) { _ in
                try await body(port, folder)
            }
        }
    }

    @Test("what is published and acknowledged arrives, in order, with its correlation data")
    func delivers() async throws {
        try await self.withBroker { port, _ in
            let receiver = LinkRig(port: port, clientID: "r", subscriptions: ["t/#"])
            try await receiver.running { receiver in
                try await receiver.waitUntilUp()
                try await LinkRig(port: port, clientID: "s").running { sender in
                    try await sender.waitUntilUp()
                    for number in 0..<200 {
                        try await sender.link.publish(
                            BrokerMessage(
                                topic: "t/a",
                                payload: Array("\(number)".utf8),
                                correlation: [1, 2, UInt8(number)]
                            )
                        )
                    }
                }
                try await receiver.waitForMessages(200)
                let messages = receiver.messages.all
                #expect(messages.map { String(decoding: $0.payload, as: UTF8.self) } == (0..<200).map(String.init))
                #expect(messages[7].correlation == [1, 2, 7])
            }
        }
    }

    @Test("a thousand publishes at once all arrive, though only twenty are in flight")
    func many() async throws {
        try await self.withBroker { port, _ in
            try await LinkRig(port: port, clientID: "r", subscriptions: ["t/#"]).running { receiver in
                try await receiver.waitUntilUp()
                try await LinkRig(port: port, clientID: "s").running { sender in
                    try await sender.waitUntilUp()
                    try await withThrowingTaskGroup(of: Void.self) { group in
                        for number in 0..<1_000 {
                            group.addTask {
                                try await sender.link.publish(BrokerMessage(topic: "t/\(number)", payload: [0]))
                            }
                        }
                        try await group.waitForAll()
                    }
                }
                try await receiver.waitForMessages(1_000)
                #expect(Set(receiver.messages.all.map(\.topic)).count == 1_000)
            }
        }
    }

    @Test("a refusal by the access list is an error, not a success")
    func refused() async throws {
        try await withTemporaryFolder("acl") { folder in
            try writeFile("\(folder)/acl", "topic readwrite mine/#\n")
            try await self.withBroker("allow_anonymous true\nacl_file \(folder)/acl") { port, _ in
                try await LinkRig(port: port, clientID: "s").running { sender in
                    try await sender.waitUntilUp()
                    try await sender.link.publish(BrokerMessage(topic: "mine/a", payload: [1]))
                    let error = await #expect(throws: BrokerError.self) {
                        try await sender.link.publish(BrokerMessage(topic: "yours/a", payload: [1]))
                    }
                    guard case .refused(_, let reason) = error else {
                        Issue.record("\(String(describing: error))")
                        return
                    }
                    #expect(reason.contains("yours/a"))
                }
            }
        }
    }

    @Test("publishing without a connection fails at once and leaves nothing behind")
    func notConnected() async throws {
        let port = try FreePort.take(1)[0]
        let rig = LinkRig(port: port, clientID: "s")
        await #expect(throws: BrokerError.notConnected(broker: "127.0.0.1:\(port)")) {
            try await rig.link.publish(BrokerMessage(topic: "t", payload: [1]))
        }
    }

    @Test("waits for a broker that is absent, and comes back when it was killed")
    func comesBack() async throws {
        try await withTemporaryFolder("broker") { folder in
            let port = try FreePort.take(1)[0]
            try await LinkRig(port: port, clientID: "r", subscriptions: ["t"]).running { rig in
                for round in 1...3 {
                    try await RealPrograms.withMosquitto(port: port, folder: folder) { broker in
                        try await rig.waitUntilUp(times: round)
                        try await rig.link.publish(BrokerMessage(topic: "t", payload: [UInt8(round)]))
                        try await rig.waitForMessages(round)
                        broker.send(9)
                    }
                    try await eventually("the loss being noticed") {
                        rig.changes.all.filter { $0 == .down }.count >= round ? () : nil
                    }
                }
                #expect(rig.messages.all.map(\.payload) == [[1], [2], [3]])
            }
        }
    }

    @Test("a process with more than 1,024 descriptors open reaches the broker like any other")
    func manyDescriptors() async throws {
        try await self.withBroker { port, _ in
            let held = (0..<1_100).map { _ in open("/dev/null", O_RDONLY | O_CLOEXEC) }
            defer { for descriptor in held where descriptor >= 0 { close(descriptor) } }
            try #require(held.allSatisfy { $0 >= 0 }, "the limit of descriptors is below 1,100")
            try await LinkRig(port: port, clientID: "r", subscriptions: ["t"]).running { rig in
                try await rig.waitUntilUp()
                try await rig.link.publish(BrokerMessage(topic: "t", payload: [1]))
                try await rig.waitForMessages(1)
            }
        }
    }

    @Test("the will is said when the process vanishes, not when it says goodbye")
    func will() async throws {
        try await self.withBroker { port, _ in
            try await LinkRig(port: port, clientID: "r", subscriptions: ["w/#"]).running { receiver in
                try await receiver.waitUntilUp()
                let will = BrokerMessage(topic: "w/orderly", payload: [1])
                try await LinkRig(port: port, clientID: "s", will: will).running { try await $0.waitUntilUp() }
                // Taking the client's name over cuts its connection off, which is what a vanished device looks like.
                let other = BrokerMessage(topic: "w/cut", payload: [2])
                try await LinkRig(port: port, clientID: "x", will: other).running { first in
                    try await first.waitUntilUp()
                    try await LinkRig(port: port, clientID: "x").running { second in
                        try await second.waitUntilUp()
                        try await receiver.waitForMessages(1)
                    }
                }
                #expect(receiver.messages.all.first?.topic == "w/cut")
                #expect(!receiver.messages.all.contains { $0.topic == "w/orderly" })
            }
        }
    }

    @Test("a client that is behind with reading says goodbye all the same, and its will is not said")
    func goodbyeWhileBehind() async throws {
        try await self.withBroker("allow_anonymous true\nmax_queued_messages 0") { port, _ in
            try await LinkRig(port: port, clientID: "r", subscriptions: ["w/#"]).running { receiver in
                try await receiver.waitUntilUp()
                for number in 0..<5 {
                    let will = BrokerMessage(topic: "w/\(number)", payload: [1])
                    let behind = LinkRig(
                        port: port,
                        clientID: "s",
                        subscriptions: ["flood"],
                        will: will,
                        isReading: false,
                        inboxLimit: 1
                    )
                    try await LinkRig(port: port, clientID: "f").running { sender in
                        try await sender.waitUntilUp()
                        try await behind.running { behind in
                            try await behind.waitUntilUp()
                            // More than a socket holds: the broker is in the middle of writing when the end comes.
                            let large = [UInt8](repeating: 0, count: 250_000)
                            for _ in 0..<40 {
                                try await sender.link.publish(
                                    BrokerMessage(topic: "flood", payload: large, qualityOfService: 0)
                                )
                            }
                        }
                    }
                }
                try await LinkRig(port: port, clientID: "l").running { last in
                    try await last.waitUntilUp()
                    try await last.link.publish(BrokerMessage(topic: "w/last", payload: [1]))
                }
                try await receiver.waitForMessages(1)
                #expect(receiver.messages.all.map(\.topic) == ["w/last"])
            }
        }
    }

    @Test("a retained message is marked as such")
    func retained() async throws {
        try await self.withBroker { port, _ in
            try await LinkRig(port: port, clientID: "s").running { sender in
                try await sender.waitUntilUp()
                try await sender.link.publish(
                    BrokerMessage(topic: "t", payload: [1], isRetained: true, expirySeconds: 300)
                )
            }
            try await LinkRig(port: port, clientID: "r", subscriptions: ["t"]).running { receiver in
                try await receiver.waitForMessages(1)
                #expect(receiver.messages.all.first?.isRetained == true)
            }
        }
    }

    @Test("a server that accepts and says nothing is given up, and the stop does not wait for it")
    func muteServer() async throws {
        let port = try FreePort.take(1)[0]
        let line = try MuteServer(port: port)
        let clock = ContinuousClock()
        let took = try await clock.measure {
            try await LinkRig(port: port, clientID: "s").running { _ in
                try await eventually("a connection") { line.connectionCount > 0 }
            }
        }
        #expect(took < .seconds(10))
        line.close()
    }
}
