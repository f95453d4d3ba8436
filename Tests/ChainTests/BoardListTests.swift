import Rig
import TestSupport
import Testing

@Suite("The board's lists", .serialized, .realPrograms, .timeLimit(.minutes(10)), .enabled(if: Browser.isThere))
struct BoardListTests {
    /// A place to press, and how many presses were noted before.
    private struct Target: Decodable {
        let x: Int
        let y: Int
        let presses: Int
    }

    /// What was under the pointer when it went down, and what was clicked.
    private struct Press: Decodable, CustomStringConvertible {
        let down: String
        let click: String?
        /// Of a lost press: how long it lasted, how far its row moved, and what was hit instead.
        let lost: String?

        var description: String { "\(self.down) -> \(self.click ?? "no click") \(self.lost ?? "")" }
    }

    private static let noting = """
        window.presses = [];
        window.changes = 0;
        const name = (event) => {
          const data = event.target.closest('[data-send],[data-incident],[data-unit]')?.dataset;
          return data?.send ?? data?.incident ?? data?.unit ?? 'nothing';
        };
        let held = null;
        document.addEventListener('pointerdown', (event) => {
          window.presses.push({ down: name(event), click: null, lost: null });
          const row = event.target.closest('[data-send],[data-incident],[data-unit]');
          held = { row, target: event.target, at: performance.now(), top: row?.getBoundingClientRect().top, log: [] };
          new MutationObserver((changes, me) => {
            if (!held || held.log.length > 20) { me.disconnect(); return; }
            for (const one of changes) { held.log.push(`${Math.round(performance.now() - held.at)}:${one.type}:${one.target.id || one.target.className || one.target.nodeName}`); }
          }).observe(document.body, { subtree: true, childList: true, characterData: true, attributes: true });
        }, true);
        document.addEventListener('pointerup', (event) => { if (held) { held.up = event.target; held.upAt = performance.now(); } }, true);
        document.addEventListener('click', (event) => {
          const press = window.presses.at(-1);
          press.click = name(event);
          if (press.click !== press.down && held) {
            press.lost = `after ${Math.round(held.upAt - held.at)} ms, moved ${held.row?.getBoundingClientRect().top - held.top}, `
              + `row there ${held.row?.isConnected}, target there ${held.target.isConnected}, up on ${held.up?.nodeName}#${held.up?.id}.${held.up?.className}, `
              + `click on ${event.target.nodeName}#${event.target.id}.${event.target.className}, changed ${held.log.join(' ')}`;
          }
          held = null;
        }, true);
        new MutationObserver(() => { window.changes += 1; }).observe(document.getElementById('right-body'),
          { subtree: true, childList: true, characterData: true });
        return true
        """

    private func target(_ selector: String, _ number: Int, on page: Browser) async throws -> Target {
        try await eventually("something to press: \(selector)") {
            let found: [Target] = try await page.run(
                """
                // A press for a row that had just moved may have met a button: its dialog would cover all others.
                for (const one of document.querySelectorAll('dialog:modal')) { one.close(); }
                const seen = [...document.querySelectorAll('\(selector)')].filter((one) => {
                  const place = one.getBoundingClientRect();
                  const [x, y] = [place.left + Math.min(20, place.width / 2), place.top + Math.min(12, place.height / 2)];
                  return place.width > 0 && document.elementFromPoint(x, y)?.closest('\(selector)') === one;
                });
                if (seen.length === 0) { return []; }
                const one = seen[\(number) % seen.length];
                const place = one.getBoundingClientRect();
                return [{ x: Math.round(place.left + Math.min(20, place.width / 2)),
                  y: Math.round(place.top + Math.min(12, place.height / 2)),
                  presses: window.presses.length }]
                """
            )
            return found.first
        }
    }

