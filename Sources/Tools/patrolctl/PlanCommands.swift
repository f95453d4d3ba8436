import ArgumentParser
import FoundationEssentials
import PatrolWire
import PlainText
import Plan
import PlanSigning
import Program
import Zones

struct PlanCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "plan",
        abstract: "Check a patrol plan, make keys, sign.",
        subcommands: [Check.self, Keygen.self, Sign.self]
    )

    struct Check: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Read a plan and say what is in it, or all its faults."
        )
        @Argument(help: "The plan, GeoJSON.") var file: String

        func run() async throws {
            let plan = try readPlan(self.file).plan
            print(
                """
                plan     \(plan.id.plainLine(atMost: 200)), revision \(plan.revision), times of \(plan.zone.name)\
                \(plan.wasConverted ? ", converted from GCJ-02" : "")
                grids    \(plan.grids.filter { $0.level == 1 }.count) of level 1, \
                \(plan.grids.filter { $0.level == 2 }.count) of level 2
                lines    \(plan.lines.count)
                posts    \(plan.posts.count)
                stations \(plan.stations.count)
                The plan is good.
                """
            )
        }
    }

    struct Keygen: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Make the key that a command room signs plans with; the public half goes to the devices."
        )
        @Option(help: "Name of the key, as devices know it.") var name: String
        @Option(help: "File for the private half; it must not exist.") var output: String

        func run() async throws {
            let signer = PlanSigner(newKeyNamed: self.name)
            guard !FileManager.default.fileExists(atPath: self.output),
                FileManager.default.createFile(
                    atPath: self.output,
                    contents: Data(signer.keyFile.utf8),
                    attributes: [.posixPermissions: 0o600]
                )
            else {
                throw ProgramFailure(.unavailable, "\(self.output): exists already, or its folder cannot be written")
            }
            print("For each device's patrold.yaml:")
            print("plan: { keys: [\"\(signer.publicKey)\"] }")
        }
    }

    struct Sign: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Sign a plan and print the message for topic 'plan', to be published retained."
        )
        @Argument(help: "The plan, GeoJSON.") var file: String
        @Option(help: "The private key, as 'keygen' made it.") var key: String

        func run() async throws {
            let (text, plan) = try readPlan(self.file)
            guard let signer = PlanSigner(keyFile: try read(self.key)) else {
                throw ProgramFailure(.data, "\(self.key): is no key of 'patrolctl plan keygen'")
            }
            let signed = try signer.sign(text, revision: plan.revision)
            print(String(decoding: try WireCoder().encode(signed), as: UTF8.self))
        }
    }
}

private func read(_ file: String) throws -> String {
    do {
        return String(decoding: try Data(contentsOf: URL(filePath: file)), as: UTF8.self)
    } catch {
        throw ProgramFailure(.data, "\(file): cannot be read")
    }
}

private func readPlan(_ file: String) throws -> (text: String, plan: PatrolPlan) {
    let text = try read(file)
    do throws(PlanError) {
        return (text, try PlanReader { ZoneFiles.zone(named: $0) }.read(Array(text.utf8)))
    } catch {
        throw ProgramFailure(.data, error.problems.map { "\(file): \($0)" }.joined(separator: "\n"))
    }
}
