import FoundationEssentials
import Hardware
import Inputs
import Logging
import Rig
import ServiceLifecycle
import Settings
import TestSupport
import Testing

@Suite("Inputs of the machine")
struct InputTests {
    @Test("a contact that bounces is one change, once it has stood")
    func debounce() {
        var debounce = Debounce(patience: 200)
        var seen: [Double] = []
        for (now, value) in [
            (0, 0), (50, 0), (250, 0), (300, 1), (320, 0), (340, 1), (500, 1), (540, 1), (600, 1), (650, 0), (700, 1),
        ] {
            if let settled = debounce.take(Double(value), now: Int64(now)) { seen.append(settled) }
        }
        #expect(seen == [0, 1])
    }

    private func inputs(_ folder: String, _ entries: String) throws -> [InputSpec] {
        let text = ConfigurationText.everyFix + "inputs:\n\(entries)\n"
        try writeFile("\(folder)/profile.yaml", text)
        return try HardwareProfile(file: "\(folder)/profile.yaml").inputs
    }

    @Test("a file of the kernel is read and scaled, rubbish in it is said once, and it comes back")
    func sysfs() async throws {
        try await withTemporaryFolder("inputs") { folder in
            let specs = try self.inputs(
                folder,
                "  - { name: battery, sysfs: \(folder)/capacity, scale: 0.01, every_s: 0.05, debounce_ms: 0 }"
            )
            try writeFile("\(folder)/capacity", "87\n")
            let seen = Collector<Double>()
            let reader = InputReader(specs, isSaving: { false }, logger: Logger(label: "test")) { name, value in
                if name == "battery" { seen.add(value) }
            }
            let running = Task { try await reader.run() }
            try await eventually("the first charge") { seen.all == [0.87] }
            try writeFile("\(folder)/capacity", "29\n")
            try await eventually("the second charge") { seen.all == [0.87, 0.29] }
            running.cancel()
        }
    }

    @Test(
        "an entry that cannot be is an error with its line",
        arguments: [
            ("  - { name: horn, socket: true }", "no input; there are ignition"),
            ("  - { name: ignition }", "just one source"), ("  - { name: ignition, gpio: chip }", "CHIP/LINE"),
            ("  - { name: ignition, gpio: a/1, socket: true }", "just one source"),
            ("  - { name: sos, socket: true }\n  - { name: sos, socket: true }", "names 'sos' twice"),
            ("  - { name: sos, socket: maybe }", "true or false"),
            ("  - { name: sos, socket: true, colour: red }", "unknown key 'colour'"),
        ]
    )
    func wrong(entry: String, says: String) async throws {
        try await withTemporaryFolder("inputs") { folder in
            let error = #expect(throws: SettingsError.self) { try self.inputs(folder, entry) }
            #expect(error?.description.contains(says) == true, "\(error?.description ?? "")")
        }
    }

    @Test("each shipped profile has only keys that the schema knows")
    func schema() throws {
        let folder = Places.root.appending(path: "HardwareProfiles")
        struct Schema: Decodable {
            struct Entry: Decodable {}
            let properties: [String: Entry]
            let required: [String]
        }
        let schema = try JSONDecoder().decode(
            Schema.self,
            from: Data(contentsOf: folder.appending(path: "schema.json"))
        )
        let files = try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { $0.hasSuffix(".yaml") }
        #expect(files.count >= 5)
        for file in files {
            let text = readFile(folder.appending(path: file).path)
            let keys = Set(
                text.split(separator: "\n").compactMap { line -> String? in
                    guard let first = line.first, first.isLetter else { return nil }
                    return String(line.prefix { $0 != ":" })
                }
            )
            #expect(keys.isSubset(of: schema.properties.keys) && Set(schema.required).isSubset(of: keys), "\(file)")
        }
    }
}
