import ArgumentParser
import Glibc
import PatrolWire

/// The language in which an officer is spoken to: Chinese where the terminal's locale is Chinese, as `LC_ALL`,
/// `LC_MESSAGES` or `LANG` says, the first that is set.
enum Tongue {
    static let isChinese: Bool = {
        for name in ["LC_ALL", "LC_MESSAGES", "LANG"] {
            guard let value = getenv(name).map({ String(cString: $0) }), !value.isEmpty else { continue }
            return value.hasPrefix("zh")
        }
        return false
    }()

    /// What the device says why it cannot do something, in the officer's language; a reason that is not known stays as it
    /// was said.
    static func reason(_ text: String) -> String {
        guard self.isChinese else { return text }
        if let known = self.reasons[text] { return known }
        for (head, tail, begin, end) in self.reasonsAbout where text.hasPrefix(head) && text.hasSuffix(tail) {
            return begin + text.dropFirst(head.count).dropLast(tail.count) + end
        }
        return text
    }

    private static let reasons = [
        "no order waits for an answer": "没有待签收的指令",
        "not on the way to anything": "当前没有在途的指令",
        "no order is being followed": "当前没有正在执行的指令",
        "no roll call waits for an answer": "没有待应答的点名",
        "nobody new: name an officer who is not checked in": "没有新签到的人员：请写明尚未签到的警号",
        "nobody of that number is checked in": "该警号没有签到",
        "patrold is busy; ask again": "设备正忙，请重试",
        "patrold is stopping": "设备正在停止",
        "busy: too many connections; ask again": "设备正忙，请重试",
    ]
    /// Beginning and end of what is said about something, and the same in Chinese.
    private static let reasonsAbout = [
        ("already has an order to ", "", "已在执行警情 ", " 的指令"),
        ("has no order to ", "", "没有警情 ", " 的指令"),
        ("has ", " already", "已有警情 ", ""),
    ]
}

/// What is said to an officer, in one of two languages.
func say(_ english: String, _ chinese: String) -> String { Tongue.isChinese ? chinese : english }

extension ArgumentHelp {
    /// A help text in one of two languages.
    init(_ english: String, _ chinese: String) { self.init(say(english, chinese)) }
}

extension UnitStatus {
    /// As an officer reads it.
    var word: String {
        guard Tongue.isChinese else { return self.rawValue }
        switch self {
        case .off: return "下勤"
        case .patrol: return "巡逻"
        case .enroute: return "出警中"
        case .scene: return "已到场"
        case .busy: return "处警中"
        case .break: return "休息"
        }
    }
}
