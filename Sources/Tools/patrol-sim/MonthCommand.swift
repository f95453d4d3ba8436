import ArgumentParser
import FoundationEssentials
import History
import Logging
import Month
import Operation
import Plan
import Program

/// `patrol-sim month`: a month of a station, written into the stores of a room, and its truth beside it.
struct MonthCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "month",
        abstract: "Make up a month of people, shifts, drives, incidents and tasks, and write down what truly happened.",
        discussion: """
            FOLDER gets the stores of a room, which 'command-room run' takes as its 'state', and truth.json. Times are \
            in UTC: the room needs 'timezone: UTC'. plan.geojson, beside it, is what was to be covered.
            """
    )

    @Option(help: "The same seed gives the same month.")
    var seed: UInt64 = 7

    @Option(help: "Days that it has.")
    var days: Int = 30

    @Option(help: "The day on which it begins, in UTC.", transform: Self.date)
    var first = CivilDate(daysSince1970: 20_727)

    private static func date(_ text: String) throws -> CivilDate {
        guard let date = CivilDate(text) else { throw ValidationError("--first must be a date such as 2026-10-01") }
        return date
    }

    @Option(help: "The folder; it must be empty or not there yet.")
    var output: String

    func validate() throws {
        guard (1...366).contains(self.days) else { throw ValidationError("--days must be from 1 to 366") }
    }

    func run() async throws {
        let files = FileManager.default
        do {
            try files.createDirectory(atPath: self.output, withIntermediateDirectories: true)
            guard try files.contentsOfDirectory(atPath: self.output).isEmpty else {
                throw ProgramFailure(.unavailable, "\(self.output): is not empty; name another folder")
            }
        } catch let failure as ProgramFailure {
            throw failure
        } catch {
            throw ProgramFailure(.unavailable, "\(self.output): cannot be made: \(error)")
        }
        do throws(HistoryError) {
            let history = try History(folder: self.output)
            let casebook = try Casebook(folder: self.output)
            try await self.write(history, CasebookStore(casebook, logger: Logger(label: "month")))
        } catch {
            throw ProgramFailure(.unavailable, "\(error)")
        }
    }

    private func write(_ history: History, _ store: CasebookStore) async throws(HistoryError) {
        do {
            let month = SimulatedMonth(seed: self.seed, days: self.days, first: self.first)
            let truth = try await month.write(to: history, store)
            try Data(MonthPlan.geoJSON.utf8).write(to: URL(filePath: "\(self.output)/plan.geojson"))
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
            try encoder.encode(truth).write(to: URL(filePath: "\(self.output)/truth.json"))
            print(
                "\(truth.incidents) incidents, \(truth.officers.count) officers; the truth is in \(self.output)/truth.json"
            )
        } catch let error as HistoryError {
            throw error
        } catch {
            throw HistoryError(path: self.output, reason: "\(error)", remedy: "look at the folder's rights and space")
        }
    }
}
