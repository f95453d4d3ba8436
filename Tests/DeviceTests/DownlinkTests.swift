import BrokerLink
import Delivery
import Logging
import PatrolWire
import Rig
import ServiceLifecycle
import TestSupport
import Testing
import Threading
import Uplink

/// Notes what the room acknowledges.
private final class NotingSource: BacklogSource {
    let heard = Collector<Acknowledgement>()

    func backlog(_ query: BacklogQuery, through: Int64, limit: Int, bytes: Int) async throws -> BacklogBatch {
        BacklogBatch(log: "0011223344556677", records: [], last: nil, dropped: [])
    }

    func sent(_ number: RecordNumber) async {}

    func doubtSent() async {}

    func acknowledge(_ acknowledgement: Acknowledgement) async throws -> AcknowledgementEffect {
        self.heard.add(acknowledgement)
        return AcknowledgementEffect(again: 0, isNewLog: false)
    }

    func spent() async throws -> DaySpending { DaySpending(day: 0, bytes: 0) }

    func keep(_ spent: DaySpending) async throws {}
}

@Suite("The downlink with a real mosquitto", .realPrograms, .timeLimit(.minutes(3)))
struct DownlinkTests {
    @Test("presence, acknowledgements, commands and plans reach those that they are for; rubbish stops none of it")
    func all() async throws {
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let station = try #require(Name("jinzhan"))
        let device = try #require(Name.device("car-01"))
        let orders = Collector<Downlink.Order>()
        let source = NotingSource()
        try await withTemporaryFolder("downlink") { folder in
            let port = try FreePort.take(1)[0]
            try await RealPrograms.withMosquitto(port: port, folder: folder) { _ in
                let rig = LinkRig(
                    port: port,
                    clientID: "car-01",
                    subscriptions: Downlink.subscriptions(station: station, device: device),
                    isReading: false,
                    inboxLimit: 10_000
                )
                try await rig.running { own in
                    try await own.waitUntilUp()
                    let uplink = Uplink(
                        link: own.link,
                        presence: Presence(
                            station: station,
                            device: device,
                            connectNumber: { 1 },
                            state: { online, connect in
                                DeviceState(
                                    device: "car-01",
                                    unit: "01",
                                    online: online,
                                    log: "0011223344556677",
                                    boot: 1,
                                    connect: connect,
                                    version: "1",
                                    profile: "test",
                                    plan: nil,
                                    next: 1
                                )
                            }
                        ),
                        source: source,
                        station: station,
                        device: device,
                        allowance: BacklogAllowance(),
                        spent: DaySpending(day: 0, bytes: 0),
                        logger: logger
                    )
                    let downlink = Downlink(link: own.link, uplink: uplink, source: source, logger: logger) {
                        orders.add($0)
                    }
                    let group = ServiceGroup(services: [downlink], logger: logger)
                    let running = Task { try await group.run() }
                    defer { running.cancel() }
                    try await LinkRig(port: port, clientID: "room").running { room in
                        try await room.waitUntilUp()
                        func tell(_ channel: Channel?, _ payload: [UInt8], correlation: [UInt8]? = nil) async throws {
                            let topic: Topic =
                                channel.map { .device(station: station, device: device, channel: $0) }
                                ?? .room(station: station)
                            let message = BrokerMessage(topic: "\(topic)", payload: payload, correlation: correlation)
                            try await room.link.publish(message)
                        }
                        let coder = WireCoder()
                        try await tell(.acknowledgement, Array("{".utf8))
                        try await tell(nil, try coder.encode(RoomState(online: true, since: 1)))
                        try await eventually("the room") { uplink.isRoomOnline }
                        let word = Acknowledgement(log: "0011223344556677", upTo: 5, have: [])
                        try await tell(.acknowledgement, try coder.encode(word))
                        try await eventually("the word") { source.heard.all.map(\.upTo) == [5] }
                        let command = Command(
                            id: "c-1",
                            kind: .locate,
                            time: 1,
                            expires: 1 << 50,
                            actor: "li",
                            data: nil
                        )
                        try await tell(.command, try coder.encode(command), correlation: [1, 2])
                        try await tell(
                            .plan,
                            try coder.encode(SignedPlan(revision: 1, key: "k", signature: "", plan: "{}"))
                        )
                        try await eventually("both orders") { orders.all.count == 2 }
                        // A room that goes says so with the last word that the broker keeps of it, or has that cleared.
                        try await tell(nil, [])
                        try await eventually("no room") { !uplink.isRoomOnline }
                    }
                }
            }
        }
        guard case .command(let command, let correlation) = orders.all[0], case .plan(let plan) = orders.all[1] else {
            Issue.record("other orders came: \(orders.all)")
            return
        }
        #expect(command.id == "c-1" && correlation == [1, 2] && plan.revision == 1)
    }
}
