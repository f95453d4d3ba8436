package import BrokerLink
import Ground
package import Logging
package import PatrolWire
import Position
import Report
import ServiceLifecycle
import Threading

/// A unit that exists only in the ``World``, but speaks to the broker as a real one does.
///
/// It has no outbox: what it cannot send it forgets.
package actor FleetUnit {
    private let world: World
    private let car: Int
    private let station: Name
    private let device: Name
    private let unit: String
    private let link: BrokerLink
    private let logger: Logger
    private var receiver: Receiver
    private var policy: ReportPolicy
    private let writer: ReportWriter
    private let log: String
    private var sequence: Int64 = 0
    private let connect = Locked<Int64>(0)

    /// What it gives as its hardware profile.
    package static let profile = "simulated"

    /// How often it measures.
    private static let cycle: Duration = .seconds(1)

    /// Creates a unit.
    ///
    /// - Parameters:
    ///   - world: Where it drives.
    ///   - car: Its number there.
    ///   - station: Station.
    ///   - device: Device.
    ///   - unit: Call sign.
    ///   - broker: Where the broker is.
    ///   - seed: For its log id and its receiver's noise.
    ///   - logger: For the link's troubles.
    package init(
        world: World,
        car: Int,
        station: Name,
        device: Name,
        unit: String,
        broker: BrokerAddress,
        seed: UInt64,
        logger: Logger
    ) {
        var random = SplitMix64(seed: seed)
        let log = (0..<16).map { _ in String(UInt8.random(in: 0..<16, using: &random), radix: 16) }.joined()
        self.world = world
        self.car = car
        self.station = station
        self.device = device
        self.unit = unit
        self.log = log
        self.logger = logger
        self.receiver = Receiver(seed: seed)
        self.policy = ReportPolicy(settings: ReportPolicy.Settings(interval: 5_000, drift: 10, turn: 30))
        self.writer = ReportWriter(device: device, unit: unit, log: log)
        let connect = self.connect
        let state: @Sendable (Bool) throws -> BrokerMessage = { online in
            let state = DeviceState(
                device: device.text,
                unit: unit,
                online: online,
                log: log,
                boot: SystemClock.wallMilliseconds - SystemClock.bootMilliseconds,
                connect: connect.withLock { $0 },
                version: "sim",
                profile: Self.profile,
                plan: nil,
                next: 1
            )
            return BrokerMessage(
                topic: "\(Topic.device(station: station, device: device, channel: .state))",
                payload: try WireCoder().encode(state),
                isRetained: true
            )
        }
        self.state = state
        self.link = BrokerLink(
            BrokerLink.Configuration(address: broker, clientID: "sim-\(station)-\(device)", subscriptions: []),
            logger: logger,
            will: {
                connect.withLock { $0 += 1 }
                return try state(false)
            }
        )
    }

    private let state: @Sendable (Bool) throws -> BrokerMessage

    /// Drives and reports until graceful shutdown or cancellation.
    package func run() async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            let (link, state, logger) = (self.link, self.state, self.logger)
            group.addTask { try await link.run() }
            group.addTask {
                for await change in link.changes where change == .up {
                    do { try await link.publish(try state(true)) } catch { logger.debug("Birth not taken: \(error)") }
                }
            }
            group.addTask { await self.report() }
            try await group.waitForAll()
        }
    }

    private func report() async {
        let clock = ContinuousClock()
        var next = clock.now
        while !Task.isCancelled {
            next += Self.cycle
            await pause(for: next - clock.now)
            await self.measure()
        }
    }

    private func measure() async {
        let sight = await self.world.sight(self.car)
        guard let seen = self.receiver.measure(sight.point, after: Self.cycle / .seconds(1)) else { return }
        let boot = SystemClock.bootMilliseconds
        let wall = SystemClock.wallMilliseconds
        var fix = Fix(received: boot, coordinate: self.world.town.coordinate(of: seen), mode: 3)
        fix.measured = wall
        fix.accuracy = Metres(4)
        fix.altitude = 42
        fix.speed = sight.speed
        fix.course = sight.course
        fix.satellites = 11
        guard let reason = self.policy.observe(fix) else { return }
        self.sequence += 1
        let stamp = TimeJudge.Stamp(time: wall, quality: .gnss, boot: boot)
        do {
            let body = try self.writer.position(
                fix,
                stamp: stamp,
                reason: reason,
                context: RecordContext(status: UnitStatus(sight.mission)),
                sequence: self.sequence
            )
            try await self.link.publish(
                BrokerMessage(
                    topic: "\(Topic.device(station: self.station, device: self.device, channel: .position))",
                    payload: body,
                    isRetained: true,
                    expirySeconds: Channel.position.expirySeconds
                )
            )
        } catch {
            self.logger.debug("Position not taken: \(error)")
        }
    }
}

extension UnitStatus {
    fileprivate init(_ mission: Vehicle.Mission) {
        switch mission {
        case .patrol: self = .patrol
        case .respond: self = .enroute
        case .arrived: self = .scene
        }
    }
}
