import Glibc
import Ground
import Simulation
import Threading

/// Where the demonstration is shown: a terminal that is drawn anew, or plain lines.
struct Screen: Sendable {
    /// One unit of the table.
    struct Row: Sendable {
        var device: String
        var status: String
        var metres: Double?
        var seconds: Double?
        /// Eight of ten times it takes between these, s.
        var interval: (Double, Double)?
        var age: Double?
        var reason: String?
        var place: Coordinate?

        init(_ candidate: RoomView.Candidate, of unit: RoomView.Unit?) {
            self.device = candidate.device
            self.status = candidate.status ?? "-"
            self.metres = candidate.metres
            self.seconds = candidate.seconds
            self.interval = candidate.p10.flatMap { low in candidate.p90.map { (low, $0) } }
            self.age = candidate.ageSeconds
            self.reason = candidate.reason
            self.place = unit?.coordinate
        }

        init(_ unit: RoomView.Unit) {
            self.device = unit.device
            self.status = unit.status ?? "-"
            self.age = unit.position?.ageSeconds
            self.place = unit.coordinate
        }
    }

    /// What is shown at one moment.
    struct Frame: Sendable {
        var town: Town
        var rows: [Row]
        var scene: Coordinate?
        var responding: String?
        var estimate: Double?
        var headline: String
        /// What car 01 itself knows.
        var patrol: String
        var url: String
    }

    /// Whether frames are drawn; otherwise only lines are said.
    let isLive: Bool
    private let lines = Locked<[String]>([])

    init(isLive: Bool) { self.isLive = isLive }

    /// Whether standard output is a terminal.
    static var isTerminal: Bool { isatty(STDOUT_FILENO) == 1 }

    /// Says one line; on a live screen the newest few stand under the table.
    @Sendable
    func say(_ line: String) {
        self.lines.withLock { $0.append(line) }
        if !self.isLive { write(line + "\n") }
    }

    /// Draws a frame over the one before.
    func draw(_ frame: Frame) {
        guard self.isLive else { return }
        let width = Self.terminalWidth
        var left = width >= 112 ? TownMap(frame).lines : []
        let right = self.table(frame)
        let height = max(left.count, right.count)
        left += Array(
            repeating: String(repeating: " ", count: left.isEmpty ? 0 : TownMap.columns),
            count: height - left.count
        )
        var text = "\u{1B}[H\u{1B}[2J"
        text += "\u{1B}[1m PatrolLink\u{1B}[0m  \(frame.headline)\n\n"
        for index in 0..<height {
            let cell = index < right.count ? right[index] : ""
            text += " \(left[index])  \(cell)\n"
        }
        text += "\n \(frame.patrol)\n"
        for line in self.lines.withLock({ $0.suffix(4) }) { text += "\u{1B}[2m \(line)\u{1B}[0m\n" }
        text += "\n \(frame.url)   Ctrl-C ends it"
        write(text)
    }

    private func table(_ frame: Frame) -> [String] {
        var lines = ["\u{1B}[4munit      status      metres  seconds   age  \u{1B}[0m"]
        var isBelow = false
        for row in frame.rows {
            if row.reason != nil, !isBelow {
                isBelow = true
                lines.append("\u{1B}[2m--------- not free --------------------------\u{1B}[0m")
            }
            let cells =
                pad(row.device, 10) + pad(row.status, 10) + number(row.metres, 8) + number(row.seconds, 9)
                + (row.age.map { padLeft("\(Int($0)) s", 6) } ?? padLeft("-", 6))
            let isResponding = row.device == frame.responding
            let style = isResponding ? "1;33" : row.reason == nil ? "0" : "2"
            lines.append("\u{1B}[\(style)m\(cells)\(isResponding ? " <" : "")\u{1B}[0m")
        }
        if let estimate = frame.estimate, let row = frame.rows.first(where: { $0.device == frame.responding }),
            let left = row.seconds
        {
            let share = max(0, min(1, 1 - left / max(estimate, 1)))
            let filled = Int(share * 30)
            let bar = String(repeating: "█", count: filled) + String(repeating: "░", count: 30 - filled)
            let interval = row.interval.map { " (\(Int($0.0.rounded())) to \(Int($0.1.rounded())))" } ?? ""
            lines += ["", "\(row.device)  \u{1B}[33m\(bar)\u{1B}[0m  \(Int(left.rounded())) s to go\(interval)"]
        }
        return lines
    }

    private static var terminalWidth: Int {
        var size = winsize()
        return ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0 ? Int(size.ws_col) : 80
    }
}

private func number(_ value: Double?, _ width: Int) -> String {
    padLeft(value.map { "\(Int($0.rounded()))" } ?? "-", width)
}

func pad(_ text: String, _ width: Int) -> String { text + String(repeating: " ", count: max(0, width - text.count)) }

func padLeft(_ text: String, _ width: Int) -> String {
    String(repeating: " ", count: max(0, width - text.count)) + text
}

private func write(_ text: String) {
    let bytes = Array(text.utf8)
    _ = Glibc.write(STDOUT_FILENO, bytes, bytes.count)
}
