import Incidents
import TestSupport
import Testing
import Threading

@Suite("The station's kinds of incidents")
struct CategoryTests {
    private func table() throws -> Categories {
        try Categories([
            Categories.Group(
                name: "治安",
                categories: [
                    Categories.Category(name: "打架斗殴", otherNames: ["fight", "0301"]),
                    Categories.Category(name: "盗窃"),
                ]
            ),
            Categories.Group(name: "求助", categories: []),
        ])
    }

    @Test("an incident keeps both levels, however the caller names it; a word that is not there stays as it is")
    func levels() async throws {
        let desk = IncidentDesk(
            [],
            categories: try self.table(),
            store: MemoryStore(),
            now: { 1_000 },
            changed: { _ in }
        )
        for (word, category, group) in [
            ("0301", "打架斗殴", "治安"), ("fight", "打架斗殴", "治安"), ("盗窃", "盗窃", "治安"), ("求助", "求助", "求助"),
            ("治安", "治安", "治安"), ("drone", "drone", nil),
        ] as [(String, String, String?)] {
            let report = Incident.Report(latitude: 41, longitude: -8, category: word)
            let incident = try await desk.open(report, station: nil, actor: "li", origin: "test")
            #expect(incident.report.category == category && incident.report.group == group)
        }
    }

    @Test("an incident that turns out to be another kind changes both levels, and one of which more is known neither")
    func amended() async throws {
        let desk = IncidentDesk(
            [],
            categories: try self.table(),
            store: MemoryStore(),
            now: { 1_000 },
            changed: { _ in }
        )
        let report = Incident.Report(latitude: 41, longitude: -8, category: "fight")
        let id = try await desk.open(report, station: nil, actor: "li", origin: "test").id
        var amendment = IncidentStep.Amendment()
        amendment.note = "two men"
        var incident = try await desk.take(.amend(amendment), with: id, actor: "li", origin: "test")
        #expect(incident.report.category == "打架斗殴" && incident.report.group == "治安")
        amendment = IncidentStep.Amendment()
        amendment.category = "求助"
        incident = try await desk.take(.amend(amendment), with: id, actor: "li", origin: "test")
        #expect(incident.report.category == "求助" && incident.report.group == "求助")
        amendment.category = "drone"
        incident = try await desk.take(.amend(amendment), with: id, actor: "li", origin: "test")
        #expect(incident.report.category == "drone" && incident.report.group == nil)
    }

    @Test("a name that means two things is refused")
    func twice() throws {
        let fight = Categories.Category(name: "fight", otherNames: ["0301"])
        for other in [Categories.Category(name: "0301"), Categories.Category(name: "x", otherNames: ["fight"])] {
            #expect(throws: CategoryFault.self) {
                try Categories([
                    Categories.Group(name: "a", categories: [fight]), Categories.Group(name: "b", categories: [other]),
                ])
            }
        }
    }
}
