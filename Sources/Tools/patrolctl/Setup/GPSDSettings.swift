/// `/etc/default/gpsd`, of which all but the receivers stays as it is.
struct GPSDSettings {
    private var lines: [String]

    init(_ text: String) {
        self.lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).map(String.init)
        if self.lines.last == "" { self.lines.removeLast() }
    }

    /// The receivers that it names, of the last line that does; `nil` for a line that only a shell understands.
    var devices: [String]? {
        guard let line = self.lines.last(where: Self.namesDevices) else { return [] }
        var rest = line.drop { $0 != "=" }.dropFirst()
        guard !rest.contains(where: { "\\$`".contains($0) }) else { return nil }
        guard let quote = rest.first, quote == "\"" || quote == "'" else {
            return rest.prefix { !$0.isWhitespace }.isEmpty ? [] : [String(rest.prefix { !$0.isWhitespace })]
        }
        rest = rest.dropFirst()
        guard let end = rest.firstIndex(of: quote) else { return nil }
        let after = rest[end...].dropFirst().drop(while: \.isWhitespace)
        guard after.isEmpty || after.hasPrefix("#") else { return nil }
        return rest[..<end].split(whereSeparator: \.isWhitespace).map(String.init)
    }

    /// Has it name these receivers and no others.
    mutating func setDevices(_ devices: [String]) {
        let line = "DEVICES=\"\(devices.joined(separator: " "))\""
        guard let index = self.lines.lastIndex(where: Self.namesDevices) else { return self.lines.append(line) }
        self.lines[index] = line
    }

    /// The file.
    var text: String { self.lines.map { "\($0)\n" }.joined() }

    private static func namesDevices(_ line: String) -> Bool {
        let words = line.drop(while: \.isWhitespace)
        return words.hasPrefix("DEVICES=") || words.hasPrefix("export DEVICES=")
    }
}
