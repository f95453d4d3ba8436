import ArgumentParser
import BrokerLink
import GroundImport
import GroundMap
import History
import Logging
import PatrolWire
import PlainText
import Plan
import Program
import RoadImport
import RoadMap
import Settings
import SetupCheck
import TimeToScene

@main
struct CommandRoom: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "command-room",
        abstract: "Keeps every patrol unit on one live table and says how many seconds each is from an incident.",
        discussion: """
            Units come in over MQTT; the table, incidents and time to scene are served over HTTP. A broker that \
            is not there is waited for.

            Exit status: 0 stopped in order, 2 wrong command line, 65 wrong data (map, road file, table), \
            69 a port or folder cannot be used, 78 wrong configuration.
            """,
        version: Release.version,
        subcommands: [
            Run.self, Check.self, Doctor.self, BackupCommand.self, RestoreCommand.self, AuditCommand.self,
            TrackCommand.self, RoadsCommand.self, Rank.self,
            ReachCommand.self, DrivingCommand.self,
        ]
    )

    static func main() async { await runProgram(CommandRoom.self) }

    struct Options: ParsableArguments {
        @Option(help: "The configuration, a YAML file.")
        var config: String

        func load() throws -> Configuration {
            do throws(SettingsError) {
                return try Configuration(file: self.config)
            } catch {
                throw ProgramFailure(.configuration, "\(error)")
            }
        }
    }

    struct Run: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Run until told to stop (SIGTERM or SIGINT).")
        @OptionGroup var options: Options

        func run() async throws {
            let configuration = try self.options.load()
            let logger = Logger(label: "command-room")
            for exposure in RoomCheck.exposures(configuration) { logger.warning("\(exposure)") }
            try await Assembly(configuration, logger: logger).run()
        }
    }

    struct Check: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract:
                "Open all that the configuration names, say what it means or all that is wrong, and change nothing."
        )
        @OptionGroup var options: Options

        func run() async throws {
            let configuration = try self.options.load()
            let check = RoomCheck(configuration)
            for warning in check.findings.warnings { warn(CommandRoom.self, warning) }
            guard let network = check.network, check.findings.faults.isEmpty else {
                throw ProgramFailure(.configuration, lines: check.findings.faults)
            }
            let plan = check.plan.map { "\($0.id.plainLine(atMost: 100)) revision \($0.revision)" } ?? "none"
            print(
                """
                stations \(configuration.stations.map(\.text).joined(separator: ", "))
                broker   \(configuration.broker.endpoint), \
                \(configuration.broker.credentials == nil ? "plain TCP, this machine only" : "TLS")
                roads    \(configuration.roads): \(network.source), \(network.edgeCount) pieces of road, \(network.extent)
                ground   \(check.ground)
                state    \(configuration.state)/history.sqlite, records kept for \(Int(configuration.keepDays)) days
                driving  \(configuration.driving ?? "as 'command-room driving' prints it"), \
                \(configuration.timezone.name)
                plan     \(plan)
                http     \(configuration.tls == nil ? "http" : "https")://\(configuration.http)/api/v1, \
                \(check.accounts.map { "accounts of \($0)" } ?? "without accounts")
                The configuration is good.
                """
            )
        }
    }

    struct RoadsCommand: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "roads",
            abstract: "Make the road file that time to scene is computed on.",
            subcommands: [Import.self]
        )
    }

    struct Import: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Read an OpenStreetMap extract (.osm.pbf, .osm, .osm.gz, .osm.bz2) and write a road file.",
            discussion: """
                Water, green, buildings, railways, places and house numbers of the extract come into a file beside it, \
                CITY.ground: the map that the board shows under the roads.
                """
        )

        @Argument(help: "The extract, for example CITY.osm.pbf.")
        var map: String

        @Option(help: "The road file to write, for example CITY.roads.")
        var output: String

        func run() async throws {
            let clock = ContinuousClock()
            let began = clock.now
            let report: RoadImport.Report
            do throws(RoadsError) {
                report = try RoadImport.run(map: self.map, output: self.output)
            } catch {
                throw ProgramFailure(.data, "\(error)")
            }
            let kilometres = Int(report.kilometres.rounded())
            let share = (report.keptShare * 1_000).rounded() / 10
            print(
                """
                \(self.output): \(kilometres) km of road in \(report.edges) pieces between \(report.vertices) junctions, \
                \(share) % of the map's (the rest cannot be reached from everywhere), \
                \(report.bytes / 1_024) KB, \(((clock.now - began) / .seconds(1) * 10).rounded() / 10) s
                """
            )
            try self.importGround()
        }

        private func importGround() throws {
            let path = GroundFile.path(besideRoads: self.output)
            let report: GroundImport.Report
            do throws(GroundError) {
                report = try GroundImport.run(map: self.map, output: path)
            } catch {
                throw ProgramFailure(.data, "\(error)")
            }
            let found = report.features.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }
            print("\(path): \(report.tiles) tiles, \(report.bytes / 1_024) KB, \(found.joined(separator: ", "))")
            if report.isCoastOpen {
                warn(CommandRoom.self, "\(self.map): its coast ends within the map, so that no sea is drawn")
            }
        }
    }
}

/// Opens a road file; an unusable one ends the program with one line.
func openRoads(_ path: String) throws -> RoadNetwork {
    do throws(RoadsError) {
        return try RoadNetwork(path: path)
    } catch {
        throw ProgramFailure(.data, "\(error)")
    }
}

/// Reads the tables of driving; a wrong one ends the program with one line.
func loadDriving(_ path: String) throws -> Driving {
    do throws(SettingsError) {
        return try DrivingFile.read(path)
    } catch {
        throw ProgramFailure(.configuration, "\(error)")
    }
}
