import FoundationEssentials
import Month
import Plan
import Rig
import TestSupport
import Testing
import Threading

/// A month whose truth is known, asked of a real room over HTTP and on its page.
@Suite("A month as the chief reads it", .serialized, .realPrograms, .timeLimit(.minutes(15)))
struct MonthTests {
    /// A debug build reads slowly: SimulatedMonthTests take the whole month.
    static let days = 6
    /// Long enough ago that every task is due, and not so long that a proposal for the next shift forgets it.
    static let month = SimulatedMonth(
        seed: 11,
        days: days,
        first: CivilDate(daysSince1970: SystemClock.wallMilliseconds / 86_400_000 - 30)
    )
    static let span = "from=\(month.span.lowerBound)&to=\(month.span.upperBound)"
    /// First and last day, as a field of the page has them.
    static let dates = (
        "\(month.first)", "\(CivilDate(daysSince1970: month.first.daysSince1970 + Int64(days) - 1))"
    )

    /// A room whose store is a month's.
    ///
    /// - Parameters:
    ///   - month: The month.
    ///   - zone: The station's clock.
    ///   - body: What is done with it, and what truly happened.
    /// - Throws: What `body` throws, or why there is no such room.
    func withMonth(
        _ month: SimulatedMonth = Self.month,
        zone: String = "UTC",
        _ body: (Chain, MonthTruth) async throws -> Void
    ) async throws {
        try await Chain.with { chain in
            let made = try await runProgramToEnd(
                Places.program("patrol-sim"),
                [
                    "month", "--seed", "\(month.seed)", "--days", "\(month.days)", "--first", "\(month.first)",
                    "--output", "\(chain.folder)/month",
                ]
            )
            try #require(made.status == 0, "\(made.errors)")
            let key = try await runProgramToEnd(
                Places.program("patrolctl"),
                ["plan", "keygen", "--name", "station", "--output", "\(chain.folder)/plan.key"]
            )
            try #require(key.status == 0, "\(key.errors)")
            let settings = readFile("\(chain.folder)/command-room.yaml")
                .replacing("state: \(chain.folder)/room", with: "state: \(chain.folder)/month")
            try writeFile(
                "\(chain.folder)/command-room.yaml",
                settings
                    + "timezone: \(zone)\nplan: { file: \(chain.folder)/month/plan.geojson, key: \(chain.folder)/plan.key }\n"
            )
            let truth = try JSONDecoder().decode(
                MonthTruth.self,
                from: Data(contentsOf: URL(filePath: "\(chain.folder)/month/truth.json"))
            )
            try await chain.withRoom { _ in try await body(chain, truth) }
        }
    }

    func ask<T: Decodable>(_ report: String, _ chain: Chain, _ more: String = "") async throws -> T {
        // Reports give way to all else on the machine, and other tests run beside this one.
        try await RoomClient(port: chain.http, patience: 60)
            .ask("GET", "/api/v1/reports/\(report)?\(Self.span)\(more)").decode(T.self)
    }

    func minutes(_ seconds: Int64) -> Double { (Double(seconds) / 6).rounded() / 10 }

    @Test("every report over HTTP says what truly happened, out of records and, once they are made, out of sums")
    func http() async throws {
        try await self.withMonth { chain, truth in
            try await self.comparePresence(chain, truth)
            // The sums of all hours are made beside it; the same is said out of them.
            try await eventually("the sums of the month", within: .seconds(240)) {
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
            try await self.compareComparisons(chain, truth)
            let trend: Trend = try await self.ask("trend", chain)
            #expect(trend.all.count == truth.incidents - truth.cancelled)
            #expect(trend.hours.flatMap(\.self).reduce(0, +) == trend.all.count)
            let officers: Officers = try await self.ask("officers", chain)
            #expect(officers.officers.map(\.number) == truth.officers.keys.sorted())
            for row in officers.officers {
                let officer = try #require(truth.officers[row.number])
                #expect(abs(row.hours - Double(officer.signedSeconds) / 3_600) < 0.006)
                #expect(row.ownGrid == self.minutes(officer.ownGridSeconds))
                #expect(row.posts == officer.posts && row.arrived == officer.arrived && row.found == officer.found)
                #expect(row.laps == officer.laps && row.windows == officer.windows && row.done == officer.windowsDone)
                #expect(row.visits.values.reduce(0, +) == officer.visits && row.overdue == officer.tasksOverdue)
            }
            let visits: Visits = try await self.ask("visits", chain)
            #expect(
                visits.visits.flatMap(\.officers).count == truth.officers.values.reduce(0) { $0 + $1.visits }
            )
            try await self.compareSectors(chain, truth)
            try await self.compareMeeting(chain, truth)
            let density: Density = try await self.ask("density", chain, "&hours=18-23")
            #expect(density.cells.map(\.incidents).reduce(0, +) == density.incidents && density.incidents > 0)
        }
    }

