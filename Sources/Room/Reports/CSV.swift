/// Cells of a table (RFC 4180) that people open in a spreadsheet.
package enum CSV {
    /// A text from outside: quoted where it must be, and never taken for a formula.
    ///
    /// Spreadsheets compute a cell that begins with one of a few signs. An apostrophe before it makes it a text again (OWASP,
    /// *CSV Injection*). Numbers of our own need no such guard and keep their sign.
    package static func text(_ text: String?) -> String {
        guard let text, let first = text.unicodeScalars.first else { return "" }
        let guarded = Self.signs.contains(first) ? "'" + text : text
        let isPlain = guarded.unicodeScalars.allSatisfy { !Self.special.contains($0) }
        return isPlain ? guarded : "\"" + guarded.replacing("\"", with: "\"\"") + "\""
    }

    /// A number; nothing when there is none.
    package static func number(_ value: (some Any)?) -> String { value.map { "\($0)" } ?? "" }

    /// Cells as one line.
    package static func line(_ cells: [String]) -> String { cells.joined(separator: ",") + "\r\n" }

    private static let signs: Set<Unicode.Scalar> = ["=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"]
    private static let special: Set<Unicode.Scalar> = ["\"", ",", "\r", "\n", ";", "\t"]
}
