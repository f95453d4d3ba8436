import FoundationEssentials
import Month
import Plan
import Rig
import TestSupport
import Testing
import Threading

/// The month on the chief's page, in a real browser.
extension MonthTests {
    @Test(
        "the chief's page shows each view with its plot out of the address, a row what proves it, and is sent as a link",
        .enabled(if: Browser.isThere)
    )
    func chiefPage() async throws {
        try await self.withMonth { chain, truth in
            try await Browser.with(language: "en", folder: chain.folder) { page in
                let address =
                    "http://127.0.0.1:\(chain.http)/reports?from=\(Self.dates.0)&until=\(Self.dates.1)&compare=before"
                func open(_ view: String, _ condition: String) async throws {
                    try await page.open("\(address)&view=\(view)")
                    try await page.wait(
                        "\(view)",
                        "return document.getElementById('body').dataset.view === '\(view)' && (\(condition))"
                    )
                    #expect(try await page.run("return document.getElementById('error').textContent") == "")
                }
                try await open("matrix", "document.querySelectorAll('.matrix [data-place]').length === 3")
                let shares: [[Double]] = try await page.run(
                    """
                    return ['g1', 'g2', 'g3'].map((id) => [...document.querySelectorAll(`[data-place=${id}] td`)].map((one) => Number(one.textContent)))
                    """
                )
                // The room says the same, and its hours together are the truth's time.
                let matrix: Matrix = try await self.ask("matrix", chain)
                for (id, row) in zip(["g1", "g2", "g3"], shares) {
                    let grid = try #require(matrix.grids.first { $0.id == id })
                    #expect(row == grid.shares.map { (($0 ?? -1) * 100).rounded() })
                    let minutes = zip(grid.shares, matrix.known).reduce(0) { $0 + ($1.0 ?? 0) * $1.1 }
                    #expect(abs(minutes - Double(truth.grids[id]?.presentSeconds ?? 0) / 60) < 2)
                }
                try await page.click("[data-place=g1]")
                try await page.wait(
                    "its proof",
                    "return document.querySelector('.proof')?.textContent.includes('jinzhan/car-')"
                )
                try await open("response", "document.querySelectorAll('svg.plot').length === 2")
                try await self.compareGroups(page, truth)
                let found = try await self.facts(page)["Share found by patrols"]
                #expect(found == "\(Int((Double(truth.found) / Double(truth.calls.count) * 100).rounded())) %")
                try await open("officers", "document.body.innerText.includes('officer 111')")
                try await self.proveOfficers(page, truth)
                try await open("week", "document.querySelectorAll('#body h3').length === 6")
                #expect(try await page.text("#body").contains("All \(truth.calls.count) "))
                try await open("trend", "document.querySelectorAll('.matrix tr').length === 8")
                try await self.compareHours(page, truth)
                try await open("tasks", "document.querySelector('.facts') !== null")
                // What was answered in time and waits to be closed is not overdue.
                let tasks: [String] = try await page.run(
                    "return [...document.querySelectorAll('.facts b')].map((one) => one.innerText)"
                )
                let officers = truth.officers.values
                let pending = officers.reduce(0) { $0 + $1.tasksOpen + $1.tasksDone }
                let overdue = officers.reduce(0) { $0 + $1.tasksLate + $1.tasksOpen }
                #expect(tasks == ["\(pending)", "\(overdue)"])
                #expect(try await page.run("return document.querySelectorAll('#body td.poor').length") == overdue)
                try await open("estimates", "document.querySelector('.facts') !== null")
                try await self.compareEstimates(page, truth)
                try await page.choose("#compare", "year")
                let _: Bool = try await page.run(
                    "document.getElementById('compare').dispatchEvent(new Event('change')); return true"
                )
                #expect(try await page.run("return new URL(location.href).searchParams.get('compare')") == "year")
                let pdf = try await page.print()
                #expect(pdf.starts(with: Data("%PDF".utf8)) && pdf.count > 5_000)
            }
        }
    }