    func comparePresence(_ chain: Chain, _ truth: MonthTruth) async throws {
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
        let line = try #require(presence.lines.first)
        #expect(line.done == truth.lineDone && line.missed == truth.lineMissed)
        for (place, count) in [(MonthPlan.post, truth.postDone), (MonthPlan.line, truth.laps)] {
            let evidence: Evidence = try await self.ask("evidence", chain, "&place=\(place)")
            #expect(evidence.done.count == count)
        }
    }

    /// What a chief goes through with others: the briefing, the proposal for a night, and who owes what.
    func compareMeeting(_ chain: Chain, _ truth: MonthTruth) async throws {
        let client = RoomClient(port: chain.http, patience: 60)
        let briefing = try await client.ask("GET", "/api/v1/briefing?\(Self.span)").decode(Briefing.self)
        #expect(briefing.incidents.count == truth.calls.count)
        #expect(Set(briefing.missed.map(\.id)) == Self.missed(truth).reduce(into: []) { $0.insert($1.id) })
        #expect(briefing.missed.sorted { $0.id < $1.id } == Self.missed(truth))
        let open = truth.officers.mapValues(\.tasksOpen).filter { $0.value > 0 }
        #expect(Dictionary(briefing.overdue.map { ($0.owner, 1) }, uniquingKeysWith: +) == open)
        let tasks = try await client.ask("GET", "/api/v1/tasks?state=open&limit=200").decode(Tasks.self)
        #expect(Dictionary(tasks.tasks.map { ($0.owner, 1) }, uniquingKeysWith: +) == open)
        try await self.compareSearch(client, truth)
        // Of a late shift: 16:00 to 24:00 of a day to come, and the hours beside.
        let begin = (SystemClock.wallMilliseconds / 86_400_000 + 1) * 86_400_000 + 16 * 3_600_000
        let placement = try await client.ask(
            "GET",
            "/api/v1/placement?units=2&from=\(begin)&to=\(begin + 8 * 3_600_000)"
        ).decode(Placement.self)
        let (share, count) = Self.share(truth, Array(16...23), beside: [15, 0])
        #expect(placement.incidents == count)
        // Both places within the town are reached at once by who waits there; nobody gets beyond its streets.
        #expect(abs((placement.shares["3"] ?? -1) - share) < 0.02, "\(placement.shares) \(share)")
        #expect(placement.units.count == 2)
    }

    /// Incidents looked for by kind, time and words.
    private func compareSearch(_ client: RoomClient, _ truth: MonthTruth) async throws {
        func count(_ query: String) async throws -> Int {
            let answer = try await client.ask("GET", "/api/v1/incidents?limit=200&\(query)")
            #expect(answer.status == 200 && answer.text.contains(#""more":false"#))
            return answer.text.ranges(of: #""received":"#).count
        }
        // Days of a year before are found too when nothing says since when.
        let since = "from=\(Self.month.span.lowerBound)"
        #expect(try await count("category=theft&\(since)") == truth.categories["theft"])
        #expect(try await count("state=cancelled&\(since)") == truth.cancelled)
        #expect(try await count("q=own-car") == truth.found)
        #expect(try await count("q=OWN%20help") == truth.found)
        #expect(try await count("q=nowhere") == 0)
        let day = Self.month.span.lowerBound + 86_400_000
        let found = truth.calls.count { $0.time * 1_000 >= day && $0.isWest == nil }
        #expect(try await count("q=own-&from=\(day)") == found)
    }

    /// What stands in a briefing of posts and lines, by id.
    static func missed(_ truth: MonthTruth) -> [Briefing.Missed] {
        [
            Briefing.Missed(id: MonthPlan.line, done: truth.lineDone, missed: truth.lineMissed),
            Briefing.Missed(id: MonthPlan.post, done: truth.postDone, missed: truth.postMissed),
        ].filter { $0.missed > 0 }
    }

    /// The share of what is wanted that lies where roads are, and of how many calls; all of them are of about one age.
    static func share(_ truth: MonthTruth, _ hours: [Int64], beside: [Int64]) -> (Double, Int) {
        var (near, all, count) = (0.0, 0.0, 0)
        for call in truth.calls {
            let hour = call.time % 86_400 / 3_600
            let weight = hours.contains(hour) ? 1 : beside.contains(hour) ? 0.5 : 0
            if weight > 0 { count += 1 }
            all += weight
            if call.isWest != nil { near += weight }
        }
        return (near / max(all, 0.5), count)
    }

    func compareSectors(_ chain: Chain, _ truth: MonthTruth) async throws {
        let sectors: Sectors = try await self.ask("sectors", chain)
        let rows = Dictionary(grouping: sectors.rows, by: \.device)
        for (device, sector) in truth.sectors {
            let own = try #require(rows[device])
            let outside = own.reduce(0) { $0 + ($1.outside ?? .infinity) }
            #expect(abs(outside - Double(sector.outsideSeconds) / 60) <= 0.051 * Double(own.count) + 0.1)
        }
    }
}
