import FoundationEssentials
import Month
import Plan
import Rig
import TestSupport
import Testing

/// A day of the month looked at again: over HTTP, and on its page.
extension MonthTests {
    private struct Track: Decodable {
        struct Geometry: Decodable { let coordinates: [[Double]] }
        struct Properties: Decodable { let times: [Int64] }

        let geometry: Geometry
        let properties: Properties
    }

    private struct Seen: Decodable {
        let lat: Double
        let lon: Double
        let isLost: Bool
    }

    /// The month's second day.
    private static let day = month.span.lowerBound + 86_400_000..<month.span.lowerBound + 2 * 86_400_000

    @Test(
        "a day is looked at again: each unit where it was, lost when it was, incidents while they were open",
        .enabled(if: Browser.isThere)
    )
    func replay() async throws {
        try await self.withMonth { chain, truth in
            let client = RoomClient(port: chain.http, patience: 60)
            let path = "/api/v1/units/car-1/track?from=\(Self.day.lowerBound)&to=\(Self.day.upperBound)"
            let track = try await client.ask("GET", path).decode(Track.self)
            try await Browser.with(language: "en", folder: chain.folder) { page in
                let days = (1...2).map {
                    "\(CivilDate(daysSince1970: Self.month.first.daysSince1970 + Int64($0)))T00:00"
                }
                try await page.open(
                    "http://127.0.0.1:\(chain.http)/replay?from=\(days[0])&until=\(days[1])&unit=jinzhan/car-1"
                )
                try await page.wait("the day", "return window.replay !== undefined && replay.units.length === 4")
                #expect(try await page.text("#error").isEmpty)
                for index in stride(from: 0, to: track.properties.times.count, by: 97) {
                    let seen: Seen = try await page.run(
                        "return replay.stateAt('jinzhan/car-1', \(track.properties.times[index]))"
                    )
                    let place = track.geometry.coordinates[index]
                    #expect(!seen.isLost)
                    #expect(abs(seen.lat - place[1]) < 0.000_2 && abs(seen.lon - place[0]) < 0.000_25)
                }
                // Where nothing was heard for three minutes nobody knows where the car was.
                let times = track.properties.times
                for (last, next) in zip(times, times.dropFirst()) where next - last > 180_000 {
                    let middle: Bool = try await page.run(
                        "return replay.stateAt('jinzhan/car-1', \(last + (next - last) / 2 + 180_000)).isLost"
                    )
                    #expect(middle || (next - last) / 2 <= 180_000)
                }
                try await self.compareIncidents(page, truth)
                try await self.play(page)
            }
            try await self.compareFormats(client, track)
        }
    }

    private func compareIncidents(_ page: Browser, _ truth: MonthTruth) async throws {
        let received: [Int64] = try await page.run(
            "return replay.incidents.filter((one) => one.received >= \(Self.day.lowerBound) && one.state !== 'cancelled').map((one) => one.received)"
        )
        let calls = truth.calls.map { $0.time * 1_000 }.filter { Self.day.contains($0) }
        #expect(received.map { $0 / 1_000 }.sorted() == calls.map { $0 / 1_000 }.sorted())
        let counts: [Int] = try await page.run(
            """
            return import('/replay/past.js').then(({ incidentAt }) => {
              const one = replay.incidents.find((each) => each.units.some((unit) => unit.arrived));
              const arrived = one.units.find((unit) => unit.arrived).arrived;
              return [one.received - 1, one.received + 1, arrived + 1, one.changed + 1].map((at) => ({ received: 1, assigned: 2, scene: 3 })[incidentAt(one, at)] ?? 0);
            })
            """
        )
        #expect(counts == [0, 1, 3, 0])
        // Called back, nobody is on the way; two points in one tenth of a second are no speed.
        let made: [Double] = try await page.run(
            """
            return import('/replay/past.js').then(({ incidentAt, speeds }) => {
              const steps = [[0, 'open'], [1, 'assign', 'a'], [2, 'enroute', 'a'], [3, 'recall', 'a'], [5, 'assign', 'b'], [6, 'scene', 'b'], [7, 'cleared', 'b'], [9, 'close', 'settled']].map(([t, what, text]) => ({ t, what, text }));
              const states = [2, 4, 5, 6, 8, 9].map((at) => ['received', 'assigned', 'accepted', 'enroute', 'scene'].indexOf(incidentAt({ received: 0, steps }, at)));
              const unit = { t: [0, 0, 1000, 2000], lat: [41, 41.00001, 41.0001, 41.0002], lon: [8, 8, 8, 8], lost: [0, 0, 0, 0] };
              return [...states, Math.round(Math.max(...speeds(unit, 0, 2000, 2)))];
            })
            """
        )
        #expect(made == [3, 0, 1, 4, 0, -1, 11])
    }

    /// Plays, jumps and looks for what happened, with keys and with the pointer.
    private func play(_ page: Browser) async throws {
        let begin: Int64 = try await page.run("return replay.at()")
        try await page.choose("#pace", "100")
        let _: Bool = try await page.run(
            "document.getElementById('pace').dispatchEvent(new Event('change')); document.activeElement.blur(); return true"
        )
        try await page.press(" ")
        try await page.wait("two minutes of the day", "return replay.at() > \(begin + 120_000)")
        try await page.press(" ")
        #expect(try await page.text("#play") == "Play")
        #expect(try await page.run("return new URL(location.href).searchParams.get('at') !== null"))
        let shift: String = try await page.run(
            "return document.querySelector('#happened .row:nth-child(2)').innerText"
        )
        #expect(!shift.isEmpty)
        try await page.press("n")
        let at: Int64 = try await page.run("return replay.at()")
        try await page.press("n")
        let next: Int64 = try await page.run("return replay.at()")
        #expect(next > at)
        let marked: Bool = try await page.run(
            "return [...document.querySelectorAll('#happened .row')].some((row) => row.innerText.includes('Signed in'))"
        )
        #expect(marked)
    }

    private func compareFormats(_ client: RoomClient, _ track: Track) async throws {
        let span = "from=\(Self.day.lowerBound)&to=\(Self.day.upperBound)&device=car-1&tolerance=0"
        let table = try await client.ask("GET", "/api/v1/replay?\(span)&format=csv").text
        let rows = table.split(separator: "\r\n").dropFirst()
        // Without a tolerance only what lies on a straight, even move is left out.
        #expect(rows.count > track.properties.times.count / 2 && rows.count <= track.properties.times.count)
        let first = try #require(rows.first).split(separator: ",")
        #expect(first[0] == "jinzhan" && first[1] == "car-1" && first[3] == "\(track.properties.times[0])")
        let gpx = try await client.ask("GET", "/api/v1/replay?\(span)&format=gpx").text
        #expect(gpx.ranges(of: "<trkpt ").count == rows.count && gpx.hasSuffix("</gpx>\n"))
        let shape = try await client.ask("GET", "/api/v1/replay?\(span)&format=geojson").text
        #expect(shape.hasPrefix(#"{"type":"FeatureCollection""#) && shape.contains("MultiLineString"))
        let odd = try await client.ask("GET", "/api/v1/replay?\(span)&pace=3")
        #expect(odd.status == 400 && odd.text.contains("'pace' is no parameter"))
        let long = try await client.ask("GET", "/api/v1/replay?from=0&to=\(Self.day.upperBound)")
        #expect(long.status == 400 && long.text.contains("7 days"))
        let audit = try await client.ask("GET", "/api/v1/audit").text
        #expect(audit.contains("jinzhan/car-1 from \(Self.day.lowerBound)"))
    }
}
