import ArgumentParser
import ConsoleWire
import FoundationEssentials

struct FoundIncident: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "incident",
        abstract: say(
            "Begin an incident that you came upon and deal with here and now; 'cleared' ends it.",
            "自行发现并当场处置的警情；cleared 结束。"
        )
    )
    @OptionGroup var options: AskOptions
    @Option(help: ArgumentHelp("What kind, as the station calls it.", "类别，按本所的叫法。")) var category: String?
    @Option(help: ArgumentHelp("The place in words; where the unit is, the room knows.", "地点描述；车组位置指挥室已知。")) var place:
        String?
    @Option(help: ArgumentHelp("1 (at once) to 4.", "等级，1（最急）到 4。")) var priority: Int = 2
    @Option(help: ArgumentHelp("What is to be said of it.", "说明。")) var note: String?

    func run() async throws {
        var request = ConsoleRequest(.incident)
        (request.category, request.place) = (self.category, self.place)
        (request.priority, request.note) = (self.priority, self.note)
        try self.options.ask(request, done: say("Incident begun: you are on scene.", "警情已生成，状态为已到场。"))
    }
}

struct Visit: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: say("Record a visit or a check that was made (入户走访, 排查, 巡查).", "登记一次入户走访、排查或巡查。")
    )
    @OptionGroup var options: AskOptions
    @Argument(
        help: ArgumentHelp(
            "What kind: home, screening, inspection, publicity, or a word of the station.",
            "类别：home 入户走访、screening 排查、inspection 巡查、publicity 宣传，或本所的叫法。"
        )
    ) var kind: String
    @Option(help: ArgumentHelp("Where, in words.", "地点描述。")) var place: String?
    @Option(
        name: .customLong("check"),
        help: ArgumentHelp(
            "What was looked at and what was found: 'fire exit=blocked'; may be given often.",
            "检查项与结果，如 '消防通道=堵塞'；可多次填写。"
        )
    )
    var checks: [String] = []
    @Option(help: ArgumentHelp("What came of it.", "结果。")) var result: String?

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
        try self.options.ask(request, done: say("Visit recorded.", "走访已登记。"))
    }
}

struct RaiseTask: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "task",
        abstract: say("Raise a task for an officer (网格吹哨): it needs an owner and a time.", "提出任务（网格吹哨）：须写明责任人和期限。")
    )
    @OptionGroup var options: AskOptions
    @Argument(help: ArgumentHelp("What is to be done.", "任务内容。")) var text: String
    @Option(help: ArgumentHelp("Service number of the officer whose it is to be.", "责任人的警号。")) var owner: String
    @Option(help: ArgumentHelp("In how many hours it is to be done.", "多少小时内完成。")) var hours: Double = 24
    @Option(
        help: ArgumentHelp(
            "What kind: whistle, follow-up, supervision, case, referral, publicity, warning, other.",
            "类别：whistle 吹哨、follow-up 跟进、supervision 督办、case 小案、referral 移交、publicity 宣传、warning 预警、other 其他。"
        )
    )
    var kind: String = "whistle"

    func run() async throws {
        guard (0.01...8_760).contains(self.hours) else { throw ValidationError("'--hours' must be from 0.01 to 8760") }
        var request = ConsoleRequest(.task)
        (request.note, request.owner, request.kind) = (self.text, self.owner, self.kind)
        request.due = Int64((Date().timeIntervalSince1970 + self.hours * 3_600) * 1_000)
        try self.options.ask(
            request,
            done: say("Task recorded; the room writes back when it cannot take it.", "任务已记录；指挥室不能受理时会回复。")
        )
    }
}

struct Done: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: say("Say what came of a task.", "反馈任务结果。"))
    @OptionGroup var options: AskOptions
    @Argument(help: ArgumentHelp("The task's id, as the room wrote it.", "任务编号。")) var task: String
    @Argument(help: ArgumentHelp("What came of it.", "结果。")) var result: String

    func run() async throws {
        var request = ConsoleRequest(.done)
        (request.task, request.result) = (self.task, self.result)
        try self.options.ask(request, done: say("Recorded.", "已记录。"))
    }
}
