import FoundationEssentials
import Month
import Rig
import TestSupport
import Testing

/// A month whose truth is known, asked of a real room over HTTP and on its page.
@Suite("A month as the chief reads it", .serialized, .realPrograms, .timeLimit(.minutes(4)))
struct MonthTests {
    private struct Presence: Decodable {
        struct Grid: Decodable {
            let id: String
            let minutes: Double
            let visits: Int
            let present: Double

            private enum CodingKeys: String, CodingKey {
                case id, minutes, visits
                case present = "present_minutes"
            }
        }

        struct Post: Decodable {
            let id: String
            let done: Int
            let missed: Int
        }

        let grids: [Grid]
        let posts: [Post]
    }

    private struct Evidence: Decodable {
        struct Stay: Decodable {
            let from: Int64
            let until: Int64
        }

        struct Deed: Decodable { let t: Int64 }

        let stays: [Stay]
        let done: [Deed]
    }

    private struct Response: Decodable {
        let incidents: Int
        let found: Int
        let counted: Int
        let reached: Int
        let within: [String: Double]
    }

    private struct Officers: Decodable {
        struct Row: Decodable {
            let number: String
            let hours: Double
            let posts: Int
            let arrived: Int
            let found: Int
            let visits: [String: Int]
            let overdue: Int

            private enum CodingKeys: String, CodingKey {
                case number, posts, arrived, found, visits
                case hours = "signed_hours"
                case overdue = "tasks_overdue"
            }
        }

        let officers: [Row]
    }

    private struct Trend: Decodable {
        struct Row: Decodable { let count: Int }

        let all: Row
        let hours: [[Int]]

        private enum CodingKeys: String, CodingKey {
            case all
            case hours = "by_hour_and_weekday"
        }
    }

    private struct Sectors: Decodable {
        struct Row: Decodable {
            let device: String
            let outside: Double?

            private enum CodingKeys: String, CodingKey {
                case device
                case outside = "outside_minutes"
            }
        }

        let rows: [Row]
    }

    private struct Visits: Decodable {
        struct Visit: Decodable { let officers: [String] }

        let visits: [Visit]
    }

    fileprivate struct Matrix: Decodable {
        struct Grid: Decodable {
            let id: String
            let shares: [Double?]
        }

        let grids: [Grid]
        let known: [Double]

        private enum CodingKeys: String, CodingKey {
            case grids
            case known = "known_minutes"
        }
    }

    private struct Density: Decodable {
        struct Cell: Decodable { let incidents: Int }

        let incidents: Int
        let cells: [Cell]
    }

    /// A debug build reads slowly: SimulatedMonthTests take the whole month.
    fileprivate static let days = 6
    private static let span =
        "from=\(SimulatedMonth.begin * 1_000)&to=\((SimulatedMonth.begin + Int64(days) * 86_400) * 1_000)"

    /// The grids of the month: their ids are the devices' own.
    private static let plan = """
        {"type":"FeatureCollection","patrolPlan":{"id":"m","revision":1,"crs":"WGS84","timezone":"UTC"},"features":[
        \(["g1", "g2", "g3"].enumerated().map { index, id in
            let (west, east) = (116.5 + Double(index) * 0.02 - 0.005, 116.5 + Double(index) * 0.02 + 0.005)
            return """
                {"type":"Feature","id":"\(id)","properties":{"kind":"grid","name":"Grid \(id)","level":2},"geometry":
                {"type":"Polygon","coordinates":[[[\(west),39.94],[\(east),39.94],[\(east),39.96],[\(west),39.96],[\(west),39.94]]]}}
                """
        }.joined(separator: ","))]}
        """

