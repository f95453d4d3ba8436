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
    private var officer: SimulatedOfficer
    private let truth: DriveTruth?
    private let plan: CityPlan?
    /// The grids that it was in when it last looked.
    private var grids: [String] = []
    private var done: Set<String> = []
    private var lastFix: Fix?
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
    ///   - temper: How reliable its officer and its receiver are.
    ///   - truth: Told of each drive to a scene.
    ///   - plan: The grids that it tells of.
    ///   - logger: For the link's troubles.
    package init(
        world: World,
        car: Int,
        station: Name,
        device: Name,
        unit: String,
        broker: BrokerAddress,
        seed: UInt64,
        temper: SimulatedOfficer.Temper = .steady,
        truth: DriveTruth? = nil,
        plan: CityPlan? = nil,
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
        self.receiver = temper == .steady ? Receiver(seed: seed) : Receiver(seed: seed, outagesPerHour: 2)
        self.officer = SimulatedOfficer(seed: seed &+ 1, temper: temper)
        (self.truth, self.plan) = (truth, plan)
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
            BrokerLink.Configuration(
                address: broker,
                clientID: "sim-\(station)-\(device)",
                subscriptions: ["\(Topic.device(station: station, device: device, channel: .command))"]
            ),
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
            group.addTask { await self.obey() }
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

    /// Does what the room asks, each command once.
    private func obey() async {
        while let batch = await self.link.inbox.nextBatch() {
            for message in batch {
                do {
                    let command = try WireCoder().decode(Command.self, from: message.payload)
                    try await self.obey(command, correlation: message.correlation)
                } catch {
                    self.logger.debug("Command not done: \(error)")
                }
            }
        }
    }

    private func obey(_ command: Command, correlation: [UInt8]?) async throws {
        let now = SystemClock.wallMilliseconds
        var reason: String?
        if self.done.insert(command.id).inserted {
            switch command.kind {
            case .dispatch:
                guard case .string(let incident)? = command.data?["incident"],
                    case .double(let latitude)? = command.data?["lat"],
                    case .double(let longitude)? = command.data?["lon"],
                    let place = Coordinate(latitude: latitude, longitude: longitude)
                else { break }
                reason = self.officer.dispatch(to: incident, node: self.world.node(near: place), now: now)
                if reason == nil { await self.say(.dispatchReceived, ["incident": .string(incident)]) }
            case .cancel:
                guard case .string(let incident)? = command.data?["incident"] else { break }
                for act in self.officer.cancel(incident) { await self.perform(act) }
            case .rollcall:
                guard case .string(let id)? = command.data?["rollcall"] else { break }
                await self.say(.rollcallAnswer, ["rollcall": .string(id), "by": .string("device")])
                if command.data?["officer"] == .bool(true) { self.officer.rollCall(id, now: now) }
            case .locate, .message, .resend: break
            }
        }
        let result = CommandResult(
            id: command.id,
            device: self.device.text,
            time: now,
            ok: reason == nil,
            reason: reason,
            data: nil
        )
        try await self.link.publish(
            BrokerMessage(
                topic: "\(Topic.device(station: self.station, device: self.device, channel: .result))",
                payload: try WireCoder().encode(result),
                correlation: correlation
            )
        )
    }

    private func serve(_ mission: Vehicle.Mission, now: Int64) async {
        for act in self.officer.act(now: now, mission: mission) { await self.perform(act) }
    }

    private func perform(_ act: SimulatedOfficer.Act) async {
        switch act {
        case .say(let event, let data):
            await self.say(event, data)
            if event == .dispatchArrived { await self.truth?.arrived(self.device.text) }
        case .drive(let node):
            await self.truth?.began(self.device.text, from: await self.world.sight(self.car).coordinate)
            await self.world.respond(self.car, to: node)
        case .patrol: await self.world.patrol(self.car)
        }
    }

    private func say(_ event: EventKind, _ data: [String: JSONValue]) async {
        self.sequence += 1
        let wall = SystemClock.wallMilliseconds
        let mission = await self.world.sight(self.car).mission
        do {
            let body = try self.writer.event(
                event,
                data: data,
                at: self.lastFix,
                stamp: TimeJudge.Stamp(time: wall, quality: .gnss, boot: SystemClock.bootMilliseconds),
                context: self.context(mission),
                sequence: self.sequence
            )
            try await self.link.publish(
                BrokerMessage(
                    topic: "\(Topic.device(station: self.station, device: self.device, channel: .event))",
                    payload: body
                )
            )
        } catch {
            self.logger.debug("Event not taken: \(error)")
        }
    }

    private func context(_ mission: Vehicle.Mission) -> RecordContext {
        var context = RecordContext(status: UnitStatus(mission))
        if self.plan != nil { context.grids = self.grids }
        return context
    }

    /// Says which grids it has left, and which it has come into.
    private func cross(into grids: [String]) async {
        let before = self.grids
        self.grids = grids
        for (level, grid) in before.enumerated() where !grids.contains(grid) {
            await self.say(.gridExit, ["grid": .string(grid), "level": .int(Int64(level + 1))])
        }
        for (level, grid) in grids.enumerated() where !before.contains(grid) {
            await self.say(.gridEnter, ["grid": .string(grid), "level": .int(Int64(level + 1))])
        }
    }

    private func measure() async {
        let sight = await self.world.sight(self.car)
        guard let seen = self.receiver.measure(sight.point, after: Self.cycle / .seconds(1)) else { return }
        let boot = SystemClock.bootMilliseconds
        let wall = SystemClock.wallMilliseconds
        var fix = Fix(received: boot, coordinate: self.world.coordinate(of: seen), mode: 3)
        fix.measured = wall
        fix.accuracy = Metres(4)
        fix.altitude = 42
        fix.speed = sight.speed
        fix.course = sight.course
        fix.satellites = 11
        self.lastFix = fix
        await self.cross(into: self.plan?.grids(at: seen) ?? [])
        await self.serve(sight.mission, now: wall)
        guard let reason = self.policy.observe(fix) else { return }
        self.sequence += 1
        let stamp = TimeJudge.Stamp(time: wall, quality: .gnss, boot: boot)
        do {
            let body = try self.writer.position(
                fix,
                stamp: stamp,
                reason: reason,
                context: self.context(sight.mission),
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