    /// How fast help came, by unit, grid, weekday, officer and hour, against the calls counted one by one.
    private func compareGroups(_ page: Browser, _ truth: MonthTruth) async throws {
        let calls = truth.calls.filter { $0.isWest != nil }
        #expect(calls.count == truth.responses.count)
        func span(_ seconds: Double) -> String {
            let whole = Int(seconds.rounded())
            return "\(whole / 60):\(whole % 60 < 10 ? "0" : "")\(whole % 60)"
        }
        func row(_ own: [MonthTruth.Call]) -> [String] {
            let reached = own.compactMap(\.seconds).sorted()
            func quantile(_ share: Double) -> String {
                reached.isEmpty
                    ? "–" : span(reached[min(reached.count - 1, Int(Double(reached.count) * share))])
            }
            let shares = [60.0, 180, 300].map { limit in
                "\(Int((Double(reached.count { $0 <= limit }) / Double(own.count) * 100).rounded())) %"
            }
            return ["\(own.count)", "\(reached.count)", quantile(0.5), quantile(0.9)] + shares
        }
        func compare(_ group: String, _ keys: (MonthTruth.Call) -> [String]) async throws {
            let wanted = Dictionary(grouping: calls.flatMap { call in keys(call).map { ($0, call) } }, by: \.0)
                .mapValues { row($0.map(\.1)) }
            let rows: [[String]] = try await page.run(
                """
                return [...document.querySelectorAll('[data-groups=\(group)] tbody tr')]
                    .map((row) => [...row.children].map((cell) => cell.innerText.trim()))
                """
            )
            let found = Dictionary(rows.map { ($0[0], Array($0.dropFirst())) }) { first, _ in first }
            #expect(found == wanted, "\(group)")
            #expect(!wanted.isEmpty && rows.count == wanted.count)
        }
        try await compare("byCategory") { [$0.category] }
        try await compare("byGroup") { [truth.groups[$0.category] ?? ""] }
        try await compare("units") { $0.device.map { ["\(SimulatedMonth.station)/\($0)"] } ?? [] }
        try await compare("grids") { [$0.isWest == true ? "g1" : "g2"] }
        try await compare("officers") { $0.officers }
        let days = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
        try await compare("byWeekday") { [days[Int(($0.time / 86_400 + 3) % 7)]] }
        let bars: [String] = try await page.run(
            "return [...document.querySelectorAll('svg.plot .bar0 title')].map((one) => one.textContent)"
        )
        for hour in 0..<24 {
            let own = calls.filter { $0.time % 86_400 / 3_600 == hour }.compactMap(\.seconds).sorted()
            let median = own.isEmpty ? 0 : own[own.count / 2]
            #expect(bars.contains("\(hour) \(span(median))"), "\(bars)")
        }
    }

    /// What stands in a view's boxes, by their names.
    private func facts(_ page: Browser) async throws -> [String: String] {
        let facts: [[String]] = try await page.run(
            """
            return [...document.querySelectorAll('.facts > div')]
                .map((one) => [one.querySelector('span').textContent, one.querySelector('b').textContent])
            """
        )
        return Dictionary(facts.map { ($0[0], $0[1]) }) { first, _ in first }
    }

    /// Estimates against what came true: of all, and week by week.
    private func compareEstimates(_ page: Browser, _ truth: MonthTruth) async throws {
        let calls = Self.needed(truth).filter { $0.drive != nil }
        let wanted = Estimates(calls.compactMap(\.drive))
        let facts = try await self.facts(page)
        func number(_ name: String) -> Double? { facts[name].flatMap { Double($0.prefix { $0 != " " }) } }
        #expect(facts["Journeys"] == "\(wanted.journeys)", "\(facts)")
        #expect(number("estimates: bias") == wanted.bias && number("estimates: inside the interval") == wanted.inside)
        let whole = Int((wanted.error ?? -1).rounded())
        let seconds = "\(whole % 60 < 10 ? "0" : "")\(whole % 60)"
        #expect(facts["estimates: median error"] == "\(whole / 60):\(seconds)", "\(facts)")
        let titles: [String] = try await page.run(
            "return [...document.querySelectorAll('svg.plot circle title')].map((one) => one.textContent)"
        )
        // By weeks that begin on Monday: 1970-01-01 was a Thursday.
        let weeks = Dictionary(grouping: calls) { ($0.time / 86_400 + 3) / 7 * 7 - 3 }
        #expect(titles.count == 2 * weeks.count)
        for (monday, own) in weeks {
            let inside = own.count { call in call.drive.map { ($0.p10...$0.p90).contains($0.took) } ?? false }
            let percent = Int((Double(inside) / Double(own.count) * 100).rounded())
            let name = "\(CivilDate(daysSince1970: monday))".suffix(5)
            #expect(titles.contains("\(name) estimates: inside the interval \(percent) %"), "\(titles)")
        }
    }

    /// The matrix of hours and weekdays, cell by cell.
    private func compareHours(_ page: Browser, _ truth: MonthTruth) async throws {
        let cells: [[Int]] = try await page.run(
            """
            return [...document.querySelectorAll('.matrix tbody tr')]
                .map((row) => [...row.querySelectorAll('td')].map((cell) => Number(cell.innerText)))
            """
        )
        var wanted = [[Int]](repeating: [Int](repeating: 0, count: 24), count: 7)
        for call in truth.calls { wanted[Int((call.time / 86_400 + 3) % 7)][Int(call.time % 86_400 / 3_600)] += 1 }
        #expect(cells == wanted)
    }

