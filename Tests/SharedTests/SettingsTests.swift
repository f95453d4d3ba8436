import Settings
import Testing

@Suite("Strict settings")
struct SettingsTests {
    private func reader(_ text: String) throws -> SettingsReader {
        try SettingsReader(YAMLParser.parse(Array(text.utf8), file: "a.yaml"), file: "a.yaml", name: "the file")
    }

    @Test("reads texts, numbers and groups")
    func reads() throws {
        var top = try self.reader("unit: \"01\"\nrate: 2.5\ngpsd: { host: 127.0.0.1, port: 2947 }\nstations: [a, b]\n")
        #expect(try top.string("unit", example: "01") == "01")
        #expect(try top.number("rate", in: 0...10, default: 1) == 2.5)
        var gpsd = try top.group("gpsd", example: "{}")
        #expect(try gpsd.hostPort(defaultPort: 1) == HostPort(host: "127.0.0.1", port: 2_947))
        #expect(try top.strings("stations", example: "[a]") == ["a", "b"])
        try gpsd.finish()
        try top.finish()
    }

    @Test(
        "says what is wrong, with the line",
        arguments: [
            ("unit: 1\nbrokr: 2\n", "a.yaml:2: unknown key 'brokr'"),
            ("other: 1\n", "a.yaml:1: 'unit' is missing"),
            ("unit: 1\nunit: 2\n", "a.yaml:2: 'unit' is set twice"),
            ("unit: [1]\n", "a.yaml:1: 'unit' must be a text, not a list"),
            ("unit: a\nrate: fast\n", "a.yaml:2: 'rate' must be a number from 0 to 10, not 'fast'"),
            ("unit: a\nrate: 11\n", "a.yaml:2: 'rate' must be a number from 0 to 10, not '11'"),
            ("unit: a\nrate: \"3\"\n", "a.yaml:2: 'rate' must be a number"),
            ("unit: {\n", "a.yaml:2: not readable as YAML"),
            ("- 1\n", "a.yaml:1: the file must be a group"),
        ]
    )
    func complains(text: String, expected: String) {
        let error = #expect(throws: SettingsError.self) {
            var top = try self.reader(text)
            _ = try top.string("unit", example: "\"01\"")
            _ = try top.optionalNumber("rate", in: 0...10)
            try top.finish()
        }
        #expect(error?.description.hasPrefix(expected) == true, "\(String(describing: error))")
    }

    @Test("a file that is not there is one line with its name")
    func missing() {
        let error = #expect(throws: SettingsError.self) { try SettingsReader(file: "/nowhere.yaml") }
        #expect(error?.description == "/nowhere.yaml: cannot be read: No such file or directory")
    }
}
