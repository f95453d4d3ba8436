import Rig
import TestSupport
import Testing

/// The whole board by keys, on the wall, and in a hand.
@Suite(
    "The board by keys, on the wall, on a phone",
    .serialized,
    .realPrograms,
    .timeLimit(.minutes(6)),
    .enabled(if: Browser.isThere)
)
struct BoardKeysTests {
    @Test("arrows go through the lists, a line of commands sends and chooses, ? shows the keys, Esc goes back")
    func keys() async throws {
        try await Chain.withFleet(4) { chain in
            try await chain.openIncidents(3)
            try await Browser.onPage(of: chain, units: 4) { page in
                try await page.wait("the cards", "return document.querySelectorAll('.card').length === 3")
                func focused() async throws -> String {
                    try await page.run(
                        "const one = document.activeElement; return one.dataset.incident ?? one.dataset.unit ?? one.tagName"
                    )
                }
                let order: [String] = try await page.run(
                    "return [...document.querySelectorAll('.card')].map((one) => one.dataset.incident)"
                )
                // Down twice, up once, and Enter.
                try await page.press("\u{E015}")
                #expect(try await focused() == order[0])
                try await page.press("\u{E015}\u{E015}\u{E013}")
                #expect(try await focused() == order[1])
                try await page.press("\u{E007}")
                try await page.wait(
                    "it is chosen, and its course is a bar",
                    """
                    return patrollink.view.incident === '\(order[1])'
                      && document.querySelector('#incident-line .stepSend.open b')?.textContent.includes(':')
                    """
                )
                try await page.wait(
                    "candidates",
                    "return document.querySelectorAll('#candidates-list .unit').length === 4"
                )
                try await page.press("\u{E014}")
                #expect(try await focused().hasPrefix("jinzhan/car-"))
                // The third incident by its number, whatever is chosen.
                let number = try #require(order[2].split(separator: "-").last)
                try await page.press("/")
                try await page.press("d 03 i\(number)\u{E007}")
                try await page.wait(
                    "car 03 is sent there",
                    "return patrollink.state.incidents.get('\(order[2])').units.some((one) => one.device === 'car-03')"
                )
                // The command was no search: all units are still there.
                #expect(try await page.run("return patrollink.view.filter") == "")
                // The keys are the board's again; and who types the key of the search twice means the command all the same.
                #expect(try await focused() != "INPUT")
                try await page.press("/")
                try await page.press("/d 99 i\(number)\u{E007}")
                try await page.wait(
                    "what is wrong",
                    "return document.getElementById('complaint-text').textContent.includes('99')"
                )
                let _: Bool = try await page.run(
                    "document.getElementById('search').blur(); document.getElementById('search').value = ''; return true"
                )
                // Chosen by its number, and sent with the next digit.
                let first = try #require(order[0].split(separator: "-").last)
                try await page.press("/")
                try await page.press("i \(first)\u{E007}")
                try await page.wait(
                    "its candidates",
                    """
                    return patrollink.view.incident === '\(order[0])' && document.querySelectorAll('#candidates-list [data-send]').length > 0
                    """
                )
                try await page.press("1")
                try await page.wait(
                    "the first is sent",
                    "return patrollink.state.incidents.get('\(order[0])').units.length === 1"
                )
                try await page.press("?")
                try await page.wait("the keys", "return document.getElementById('keys').open")
                try await page.press("\u{E00C}")
                try await page.wait("and back", "return !document.getElementById('keys').open")
            }
        }
    }

    @Test("on the wall ten incidents under way are seen at once beside a dozen alarms, which are counted")
    func fullWall() async throws {
        try await Chain.withFleet(12) { chain in
            try await eventually("the fleet") {
                try await chain.room.ask("GET", "/api/v1/units").text.contains("car-12")
            }
            try await chain.openIncidents(12)
            try await Browser.onPage(of: chain, units: 12) { page in
                try await page.tell(
                    "Emulation.setDeviceMetricsOverride",
                    #"{"width":1920,"height":1080,"deviceScaleFactor":1,"mobile":false}"#
                )
                let _: Bool = try await page.run(
                    """
                    const { state } = patrollink;
                    const ids = [...state.incidents.keys()];
                    const one = (id, index) => ({ ...state.incidents.get(id), state: 'enroute', note: 'Several people, one of them is hurt',
                      version: 99, units: [{ device: `car-${index}`, station: 'jinzhan', unit: `car-${index}`, state: 'enroute', assigned: 1 }] });
                    ids.forEach((id, index) => { if (index > 0) { state.incidents.set(id, one(id, index)); } });
                    state.responses = ids.map((id, index) => ({ incident: id, station: 'jinzhan', device: `car-${index}`, seconds: 100, estimated: 200,
                      p10: 70, p90: 190, line: [[116.4, 39.9], [116.41, 39.91]] }));
                    state.alarms = ids.map((incident) => ({ incident, alarm: `late:${incident}`, kind: 'late', device: 'car-1', station: 'jinzhan', since: 1 }));
                    document.getElementById('mode').click();
                    return true
                    """
                )
                let count: Int = try await page.run(
                    """
                    const end = document.getElementById('left').getBoundingClientRect().bottom;
                    return [...document.querySelectorAll('.card')].filter((card) => card.getBoundingClientRect().bottom <= end).length
                    """
                )
                #expect(count >= 10)
                #expect(try await page.run("return document.getElementById('alarms-count').innerText.includes('12')"))
                // Of one that waits it is said since when: there is no unit to name.
                let isSaid: Bool = try await page.run(
                    """
                    const card = [...document.querySelectorAll('.card')].find((one) => !one.querySelector('.units'));
                    return card.querySelector('p').getBoundingClientRect().height > 0
                    """
                )
                #expect(isSaid)
                let isBadged: Bool = try await page.run(
                    """
                    const card = document.querySelector('.card');
                    return getComputedStyle(card, '::before').content === `"${card.dataset.priority}"`
                    """
                )
                #expect(isBadged)
            }
        }
    }

