import FoundationEssentials
import Month
import Plan
import Rig
import TestSupport
import Testing
import Threading

/// The month on the page, in a real browser.
extension MonthTests {
    /// What the tables of a report show, cell by cell.
    func rows(of report: String, on page: Browser) async throws -> [[String]] {
        try await page.click("#report-kinds [data-kind=\(report)]")
        try await page.wait("\(report)", "return document.querySelector('#report-body tr') !== null")
        return try await page.run(
            """
            return Array.from(document.querySelectorAll('#report-body tr'))
                .map((row) => Array.from(row.children).map((cell) => cell.innerText.trim()))
            """
        )
    }

    /// Every report of the page against the truth, number by number.
    func compare(_ page: Browser, _ truth: MonthTruth) async throws {
        func percent(_ share: Double) -> String { "\(Int((share * 100).rounded())) %" }
        let presence = try await self.rows(of: "presence", on: page)
        for (id, grid) in truth.grids {
            let row = try #require(presence.first { $0[0].contains(id) })
            #expect(row[2] == "\(self.minutes(grid.presentSeconds))" || row[2] == "\(self.minutes(grid.unitSeconds))")
            #expect(row[3] == "\(grid.visits)")
        }
        #expect(
            presence.contains { $0[0].contains("p1") && $0[2] == "\(truth.postDone)" && $0[3] == "\(truth.postMissed)" }
        )
        #expect(
            presence.contains {
                $0[0].contains(MonthPlan.line) && $0[1] == "\(truth.lineDone)" && $0[2] == "\(truth.lineMissed)"
                    && $0[3] == "\(truth.linePartly)"
            }
        )
        let response = try await self.rows(of: "response", on: page)
        func fact(_ name: String) -> String? { response.first { $0.first == name }?.last }
        #expect(fact("Incidents") == "\(truth.incidents)" && fact("Found") == "\(truth.found)")
        #expect(fact("Share found by patrols") == percent(Double(truth.found) / Double(truth.calls.count)))
        self.compareEstimates(truth, fact)
        #expect(fact("reached") == "\(truth.responses.compactMap(\.self).count)")
        #expect(fact("within 3 min") == percent(truth.share(within: 180)))
        let trend = try await self.rows(of: "trend", on: page)
        #expect(trend.contains { $0.first == "All" && $0[1] == "\(truth.incidents - truth.cancelled)" })
        try await self.compareTrend(page, truth)
        try await self.compareHeat(page, truth)
        let officers = try await self.rows(of: "officers", on: page)
        for (number, officer) in truth.officers {
            let row = try #require(officers.first { $0[0].contains(number) })
            #expect(abs((Double(row[2]) ?? -1) - Double(officer.signedSeconds) / 3_600) < 0.006)
            #expect(Double(row[5]) == self.minutes(officer.ownGridSeconds))
            #expect(row[3] == "\(officer.shiftsMissed)/\(officer.shifts)" && row[6] == "\(officer.posts)")
            #expect(row[7] == "\(officer.laps)" && row[8] == "\(officer.windowsDone)/\(officer.windows)")
            #expect(row[11] == "\(officer.arrived)" && row[13] == "\(officer.rollCallsAnswered)/\(officer.rollCalls)")
            #expect(row[14] == "\(officer.tasksDone)" && row[15] == "\(officer.tasksOverdue)")
            #expect(row[16] == "\(officer.visits)" && row[17] == "\(officer.found)")
        }
        let sectors = try await self.rows(of: "sectors", on: page).dropFirst()
        for (device, sector) in truth.sectors {
            let own = sectors.filter { $0[0].contains(device) }
            let outside = own.reduce(0) { $0 + (Double($1[6]) ?? 0) }
            #expect(abs(outside - Double(sector.outsideSeconds) / 60) <= 0.5 * Double(own.count) + 0.1)
        }
        let visits = try await self.rows(of: "visits", on: page).dropFirst()
        let officersThere = visits.reduce(0) { $0 + $1[5].split(separator: " ").count }
        #expect(officersThere == truth.officers.values.reduce(0) { $0 + $1.visits })
        _ = try await self.rows(of: "density", on: page)
        let asked: String = try await page.run("return document.querySelector('#report-body p').innerText")
        #expect(asked.contains("\(truth.incidents - truth.cancelled)"), "\(asked)")
        try await self.compareDensity(page, truth)
    }

    /// Estimates held against what came true.
    private func compareEstimates(_ truth: MonthTruth, _ fact: (String) -> String?) {
        let wanted = Estimates(Self.needed(truth).compactMap(\.drive))
        func number(_ text: String?) -> Double? { text.flatMap { Double($0.prefix { $0 != " " }) } }
        #expect(number(fact("estimates: bias")) == wanted.bias)
        let error = wanted.error.map { Int($0.rounded()) }
        #expect(fact("estimates: median error") == error.map { "\($0 / 60):\($0 % 60 < 10 ? "0" : "")\($0 % 60)" })
        #expect(number(fact("estimates: inside the interval")) == wanted.inside)
    }

    /// Days that are looked back on.
    private func choose(_ first: String, _ last: String, on page: Browser) async throws {
        let _: Bool = try await page.run(
            """
            document.getElementById('report-from').value = '\(first)';
            const until = document.getElementById('report-until');
            until.value = '\(last)';
            until.dispatchEvent(new Event('change'));
            return true
            """
        )
    }

    /// The second half of the time against the first, and against a year before, by category.
    private func compareTrend(_ page: Browser, _ truth: MonthTruth) async throws {
        let half = "\(CivilDate(daysSince1970: Self.second.lowerBound / 86_400))"
        try await self.choose(half, Self.dates.1, on: page)
        let (all, categories) = Self.trends(truth)
        try await page.wait(
            "the second half",
            "return document.querySelector('#report-body tbody tr td:nth-child(2)')?.innerText === '\(all.count)'"
        )
        let rows = try await self.rows(of: "trend", on: page).filter { $0.count == 6 }
        func change(_ count: Int, _ other: Int, _ isNoise: Bool) -> String {
            guard other > 0 else { return "–" }
            let tenths = (Double(count - other) / Double(other) * 1_000).rounded() / 10
            let number = tenths == tenths.rounded() ? "\(Int(tenths))" : "\(tenths)"
            return "\(tenths > 0 ? "+" : "")\(number) %\(isNoise ? " may be chance" : "")"
        }
        func cells(_ name: String, _ row: Trends.Row) -> [String] {
            [
                name, "\(row.count)", "\(row.before)", change(row.count, row.before, row.noise), "\(row.yearBefore)",
                change(row.count, row.yearBefore, row.yearNoise),
            ]
        }
        #expect(rows.contains(cells("All", all)), "\(rows)")
        for (name, row) in categories where row.count + row.before + row.yearBefore > 0 {
            #expect(rows.contains(cells(name, row)), "\(rows)")
        }
        try await self.choose(Self.dates.0, Self.dates.1, on: page)
    }

    /// The map of presence: how many positions it is of, and the fullest cell; it can be turned off where it is seen.
    private func compareHeat(_ page: Browser, _ truth: MonthTruth) async throws {
        let most: Int = try await page.run(
            "return fetch('/api/v1/reports/heatmap?metres=100&\(Self.span)&format=json').then((answer) => answer.json()).then((heat) => heat.cells[0].count)"
        )
        try await page.click("#report-heat")
        let sum = truth.spots.reduce(0) { $0 + $1.positions }
        try await page.wait("the heat", "return !document.getElementById('heat-legend').hidden")
        let legend = try await page.text("#heat-legend")
        #expect(legend.contains("\(Self.dates.0)–\(Self.dates.1) · \(sum) · cells of 100 m, ≤ \(most)"), "\(legend)")
        // The legend goes with its layer, and speaks the page's language.
        try await page.click("#language")
        let said = try await page.text("#heat-legend")
        #expect(said != legend && said.contains("关闭"), "\(said)")
        try await page.click("#language")
        #expect(try await page.text("#heat-legend") == legend)
        try await page.click("#layers-open")
        for isHidden in [true, false] {
            try await page.click("[data-layer=heat]")
            #expect(try await page.run("return document.getElementById('heat-legend').hidden") == isHidden)
        }
        try await page.click("#heat-legend button")
        #expect(try await page.run("return document.getElementById('heat-legend').hidden"))
        try await page.open("#reports", dialog: "report")
        try await page.wait("the reports again", "return document.getElementById('report').open")
    }

    /// Where incidents of the late hours were: by grid, and the dense places with how many there were.
    private func compareDensity(_ page: Browser, _ truth: MonthTruth) async throws {
        try await page.choose("#density-hours", "18-24")
        let _: Bool = try await page.run(
            "document.getElementById('density-hours').dispatchEvent(new Event('change')); return true"
        )
        let late = truth.calls.filter { (18..<24).contains($0.time % 86_400 / 3_600) }
        try await page.wait(
            "the late hours",
            "return document.querySelector('#report-body p')?.innerText.trim().endsWith(' \(late.count)') ?? false"
        )
        let rows: [[String]] = try await page.run(
            "return [...document.querySelectorAll('#report-body tbody tr')].map((row) => [...row.children].map((one) => one.innerText.trim()))"
        )
        for (place, isWest) in zip(MonthPlan.grids, [true, false, nil]) {
            let count = late.count { $0.isWest == isWest }
            let listed = rows.first { $0.count == 4 && $0[0].hasSuffix(place) }?[1]
            // A grid without any is not listed.
            #expect(listed == (count == 0 ? nil : "\(count)"), "\(rows)")
        }
        // All that were at one place lie in one cell; where most were is among the first that are listed.
        let most = [true, false, nil].map { isWest in late.count { $0.isWest == isWest } }.max() ?? 0
        #expect(rows.contains { $0.count == 6 && $0[1] == "\(most)" }, "\(rows)")
    }

    /// Incidents of a month ago are found by their kind, and one of them is looked at.
    private func compareHistory(on page: Browser, _ truth: MonthTruth) async throws {
        try await page.open("#history-open", dialog: "history")
        let _: Bool = try await page.run(
            """
            document.getElementById('history-from').value = '\(Self.dates.0)';
            document.getElementById('history-category').value = 'theft';
            document.getElementById('history-category').dispatchEvent(new Event('change'));
            return true
            """
        )
        let thefts = truth.categories["theft"] ?? 0
        try await page.wait(
            "the thefts",
            "return document.querySelectorAll('#history-list [data-past]').length === \(min(thefts, 50)) && document.getElementById('history-sum').innerText.startsWith('\(min(thefts, 50))')"
        )
        #expect(try await page.run("return document.getElementById('history-more').hidden") == (thefts <= 50))
        let kinds: [String] = try await page.run(
            "return [...document.querySelectorAll('#history-list .who')].map((one) => one.innerText.split(' ')[0])"
        )
        #expect(kinds.allSatisfy { $0 == "theft" || $0 == "Theft" }, "\(Set(kinds))")
        try await page.click("#history-list [data-past]")
        try await page.wait(
            "the incident of then",
            "return !document.getElementById('pane-incident').hidden && document.getElementById('incident-facts').innerText.toLowerCase().includes('theft')"
        )
        let address: String = try await page.run("return document.getElementById('incident-replay').href")
        #expect(address.contains("/replay?from=") && address.contains("&at="))
        try await page.press("\u{E00C}")
    }

    /// The briefing and the proposal of the page, and its lists of people and of tasks.
    func compareMeeting(on page: Browser, _ truth: MonthTruth) async throws {
        try await page.click("#report-kinds [data-kind=briefing]")
        try await page.wait("the briefing", "return document.querySelector('#report-body ul') !== null")
        let lines: [String] = try await page.run(
            "return [...document.querySelectorAll('#report-body li')].map((one) => one.innerText.trim())"
        )
        #expect(lines.contains { $0.hasPrefix("All \(truth.calls.count) ") }, "\(lines)")
        for one in Self.missed(truth) {
            #expect(lines.contains { $0.contains("done \(one.done)") && $0.hasSuffix(" \(one.missed)") }, "\(lines)")
        }
        let open = truth.officers.values.reduce(0) { $0 + $1.tasksOpen }
        // Those that were answered wait for somebody to close them.
        let all = truth.officers.values.reduce(open) { $0 + $1.tasksDone }
        #expect(lines.count { $0.hasPrefix("a case · ") } == open)
        try await page.click("#report-kinds [data-kind=placement]")
        try await page.wait("the proposal", "return document.querySelectorAll('#report-body tbody tr').length > 0")
        // The page asks for the eight hours from now on: so does this, and the hours of both are the same ones.
        let proposal: [String] = try await page.run(
            """
            return fetch('/api/v1/placement?units=6').then((answer) => answer.json()).then((made) => {
              const percent = (share) => `${Math.round(share * 100)} %`;
              const rows = [...document.querySelectorAll('#report-body tbody tr')].map((row) => row.innerText.trim());
              const said = document.querySelector('#report-body p').innerText;
              return [String(made.incidents), said, String(made.units.length), String(rows.length), percent(made.shares['3']), percent(made.units[0].share), rows[0]];
            })
            """
        )
        let now = SystemClock.wallMilliseconds / 3_600_000
        let hours = (now...now + 8).map { $0 % 24 }
        let (share, count) = Self.share(truth, hours, beside: [(now + 23) % 24, (now + 9) % 24])
        #expect(proposal[0] == "\(count)" && proposal[1].contains(" \(count) "), "\(proposal) \(count)")
        #expect(proposal[2] == proposal[3] && proposal[1].contains("3 min: \(proposal[4])"), "\(proposal)")
        #expect(abs((Double(proposal[4].dropLast(2)) ?? -1) - share * 100) < 2.6, "\(proposal) \(share)")
        #expect(proposal[6].hasSuffix(proposal[5]), "\(proposal)")
        try await page.click("#report [data-leave]")
        try await page.open("#tasks-open", dialog: "tasks")
        try await page.wait("tasks", "return document.querySelectorAll('#tasks-list [data-task]').length === \(all)")
        #expect(try await page.text("#tasks-title").hasPrefix("Tasks \(all) · "))
        #expect(try await page.text("#tasks-title").hasSuffix(" \(open)"))
        try await page.click("#tasks [data-leave]")
        try await page.open("#people-open", dialog: "people")
        // Two officers of each of four cars now, nobody signed in, and eight crews a day for the next seven.
        try await page.wait("who is on duty", "return document.querySelectorAll('#duty-list .row').length === 8")
        #expect(try await page.run("return document.querySelectorAll('#duty-list .late').length") == 8)
        try await page.wait("the roster", "return document.querySelectorAll('#roster-list .row').length >= 56")
        let rows: [String] = try await page.run(
            "return [...document.querySelectorAll('#roster-list .row')].map((one) => one.innerText.replaceAll('\\n', ' '))"
        )
        #expect((56...60).contains(rows.count))
        for car in 1...4 {
            for (shift, time, crew) in [("day", "08:00–20:00", "1"), ("night", "20:00–08:00", "2")] {
                let own = rows.filter { $0.contains("car-\(car)-\(shift)") }
                #expect((7...8).contains(own.count))
                let isRight = own.allSatisfy { row in
                    row.contains(time) && ["1", "2"].allSatisfy { row.contains("(\(car)\(crew)\($0))") }
                }
                #expect(isRight, "\(own)")
            }
        }
        try await page.click("#people [data-leave]")
        try await self.compareHistory(on: page, truth)
        try await page.open("#reports", dialog: "report")
    }

    @Test(
        "the page shows the month's numbers by days, what proves a grid's, and prints them on A4",
        .enabled(if: Browser.isThere)
    )
    func page() async throws {
        try await self.withMonth { chain, truth in
            try await Browser.onPage(of: chain, units: 0, language: "en") { page in
                try await page.open("#reports", dialog: "report")
                try await page.choose("#report-period", "days")
                let _: Bool = try await page.run(
                    """
                    document.getElementById('report-from').value = '\(Self.dates.0)';
                    const until = document.getElementById('report-until');
                    until.value = '\(Self.dates.1)';
                    until.dispatchEvent(new Event('change'));
                    return true
                    """
                )
                let grid = try #require(truth.grids["g1"])
                let minutes = self.minutes(grid.unitSeconds)
                try await page.wait(
                    "the presence of a grid",
                    "return document.querySelector('[data-place=g1]')?.innerText.includes('\(minutes)') ?? false"
                )
                try await page.click("[data-place=g1]")
                try await page.wait(
                    "what proves it",
                    "return document.querySelector('.evidence')?.innerText.includes('jinzhan/car-') ?? false"
                )
                try await self.compare(page, truth)
                try await self.compareMeeting(on: page, truth)
                try await page.click("#report-kinds [data-kind=officers]")
                try await page.wait(
                    "officers",
                    "return document.getElementById('report-body').innerText.includes('officer 111')"
                )
                let pdf = try await page.print()
                #expect(pdf.starts(with: Data("%PDF".utf8)) && pdf.count > 10_000)
            }
        }
    }
}
