import FoundationEssentials
import Rig
import TestSupport
import Testing

/// The rules and the dashboard that lie beside the room, held against what the room really says.
@Suite("What watches over the room", .realPrograms, .timeLimit(.minutes(5)))
struct MonitoringTests {
    private static let promtool = "/usr/bin/promtool"

    private static func file(_ name: String) -> String {
        Places.root.appending(path: ".packaging/monitoring/\(name)").path(percentEncoded: false)
    }

    /// Every word of a text that begins with a prefix, such as names of numbers.
    private func words(_ text: String, from prefix: String) -> Set<String> {
        let words = text.split { !($0.isLetter || $0.isNumber || $0 == "_") }.map(String.init)
        return Set(words.filter { $0.hasPrefix(prefix) })
    }

    @Test("every number that a rule or a plot names is one that the room gives", .chain(.room))
    func names() async throws {
        let metrics = try await Chain.current.room.ask("GET", "/metrics").text
        let given = Set(
            metrics.split(separator: "\n").filter { $0.hasPrefix("# TYPE ") }
                .compactMap { $0.split(separator: " ").dropFirst(2).first.map(String.init) }
        )
        var used: Set<String> = []
        for name in ["patrollink.rules.yml", "patrollink.rules.test.yml", "patrollink-dashboard.json"] {
            used.formUnion(self.words(readFile(Self.file(name)), from: "patrollink_"))
        }
        #expect(given.count > 10 && used.isSubset(of: given), "\(used.subtracting(given).sorted())")
        // Nothing that the room counts is looked at by nobody.
        #expect(given.isSubset(of: used), "\(given.subtracting(used).sorted())")
        let rules = readFile(Self.file("patrollink.rules.yml"))
        let troubles = try #require(rules.firstRange(of: "trouble=~\""))
        for trouble in rules[troubles.upperBound...].prefix(while: { $0 != "\"" }).split(separator: "|") {
            #expect(metrics.contains("patrollink_units_trouble{trouble=\"\(trouble)\"}"), "\(trouble)")
        }
    }

    @Test("the dashboard is JSON with a query behind each plot, and no two plots lie on one another")
    func dashboard() throws {
        struct Dashboard: Decodable {
            struct Panel: Decodable {
                struct Place: Decodable, Hashable { let x, y, w, h: Int }
                struct Target: Decodable { let expr: String }
                let title: String
                let gridPos: Place
                let targets: [Target]
            }
            let panels: [Panel]
        }
        let text = readFile(Self.file("patrollink-dashboard.json"))
        let panels = try JSONDecoder().decode(Dashboard.self, from: Data(text.utf8)).panels
        var taken: Set<[Int]> = []
        for panel in panels {
            #expect(
                !panel.targets.isEmpty && panel.targets.allSatisfy { $0.expr.contains("patrollink_") },
                "\(panel.title)"
            )
            for x in 0..<panel.gridPos.w {
                for y in 0..<panel.gridPos.h {
                    let cell = [panel.gridPos.x + x, panel.gridPos.y + y]
                    #expect(cell[0] < 24 && taken.insert(cell).inserted, "\(panel.title)")
                }
            }
        }
    }

    @Test(
        "each alert comes on a history made for it, and none where all is well",
        .enabled(if: FileManager.default.isExecutableFile(atPath: promtool), "Debian's prometheus is not installed")
    )
    func alerts() async throws {
        let checked = try await runProgramToEnd(Self.promtool, ["check", "rules", Self.file("patrollink.rules.yml")])
        #expect(checked.status == 0, "\(checked.output)\(checked.errors)")
        let tested = try await runProgramToEnd(
            Self.promtool,
            ["test", "rules", Self.file("patrollink.rules.test.yml")]
        )
        #expect(tested.status == 0, "\(tested.output)\(tested.errors)")
    }
}
