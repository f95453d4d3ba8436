import FoundationEssentials
import Rig
import TestSupport
import Testing

@Suite(
    "The board when something goes wrong",
    .serialized,
    .realPrograms,
    .timeLimit(.minutes(6)),
    .enabled(if: Browser.isThere)
)
struct BoardFaultTests {
    /// Keeps the page's connections, so that a test can let one of them bring rubbish.
    private static let watched =
        "window.sources = []; const Real = EventSource; window.EventSource = class extends Real "
        + "{ constructor(...all) { super(...all); window.sources.push(this); } };"
        + " Object.assign(window.EventSource, { CLOSED: 2, OPEN: 1, CONNECTING: 0 });"

    /// Takes an incident from what the page knows: only the whole state brings it back.
    private static let forgetting = "return patrollink.state.incidents.clear(), patrollink.state.incidents.size === 0"

    @Test(
        "a state that never comes, or cannot be read, is taken from the stream",
        arguments: [
            "new Promise(() => null)", "Promise.reject(new TypeError('no'))", "Promise.resolve(new Response('{}'))",
        ]
    )
    func stateMissing(answer: String) async throws {
        let script =
            "const real = window.fetch; window.fetch = (path, how) => String(path).endsWith('/state') ? \(answer) : real(path, how);"
        try await Chain.withFleet(2) { chain in
            try await chain.openIncidents(1)
            try await Browser.onPage(of: chain, units: 2, script: script) { page in
                try await page.wait("the incident", "return document.querySelectorAll('.card').length === 1")
                try await page.wait("the map", "return document.querySelectorAll('.leaflet-tile').length > 0")
                #expect(try await page.run("return patrollink.state.isLive"))
            }
        }
    }

    @Test("a message that cannot be read is said, and the whole state is asked for", arguments: [false, true])
    func spoilt(isBeat: Bool) async throws {
        try await Chain.withFleet(3) { chain in
            try await chain.openIncidents(2)
            try await Browser.onPage(of: chain, units: 3, script: Self.watched) { page in
                try await page.wait("the incidents", "return patrollink.state.incidents.size === 2")
                #expect(try await page.run(Self.forgetting))
                let (kind, text) = isBeat ? ("beat", "soon") : ("message", #"{"at":1,"units":[{"grid":"a\\u0001"#)
                // Both as they stand the moment it is said: a quick page has everything again soon after.
                let said: [String] = try await page.run(
                    """
                    sources.at(-1).dispatchEvent(new MessageEvent('\(kind)', { data: '\(text)' }));
                    return new Promise((done) => {
                      const [lost, link] = ['lost', 'link'].map((id) => document.getElementById(id));
                      const look = () => { if (lost.textContent.includes('could not be read')) { done([lost.textContent, link.textContent]); } };
                      new MutationObserver(look).observe(document.body, { subtree: true, childList: true, characterData: true });
                      setTimeout(() => done([lost.textContent, link.textContent]), 5000);
                      look();
                    })
                    """
                )
                #expect(said[0].contains("could not be read"))
                #expect(said[1] != "connected")
                try await page.wait("everything is there again", "return patrollink.state.incidents.size === 2")
                try await page.wait("and says so", "return document.getElementById('link').innerText === 'connected'")
            }
        }
    }

    @Test("a part that cannot be drawn does not stop the others")
    func drawing() async throws {
        try await Chain.withFleet(3) { chain in
            try await Browser.onPage(of: chain, units: 3) { page in
                let _: Bool = try await page.run(
                    """
                    patrollink.state.alarms = [{ get kind() { throw new Error('a fault of a test'); }, incident: 'x' }];
                    return true
                    """
                )
                let before: String = try await page.run("return document.getElementById('clock').innerText")
                try await page.wait(
                    "the clock goes on",
                    "return document.getElementById('clock').innerText !== '\(before)' && patrollink.state.isLive"
                )
            }
        }
    }

    @Test("a page that wakes up after a long sleep asks for the whole state")
    func sleep() async throws {
        try await Chain.withFleet(3) { chain in
            try await chain.openIncidents(2)
            try await Browser.onPage(of: chain, units: 3, script: Self.watched) { page in
                try await page.wait("the incidents", "return patrollink.state.incidents.size === 2")
                #expect(try await page.run(Self.forgetting))
                // As after a sleep: the clock has gone on, no timer has run meanwhile, and the connection is dead without a
                // word. Were it alive, its next message might come before the timer, and would bring all that is missing.
                let _: Bool = try await page.run(
                    "const real = Date.now.bind(Date); Date.now = () => real() + 60000; sources.at(-1).close(); return true"
                )
                try await page.wait("everything is there again", "return patrollink.state.incidents.size === 2")
                #expect(try await page.run("return sources.length >= 2"))
                let _: Bool = try await page.run(
                    "patrollink.state.incidents.clear(); dispatchEvent(new Event('online')); return true"
                )
                try await page.wait("also when the network is back", "return patrollink.state.incidents.size === 2")
            }
        }
    }

    @Test("a session that has ended brings the login back, and nothing that was typed is lost")
    func session() async throws {
        try await Chain.with { chain in
            try writeFile("\(chain.folder)/password", "a long password of li\n")
            let add = try await runProgramToEnd(
                "/bin/sh",
                [
                    "-c",
                    "'\(Places.program("patrolctl"))' account add li --role dispatcher --file '\(chain.folder)/accounts' "
                        + "< '\(chain.folder)/password'",
                ]
            )
            #expect(add.status == 0, "\(add.errors)")
            let path = "\(chain.folder)/command-room.yaml"
            try writeFile(path, readFile(path) + "accounts: \(chain.folder)/accounts\n")
            try await chain.withBroker { _ in
                try await chain.withRoom { _ in
                    try await Browser.with(folder: chain.folder) { page in try await self.logInTwice(page, chain) }
                }
            }
        }
    }

    private func logIn(_ page: Browser) async throws {
        try await page.wait(
            "the login",
            "return !!document.getElementById('login-go')?.onclick && document.getElementById('login').open"
        )
        let _: Bool = try await page.run(
            """
            document.getElementById('login-name').value = 'li';
            document.getElementById('login-password').value = 'a long password of li';
            document.getElementById('login-go').click();
            return true
            """
        )
        try await page.wait("logged in", "return !document.getElementById('login').open && patrollink.state.isLive")
    }

    private func logInTwice(_ page: Browser, _ chain: Chain) async throws {
        try await page.open("http://127.0.0.1:\(chain.http)/")
        try await self.logIn(page)
        try await page.press("n")
        let _: Bool = try await page.run(
            """
            document.getElementById('form-note').value = 'a man with a ladder';
            patrollink.view.place = [40.0201, 116.5553];
            const session = await (await fetch('api/v1/session')).json();
            await fetch('api/v1/session', { method: 'DELETE', headers: { 'X-CSRF-Token': session.token } });
            document.getElementById('form-open').click();
            return true
            """
        )
        try await page.wait("the login is asked for", "return document.getElementById('login').open")
        #expect(try await page.text("#login-why").contains("session has ended"))
        try await self.logIn(page)
        #expect(try await page.run("return document.getElementById('form').open"))
        try await page.click("#form-open")
        try await page.wait(
            "what was typed is entered",
            "return [...patrollink.state.incidents.values()].some((one) => one.note === 'a man with a ladder')"
        )
    }
}