    /// What is under an officer's row: sign-ins that lead to the map of then, incidents that open on the board.
    private func proveOfficers(_ page: Browser, _ truth: MonthTruth) async throws {
        let number = try #require(truth.officers.first { $0.value.orders > 0 && $0.value.visits > 0 }?.key)
        try await page.click("[data-officer=\"\(number)\"]")
        try await page.wait("the proof", "return document.querySelector('.proof ul') !== null")
        let officer = try #require(truth.officers[number])
        func count(_ selector: String) async throws -> Int {
            try await page.run("return document.querySelectorAll(`.proof \(selector)`).length")
        }
        #expect(try await count("[href^='replay?from=']") == officer.shifts - officer.shiftsMissed)
        #expect(try await count("[href*='?incident=']") == officer.orders + officer.found)
        let visits: Int = try await page.run(
            """
            const line = [...document.querySelectorAll('.proof li')].find((one) => one.innerText.startsWith('Visits'));
            return line.innerText.split(' · ').length
            """
        )
        #expect(visits == officer.visits)
        let chosen: String = try await page.run("return document.querySelector('.proof [href*=incident]').innerText")
        try await page.click(".proof [href*=incident]")
        try await page.wait(
            "the incident on the board",
            "return window.patrollink?.view.incident === '\(chosen)' && document.getElementById('incident-facts').innerText !== ''"
        )
    }

    @Test(
        "the list of the month before is made by itself, kept, and shown with what proves it",
        .enabled(if: Browser.isThere)
    )
    func keptMonth() async throws {
        // A month's list waits six hours for what devices still have to send: in the first hours of a month the station is one
        // whose month is not over.
        let now = SystemClock.wallMilliseconds / 1_000
        let isEarly = CivilDate(daysSince1970: now / 86_400).day == 1 && now % 86_400 < 7 * 3_600
        let today = CivilDate(daysSince1970: (now - (isEarly ? 43_200 : 0)) / 86_400)
        let (year, number) = today.month == 1 ? (today.year - 1, 12) : (today.year, today.month - 1)
        let second = try #require(CivilDate(year: year, month: number, day: 2))
        let month = SimulatedMonth(seed: 23, days: 5, first: second)
        try await self.withMonth(month, zone: isEarly ? "Etc/GMT+12" : "UTC") { chain, truth in
            let name = String("\(second)".prefix(7))
            try await eventually("the month's list", within: .seconds(240)) {
                try await RoomClient(port: chain.http, patience: 60).ask("GET", "/api/v1/sheets").text.contains(name)
            }
            try await Browser.with(language: "en", folder: chain.folder) { page in
                // An address with a view that is none is told so, and not another view in its place.
                try await page.open("http://127.0.0.1:\(chain.http)/reports?view=constructor")
                try await page.wait(
                    "it is said",
                    """
                    return document.getElementById('error').textContent === 'There is no such page: constructor'
                      && document.getElementById('csv').hidden && document.querySelectorAll('#views button').length === 8
                    """
                )
                try await page.open("http://127.0.0.1:\(chain.http)/reports?view=sheets")
                try await page.wait("the list", "return document.querySelectorAll('[data-officer]').length > 0")
                #expect(try await page.text("#body h2").contains(name))
                let rows: [[String]] = try await page.run(
                    """
                    return [...document.querySelectorAll('[data-officer]')]
                        .map((row) => [row.dataset.officer, ...[...row.children].map((cell) => cell.innerText.trim())])
                    """
                )
                #expect(rows.map { $0[0] } == truth.officers.keys.sorted())
                for row in rows {
                    let officer = try #require(truth.officers[row[0]])
                    #expect(abs((Double(row[3]) ?? -1) - Double(officer.signedSeconds) / 3_600) < 0.006)
                    #expect(abs((Double(row[5]) ?? -1) - officer.metres / 1_000) < 0.06)
                    #expect(row[6] == "\(officer.posts)" && row[7] == "\(officer.laps)")
                    // Shifts are of the station's own days: where those are others than the month was made up in, so are
                    // the windows that were asked of a crew.
                    #expect(isEarly || row[8].hasPrefix("\(officer.windowsDone)/"))
                    #expect(row[9] == "\(officer.arrived)")
                    #expect(row[10] == "\(officer.rollCallsAnswered)/\(officer.rollCalls)")
                    // By the month's end every task is due that was raised in its first days.
                    #expect(row[11] == "\(officer.tasksDone)")
                    #expect(row[12] == "\(officer.tasksLate + officer.tasksOpen)")
                    #expect(row[13].hasPrefix("\(officer.visits)") && row[14] == "\(officer.found)")
                }
            }
        }
    }
}
