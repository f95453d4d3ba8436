import Glibc
import Rig
import TestSupport
import Testing

/// What the dispatcher sees first: the queues, the day's numbers, the units by state, the alarms.
@Suite("The day above the board", .serialized, .realPrograms, .timeLimit(.minutes(6)), .enabled(if: Browser.isThere))
struct BoardTodayTests {
    private struct Today: Decodable {
        struct Response: Decodable {
            let counted: Int
            let reached: Int
            let median: Double?
            let p90: Double?
            let within: [String: Double]
            let target: Double?

            private enum CodingKeys: String, CodingKey {
                case counted, reached, within
                case median = "median_s"
                case p90 = "p90_s"
                case target = "within_target"
            }
        }

        let response: Response
        let share: Double?

        private enum CodingKeys: String, CodingKey {
            case response
            case share = "road_share"
        }
    }

    private struct Incident: Decodable {
        struct Unit: Decodable {
            let device: String
            let state: String
        }

        let id: String
        let received: Int64
        let arrival: Int64?
        let state: String
        let units: [Unit]

        private enum CodingKeys: String, CodingKey {
            case id, received, state, units
            case arrival = "first_arrival"
        }
    }

    private struct Incidents: Decodable { let incidents: [Incident] }

    private func incidents(_ chain: Chain) async throws -> [Incident] {
        let all: Incidents = try await chain.room.ask("GET", "/api/v1/incidents").decode()
        return all.incidents.sorted { $0.received < $1.received }
    }

    private func act(_ id: String, _ act: String, _ body: String, _ chain: Chain) async throws {
        let answer = try await chain.room.ask("POST", "/api/v1/incidents/\(id)/\(act)", body: body)
        try #require(answer.status == 200, "\(answer.text)")
    }

