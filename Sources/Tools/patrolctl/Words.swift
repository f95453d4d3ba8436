import ArgumentParser
import Console
import ConsoleWire
import PatrolWire

struct Status: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Everything about this unit on one screen.")
    @OptionGroup var options: AskOptions
    func run() async throws { try self.options.ask(ConsoleRequest(.status)) }
}

struct Watch: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "The same, every second, until Ctrl-C.")
    @OptionGroup var options: AskOptions
    func run() async throws { try self.options.watch() }
}

/// Says what the unit is doing.
private func say(_ status: UnitStatus, _ options: AskOptions) throws {
    var request = ConsoleRequest(.say)
    request.status = status
    try options.ask(request, done: "Status: \(status.rawValue).")
}

struct Patrol: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "On patrol, free.")
    @OptionGroup var options: AskOptions
    func run() async throws { try say(.patrol, self.options) }
}

struct Busy: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "On duty, but not free.")
    @OptionGroup var options: AskOptions
    func run() async throws { try say(.busy, self.options) }
}

struct Break: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "On a break.")
    @OptionGroup var options: AskOptions
    func run() async throws { try say(.break, self.options) }
}

struct Off: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Not on duty.")
    @OptionGroup var options: AskOptions
    func run() async throws { try say(.off, self.options) }
}

struct Checkin: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Officers come on duty (签到).")
    @OptionGroup var options: AskOptions
    @Argument(help: "Service numbers.") var officers: [String]
    func run() async throws {
        var request = ConsoleRequest(.checkin)
        request.officers = self.officers
        try self.options.ask(request, done: "Checked in: \(self.officers.joined(separator: ", ")).")
    }
}

struct Checkout: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Officers go off duty; without a number, everybody.")
    @OptionGroup var options: AskOptions
    @Argument(help: "Service numbers.") var officers: [String] = []
    func run() async throws {
        var request = ConsoleRequest(.checkout)
        request.officers = self.officers
        try self.options.ask(request, done: "Checked out.")
    }
}

struct Accept: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Take the order that waits.")
    @OptionGroup var options: AskOptions
    func run() async throws { try self.options.ask(ConsoleRequest(.accept), done: "Accepted: you are en route.") }
}

struct Decline: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Do not take the order that waits.")
    @OptionGroup var options: AskOptions
    @Option(help: "Why.") var reason: String = ""
    func run() async throws {
        var request = ConsoleRequest(.decline)
        request.reason = self.reason
        try self.options.ask(request, done: "Declined.")
    }
}

struct Arrived: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "On scene (also seen by itself).")
    @OptionGroup var options: AskOptions
    func run() async throws { try self.options.ask(ConsoleRequest(.arrived), done: "On scene.") }
}

struct Cleared: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "The incident is dealt with.")
    @OptionGroup var options: AskOptions
    func run() async throws { try self.options.ask(ConsoleRequest(.cleared), done: "Cleared.") }
}

struct SOS: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "sos", abstract: "Call for help.")
    @OptionGroup var options: AskOptions
    func run() async throws { try self.options.ask(ConsoleRequest(.sos), done: "SOS recorded and sent.") }
}

struct Rollcall: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Answer the roll call (点名).")
    @OptionGroup var options: AskOptions
    func run() async throws { try self.options.ask(ConsoleRequest(.rollcall), done: "Answered.") }
}

struct Input: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Tell the device what an input of the machine says: ignition, light, siren, camera, battery, sos."
    )
    @OptionGroup var options: AskOptions
    @Argument(help: "Its name.") var name: String
    @Argument(help: "on, off, or a level from 0 to 1.") var value: String

    func run() async throws {
        var request = ConsoleRequest(.input)
        request.input = self.name
        switch self.value {
        case "on": request.on = true
        case "off": request.on = false
        default:
            guard let level = Double(self.value), (0...1).contains(level) else {
                throw ValidationError("'\(self.value)' is neither on, off, nor a level from 0 to 1")
            }
            request.level = level
        }
        try self.options.ask(request, done: "\(self.name): \(self.value).")
    }
}
