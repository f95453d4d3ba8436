import FoundationEssentials
import Rig
import TestSupport
import Testing

@Suite(
    "People and tasks on the board",
    .serialized,
    .realPrograms,
    .timeLimit(.minutes(6)),
    .enabled(if: Browser.isThere)
)
struct BoardPeopleTests {
    @Test("a task is raised, answered and closed on the page; without an owner or a time it says what is missing")
    func tasks() async throws {
        try await Chain.withFleet(1) { chain in
            try await Browser.onPage(of: chain, units: 1, language: "en") { page in
                try await page.open("#tasks-open", dialog: "tasks")
                try await page.wait(
                    "why nobody can own a task",
                    "return document.getElementById('tasks-none').innerText.includes('No officers are registered yet')"
                )
                #expect(try await page.run("return document.getElementById('task-rated').hidden"))
            }
            let people = "number,name,role\n0421,Li Wei,police\n0933,<b>Wang</b>,auxiliary\n"
            _ = try await chain.room.ask("POST", "/api/v1/register/officers", body: people)
            try await Browser.onPage(of: chain, units: 1, language: "en") { page in
                try await page.open("#tasks-open", dialog: "tasks")
                try await page.wait(
                    "the officers",
                    "return document.querySelectorAll('#task-owner option').length === 2"
                )
                // What a name is made of is text.
                #expect(try await page.text("#task-owner").contains("<b>Wang</b>"))
                try await page.click("#tasks-raise")
                try await page.wait(
                    "what is missing",
                    "return document.getElementById('tasks-error').textContent.length > 0"
                )
                let _: Bool = try await page.run(
                    """
                    document.getElementById('task-text').value = 'a stolen bicycle';
                    const later = new Date(Date.now() + 86400000 - new Date().getTimezoneOffset() * 60000);
                    document.getElementById('task-due').value = later.toISOString().slice(0, 16);
                    return true
                    """
                )
                try await page.choose("#task-owner", "0421")
                try await page.click("#tasks-raise")
                try await page.wait("the task", "return document.querySelectorAll('#tasks-list .task').length === 1")
                #expect(try await page.text("#tasks-list").contains("Li Wei (0421)"))
                try await page.click("[data-step=answer]")
                try await page.wait(
                    "a result is asked for",
                    "return document.getElementById('tasks-error').textContent.length > 0"
                )
                let _: Bool = try await page.run("document.getElementById('task-text').value = 'found'; return true")
                try await page.click("[data-step=answer]")
                try await page.wait(
                    "it is answered",
                    "return document.querySelector('#tasks-list').innerText.includes('answered')"
                )
                try await page.click("[data-step=close]")
                try await page.wait("it is gone", "return document.querySelectorAll('#tasks-list .task').length === 0")
                try await page.click("#tasks-closed")
                try await page.wait(
                    "it is there again",
                    "return document.querySelector('#tasks-list').innerText.includes('closed')"
                )
                let steps = try await page.text("#task-steps")
                #expect(steps.contains("found") && steps.contains("Raised"))
            }
        }
    }

    @Test("no report stands under another's name while the room is at work; a briefing and a proposal are shown")
    func reports() async throws {
        try await Chain.withFleet(1) { chain in
            try await chain.openIncidents(2)
            try await Browser.onPage(of: chain, units: 1, language: "en") { page in
                try await page.open("#reports", dialog: "report")
                try await page.wait("presence", "return document.querySelectorAll('#report-body table').length >= 3")
                let meanwhile: String = try await page.run(
                    """
                    document.querySelector('[data-kind=response]').click();
                    return document.getElementById('report-body').textContent
                    """
                )
                #expect(meanwhile == "working…")
                for (kind, words) in [
                    ("response", "median"), ("trend", "By hour"), ("placement", "rests on"), ("briefing", "Roster"),
                ] {
                    try await page.click("[data-kind=\(kind)]")
                    try await page.wait(
                        kind,
                        "return document.getElementById('report-body').innerText.includes('\(words)')"
                    )
                }
                #expect(try await page.run("return document.getElementById('report-error').textContent") == "")
            }
        }
    }

    @Test("a roster is looked at before it is taken, faults stand with their lines, and who is missing is red")
    func roster() async throws {
        try await Chain.withFleet(1) { chain in
            _ = try await chain.room.ask(
                "POST",
                "/api/v1/register/officers",
                body: "number,name,role\n0421,Li,police\n"
            )
            try await Browser.onPage(of: chain, units: 1, language: "en") { page in
                func choose(_ text: String) async throws {
                    let _: Bool = try await page.run(
                        """
                        const file = new DataTransfer();
                        file.items.add(new File([\(text)], 'roster.csv', { type: 'text/csv' }));
                        const input = document.getElementById('import-file');
                        input.files = file.files;
                        input.dispatchEvent(new Event('change'));
                        return true
                        """
                    )
                }
                try await page.open("#people-open", dialog: "people")
                try await page.choose("#import-kind", "shifts")
                try await choose("'id,date,from,until,every,officers\\nday,2026-01-01,00:00,24:00,1,9999\\n'")
                try await page.wait(
                    "the fault with its line",
                    "return document.getElementById('import-problems').innerText.includes('2')"
                )
                #expect(try await page.run("return document.getElementById('import-take').disabled"))
                try await choose("'id,date,from,until,every,officers\\nday,2026-01-01,00:00,24:00,1,0421\\n'")
                try await page.wait("the preview", "return !document.getElementById('import-take').disabled")
                try await page.wait(
                    "nobody on duty yet",
                    "return document.getElementById('duty-none').textContent.includes('Nobody')"
                )
                try await page.click("#import-take")
                try await page.wait(
                    "who is missing",
                    "return document.querySelector('#duty-list .late')?.textContent === 'not signed in'"
                )
                try await page.wait("the roster", "return document.querySelectorAll('#roster-list .duty').length >= 7")
            }
        }
    }
}