    @Test("lose none of 200 presses of 110 ms while everything moves, and keep the focus")
    func presses() async throws {
        // Every third press sends a unit: there are more units than that.
        try await Chain.withFleet(120) { chain in
            try await chain.openIncidents(12)
            try await Browser.onPage(of: chain, units: 120) { page in
                let _: Bool = try await page.run(Self.noting)
                let clock = ContinuousClock()
                let start = clock.now
                let kinds = [".card[data-incident]", "#right-body [data-unit]", "#candidates-list [data-send]"]
                for number in 0..<200 {
                    let target = try await self.target(kinds[number % 3], number * 7, on: page)
                    try await page.press(x: target.x, y: target.y, milliseconds: 110)
                }
                let seconds = (clock.now - start) / .seconds(1)
                let presses: [Press] = try await page.run("return window.presses")
                #expect(presses.count == 200)
                // A row that has moved just before the press is none of it: what was under the pointer counts.
                let onRows = presses.filter { $0.down != "nothing" }
                #expect(onRows.count > 150)
                #expect(onRows.filter { $0.click != $0.down }.isEmpty)
                let changes: Int = try await page.run("return window.changes")
                #expect(Double(changes) / seconds >= 1, "the lists stood still: \(changes) changes in \(seconds) s")
                let sent: Int = try await page.run(
                    "return [...patrollink.state.incidents.values()].flatMap((one) => one.units).length"
                )
                #expect(sent > 10)
                try await self.focusStays(on: page)
            }
        }
    }

    @Test("a press that begins before the last one was let go holds the lists as any other", .chain(.room))
    func pressAfterPress() async throws {
        try await Browser.onPage(of: try Chain.current, units: 0) { page in
            let isHeld: Bool = try await page.run(
                """
                const fire = (type) => document.body.dispatchEvent(new PointerEvent(type, { bubbles: true }));
                return import('/shared/keyed.js').then((lists) => {
                  for (const type of ['pointerdown', 'pointerup', 'pointerdown']) { fire(type); }
                  return new Promise((done) => { setTimeout(() => { done(!lists.mayDraw()); fire('pointerup'); }, 100); });
                });
                """
            )
            #expect(isHeld)
        }
    }

    private func focusStays(on page: Browser) async throws {
        let name: String = try await page.run(
            """
            const cards = document.querySelectorAll('.card');
            cards[cards.length - 1].focus();
            return document.activeElement.dataset.incident
            """
        )
        let end = ContinuousClock().now + .seconds(5)
        while ContinuousClock().now < end {
            let focused: String = try await page.run("return document.activeElement.dataset.incident ?? ''")
            try #require(focused == name)
        }
    }

    @Test("stay where they are when a complaint comes and goes: no press slides from under the pointer")
    func complaint() async throws {
        try await Chain.withFleet(3) { chain in
            try await chain.openIncidents(3)
            try await Browser.onPage(of: chain, units: 3) { page in
                let moved: [Double] = try await page.run(
                    """
                    const top = () => document.querySelector('.card').getBoundingClientRect().top;
                    const before = top();
                    return import('/board/top.js').then(({ complain }) => {
                      complain(new Error('the unit is on its way to another incident'));
                      const strip = document.getElementById('complaint');
                      const place = strip.getBoundingClientRect();
                      const isSeen = document.elementFromPoint(place.left + place.width / 2, place.top + place.height / 2).closest('#complaint') === strip;
                      const shown = top();
                      document.getElementById('complaint-close').click();
                      return [isSeen ? 1 : 0, shown - before, top() - before];
                    })
                    """
                )
                #expect(moved == [1, 0, 0])
            }
        }
    }

