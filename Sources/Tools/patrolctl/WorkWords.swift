import ArgumentParser
import ConsoleWire
import FoundationEssentials

struct FoundIncident: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "incident",
        abstract: "Begin an incident that you came upon and deal with here and now; 'cleared' ends it."
    )
    @OptionGroup var options: AskOptions
    @Option(help: "What kind, as the station calls it.") var category: String?
    @Option(help: "The place in words; where the unit is, the room knows.") var place: String?
    @Option(help: "1 (at once) to 4.") var priority: Int = 2
    @Option(help: "What is to be said of it.") var note: String?

    func run() async throws {
        var request = ConsoleRequest(.incident)
        (request.category, request.place) = (self.category, self.place)
        (request.priority, request.note) = (self.priority, self.note)
        try self.options.ask(request, done: "Incident begun: you are on scene.")
    }
}

struct Visit: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Record a visit or a check that was made (入户走访, 排查, 巡查)."
    )
    @OptionGroup var options: AskOptions
    @Argument(help: "What kind: home, screening, inspection, publicity, or a word of the station.") var kind: String
    @Option(help: "Where, in words.") var place: String?
    @Option(
        name: .customLong("check"),
        help: "What was looked at and what was found: 'fire exit=blocked'; may be given often."
    )
    var checks: [String] = []
    @Option(help: "What came of it.") var result: String?

    func run() async throws {
        var request = ConsoleRequest(.visit)
        (request.kind, request.place, request.result) = (self.kind, self.place, self.result)
        var checks: [String: String] = [:]
        for text in self.checks {
            let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2, !parts[0].isEmpty else {
                throw ValidationError("'\(text)' is no check such as 'fire exit=blocked'")
            }
            guard checks.updateValue(String(parts[1]), forKey: String(parts[0])) == nil else {
                throw ValidationError("'\(parts[0])' is checked twice")
            }
        }
        request.checks = checks
        try self.options.ask(request, done: "Visit recorded.")
    }
}

struct RaiseTask: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "task",
        abstract: "Raise a task for an officer (网格吹哨): it needs an owner and a time."
    )
    @OptionGroup var options: AskOptions
    @Argument(help: "What is to be done.") var text: String
    @Option(help: "Service number of the officer whose it is to be.") var owner: String
    @Option(help: "In how many hours it is to be done.") var hours: Double = 24
    @Option(help: "What kind: whistle, follow-up, supervision, case, referral, publicity, warning, other.")
    var kind: String = "whistle"

    func run() async throws {
        guard (0.01...8_760).contains(self.hours) else { throw ValidationError("'--hours' must be from 0.01 to 8760") }
        var request = ConsoleRequest(.task)
        (request.note, request.owner, request.kind) = (self.text, self.owner, self.kind)
        request.due = Int64((Date().timeIntervalSince1970 + self.hours * 3_600) * 1_000)
        try self.options.ask(request, done: "Task recorded; the room writes back when it cannot take it.")
    }
}

struct Done: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Say what came of a task.")
    @OptionGroup var options: AskOptions
    @Argument(help: "The task's id, as the room wrote it.") var task: String
    @Argument(help: "What came of it.") var result: String

    func run() async throws {
        var request = ConsoleRequest(.done)
        (request.task, request.result) = (self.task, self.result)
        try self.options.ask(request, done: "Recorded.")
    }
}
