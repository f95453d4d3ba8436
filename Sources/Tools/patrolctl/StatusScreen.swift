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
        let report = self.report
        var lines = [
            "unit     \(report.unit) (\(report.dev)), \(report.st.rawValue)"
                + (report.officers.isEmpty
                    ? ", nobody checked in" : ", officers \(report.officers.joined(separator: ", "))"),
            "time     \(Self.clock(report.t))",
            "fix      \(self.fix)",
            "link     \(report.link ? "up" : "down"), command room \(report.room ? "there" : "not there"), backlog \(report.backlog)",
            "plan     \(report.plan ?? "none")" + (report.sector.map { ", sector \($0)" } ?? ""),
        ]
        if report.plan != nil {
            lines.append("grids    \(report.grids.isEmpty ? "in none" : report.grids.joined(separator: ", "))")
        }
        if let sos = report.sos {
            let seen = sos.seen.map { "seen by \($0)" } ?? "nobody in the room has taken it yet"
            lines.insert("SOS      called \(Self.clock(sos.t)), \(seen)", at: 0)
        }
        for line in report.lines {
            var text =
                "line     \(line.name): \(Self.percent(line.covered)) covered, lap \(line.laps[0] + 1) of \(line.laps[1])"
            if line.laps[0] >= line.laps[1] { text = "line     \(line.name): done, \(line.laps[0]) laps" }
            if let here = report.line, here.id == line.id {
                text +=
                    ", at \(Int(here.along)) m, \(Int(abs(here.off))) m \(here.off < 0 ? "left" : "right") of it"
                    + (here.on ? "" : ", outside its corridor")
            }
            lines.append(text)
        }
        for post in report.posts {
            lines.append(
                "post     \(post.name): \(post.visits[0]) of \(post.visits[1]) visits, until \(Self.clock(post.closes).suffix(8))"
                    + (post.here ? ", you are there" : "")
            )
        }
        for order in report.orders {
            let distance = order.metres.map { ", \(Int($0)) m away" } ?? ""
            lines.append(
                "order    \(order.incident): \(order.phase)\(distance)\(order.text.isEmpty ? "" : ": \(order.text)")"
            )
        }
        for message in report.messages.suffix(3) { lines.append("message  \(message)") }
        if report.rollcall { lines.append("rollcall waits for you: patrolctl rollcall") }
        if !report.inputs.isEmpty {
            let inputs = report.inputs.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }
            lines.append("inputs   \(inputs.joined(separator: ", "))")
        }
        // Names, orders and messages are other people's words: none of them may act on the officer's terminal.
        return lines.map { $0.plainLine(atMost: Self.longest) }.joined(separator: "\n")
    }

    /// Characters of a line: what a dispatcher writes is shorter.
    private static let longest = 2_100

    private var fix: String {
        guard let position = self.report.position else { return "none yet" }
        let place = "\(Self.decimals(position.lat, 5)),\(Self.decimals(position.lon, 5))"
        let error = position.acc.map { " ± \(Int($0.rounded(.up))) m" } ?? ""
        let speed = position.spd.map { ", \(Int(($0 * 3.6).rounded())) km/h" } ?? ""
        let satellites = position.sat.map { ", \($0) satellites" } ?? ""
        return "\(place)\(error)\(speed)\(satellites), \(Self.decimals(position.age, 1)) s old"
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
