import Console
import ConsoleWire
import Glibc
import PatrolWire
import PlainText

/// The whole status as text: one screenful.
struct StatusScreen {
    private let report: UnitReport

    init(_ report: UnitReport) { self.report = report }

    /// The lines, empty ones left out.
    var text: String {
        var lines: [String] = []
        if let sos = self.report.sos { lines.append(Self.line("SOS", "求助", self.called(sos))) }
        lines += self.state
        lines += self.report.lines.map { Self.line("line", "线路", self.progress(of: $0)) }
        lines += self.report.posts.map { Self.line("post", "岗位", self.progress(of: $0)) }
        for order in self.report.orders {
            let distance = order.metres.map { say(", \(Int($0)) m away", "，距离 \(Int($0)) 米") } ?? ""
            let text = order.text.isEmpty ? "" : say(": ", "：") + order.text
            lines.append(Self.line("order", "指令", "\(order.incident): \(Self.phase(order.phase))\(distance)\(text)"))
        }
        lines += self.report.messages.suffix(3).map { Self.line("message", "消息", $0) }
        if self.report.rollcall {
            lines.append(say("rollcall waits for you: patrolctl rollcall", "点名    请应答：patrolctl rollcall"))
        }
        if !self.report.inputs.isEmpty {
            let inputs = self.report.inputs.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }
            lines.append(Self.line("inputs", "输入", inputs.joined(separator: ", ")))
        }
        // Names, orders and messages are other people's words: none of them may act on the officer's terminal.
        return lines.map { $0.plainLine(atMost: Self.longest) }.joined(separator: "\n")
    }

    /// A line: its head in a column of its own, eight wide.
    private static func line(_ head: String, _ chinese: String, _ text: String) -> String {
        guard !Tongue.isChinese else { return "\(chinese)    \(text)" }
        return head + String(repeating: " ", count: max(1, 9 - head.count)) + text
    }

    /// Unit, time, place, link, plan and grids.
    private var state: [String] {
        let report = self.report
        let officers =
            report.officers.isEmpty
            ? say("nobody checked in", "无人签到")
            : say("officers ", "警员 ") + report.officers.joined(separator: say(", ", "、"))
        let link = say(report.link ? "up" : "down", report.link ? "正常" : "中断")
        let room = say(
            "command room \(report.room ? "there" : "not there")",
            "指挥室\(report.room ? "在线" : "不在线")"
        )
        let sector = report.sector.map { say(", sector ", "，分区 ") + $0 } ?? ""
        var lines = [
            Self.line("unit", "车组", "\(report.unit) (\(report.dev)), \(report.st.word), \(officers)"),
            Self.line("time", "时间", Self.clock(report.t)), Self.line("fix", "定位", self.fix),
            Self.line("link", "链路", "\(link), \(room), \(say("backlog", "待传")) \(report.backlog)"),
            Self.line("plan", "方案", (report.plan ?? say("none", "无")) + sector),
        ]
        if report.plan != nil {
            let grids = report.grids.isEmpty ? say("in none", "不在网格内") : report.grids.joined(separator: ", ")
            lines.append(Self.line("grids", "网格", grids))
        }
        return lines
    }

    private func called(_ sos: UnitReport.SOS) -> String {
        let seen =
            sos.seen.map { say("seen by \($0)", "\($0) 已认领") }
            ?? say("nobody in the room has taken it yet", "指挥室尚无人认领")
        return "\(say("called", "发出于")) \(Self.clock(sos.t)), \(seen)"
    }

    private func progress(of line: UnitReport.Line) -> String {
        let (done, wanted) = (line.laps[0], line.laps[1])
        var text =
            done >= wanted
            ? say("\(line.name): done, \(done) laps", "\(line.name)：已完成 \(done) 趟")
            : say(
                "\(line.name): \(Self.percent(line.covered)) covered, lap \(done + 1) of \(wanted)",
                "\(line.name)：已巡 \(Self.percent(line.covered))，第 \(done + 1)/\(wanted) 趟"
            )
        if let here = self.report.line, here.id == line.id {
            let (along, off, isLeft) = (Int(here.along), Int(abs(here.off)), here.off < 0)
            text += say(
                ", at \(along) m, \(off) m \(isLeft ? "left" : "right") of it",
                "，位于 \(along) 米处，偏\(isLeft ? "左" : "右") \(off) 米"
            )
            if !here.on { text += say(", outside its corridor", "，已偏离线路") }
        }
        return text
    }

    private func progress(of post: UnitReport.Post) -> String {
        let until = Self.clock(post.closes).suffix(8)
        return say(
            "\(post.name): \(post.visits[0]) of \(post.visits[1]) visits, until \(until)",
            "\(post.name)：已到 \(post.visits[0])/\(post.visits[1]) 次，截止 \(until)"
        ) + (post.here ? say(", you are there", "，当前在岗") : "")
    }

    private static func phase(_ phase: String) -> String {
        guard Tongue.isChinese else { return phase }
        return ["offered": "待签收", "enroute": "出警中", "scene": "已到场"][phase] ?? phase
    }

    /// Characters of a line: what a dispatcher writes is shorter.
    private static let longest = 2_100

    private var fix: String {
        guard let position = self.report.position else { return say("none yet", "尚无") }
        let place = "\(Self.decimals(position.lat, 5)),\(Self.decimals(position.lon, 5))"
        let error = position.acc.map { " ± \(Int($0.rounded(.up))) m" } ?? ""
        let speed = position.spd.map { ", \(Int(($0 * 3.6).rounded())) km/h" } ?? ""
        let satellites = position.sat.map { say(", \($0) satellites", "，\($0) 颗卫星") } ?? ""
        let age = Self.decimals(position.age, 1)
        return "\(place)\(error)\(speed)\(satellites)" + say(", \(age) s old", "，\(age) 秒前")
    }

    private static func percent(_ share: Double) -> String { "\(Int((share * 100).rounded())) %" }

    private static func decimals(_ value: Double, _ count: Int) -> String {
        var scale = 1.0
        for _ in 0..<count { scale *= 10 }
        return "\((value * scale).rounded() / scale)"
    }

    /// Local time of this machine.
    private static func clock(_ milliseconds: Int64) -> String {
        var seconds = time_t(milliseconds / 1_000)
        var parts = tm()
        localtime_r(&seconds, &parts)
        var text = [CChar](repeating: 0, count: 32)
        let count = strftime(&text, text.count, "%F %T", &parts)
        return String(decoding: text[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
