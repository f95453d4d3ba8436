import ArgumentParser
import BrokerLink
import Glibc
import Ground
import Logging
import PatrolWire
import Program
import Rig
import RoadMap
import Settings
import Simulation

@main
struct PatrolSim: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "patrol-sim",
        abstract: "A town, its patrol cars, and receivers for a real gpsd: for demonstrations and tests.",
        version: Release.version,
        subcommands: [Demo.self, City.self, Fleet.self, Feed.self, Day.self, MonthCommand.self, Soak.self]
    )

    static func main() async { await runProgram(PatrolSim.self) }
}

/// Says a line at once, also into a file or pipe that somebody waits on.
func announce(_ line: String) {
    print(line)
    fflush(nil)
}

/// What every command that has a town takes.
struct TownOptions: ParsableArguments {
    @Option(help: "The same seed gives the same town and the same cars.")
    var seed: UInt64 = 7

    func town() throws -> Town {
        guard let town = Town(seed: self.seed) else { throw ProgramFailure(.data, "the town lies nowhere on Earth") }
        return town
    }
}

/// `patrol-sim city`: writes the town.
struct City: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Write a town as OpenStreetMap XML, for 'command-room roads import' and osmium."
    )
    @OptionGroup var options: TownOptions

    @Option(help: "The file to write, for example town.osm.")
    var output: String

    func run() async throws {
        let town = try self.options.town()
        do {
            try writeFile(self.output, town.openStreetMapXML)
        } catch {
            throw ProgramFailure(.unavailable, "\(error)")
        }
        print("\(self.output): \(town.nodes.count) nodes, \(town.ways.count) streets")
    }
}

/// `patrol-sim fleet`: units that report to a broker.
struct Fleet: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Let simulated units patrol the town, or an imported city, and report to a broker on this machine.",
        discussion: """
            In a city each road, light and driver has a pace of its own that no map says, officers decline orders or do \
            not answer, and receivers lose their fix now and then.
            """
    )
    @OptionGroup var options: TownOptions

    @Option(help: "How many units.")
    var units: Int = 12

    @Option(help: "A road file of 'command-room roads import': the units drive there.")
    var roads: String?

    @Option(help: "Write what each drive to a scene truly took into this file (CSV).")
    var truth: String?

    @Option(help: "Loopback port of the broker.")
    var port: UInt16 = 1_883

    @Option(help: "Station that they belong to.")
    var station: String = "jinzhan"

    func validate() throws {
        guard (1...500).contains(self.units) else { throw ValidationError("--units must be from 1 to 500") }
        guard Name(self.station) != nil else { throw ValidationError("--station must be \(Name.rule)") }
    }

    func run() async throws {
        let seed = self.options.seed
        let world =
            if let roads = self.roads {
                World(city: try loadCity(roads, seed: seed), cars: self.units, seed: seed)
            } else {
                World(town: try self.options.town(), cars: self.units, seed: seed)
            }
        guard let station = Name(self.station) else { return }
        let truth = try self.truth.map { try driveTruth($0) }
        let broker = BrokerAddress(endpoint: HostPort(host: "127.0.0.1", port: self.port))
        announce("\(self.units) units of \(station) report to 127.0.0.1:\(self.port); Ctrl-C ends it")
        try await untilInterrupted {
            await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { await world.run() }
                for unit in fleet(
                    of: world,
                    cars: 0..<self.units,
                    station: station,
                    broker: broker,
                    seed: seed,
                    temper: self.roads == nil ? .steady : .human,
                    truth: truth
                ) {
                    group.addTask { try await unit.run() }
                }
            }
        }
    }
}

/// The simulated units of a world.
func fleet(
    of world: World,
    cars: Range<Int>,
    station: Name,
    broker: BrokerAddress,
    seed: UInt64,
    temper: SimulatedOfficer.Temper = .steady,
    truth: DriveTruth? = nil,
    plan: CityPlan? = nil
) -> [FleetUnit] {
    var logger = Logger(label: "fleet")
    logger.logLevel = .error
    return cars.compactMap { car in
        let number = car < 9 ? "0\(car + 1)" : "\(car + 1)"
        guard let device = Name.device("car-\(number)") else { return nil }
        return FleetUnit(
            world: world,
            car: car,
            station: station,
            device: device,
            unit: number,
            broker: broker,
            seed: seed &* 10_000 &+ UInt64(car),
            temper: temper,
            truth: truth,
            plan: plan,
            logger: logger
        )
    }
}

/// The city of a road file.
func loadCity(_ path: String, seed: UInt64) throws -> CityStreets {
    let network: RoadNetwork
    do {
        network = try RoadNetwork(path: path)
    } catch {
        throw ProgramFailure(.data, "\(path): \(error)")
    }
    guard let city = CityStreets(network, seed: seed) else {
        throw ProgramFailure(.data, "\(path): has no streets that one could drive about in")
    }
    return city
}

/// Writes what each drive truly took into a file, line by line.
func driveTruth(_ path: String) throws -> DriveTruth {
    do {
        try writeFile(path, DriveTruth.head + "\n")
    } catch {
        throw ProgramFailure(.unavailable, "\(error)")
    }
    let file = open(path, O_WRONLY | O_APPEND | O_CLOEXEC)
    guard file >= 0 else { throw ProgramFailure(.unavailable, "\(path): cannot be written") }
    return DriveTruth { line in
        let bytes = Array((line + "\n").utf8)
        _ = write(file, bytes, bytes.count)
    }
}

/// `patrol-sim feed`: a receiver for a gpsd.
struct Feed: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Feed a real gpsd with the NMEA sentences of one car in the town.",
        discussion: """
            With --tcp PORT start gpsd as: gpsd -N -n tcp://127.0.0.1:PORT
            With --pty the path of the pseudo terminal is printed; give it to gpsd.
            """
    )
    @OptionGroup var options: TownOptions

    @Option(help: "Listen on this loopback port.")
    var tcp: UInt16?

    @Flag(help: "Open a pseudo terminal.")
    var pty = false

    @Option(help: "Positions a second, 1 to 10.")
    var rate: Double = 1

    @Option(help: "Standard deviation of the position error in metres.")
    var noise: Double = 2

    @Option(help: "Stretches without a fix, an hour.")
    var outages: Double = 0

    func validate() throws {
        guard (self.tcp != nil) != self.pty else { throw ValidationError("give either --tcp PORT or --pty") }
        guard (1...10).contains(self.rate) else { throw ValidationError("--rate must be from 1 to 10") }
        guard self.noise >= 0, self.outages >= 0 else {
            throw ValidationError("--noise and --outages cannot be negative")
        }
    }

    func run() async throws {
        let world = World(town: try self.options.town(), cars: 1, seed: self.options.seed)
        let line: ReceiverLine
        do throws(LineError) {
            if let port = self.tcp {
                line = try ReceiverLine.tcp(port: port)
            } else {
                line = try ReceiverLine.terminal()
            }
        } catch {
            throw ProgramFailure(.unavailable, "\(error)")
        }
        announce("gpsd -N -n \(line.source)")
        let receiver = Receiver(seed: self.options.seed, noise: self.noise, outagesPerHour: self.outages)
        let feed = ReceiverFeed(world: world, car: 0, line: line, rate: self.rate, receiver: receiver)
        try await untilInterrupted {
            await withTaskGroup { group in
                group.addTask { await world.run() }
                group.addTask { await feed.run() }
            }
        }
    }
}
