import BrokerLink
import Incidents
import Live
import Logging
import Operation
import PatrolWire
import Rig
import ServiceLifecycle
import Tasks
import TestSupport
import Testing
import Threading

@Suite("The order sender with a real mosquitto", .realPrograms, .timeLimit(.minutes(5)))
struct OrderSenderTests {
    private func withSender(
        _ desk: IncidentDesk,
        _ store: MemoryStore,
        _ body: @Sendable @escaping (_ device: LinkRig) async throws -> Void
    ) async throws {
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let time: @Sendable () -> Int64 = { SystemClock.wallMilliseconds }
        let calls = RollCallDesk([], store: store, now: time, isInside: { _ in nil }, changed: { _ in })
        try await withTemporaryFolder("sender") { folder in
            let port = try FreePort.take(1)[0]
            try await RealPrograms.withMosquitto(port: port, folder: folder) { _ in
                let topic = "patrol/1/jinzhan/car-01/cmd"
                try await LinkRig(port: port, clientID: "car-01", subscriptions: [topic]).running { device in
                    try await device.waitUntilUp()
                    try await LinkRig(port: port, clientID: "room").running { room in
                        try await room.waitUntilUp()
                        let sender = OrderSender(
                            desk: desk,
                            rollCalls: calls,
                            tasks: TaskDesk([], store: store, now: time) { _, _ in nil },
                            notices: NoticeDesk(),
                            links: ["jinzhan": room.link],
                            feed: LiveFeed(epoch: 1),
                            health: RoomHealth {},
                            logger: logger
                        )
                        let group = ServiceGroup(services: [sender], logger: logger)
                        async let running: Void = group.run()
                        try await body(device)
                        await group.triggerGracefulShutdown()
                        try await running
                    }
                }
            }
        }
    }

    @Test("an order is told again until its device has answered, and then no more")
    func again() async throws {
        let store = MemoryStore()
        let desk = IncidentDesk([], store: store, now: { SystemClock.wallMilliseconds }, changed: { _ in })
        let report = Incident.Report(latitude: 41, longitude: -8, note: "a fall")
        let incident = try await desk.open(report, station: nil, actor: "li", origin: "test")
        let unit = IncidentStep.UnitToSend(
            station: "jinzhan",
            device: "car-01",
            unit: "01",
            order: "order-1",
            offered: [],
            forecast: nil
        )
        try await desk.take(.assign(unit), with: incident.id, actor: "li", origin: "test")
        try await self.withSender(desk, store) { device in
            // The second comes by itself, as nobody answered the first.
            try await device.waitForMessages(2)
            let messages = device.messages.all
            #expect(messages.allSatisfy { $0.correlation == Array("order-1".utf8) })
            let command = try WireCoder().decode(Command.self, from: messages[0].payload)
            #expect(command.id == "order-1" && command.kind == .dispatch && command.actor == "li")
            let name = try #require(Name.device("car-01"))
            let station = try #require(Name("jinzhan"))
            let result = CommandResult(
                id: "order-1",
                device: "car-01",
                time: SystemClock.wallMilliseconds,
                ok: true,
                reason: nil,
                data: nil
            )
            try await desk.answered(result, station: station, device: name)
            #expect(await desk.due().isEmpty)
            #expect(try await desk.incident(incident.id).assignments.first?.delivered != nil)
        }
    }
}