    @Test("a card has lines for five units and says how many more there are: it hides no other card")
    func manyUnits() async throws {
        try await Chain.withFleet(8) { chain in
            try await chain.openIncidents(2)
            struct Answer: Decodable {
                struct One: Decodable { let id: String }
                let incidents: [One]
            }
            let opened = try await chain.room.ask("GET", "/api/v1/incidents").decode(Answer.self).incidents
            let id = try #require(opened.first?.id)
            for number in 1...8 {
                _ = try await eventually("car-0\(number) can be sent") {
                    let body = #"{"device":"car-0\#(number)"}"#
                    return try await chain.room.ask("POST", "/api/v1/incidents/\(id)/assign", body: body).status < 300
                        ? true : nil
                }
            }
            try await Browser.onPage(of: chain, units: 8) { page in
                let card = ".card[data-incident=\"\(id)\"]"
                try await page.wait(
                    "five units and three more",
                    """
                    const card = document.querySelector('\(card)');
                    return card.querySelectorAll('.units:not(.way)').length === 5 && card.innerText.includes('More units: 3');
                    """
                )
            }
        }
    }

    @Test("hold every incident, every unit and every candidate; who waits at priority 1 is first, the longest first")
    func nothingCut() async throws {
        try await Chain.withFleet(320) { chain in
            try await chain.openIncidents(60)
            try await Browser.onPage(of: chain, units: 320) { page in
                try await page.wait(
                    "all of it",
                    "return document.querySelectorAll('.card').length === 60 "
                        + "&& document.getElementById('right-title').innerText.includes('320')"
                )
                #expect(try await self.scrolledPast("#units-list", on: page) == 320)
                // A row that has the focus keeps it, however far one scrolls on.
                let isKept: Bool = try await page.run(
                    """
                    const scroller = document.getElementById('right-body');
                    const row = document.querySelector('#units-list .unit');
                    row.focus();
                    scroller.scrollTop = scroller.scrollHeight;
                    return new Promise((next) => setTimeout(() => next(document.activeElement === row), 1500));
                    """
                )
                #expect(isKept)
                let _: Bool = try await page.run(
                    "document.activeElement.blur(); document.getElementById('right-body').scrollTop = 0; return true"
                )
                let first: [String] = try await page.run(
                    "return [...document.querySelectorAll('.card h3')].slice(0, 20).map((one) => one.children[1].textContent)"
                )
                #expect(first == (0..<20).map { "place \($0 * 3)" })
                try await page.click(".card")
                try await page.wait(
                    "candidates",
                    "return document.querySelectorAll('#candidates-list .unit').length > 20"
                )
                // Each row has room for what it says: two lines, an hour's way, a button.
                let cut: [String] = try await page.run(
                    """
                    const rows = [...document.querySelectorAll('#candidates-list .unit')];
                    const isCut = (one) => one.scrollWidth > one.clientWidth + 1;
                    return rows.filter((row) => row.scrollHeight > row.clientHeight + 1 || [...row.querySelectorAll('.n')].some(isCut))
                      .map((row) => `${row.innerText} ${row.scrollHeight} of ${row.clientHeight}`).slice(0, 5)
                    """
                )
                #expect(cut.isEmpty, "\(cut)")
                let candidates = try await self.scrolledPast("#candidates-list", on: page)
                #expect(candidates == 320)
            }
        }
    }

    /// How many units are seen by who scrolls a list from its top to its end: those out of sight need be no elements.
    private func scrolledPast(_ list: String, on page: Browser) async throws -> Int {
        try await page.run(
            """
            const scroller = document.getElementById('right-body');
            const seen = new Set();
            const rows = () => [...document.querySelectorAll('\(list) .unit')];
            // What is in sight has its rows.
            const isDrawn = () => {
              const [frame, all] = [scroller, document.querySelector('\(list)')].map((one) => one.getBoundingClientRect());
              const places = rows().map((row) => row.getBoundingClientRect());
              return places.length > 0 && Math.min(...places.map((one) => one.top)) <= Math.max(frame.top, all.top) + 8
                && Math.max(...places.map((one) => one.bottom)) >= Math.min(frame.bottom, all.bottom) - 8;
            };
            const look = async (top) => {
              scroller.scrollTop = top;
              for (let turns = 0; turns < 200 && !isDrawn(); turns += 1) { await new Promise((next) => setTimeout(next, 25)); }
              for (const row of rows()) { seen.add(row.dataset.unit); }
            };
            return (async () => {
              for (let top = 0; top < scroller.scrollHeight; top += scroller.clientHeight) { await look(top); }
              scroller.scrollTop = 0;
              return seen.size;
            })();
            """
        )
    }