    fileprivate func withMonth(_ body: (Chain, MonthTruth) async throws -> Void) async throws {
        try await Chain.with { chain in
            let made = try await runProgramToEnd(
                Places.program("patrol-sim"),
                ["month", "--seed", "11", "--days", "\(Self.days)", "--output", "\(chain.folder)/month"]
            )
            try #require(made.status == 0, "\(made.errors)")
            let key = try await runProgramToEnd(
                Places.program("patrolctl"),
                ["plan", "keygen", "--name", "station", "--output", "\(chain.folder)/plan.key"]
            )
            try #require(key.status == 0, "\(key.errors)")
            try writeFile("\(chain.folder)/plan.geojson", Self.plan)
            let settings = readFile("\(chain.folder)/command-room.yaml")
                .replacing("state: \(chain.folder)/room", with: "state: \(chain.folder)/month")
            try writeFile(
                "\(chain.folder)/command-room.yaml",
                settings
                    + "timezone: UTC\nplan: { file: \(chain.folder)/plan.geojson, key: \(chain.folder)/plan.key }\n"
            )
            let truth = try JSONDecoder().decode(
                MonthTruth.self,
                from: Data(contentsOf: URL(filePath: "\(chain.folder)/month/truth.json"))
            )
            try await chain.withRoom { _ in try await body(chain, truth) }
        }
    }

    fileprivate func ask<T: Decodable>(_ report: String, _ chain: Chain, _ more: String = "") async throws -> T {
        // Reports give way to all else on the machine, and other tests run beside this one.
        try await RoomClient(port: chain.http, patience: 60)
            .ask("GET", "/api/v1/reports/\(report)?\(Self.span)\(more)").decode(T.self)
    }

    private func minutes(_ seconds: Int64) -> Double { (Double(seconds) / 6).rounded() / 10 }

