import FoundationEssentials
import Rig
import TestSupport
import Testing

/// The pages against the rules of accessibility (WCAG), as axe-core knows them.
@Suite(
    "The pages are for everybody",
    .serialized,
    .realPrograms,
    .timeLimit(.minutes(6)),
    .enabled(if: Browser.isThere)
)
struct AccessibilityTests {
    /// What axe found, in a line each.
    private static let run = """
        return axe.run().then((found) => found.violations
          .filter((one) => ['serious', 'critical'].includes(one.impact))
          .map((one) => `${one.id}: ${one.nodes.slice(0, 3).map((node) => node.html.slice(0, 120)).join(' | ')}`))
        """

    /// axe itself, where `make test` puts it.
    private static let axe: String? = {
        let home = ProcessInfo.processInfo.environment["HOME"] ?? "/root"
        let libraries = "\(home)/.cache/patrollink-schemathesis/lib"
        // Where there is none the test says so and is left out.
        guard let versions = try? FileManager.default.contentsOfDirectory(atPath: libraries) else { return nil }
        return versions.map { "\(libraries)/\($0)/site-packages/axe_core_python/axe.min.js" }
            .first { FileManager.default.isReadableFile(atPath: $0) }
    }()

    @Test(
        "no page has a serious or critical fault, whatever is open on it",
        .enabled(if: Self.axe != nil, "axe is not installed: 'make test' installs it where PyPI is there")
    )
    func pages() async throws {
        let axe = readFile(try #require(Self.axe))
        try await Chain.withFleet(4) { chain in
            try await chain.openIncidents(3)
            try await Browser.onPage(of: chain, units: 4) { page in
                func check(_ what: String) async throws {
                    let faults: [String] = try await page.run("\(axe);\n\(Self.run)")
                    #expect(faults.isEmpty, "\(what)")
                }
                try await page.wait("the cards", "return document.querySelectorAll('.card').length === 3")
                try await check("the board")
                try await page.click(".card")
                try await page.wait(
                    "candidates",
                    "return document.querySelectorAll('#candidates-list .unit').length > 0"
                )
                try await check("an incident with its candidates")
                try await page.click("#units-list .unit")
                try await page.click("#new")
                try await check("a unit, and the drawer of a new incident")
                try await page.click("#form-cancel")
                for button in [
                    "rollcall", "closure", "tasks-open", "people-open", "devices-open", "history-open", "reports",
                ] {
                    try await page.click("#\(button)")
                    try await page.wait("\(button)", "return document.querySelector('dialog:modal') !== null")
                    try await check("\(button)")
                    let _: Bool = try await page.run("document.querySelector('dialog:modal').close(); return true")
                }
                try await page.press("?")
                try await check("the keys")
                let _: Bool = try await page.run(
                    "for (const one of document.querySelectorAll('dialog[open]')) { one.close(); } return true"
                )
                try await page.click("#night")
                try await check("the board by night")
                try await page.click("#night")
                try await page.open("http://127.0.0.1:\(chain.http)/?wall=1")
                try await page.wait("the wall", "return !!window.patrollink && patrollink.state.isLive")
                try await check("the wall")
                try await page.open("http://127.0.0.1:\(chain.http)/replay")
                try await page.wait("the replay", "return window.replay !== undefined")
                try await check("the replay")
                for view in ["matrix", "response", "officers", "trend", "tasks", "estimates"] {
                    try await page.open("http://127.0.0.1:\(chain.http)/reports?view=\(view)")
                    try await page.wait("\(view)", "return document.getElementById('body').dataset.view === '\(view)'")
                    try await check("the chief's page, \(view)")
                }
            }
        }
    }
}
