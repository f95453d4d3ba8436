import Rig
import TestSupport
import Testing
import Threading

@Suite(
    "A call for help on the board",
    .serialized,
    .realPrograms,
    .timeLimit(.minutes(6)),
    .enabled(if: Browser.isThere)
)
struct BoardDistressTests {
    /// Real parts all the way: gpsd, `patrold` with its console, mosquitto, the room, and a browser; another station's
    /// units are near.
    private func withAll(language: String, _ body: (Chain, Browser) async throws -> Void) async throws {
        try await Chain.with { chain in
            let path = "\(chain.folder)/command-room.yaml"
            try writeFile(path, readFile(path).replacing("stations: [jinzhan]", with: "stations: [jinzhan, wangjing]"))
            try await chain.withBroker { _ in
                try await chain.withRoom { _ in
                    try await withProgram(
                        Places.program("patrol-sim"),
                        ["fleet", "--units", "4", "--station", "wangjing", "--port", "\(chain.broker)"],
                        logFile: "\(chain.folder)/fleet.log"
                    ) { _ in
                        try await chain.withGPSD { line in
                            try await chain.withPatrold { _ in
                                try await chain.feeding(line) {
                                    try await chain.waitForRecords(2)
                                    try await Browser.onPage(of: chain, units: 5, language: language) { page in
                                        try await body(chain, page)
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
    }

    private static let isElsewhere =
        "const there = patrollink.map.getCenter(); return Math.abs(there.lat - 40.3) < 0.03 && Math.abs(there.lng - 116.2) < 0.03"

    @Test("from the officer's console to the page: strip, tone, the map goes there once, and who is near is proposed")
    func console() async throws {
        try await self.withAll(language: "en") { chain, page in
            let _: Bool = try await page.run("patrollink.map.setView([40.3, 116.2], 12); return true")
            let sos = try await runProgramToEnd(
                Places.program("patrolctl"),
                ["sos", "--socket", "\(chain.folder)/state/console.sock"]
            )
            #expect(sos.status == 0, "\(sos.errors)")
            try await page.wait("the strip", "return !document.getElementById('sos').hidden")
            let text = try await page.text("#sos-calls")
            #expect(text.contains("SOS") && text.contains("Unit 01") && text.contains("s ago") && text.contains("Take"))
            try await page.wait(
                "the incident is chosen, the map is there, and units are proposed",
                """
                const one = patrollink.state.incidents.get(patrollink.view.incident);
                return one?.category === 'sos' && patrollink.map.distance([one.lat, one.lon], patrollink.map.getCenter()) < 300
                  && document.querySelectorAll('#candidates-list [data-send]:not([hidden])').length > 0
                """
            )
            try await self.sound(on: page)
            // The dispatcher looks elsewhere, and is left there.
            let _: Bool = try await page.run("patrollink.map.setView([40.3, 116.2], 12); return true")
            let tones: Int = try await page.run("return patrollink.distress.tones")
            try await page.wait("the tone goes on", "return patrollink.distress.tones >= \(tones + 2)")
            #expect(try await page.run(Self.isElsewhere))
            // Also while something is typed it can be taken.
            try await page.press("n")
            try await page.wait(
                "the strip stands above the drawer",
                "return document.getElementById('form').open && document.querySelector('#sos .sos-take') !== null"
            )
            // It stands above a dialog, which begins below it and can be left.
            try await page.open("#history-open", dialog: "history")
            let isFree: Bool = try await page.run(
                """
                const button = document.querySelector('#history [data-leave]');
                const place = button.getBoundingClientRect();
                const isFree = place.top >= document.getElementById('sos').getBoundingClientRect().bottom;
                button.click();
                return isFree && !document.getElementById('history').open
                """
            )
            #expect(isFree)
            try await page.click(".sos-take")
            try await page.wait("it goes when it is taken", "return document.getElementById('sos').hidden")
            #expect(try await page.run("return document.getElementById('form').open"))
            let last: Int = try await page.run("return patrollink.distress.tones")
            try await page.wait(
                "the incident stays open",
                "return [...patrollink.state.incidents.values()].some((one) => one.category === 'sos' && one.state === 'received')"
            )
            let _: Bool = try await page.run("return new Promise((done) => setTimeout(() => done(true), 2500))")
            #expect(try await page.run("return patrollink.distress.tones") == last)
        }
    }

    /// A page that may not make sound says so, and is quiet no more after one click.
    private func sound(on page: Browser) async throws {
        struct Place: Decodable {
            let x: Int
            let y: Int
        }
        try await page.wait("it says that it is mute", "return !document.getElementById('sos-sound').hidden")
        let place: Place = try await page.run(
            """
            const place = document.getElementById('sos-sound').getBoundingClientRect();
            return { x: Math.round(place.left + place.width / 2), y: Math.round(place.top + place.height / 2) }
            """
        )
        try await page.press(x: place.x, y: place.y, milliseconds: 30)
        try await page.wait("it may sound", "return document.getElementById('sos-sound').hidden")
    }

    @Test("one that waited on a device without a place is told as late, in Chinese, and the map stays")
    func backlog() async throws {
        try await self.withAll(language: "zh-CN") { chain, page in
            let _: Bool = try await page.run("patrollink.map.setView([40.3, 116.2], 12); return true")
            let time = SystemClock.wallMilliseconds - 600_000
            let record =
                #"{"v":1,"dev":"car-09","unit":"09","log":"00112233aabbccdd","seq":1,"t":\#(time),"tq":"ntp","up":1,"#
                + #""trg":"event","st":"patrol","ev":"sos","data":{"by":"button"}}"#
            let published = try await runProgramToEnd(
                "/usr/bin/mosquitto_pub",
                [
                    "-p", "\(chain.broker)", "-V", "5", "-q", "1", "-t", "patrol/1/jinzhan/car-09/log", "-m",
                    #"{"v":1,"log":"00112233aabbccdd","records":[\#(record)]}"#,
                ]
            )
            #expect(published.status == 0, "\(published.errors)")
            try await page.wait("the strip", "return !document.getElementById('sos').hidden")
            let text = try await page.text("#sos-calls")
            #expect(text.contains("紧急求助") && text.contains("车组 09") && text.contains("10 分钟前"))
            #expect(text.contains("延迟上报") && text.contains("位置未知"))
            #expect(try await page.run(Self.isElsewhere))
            try await page.wait(
                "somebody can be sent all the same",
                "return document.querySelectorAll('#candidates-list [data-send]:not([hidden])').length > 0"
            )
        }
    }

    @Test("two calls at once stand under each other, each to be taken, and a dialog begins below both")
    func two() async throws {
        try await Chain.withFleet(2) { chain in
            try await Browser.onPage(of: chain, units: 2) { page in
                for (number, device) in ["car-08", "car-09"].enumerated() {
                    let record =
                        #"{"v":1,"dev":"\#(device)","unit":"0\#(number + 8)","log":"00112233aabbccd\#(number)","seq":1,"#
                        + #""t":\#(SystemClock.wallMilliseconds),"tq":"ntp","up":1,"trg":"event","st":"patrol","ev":"sos","data":{"by":"button"}}"#
                    let published = try await runProgramToEnd(
                        "/usr/bin/mosquitto_pub",
                        [
                            "-p", "\(chain.broker)", "-V", "5", "-q", "1", "-t", "patrol/1/jinzhan/\(device)/log", "-m",
                            #"{"v":1,"log":"00112233aabbccd\#(number)","records":[\#(record)]}"#,
                        ]
                    )
                    #expect(published.status == 0, "\(published.errors)")
                    try await page.wait(
                        "\(number + 1) in the strip",
                        "return document.querySelectorAll('#sos .sos-take').length === \(number + 1)"
                    )
                }
                try await page.open("#history-open", dialog: "history")
                let isWhole = """
                    const strip = document.getElementById('sos').getBoundingClientRect();
                    const takes = [...document.querySelectorAll('#sos .sos-take')].map((one) => one.getBoundingClientRect());
                    const leave = document.querySelector('#history [data-leave]').getBoundingClientRect();
                    return takes.every((one) => one.top >= strip.top && one.bottom <= strip.bottom)
                      && (takes.length < 2 || takes[0].bottom <= takes[1].top) && strip.height < innerHeight * 0.25
                      && document.getElementById('history').getBoundingClientRect().top >= strip.bottom && leave.top < strip.bottom + 120
                    """
                try await page.wait("both are whole, above the dialog", isWhole)
                let both: Double = try await page.run("return document.getElementById('sos').offsetHeight")
                try await page.click(".sos-take")
                try await page.wait(
                    "one is left, and the strip is lower",
                    "return document.querySelectorAll('#sos .sos-take').length === 1 && document.getElementById('sos').offsetHeight < \(both)"
                )
                try await page.wait("what is left is whole, the dialog below it", isWhole)
            }
        }
    }
}