    @Test("every report over HTTP says what truly happened, out of records and, once they are made, out of sums")
    func http() async throws {
        try await self.withMonth { chain, truth in
            try await self.comparePresence(chain, truth)
            // The sums of all hours are made beside it; the same is said out of them.
            try await eventually("the sums of the month", within: .seconds(90)) {
                try await chain.rows("\(chain.folder)/month/history.sqlite", "SELECT count(*) FROM due") == ["0"]
            }
            try await self.comparePresence(chain, truth)
            let response: Response = try await self.ask("response", chain)
            #expect(response.incidents == truth.incidents && response.found == truth.found)
            #expect(response.counted == truth.responses.count)
            #expect(response.reached == truth.responses.compactMap(\.self).count)
            for (name, seconds) in [("1", 60.0), ("3", 180), ("5", 300)] {
                #expect(abs((response.within[name] ?? -1) - truth.share(within: seconds)) < 0.001)
            }
            let trend: Trend = try await self.ask("trend", chain)
            #expect(trend.all.count == truth.incidents - truth.cancelled)
            #expect(trend.hours.flatMap(\.self).reduce(0, +) == trend.all.count)
            let officers: Officers = try await self.ask("officers", chain)
            #expect(officers.officers.map(\.number) == truth.officers.keys.sorted())
            for row in officers.officers {
                let officer = try #require(truth.officers[row.number])
                #expect(abs(row.hours - Double(officer.signedSeconds) / 3_600) < 0.006)
                #expect(row.posts == officer.posts && row.arrived == officer.arrived && row.found == officer.found)
                #expect(row.visits.values.reduce(0, +) == officer.visits && row.overdue == officer.tasksOverdue)
            }
            let visits: Visits = try await self.ask("visits", chain)
            #expect(
                visits.visits.flatMap(\.officers).count == truth.officers.values.reduce(0) { $0 + $1.visits }
            )
            try await self.compareSectors(chain, truth)
            let density: Density = try await self.ask("density", chain, "&hours=18-23")
            #expect(density.cells.map(\.incidents).reduce(0, +) == density.incidents && density.incidents > 0)
        }
    }

    /// What the tables of a report show, cell by cell.
    private func rows(of report: String, on page: Browser) async throws -> [[String]] {
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
    private func compare(_ page: Browser, _ truth: MonthTruth) async throws {
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
        let response = try await self.rows(of: "response", on: page)
        func fact(_ name: String) -> String? { response.first { $0.first == name }?.last }
        #expect(fact("Incidents") == "\(truth.incidents)" && fact("Found") == "\(truth.found)")
        #expect(fact("reached") == "\(truth.responses.compactMap(\.self).count)")
        #expect(fact("within 3 min") == percent(truth.share(within: 180)))
        let trend = try await self.rows(of: "trend", on: page)
        #expect(trend.contains { $0.first == "All" && $0[1] == "\(truth.incidents - truth.cancelled)" })
        let officers = try await self.rows(of: "officers", on: page)
        for (number, officer) in truth.officers {
            let row = try #require(officers.first { $0[0].contains(number) })
            #expect(abs((Double(row[2]) ?? -1) - Double(officer.signedSeconds) / 3_600) < 0.006)
            #expect(row[3] == "\(officer.shiftsMissed)/\(officer.shifts)" && row[6] == "\(officer.posts)")
            #expect(row[9] == "\(officer.arrived)" && row[11] == "\(officer.rollCallsAnswered)/\(officer.rollCalls)")
            #expect(row[12] == "\(officer.tasksDone)" && row[13] == "\(officer.tasksOverdue)")
            #expect(row[14] == "\(officer.visits)" && row[15] == "\(officer.found)")
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
    }

    private func comparePresence(_ chain: Chain, _ truth: MonthTruth) async throws {
        let presence: Presence = try await self.ask("presence", chain)
        for (id, grid) in truth.grids {
            let found = try #require(presence.grids.first { $0.id == id })
            #expect(found.minutes == self.minutes(grid.unitSeconds) && found.visits == grid.visits)
            #expect(found.present == self.minutes(grid.presentSeconds))
            let evidence: Evidence = try await self.ask("evidence", chain, "&place=\(id)")
            let seconds = evidence.stays.reduce(0) { $0 + ($1.until - $1.from) } / 1_000
            #expect(seconds == grid.unitSeconds)
        }
        let post = try #require(presence.posts.first)
        #expect(post.done == truth.postDone && post.missed == truth.postMissed)
        let evidence: Evidence = try await self.ask("evidence", chain, "&place=p1")
        #expect(evidence.done.count == truth.postDone)
    }

    private func compareSectors(_ chain: Chain, _ truth: MonthTruth) async throws {
        let sectors: Sectors = try await self.ask("sectors", chain)
        let rows = Dictionary(grouping: sectors.rows, by: \.device)
        for (device, sector) in truth.sectors {
            let own = try #require(rows[device])
            let outside = own.reduce(0) { $0 + ($1.outside ?? .infinity) }
            #expect(abs(outside - Double(sector.outsideSeconds) / 60) <= 0.051 * Double(own.count) + 0.1)
        }
    }

    @Test(
        "the page shows the month's numbers by days, what proves a grid's, and prints them on A4",
        .enabled(if: Browser.isThere)
    )
    func page() async throws {
        try await self.withMonth { chain, truth in
            try await Browser.onPage(of: chain, units: 0, language: "en") { page in
                try await page.click("#reports")
                try await page.choose("#report-period", "days")
                let _: Bool = try await page.run(
                    """
                    document.getElementById('report-from').value = '2026-10-01';
                    const until = document.getElementById('report-until');
                    until.value = '2026-10-06';
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

extension MonthTests {
    @Test(
        "the chief's page shows each view with its plot out of the address, a row what proves it, and is sent as a link",
        .enabled(if: Browser.isThere)
    )
    func chiefPage() async throws {
        try await self.withMonth { chain, truth in
            try await Browser.with(language: "en", folder: chain.folder) { page in
                let address = "http://127.0.0.1:\(chain.http)/reports?from=2026-10-01&until=2026-10-06&compare=before"
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
                #expect(try await page.text("#body").contains("\(truth.responses.compactMap(\.self).count)"))
                try await open("officers", "document.body.innerText.includes('officer 111')")
                try await open("trend", "document.querySelectorAll('.matrix tr').length === 8")
                try await open("tasks", "document.querySelector('.facts') !== null")
                try await open("estimates", "document.querySelector('.facts') !== null")
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
}