    /// A room that has heard of units which say nothing any more: what happens then is what is told it by hand.
    private func withSilentFleet(_ units: Int, _ body: (Chain) async throws -> Void) async throws {
        try await Chain.with { chain in
            try await chain.withBroker { _ in
                try await chain.withRoom { _ in
                    try await withProgram(
                        Places.program("patrol-sim"),
                        ["fleet", "--units", "\(units)", "--port", "\(chain.broker)"],
                        logFile: "\(chain.folder)/fleet.log"
                    ) { fleet in
                        try await eventually("the fleet") {
                            try await chain.room.ask("GET", "/api/v1/units").text.contains("car-0\(units)")
                        }
                        // Its wills say that it is gone.
                        fleet.send(SIGKILL)
                    }
                    try await eventually("that it is gone") {
                        try await !chain.room.ask("GET", "/api/v1/units").text.contains(#""online":true"#)
                    }
                    try await body(chain)
                }
            }
        }
    }

    /// Two are reached, of which one was left; one waits, one was called off.
    private func day(_ chain: Chain) async throws {
        try await chain.openIncidents(4)
        let ids = try await self.incidents(chain).map(\.id)
        for (id, device) in zip(ids, ["car-01", "car-02"]) {
            try await self.act(id, "assign", #"{"device":"\#(device)"}"#, chain)
            try await self.act(id, "progress", #"{"device":"\#(device)","state":"scene"}"#, chain)
        }
        try await self.act(ids[1], "progress", #"{"device":"car-02","state":"cleared"}"#, chain)
        try await self.act(ids[3], "cancel", #"{"reason":"test"}"#, chain)
    }

    @Test(
        "each incident stands in its queue; the numbers are those of a count by hand, and a state holds the list to it"
    )
    func numbers() async throws {
        try await self.withSilentFleet(6) { chain in
            try await self.day(chain)
            let today: Today = try await eventually("the day's count", within: .seconds(40)) {
                let today: Today = try await chain.room.ask("GET", "/api/v1/today").decode()
                return today.response.reached == 2 && today.response.counted == 3 && today.share != nil ? today : nil
            }
            let times = try await self.incidents(chain).compactMap { one in
                one.state == "cancelled" ? nil : one.arrival.map { Double($0 - one.received) / 1_000 }
            }
            .sorted()
            #expect(times.count == 2)
            #expect(
                abs((today.response.median ?? -1) - times[1]) < 0.06
                    && abs((today.response.p90 ?? -1) - times[1]) < 0.06
            )
            // The one that waits is too young to count as late.
            #expect(today.response.within["3"] == 1 && today.response.target == 1)
            try await Browser.onPage(of: chain, units: 6) { page in
                try await page.wait(
                    "the queues",
                    """
                    return [...document.querySelectorAll('#incidents > *')].map((one) => one.matches('.queue') ? one.textContent : 'card').join(' ')
                      === 'Waiting1 card Under way1 card Awaiting report1 card Closed1 card'
                    """
                )
                try await page.wait(
                    "the strip",
                    """
                    const said = (name) => document.querySelector(`[data-kpi=${name}]`)?.innerText.replace(/\\s+/g, ' ') ?? '';
                    return said('queueWaiting').includes('Waiting 1 longest 0:') && said('inTarget').includes('≤ 2:35 100 %')
                    """
                )
                func rows(_ count: Int) async throws {
                    try await page.wait(
                        "\(count) rows",
                        "return document.querySelectorAll('#units-list .unit').length === \(count)"
                    )
                }
                #expect(try await page.text("[data-state=offline]").contains("6"))
                try await page.click("[data-state=patrol]")
                try await rows(0)
                try await page.click("[data-state=offline]")
                try await rows(6)
                try await page.click("[data-state=offline]")
                try await rows(6)
            }
        }
    }

    @Test("a send is taken back with one press; a unit below the line goes by a second press, beside the reason")
    func undo() async throws {
        try await Chain.with { chain in
            try await chain.withBroker { _ in
                try await chain.withRoom { _ in
                    try await withProgram(
                        Places.program("patrol-sim"),
                        ["fleet", "--units", "2", "--port", "\(chain.broker)"],
                        logFile: "\(chain.folder)/fleet.log"
                    ) { fleet in
                        try await chain.openIncidents(1)
                        try await Browser.onPage(of: chain, units: 2) { page in
                            try await page.click(".card")
                            try await page.wait(
                                "chances and the ways of the first",
                                """
                                return document.querySelector('#candidates-list .chances')?.textContent.includes('3′')
                                  && document.querySelectorAll('#map .rank').length === 2
                                """
                            )
                            try await page.press("1")
                            try await page.wait("the offer", "return !document.getElementById('undo').hidden")
                            try await page.click("#undo-go")
                            try await eventually("the unit is called back") {
                                try await self.incidents(chain)[0].units.map(\.state) == ["cancelled"]
                            }
                            try await page.wait("it is gone", "return document.getElementById('undo').hidden")
                        }
                        fleet.send(SIGKILL)
                    }
                    // The fleet is gone: both units stand below the line.
                    try await Browser.onPage(of: chain, units: 2) { page in
                        try await page.click(".card")
                        try await page.wait(
                            "below the line with the reason",
                            """
                            const row = document.querySelector('#candidates-list .below');
                            return row?.textContent.includes('offline') && row.textContent.includes('Send anyway')
                            """
                        )
                        try await page.click("#candidates-list .below [data-send]")
                        try await page.wait(
                            "it asks",
                            "return document.querySelector('#candidates-list .sure') !== null"
                        )
                        #expect(try await self.incidents(chain)[0].units.map(\.state) == ["cancelled"])
                        try await page.click("#candidates-list .sure")
                        try await eventually("it is sent") {
                            try await self.incidents(chain)[0].units.map(\.state).sorted() == ["assigned", "cancelled"]
                        }
                    }
                }
            }
        }
    }

    @Test("alarms stand by incident, a press goes there, and all are taken at once")
    func alarms() async throws {
        try await Chain.withFleet(4) { chain in
            try await eventually("the fleet") {
                try await chain.room.ask("GET", "/api/v1/units").text.contains("car-04")
            }
            try await chain.openIncidents(2)
            let ids = try await self.incidents(chain).map(\.id)
            for (id, devices) in zip(ids, [["car-01", "car-02"], ["car-03"]]) {
                for device in devices {
                    try await self.act(id, "assign", #"{"device":"\#(device)"}"#, chain)
                    try await self.act(
                        id,
                        "progress",
                        #"{"device":"\#(device)","state":"declined","reason":"flat tyre"}"#,
                        chain
                    )
                }
            }
            try await Browser.onPage(of: chain, units: 4) { page in
                try await page.wait(
                    "a row for each incident",
                    "return document.querySelectorAll('#alarms-list .alarm:not(.taken)').length === 2"
                )
                try await page.click("#alarms-list .alarm:nth-child(2) .alarm-text")
                try await page.wait("its incident", "return patrollink.view.incident === '\(ids[1])'")
                // A refusal is said in the page's language, with the names that the room gives.
                let said: String = try await page.run(
                    """
                    return import('/shared/words.js').then(({ explain, switchLanguage }) => {
                      const error = Object.assign(new Error('car-01 …'), { status: 409, reason: 'sent_elsewhere', names: { actor: '李', unit: '01', incident: 'x-5' } });
                      switchLanguage();
                      const text = explain(error);
                      switchLanguage();
                      return text;
                    })
                    """
                )
                #expect(said == "李 已派 01 前往其他警情（x-5）")
                try await page.click("#alarms-all")
                try await page.wait(
                    "all are taken",
                    "return patrollink.state.alarms.length >= 2 && patrollink.state.alarms.every((one) => one.taken)"
                )
                try await self.act(ids[0], "assign", #"{"device":"car-04"}"#, chain)
                let refused = try await chain.room.ask(
                    "POST",
                    "/api/v1/incidents/\(ids[1])/assign",
                    body: #"{"device":"car-04"}"#
                )
                #expect(
                    refused.status == 409 && refused.text.contains(#""reason":"sent_elsewhere""#)
                        && refused.text.contains(ids[0])
                )
            }
        }
    }

    @Test(
        "a new incident's place is chosen of a list that tells equal names apart, or clicked beside the open drawer; a reload loses nothing"
    )
    func drawer() async throws {
        try await Chain.withFleet(2) { chain in
            try await Browser.onPage(of: chain, units: 2) { page in
                let names: [String] = try await page.run(
                    """
                    return fetch('api/v1/places?q=%E8%A1%97').then((answer) => answer.json()).then((all) => all.places.map((one) => one.name))
                    """
                )
                let street = try #require(names.first)
                try await page.press("n")
                let _: Bool = try await page.run(
                    """
                    const field = document.getElementById('form-place');
                    field.value = '\(street)';
                    field.dispatchEvent(new Event('input', { bubbles: true }));
                    return true
                    """
                )
                try await page.wait("suggestions", "return document.querySelectorAll('#form-found li').length > 0")
                #expect(try await page.text("#form-found li small").contains("street"))
                // On a low screen what the form ends with is in sight all the same.
                try await page.tell(
                    "Emulation.setDeviceMetricsOverride",
                    #"{"width":1366,"height":560,"deviceScaleFactor":1,"mobile":false}"#
                )
                try await page.wait(
                    "the button in sight",
                    """
                    const place = document.getElementById('form-open').getBoundingClientRect();
                    return window.innerHeight === 560 && place.bottom <= 560
                      && document.elementFromPoint(place.left + 5, place.bottom - 3)?.id === 'form-open'
                    """
                )
                try await page.tell("Emulation.clearDeviceMetricsOverride")
                // Without a choice nothing is guessed where several have the name.
                try await page.press("\u{E015}\u{E007}")
                try await page.wait("the place is known", "return Array.isArray(patrollink.view.place)")
                #expect(try await page.run("return document.getElementById('form-found').hidden"))
                // The drawer leaves the map in use.
                let isFree: Bool = try await page.run(
                    """
                    const place = document.getElementById('map').getBoundingClientRect();
                    return document.elementFromPoint(place.right - 60, place.top + 60).closest('#map') !== null
                    """
                )
                #expect(isFree)
                let _: Bool = try await page.run(
                    """
                    const note = document.getElementById('form-note');
                    note.value = 'a ladder at the wall';
                    note.dispatchEvent(new Event('input', { bubbles: true }));
                    return true
                    """
                )
                let before: [Double] = try await page.run("return patrollink.view.place")
                // Who is quicker than the draft's return begins nothing over it.
                try await page.open("http://127.0.0.1:\(chain.http)/")
                try await page.wait("the page", "return !!window.patrollink && patrollink.state.isLive")
                let note: String = try await page.run(
                    "document.getElementById('new').click(); return document.getElementById('form-note').value"
                )
                #expect(note == "a ladder at the wall")
                try await page.open("http://127.0.0.1:\(chain.http)/")
                try await page.wait(
                    "the draft after a reload",
                    """
                    return !!window.patrollink && document.getElementById('form').open
                      && document.getElementById('form-note').value === 'a ladder at the wall'
                    """
                )
                #expect(try await page.run("return patrollink.view.place") == before)
                // It was chosen by its name: another name is another place, also after the reload.
                let _: Bool = try await page.run(
                    """
                    const field = document.getElementById('form-place');
                    field.value = '\(street)';
                    field.dispatchEvent(new Event('input', { bubbles: true }));
                    field.focus();
                    return true
                    """
                )
                try await page.wait(
                    "no place before it is chosen again",
                    "return patrollink.view.place === null && document.querySelectorAll('#form-found li').length > 0"
                )
                try await page.press("\u{E015}\u{E007}")
                try await page.wait("the place is known again", "return Array.isArray(patrollink.view.place)")
                try await page.click("#form-open")
                try await page.wait(
                    "it is entered",
                    "return [...patrollink.state.incidents.values()].some((one) => one.note === 'a ladder at the wall' && one.place === '\(street)')"
                )
                #expect(try await page.run("return sessionStorage.length") == 0)
            }
        }
    }

    @Test(
        "what officers say over the radio is entered with one press, and what is known better is amended: only that is sent"
    )
    func radio() async throws {
        try await self.withSilentFleet(2) { chain in
            try await chain.openIncidents(1)
            let id = try await self.incidents(chain)[0].id
            try await self.act(id, "assign", #"{"device":"car-01"}"#, chain)
            try await Browser.onPage(of: chain, units: 2) { page in
                try await page.click(".card")
                let place = "return document.querySelector('[data-radio=scene]').getBoundingClientRect().x"
                try await page.wait("scene", "return document.querySelector('[data-radio=scene]') !== null")
                let before: Double = try await page.run(place)
                for (press, state) in [("accepted", "accepted"), ("scene", "scene"), ("cleared", "awaiting")] {
                    try await page.wait("\(press)", "return document.querySelector('[data-radio=\(press)]') !== null")
                    if press == "scene" {
                        try await page.wait(
                            "what was said is no button any more",
                            "return document.querySelector('[data-radio=accepted]') === null"
                        )
                        let after: Double = try await page.run(place)
                        #expect(before == after, "a button slides from under the pointer when the unit goes on")
                    }
                    if press == "cleared" {
                        let last: Double = try await page.run(
                            "return document.querySelector('[data-radio=cleared]').getBoundingClientRect().right"
                        )
                        #expect(last <= before, "a second press on what was said last ends it")
                    }
                    try await page.click("[data-radio=\(press)]")
                    try await eventually("the incident is \(state)") {
                        try await self.incidents(chain)[0].state == state
                    }
                }
                try await page.click("[data-act=amendIncident]")
                try await page.choose("#amend-priority", "1")
                let _: Bool = try await page.run(
                    "document.getElementById('amend-note').value = 'he has a knife'; return true"
                )
                try await page.click("#amend-go")
                try await page.wait("it is entered", "return !document.getElementById('amend').open")
                let told = try await chain.room.ask("GET", "/api/v1/incidents/\(id)").text
                #expect(told.contains(#""priority":1"#) && told.contains("he has a knife") && told.contains("place 0"))
                // Nobody has touched the kind: it is as it was, which is none.
                #expect(!told.contains(#""category":"#))
            }
        }
    }

    @Test("of six that are sent each one's time to the scene can be read, though a card has lines for five")
    func sixth() async throws {
        try await Chain.withFleet(6) { chain in
            try await eventually("the fleet") {
                try await chain.room.ask("GET", "/api/v1/units").text.contains("car-06")
            }
            try await chain.openIncidents(1)
            let id = try await self.incidents(chain)[0].id
            for number in 1...6 { try await self.act(id, "assign", #"{"device":"car-0\#(number)"}"#, chain) }
            try await Browser.onPage(of: chain, units: 6) { page in
                try await page.wait(
                    "the card says that there is one more",
                    """
                    return document.querySelectorAll('.card .way:not([hidden])').length === 5
                      && document.querySelector('.card .more').innerText.includes('1')
                    """
                )
                try await page.click(".card")
                try await page.wait(
                    "six times beside the incident, and they are the room's",
                    """
                    const rows = [...document.querySelectorAll('.radio')];
                    const seconds = (text) => { const [, m, s] = /· (\\d+):(\\d\\d) \\(\\d+:\\d\\d–\\d+:\\d\\d\\)/.exec(text) ?? []; return Number(m) * 60 + Number(s); };
                    return rows.length === 6 && patrollink.state.responses.every((one) => {
                      const row = rows.find((row) => row.querySelector(`[data-device="${one.device}"]`));
                      return Math.abs(seconds(row.firstChild.textContent) - one.seconds) <= 1;
                    })
                    """
                )
                try await page.click("[data-act=back]")
                try await page.click(#"#units-list [data-unit="jinzhan/car-06"]"#)
                try await page.wait(
                    "what the unit is sent to, and when it will be there",
                    """
                    const order = [...document.querySelectorAll('#unit-facts > div')].find((row) => row.firstChild.textContent === 'Sent to');
                    return /^#\\d+ .*place 0 · .* · \\d+:\\d\\d \\(/.test(order?.lastChild.textContent ?? '')
                    """
                )
            }
        }
    }

    @Test("on the wall fourteen alarms take two lines, and their number is told")
    func wallAlarms() async throws {
        try await self.withSilentFleet(1) { chain in
            try await chain.openIncidents(14)
            for one in try await self.incidents(chain) {
                try await self.act(one.id, "assign", #"{"device":"car-01"}"#, chain)
                try await self.act(
                    one.id,
                    "progress",
                    #"{"device":"car-01","state":"declined","reason":"flat tyre"}"#,
                    chain
                )
            }
            try await Browser.with(language: "en", width: 1_920, height: 1_080, folder: chain.folder) { page in
                try await page.open("http://127.0.0.1:\(chain.http)/?wall=1")
                try await page.wait(
                    "the alarms",
                    "return !!window.patrollink && patrollink.state.alarms.filter((one) => !one.taken).length >= 14"
                )
                try await page.wait(
                    "two whole lines of them, and how many there are",
                    """
                    const list = document.getElementById('alarms-list').getBoundingClientRect();
                    const tops = [...document.querySelectorAll('#alarms-list .alarm')].map((row) => row.getBoundingClientRect())
                      .filter((row) => row.top < list.bottom - 1);
                    const lines = new Set(tops.map((row) => Math.round(row.top)));
                    return lines.size === 2 && tops.every((row) => row.bottom <= list.bottom + 1)
                      && document.getElementById('alarms-count').innerText.includes(String(patrollink.state.alarms.filter((one) => !one.taken).length))
                    """
                )
            }
        }
    }
}
