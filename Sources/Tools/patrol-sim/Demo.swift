import ArgumentParser
import BrokerLink
import FoundationEssentials
import Logging
import PatrolWire
import Program
import Rig
import Settings
import Simulation
import Threading

/// `patrol-sim demo`: the whole chain, once through, before your eyes.
struct Demo: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show it all: a town, thirteen cars, one of them through a real gpsd, and an incident.",
        discussion: """
            Starts mosquitto, gpsd, patrold and command-room on free loopback ports in a temporary folder and \
            removes all of it at the end. Ctrl-C ends it. With --map it is a city of your own: hundreds of units on its \
            roads, incidents by place and hour, somebody who dispatches, and a board to look at.
            """
    )
    @OptionGroup var options: TownOptions

    @Flag(help: "No screen: one incident, one line of JSON at the end, exit status 0 when a car arrived.")
    var headless = false

    @Option(help: "Seconds on patrol before each incident.")
    var patrolSeconds: Int?

    @Option(help: "A map out of OpenStreetMap (.osm, .osm.pbf): the demonstration is in that city.")
    var map: String?

    @Option(help: "With --map: how many units.")
    var units: Int = 300

    @Option(help: "With --map: how many incidents are open at a time.")
    var incidents: Int = 10

    private static let townUnits = 13

    func validate() throws {
        guard (1...500).contains(self.units) else { throw ValidationError("--units must be from 1 to 500") }
        guard (0...200).contains(self.incidents) else { throw ValidationError("--incidents must be from 0 to 200") }
    }

    func run() async throws {
        let interrupted = Locked(false)
        let signals = Task { try await untilInterrupted { try await Task.sleep(for: .seconds(1 << 30)) } }
        let watch = Task {
            // Ends at a signal, or when the demonstration is over and cancels it.
            do { try await signals.value } catch { return }
            interrupted.withLock { $0 = true }
        }
        defer {
            signals.cancel()
            watch.cancel()
        }
        if let map = self.map {
            let city = CityDemo(
                map: map,
                units: self.units,
                incidents: self.incidents,
                seed: self.options.seed,
                isHeadless: self.headless
            )
            do {
                try await city.run(isInterrupted: { interrupted.withLock { $0 } })
            } catch let error as RigError {
                throw ProgramFailure(.failure, "\(error)")
            }
            return
        }
        let story: Story.Outcome?
        do {
            story = try await self.play(isInterrupted: { interrupted.withLock { $0 } })
        } catch let error as RigError {
            throw ProgramFailure(.failure, "\(error)")
        } catch let error as LineError {
            throw ProgramFailure(.failure, "\(error)")
        }
        guard self.headless else { return print("All programs stopped, nothing left behind.") }
        guard let story else { throw ProgramFailure(.failure, "interrupted before anybody arrived") }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.withoutEscapingSlashes]
        print(story.json)
        guard story.arrived, story.throughGPSD == 1 else {
            throw ProgramFailure(.failure, story.arrived ? "the unit behind gpsd was not seen" : "nobody arrived")
        }
    }

    private func play(isInterrupted: @escaping @Sendable () -> Bool) async throws -> Story.Outcome? {
        let town = try self.options.town()
        let seed = self.options.seed
        let world = World(town: town, cars: Self.townUnits, seed: seed)
        let screen = Screen(isLive: !self.headless && Screen.isTerminal)
        let patrol = self.patrolSeconds ?? (self.headless ? 4 : 12)
        let isEndless = !self.headless
        return try await DemoRig.with(town: town, start: await world.sight(0).point, say: screen.say) { rig, line in
            guard let station = Name(ConfigurationText.station) else { return nil }
            let broker = BrokerAddress(endpoint: HostPort(host: "127.0.0.1", port: rig.broker))
            let story = Story(town: town, world: world, rig: rig, screen: screen, isInterrupted: isInterrupted)
            return try await withThrowingTaskGroup(of: Story.Outcome?.self) { group in
                group.addTask {
                    await world.run()
                    return nil
                }
                group.addTask {
                    try await events(of: station, broker: broker, say: screen.say)
                    return nil
                }
                let feed = ReceiverFeed(world: world, car: 0, line: line, rate: 1, receiver: Receiver(seed: seed))
                group.addTask {
                    await feed.run()
                    return nil
                }
                group.addTask {
                    await DemoOfficer(rig: rig, world: world).run()
                    return nil
                }
                for unit in fleet(of: world, cars: 1..<Self.townUnits, station: station, broker: broker, seed: seed) {
                    group.addTask {
                        try await unit.run()
                        return nil
                    }
                }
                defer { group.cancelAll() }
                return try await story.tell(units: Self.townUnits, patrolSeconds: patrol, isEndless: isEndless)
            }
        }
    }
}

/// Says each event of the patrol as it comes through the broker.
private func events(of station: Name, broker: BrokerAddress, say: @escaping @Sendable (String) -> Void) async throws {
    var logger = Logger(label: "demo")
    logger.logLevel = .critical
    let link = BrokerLink(
        BrokerLink.Configuration(
            address: broker,
            clientID: "demo-events",
            subscriptions: [Topic.filter(station: station, channel: .event)]
        ),
        logger: logger,
        will: { nil }
    )
    async let running: Void = link.run()
    while let batch = await link.inbox.nextBatch() {
        for message in batch {
            let record = try WireCoder().decode(Record.self, from: message.payload)
            let what = ["grid", "line", "post", "to"].compactMap { key -> String? in
                if case .string(let text)? = record.data?[key] { text } else { nil }
            }
            say("\(record.device) \(record.event?.rawValue ?? "") \(what.joined(separator: " "))")
        }
    }
    try await running
}
