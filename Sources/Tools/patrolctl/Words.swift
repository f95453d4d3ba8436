import ArgumentParser
import Console
import ConsoleWire
import PatrolWire

struct Status: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: say("Everything about this unit on one screen.", "本车组的全部状态，一屏显示。")
    )
    @OptionGroup var options: AskOptions
    func run() async throws { try self.options.ask(ConsoleRequest(.status)) }
}

struct Watch: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: say("The same, every second, until Ctrl-C.", "同上，每秒刷新，按 Ctrl-C 结束。")
    )
    @OptionGroup var options: AskOptions
    func run() async throws { try self.options.watch() }
}

/// Says what the unit is doing.
private func tell(_ status: UnitStatus, _ options: AskOptions) throws {
    var request = ConsoleRequest(.say)
    request.status = status
    try options.ask(request, done: say("Status: \(status.rawValue).", "状态：\(status.word)。"))
}

struct Patrol: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: say("On patrol, free.", "巡逻，可派警。"))
    @OptionGroup var options: AskOptions
    func run() async throws { try tell(.patrol, self.options) }
}

struct Busy: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: say("On duty, but not free.", "在勤，暂不可派。"))
    @OptionGroup var options: AskOptions
    func run() async throws { try tell(.busy, self.options) }
}

struct Break: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: say("On a break.", "休息。"))
    @OptionGroup var options: AskOptions
    func run() async throws { try tell(.break, self.options) }
}

struct Off: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: say("Not on duty.", "下勤。"))
    @OptionGroup var options: AskOptions
    func run() async throws { try tell(.off, self.options) }
}

struct Checkin: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: say("Officers come on duty (签到).", "人员签到。"))
    @OptionGroup var options: AskOptions
    @Argument(help: ArgumentHelp("Service numbers.", "警号。")) var officers: [String]
    func run() async throws {
        var request = ConsoleRequest(.checkin)
        request.officers = self.officers
        try self.options.ask(
            request,
            done: say(
                "Checked in: \(self.officers.joined(separator: ", ")).",
                "已签到：\(self.officers.joined(separator: "、"))。"
            )
        )
    }
}

struct Checkout: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: say("Officers go off duty; without a number, everybody.", "人员签退；不写警号则全部签退。")
    )
    @OptionGroup var options: AskOptions
    @Argument(help: ArgumentHelp("Service numbers.", "警号。")) var officers: [String] = []
    func run() async throws {
        var request = ConsoleRequest(.checkout)
        request.officers = self.officers
        try self.options.ask(request, done: say("Checked out.", "已签退。"))
    }
}

struct Accept: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: say("Take the order that waits.", "签收指令。"))
    @OptionGroup var options: AskOptions
    func run() async throws {
        try self.options.ask(ConsoleRequest(.accept), done: say("Accepted: you are en route.", "已签收，请出警。"))
    }
}

struct Decline: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: say("Do not take the order that waits.", "拒收指令。"))
    @OptionGroup var options: AskOptions
    @Option(help: ArgumentHelp("Why.", "原因。")) var reason: String = ""
    func run() async throws {
        var request = ConsoleRequest(.decline)
        request.reason = self.reason
        try self.options.ask(request, done: say("Declined.", "已拒收。"))
    }
}

struct Arrived: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: say("On scene (also seen by itself).", "已到场（也会自动识别）。"))
    @OptionGroup var options: AskOptions
    func run() async throws { try self.options.ask(ConsoleRequest(.arrived), done: say("On scene.", "已到场。")) }
}

struct Cleared: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: say("The incident is dealt with.", "处置完毕。"))
    @OptionGroup var options: AskOptions
    func run() async throws { try self.options.ask(ConsoleRequest(.cleared), done: say("Cleared.", "处置完毕。")) }
}

struct SOS: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "sos", abstract: say("Call for help.", "紧急求助。"))
    @OptionGroup var options: AskOptions
    func run() async throws {
        try self.options.ask(ConsoleRequest(.sos), done: say("SOS recorded and sent.", "求助已记录并发出。"))
    }
}

struct Rollcall: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: say("Answer the roll call (点名).", "应答点名。"))
    @OptionGroup var options: AskOptions
    func run() async throws { try self.options.ask(ConsoleRequest(.rollcall), done: say("Answered.", "已应答。")) }
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
