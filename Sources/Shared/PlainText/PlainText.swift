/// Makes text that came from elsewhere harmless for a log and a terminal.
///
/// A call sign, a message or an error of another program may hold line breaks that forge a log line, controls that
/// move the cursor or recolour the screen, and marks that turn the direction of writing. They are shown, not obeyed.
extension StringProtocol {
    /// The text as one line without controls.
    ///
    /// A control is replaced by its picture (`␊` for a line break, `␛` for escape), any other character that would
    /// change how its neighbours are shown by its number, such as `\u{202e}`. Joiners, which scripts and emoji need,
    /// stay. The length of the result does not exceed six times `limit`.
    ///
    /// - Parameter limit: Unicode scalars that are kept; how many more there were is said.
    /// - Returns: The line.
    package func plainLine(atMost limit: Int = 2_000) -> String {
        let scalars = self.unicodeScalars
        // Nearly every text is harmless: it is handed back as it is.
        guard scalars.count > limit || scalars.contains(where: \.isHarmful) else { return String(self) }
        var line = String.UnicodeScalarView()
        for scalar in scalars.prefix(limit) {
            if scalar.isHarmful { line.append(contentsOf: scalar.shown.unicodeScalars) } else { line.append(scalar) }
        }
        let left = scalars.count - limit
        return String(line) + (left > 0 ? " … (\(left) more)" : "")
    }

    /// A line of JSON in which each such character is written as JSON's own escape, so that it means the same.
    package var plainJSON: String {
        guard self.unicodeScalars.contains(where: \.isHarmful) else { return String(self) }
        var line = String.UnicodeScalarView()
        for scalar in self.unicodeScalars {
            guard scalar.isHarmful, scalar != "\t" else {
                line.append(scalar)
                continue
            }
            for unit in String(scalar).utf16 {
                line.append(contentsOf: ("\\u" + Unicode.Scalar.hexadecimal(UInt32(unit), digits: 4)).unicodeScalars)
            }
        }
        return String(line)
    }
}

extension Unicode.Scalar {
    /// Whether a terminal or a log would obey it instead of showing it.
    fileprivate var isHarmful: Bool {
        // The printable part of ASCII is most of what comes.
        if (0x20..<0x7F).contains(self.value) { return false }
        switch self.properties.generalCategory {
        case .control, .lineSeparator, .paragraphSeparator, .surrogate: return true
        // Zero width non-joiner and joiner belong to the writing of Persian, Hindi and of emoji.
        case .format: return self.value != 0x200C && self.value != 0x200D
        default: return false
        }
    }

    /// How it is shown.
    fileprivate var shown: String {
        switch self.value {
        case 0..<0x20: Self.picture(of: self.value)
        case 0x7F: "␡"
        default: "\\u{\(Self.hexadecimal(self.value, digits: 2))}"
        }
    }

    /// Unicode has a picture of each control of ASCII.
    private static func picture(of control: UInt32) -> String {
        Unicode.Scalar(0x2400 + control).map { String(Character($0)) } ?? "\\u{\(Self.hexadecimal(control, digits: 2))}"
    }

    fileprivate static func hexadecimal(_ value: UInt32, digits: Int) -> String {
        let text = String(value, radix: 16)
        return String(repeating: "0", count: Swift.max(0, digits - text.count)) + text
    }
}