    @Test("closing and cancelling ask back, Esc leaves, and what is kept is the code")
    func endings() async throws {
        struct Kept: Decodable {
            struct Step: Decodable {
                let what: String
                let text: String?
            }
            let state: String
            let result: String?
            let referred: Bool?
            let steps: [Step]
        }
        try await Chain.withFleet(1) { chain in
            try await chain.openIncidents(2)
            try await Browser.onPage(of: chain, units: 1, language: "zh-CN") { page in
                func chosen() async throws -> Kept {
                    let id: String = try await page.run("return patrollink.view.incident")
                    return try await chain.room.ask("GET", "/api/v1/incidents/\(id)").decode()
                }
                try await page.wait("the cards", "return document.querySelectorAll('.card').length === 2")
                try await page.click(".card")
                try await page.click("[data-act=close]")
                try await page.wait("it asks back", "return document.getElementById('ending').open")
                try await page.press("\u{E00C}")
                try await page.wait("Esc leaves", "return !document.getElementById('ending').open")
                #expect(try await chosen().state == "received")
                try await page.click("[data-act=mediation]")
                #expect(try await page.run("return document.getElementById('ending-code').value") == "mediation")
                #expect(try await page.run("return document.getElementById('ending-referred').checked"))
                try await page.click("#ending-go")
                try await page.wait("it is over", "return !document.getElementById('ending').open")
                let closed = try await chosen()
                #expect(closed.state == "cleared" && closed.result == "mediation" && closed.referred == true)
                #expect(try await page.text("#incident-facts").contains("转调解"))
                try await page.click("#language")
                try await page.wait(
                    "the same in English",
                    "return document.getElementById('incident-facts').innerText.includes('To mediation')"
                )
                try await page.click(".card:not(.chosen)")
                try await page.click("[data-act=cancel]")
                try await page.click("#ending-go")
                try await page.wait(
                    "without a reason nothing is cancelled",
                    "return document.querySelector('#ending [role=alert]').textContent.length > 0"
                )
                try await page.choose("#ending-code", "duplicate")
                try await page.click("#ending-go")
                try await page.wait("it is over", "return !document.getElementById('ending').open")
                let cancelled = try await chosen()
                #expect(cancelled.state == "cancelled")
                let reason = cancelled.steps.last { $0.what == "cancel" }?.text ?? ""
                #expect(reason.hasPrefix("duplicate"))
            }
        }
    }

    @Test(
        "call signs are listed as people count: 2 before 10; what is opened now and then comes with its first press",
        .chain(.room)
    )
    func orderAndLater() async throws {
        let chain = try Chain.current
        try await Browser.onPage(of: chain, units: 0) { page in
            let order: [String] = try await page.run(
                """
                const unit = (name, index) => [`jinzhan/d${index}`, { id: `jinzhan/d${index}`, station: 'jinzhan', device: `d${index}`, unit: name, online: true, status: 'patrol', seen: Date.now() }];
                return import('/shared/lists.js').then(({ drawUnitRows }) => {
                  const { state } = patrollink;
                  state.units.clear();
                  ['car-10', 'car-2', '巡逻10', '巡逻9', 'car-2b', 'car'].forEach((name, index) => { const [id, one] = unit(name, index); state.units.set(id, one); });
                  state.unitOrder += 1;
                  const list = document.createElement('div');
                  document.body.append(list);
                  drawUnitRows(list, document.body, { filter: '', status: null }, null);
                  const names = [...list.querySelectorAll('.name')].map((one) => one.innerText || one.textContent);
                  list.remove();
                  return names;
                })
                """
            )
            #expect(order == ["car", "car-2", "car-2b", "car-10", "巡逻9", "巡逻10"])
            try await page.open("#people-open", dialog: "people")
        }
    }
}
