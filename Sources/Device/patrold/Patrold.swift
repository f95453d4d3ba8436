import ArgumentParser
import BrokerLink
import Console
import Hardware
import Logging
import Numbering
import Outbox
import PlainText
import Plan
import Program
import Report
import Settings
import SetupCheck

@main
struct Patrold: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "patrold",
        abstract: "Follows one patrol car or body-worn device and tells the command room where it is.",
        discussion: """
            Positions come from gpsd. Each record is on the disk before it is sent, and waits there while there \
            is no link. A gpsd or a broker that is not there is waited for.

            Exit status: 0 stopped in order, 2 wrong command line, 69 the state folder cannot be used, \
            78 wrong configuration.
            """,
        version: Release.version,
        subcommands: [Run.self, Check.self, Doctor.self]
    )

    static func main() async { await runProgram(Patrold.self) }

    struct Options: ParsableArguments {
        @Option(help: "The configuration, a YAML file.")
        var config: String

        func load() throws -> Configuration {
            do throws(SettingsError) {
                return try Configuration(file: self.config, executable: CommandLine.executablePath)
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
            let logger = Logger(label: "patrold")
            for exposure in DeviceCheck.exposures(configuration) { logger.warning("\(exposure)") }
            do {
                try await Assembly(configuration, logger: logger).run()
            } catch let error as OutboxError {
                throw ProgramFailure(.unavailable, "\(error)")
            }
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
            let check = DeviceCheck(configuration)
            for warning in check.findings.warnings { warn(Patrold.self, warning) }
            guard check.findings.faults.isEmpty else {
                throw ProgramFailure(.configuration, lines: check.findings.faults)
            }
            let profile = configuration.profile
            let plan = check.plan.map { ", \($0.id.plainLine(atMost: 100)) revision \($0.revision)" } ?? ""
            let tls = configuration.broker.credentials == nil ? "plain TCP, this machine only" : "TLS"
            let baud = profile.receiver.baud.map { " at \($0) bit/s" } ?? ""
            let inputs = profile.inputs.map(\.name).joined(separator: ", ")
            print(
                """
                device   \(configuration.device) of station \(configuration.station), call sign \(configuration.unit)
                profile  \(profile.name): \(profile.description)
                gpsd     \(configuration.gpsd)
                receiver \(profile.receiver.device)\(baud), \(profile.receiver.rate) Hz; \
                for /etc/default/gpsd: DEVICES="\(profile.receiver.device)"
                report   at the latest every \(seconds(profile.report.interval)) s, at turns of \
                \(profile.report.turn)°, or when \(profile.report.drift) m off the extrapolation
                inputs   \(inputs.isEmpty ? "none" : inputs)
                plan     \(configuration.planFile ?? "from the command room")\(plan), \(configuration.planKeys.count) keys
                console  \(configuration.console.path)
                broker   \(configuration.broker.endpoint), \(tls)
                state    \(configuration.state)/outbox.sqlite
                The configuration is good.
                """
            )
        }

        private func seconds(_ milliseconds: Int64) -> Double { Double(milliseconds) / 1_000 }
    }
}
