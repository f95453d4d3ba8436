/// `/etc/default/gpsd`, of which all but the receivers stays as it is.
struct GPSDSettings {
    private var lines: [String]

    init(_ text: String) {
        self.lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        if self.lines.last == "" { self.lines.removeLast() }
    }

    /// The receivers that it names: of the last line that does, as a shell reads it.
    var devices: [String] {
        guard let line = self.lines.last(where: Self.namesDevices) else { return [] }
        return line.drop { $0 != "=" }.dropFirst().filter { !"\"'".contains($0) }
            .split(whereSeparator: \.isWhitespace).map(String.init)
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
        line.drop(while: \.isWhitespace).hasPrefix("DEVICES=")
    }
}