    @Test("on the wall grids stand in place of units; on a phone one column at a time, and a press leads to the next")
    func wallAndPhone() async throws {
        try await Chain.withFleet(3) { chain in
            try await chain.openIncidents(1)
            try await Browser.onPage(of: chain, units: 3) { page in
                // This chain has no plan: the wall shows units, and with grids it shows those.
                let isShown: [Bool] = try await page.run(
                    """
                    return import('/board/gridwatch.js').then((watch) => {
                      watch.setGrids({ features: ['a', 'b'].map((id) => ({ id, properties: { kind: 'grid', level: 2, name: 'Grid ' + id } })) });
                      document.getElementById('mode').click();
                      const seen = (id) => document.getElementById(id).offsetParent !== null;
                      const result = [seen('pane-grids'), seen('pane-units'), document.querySelectorAll('#grids-list .poor').length === 2];
                      document.getElementById('mode').click();
                      return result;
                    })
                    """
                )
                #expect(isShown == [true, false, true])
                try await page.tell(
                    "Emulation.setDeviceMetricsOverride",
                    #"{"width":390,"height":844,"deviceScaleFactor":2,"mobile":true}"#
                )
                func visible() async throws -> [String] {
                    try await page.run(
                        """
                        return ['left', 'map', 'right'].filter((id) => getComputedStyle(document.getElementById(id)).visibility === 'visible')
                        """
                    )
                }
                #expect(try await visible() == ["left"])
                try await page.click("#tabs [data-tab=map]")
                #expect(try await visible() == ["map"])
                let height: Double = try await page.run(
                    "return document.getElementById('map').getBoundingClientRect().height"
                )
                #expect(height > 400)
                try await page.click("#tabs [data-tab=left]")
                try await page.click(".card")
                #expect(try await visible() == ["right"])
                // Nothing is wider than the screen.
                #expect(try await page.run("return document.documentElement.scrollWidth <= 390"))
            }
        }
    }

    @Test(
        "a text and the question where it is reach one unit and are said to have; its track of today is drawn; the audit has both"
    )
    func unitActs() async throws {
        try await Chain.withFleet(2) { chain in
            try await Browser.onPage(of: chain, units: 2) { page in
                try await page.wait("the units", "return document.querySelectorAll('#units-list .unit').length === 2")
                try await page.click("#units-list .unit")
                let _: Bool = try await page.run(
                    "document.getElementById('unit-text').value = 'look behind the gate'; return true"
                )
                try await page.click("#unit-send")
                try await page.wait(
                    "the device has it",
                    "return document.getElementById('unit-told').textContent === 'The device has it'"
                )
                #expect(try await page.run("return document.getElementById('unit-text').value") == "")
                try await page.click("#unit-locate")
                try await page.wait(
                    "it has answered that too",
                    "return document.getElementById('unit-told').textContent === 'The device has it'"
                )
                try await page.wait(
                    "it has driven",
                    """
                    const device = patrollink.view.unit.split('/')[1];
                    return fetch(`api/v1/units/${device}/track`).then((answer) => answer.json()).then((track) => track.geometry.coordinates.length > 3)
                    """
                )
                let before: Int = try await page.run("let n = 0; patrollink.map.eachLayer(() => { n += 1; }); return n")
                try await page.click("#unit-track")
                try await page.wait(
                    "its track",
                    "let n = 0; patrollink.map.eachLayer(() => { n += 1; }); return n >= \(before) + 2"
                )
                try await page.click("#unit-close")
                try await page.wait(
                    "it goes with the unit",
                    "let n = 0; patrollink.map.eachLayer(() => { n += 1; }); return n < \(before) + 2"
                )
            }
            let audit = try await chain.room.ask("GET", "/api/v1/audit?limit=5000").text
            // Each look at a track stands there too.
            #expect(audit.contains("message") && audit.contains("locate"))
            let empty = try await chain.room.ask("POST", "/api/v1/units/car-01/message", body: #"{"text":""}"#)
            #expect(empty.status == 400)
            let none = try await chain.room.ask("GET", "/api/v1/units/car-01/notices/text-1")
            #expect(none.status == 404)
        }
    }
}
