import PlainText
import Testing

@Suite("Text from elsewhere is shown and not obeyed")
struct PlainTextTests {
    @Test(
        "each kind of control becomes visible",
        arguments: [
            ("two\nlines\r\n", "two␊lines␍␊"), ("\u{1B}[2J\u{7}", "␛[2J␇"), ("\u{7F}\u{0}", "␡␀"),
            ("\u{9B}31m", "\\u{9b}31m"), ("abc\u{202E}cba", "abc\\u{202e}cba"),
            ("a\u{2028}b\u{2029}", "a\\u{2028}b\\u{2029}"),
            ("\u{2066}x\u{2069}\u{200F}\u{61C}", "\\u{2066}x\\u{2069}\\u{200f}\\u{61c}"), ("\u{E0041}", "\\u{e0041}"),
        ]
    )
    func controls(text: String, shown: String) { #expect(text.plainLine() == shown) }

    @Test("words of any script stay as they are", arguments: ["数字大厦 3 层", "می‌خواهم", "👩‍🚒 Straße", "e\u{301}"])
    func words(text: String) { #expect(text.plainLine() == text && text.plainJSON == text) }

    @Test("a long text is cut, and that is said")
    func long() {
        let text = String(repeating: "\n", count: 10_000_000)
        #expect(text.plainLine(atMost: 3) == "␊␊␊ … (9999997 more)")
    }

    @Test("JSON stays the same JSON")
    func json() { #expect("{\"a\":\"\u{9B}1m\u{202E}\u{E0041}\"}".plainJSON == #"{"a":"\u009b1m\u202e\udb40\udc41"}"#) }
}
