import Cases
import Foundation
import Ground
import History
import Incidents
import Logging
import Month
import Operation
import People
import Plan
import Reporting
import Reports
import Rig
import Tasks
import TestSupport
import Testing
import Threading

@testable import Board

@Suite("A simulated month: the reports find what truly happened", .longComputing)
struct SimulatedMonthTests {
    private static let zone = LocalZone(name: "UTC", offset: 0)

    @Test("presence, the post, officers, responses and trends, each against the truth", arguments: [1 as UInt64, 2, 3])
    func month(seed: UInt64) async throws {
        try await withTemporaryFolder("month") { folder in
            let history = try History(folder: folder)
            let casebook = try Casebook(folder: folder)
            let store = CasebookStore(casebook, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
            let month = SimulatedMonth(seed: seed, days: 14)
            let truth = try await month.write(to: history, store)
            let reading = ReportReading(
                reader: history.reader(),
                casebook: casebook,
                span: month.span,
                now: month.span.upperBound
            )
            let plan = try PlanReader { _ in Self.zone }.read(Array(MonthPlan.geoJSON.utf8))
            try self.comparePresence(try reading.presence(plan, zone: Self.zone), truth)
            try self.compareOfficers(try reading.officers(try store.register(), plan, zone: Self.zone), truth)
            try self.compareSectors(try reading.sectors(try store.register(), plan, zone: Self.zone), truth)
            let response = try reading.response(plan, zone: Self.zone, namesOfficers: true)
            self.compareResponses(response, truth)
            let trend = try reading.trend(zone: Self.zone)
            #expect(trend.all.count == truth.incidents - truth.cancelled && trend.all.before == 0)
            #expect(trend.hours.flatMap(\.self).reduce(0, +) == trend.all.count)
            let tasks: [OwnedTask] = try store.kept(since: 0)
            let briefing = try Briefing(reading, try store.register(), plan, tasks, zone: Self.zone)
            #expect(briefing.incidents.count == trend.all.count)
            let missed = [truth.postMissed, truth.lineMissed].filter { $0 > 0 }.sorted(by: >)
            #expect(briefing.missed.map(\.missed) == missed)
            self.compareDemand(try reading.incidents(), truth, month)
            let late = tasks.filter { $0.answered == nil && $0.due < month.span.upperBound }.sorted { $0.due < $1.due }
            #expect(briefing.overdue.map(\.id) == late.map(\.id))
            #expect(briefing.response.reached == truth.responses.compactMap(\.self).count && briefing.roster.isEmpty)
            #expect(zip(briefing.grids, briefing.grids.dropFirst()).allSatisfy { ($0.share ?? 0) <= ($1.share ?? 0) })
            // Where nobody was comes first, also when nothing happened there.
            let bare =
                #"{"type":"Feature","id":"g0","properties":{"kind":"grid","level":2},"geometry":{"type":"Polygon","#
                + #""coordinates":[[[116.6,40.1],[116.61,40.1],[116.61,40.11],[116.6,40.11],[116.6,40.1]]]}},"#
            let wide = MonthPlan.geoJSON.replacing(#""features":["#, with: #""features":[\#(bare)"#)
            let wider = try PlanReader { _ in Self.zone }.read(Array(wide.utf8))
            let all = try Briefing(reading, try store.register(), wider, tasks, zone: Self.zone)
            #expect(all.grids.map(\.id) == ["g0"] + briefing.grids.map(\.id) && all.grids.first?.incidents == 0)
        }
    }

    @Test("a month's sheet is made once, some hours after the month, and stays as it was made")
    func sheet() async throws {
        try await withTemporaryFolder("month") { folder in
            let history = try History(folder: folder)
            let casebook = try Casebook(folder: folder)
            let store = CasebookStore(casebook, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
            let month = SimulatedMonth(seed: 4, days: 31)
            _ = try await month.write(to: history, store)
            let time = Locked(month.span.upperBound)
            let now: @Sendable () -> Int64 = { time.withLock { $0 } }
            let register = RegisterDesk(try store.register(), store: store, zone: Self.zone, now: now)
            let maker = SheetMaker(
                history: history,
                casebook: casebook,
                store: store,
                register: register,
                plan: { nil },
                zone: Self.zone,
                now: now
            )
            #expect(try await maker.makeIfDue() == .nothing)
            time.withLock { $0 += 7 * 3_600_000 }
            #expect(try await maker.makeIfDue() == .made("2026-10"))
            #expect(try await maker.makeIfDue() == .nothing)
            let sheet: MonthlySheet = try #require(try store.item("2026-10"))
            #expect(sheet.report.officers.count == 16 && sheet.report.to == month.span.upperBound)
            // Who leaves afterwards is in it still.
            _ = try await register.remove(Officer.self, "111", actor: "chief", origin: "test")
            time.withLock { $0 += 31 * 86_400_000 }
            // November has shifts of the roster, and so a sheet of its own.
            #expect(try await maker.makeIfDue(but: "2026-11") == .nothing)
            #expect(try await maker.makeIfDue() == .made("2026-11"))
            let again: MonthlySheet = try #require(try store.item("2026-10"))
            #expect(again.report == sheet.report)
        }
    }

    private func comparePresence(_ report: PresenceReport, _ truth: MonthTruth) throws {
        func minutes(_ seconds: Int64) -> Double { (Double(seconds) / 6).rounded() / 10 }
        for (id, grid) in truth.grids {
            let found = try #require(report.grids.first { $0.id == id })
            #expect(found.minutes == minutes(grid.unitSeconds) && found.visits == grid.visits, "\(id)")
            #expect(found.present == minutes(grid.presentSeconds) && found.unknown == 0, "\(id)")
        }
        let post = try #require(report.posts.first)
        #expect(post.done == truth.postDone && post.missed == truth.postMissed)
        let line = try #require(report.lines.first)
        #expect(line.done == truth.lineDone && line.missed == truth.lineMissed && line.partly == truth.linePartly)
        #expect(line.visits == truth.laps)
        for (id, isWest) in zip(MonthPlan.grids, [true, false, nil]) {
            #expect(report.grids.first { $0.id == id }?.incidents == truth.calls.count { $0.isWest == isWest })
        }
    }

    private func compareOfficers(_ report: OfficerReport, _ truth: MonthTruth) throws {
        #expect(report.officers.map(\.number) == truth.officers.keys.sorted())
        for row in report.officers {
            let officer = try #require(truth.officers[row.number])
            func isHours(_ hours: Double, _ seconds: Int64) -> Bool { abs(hours - Double(seconds) / 3_600) < 0.006 }
            #expect(
                isHours(row.signedHours, officer.signedSeconds),
                "\(row.number): \(row.signedHours) \(officer.signedSeconds)"
            )
            #expect(isHours(row.dutyHours, officer.dutySeconds), "\(row.number)")
            #expect(row.shifts == officer.shifts && row.shiftsMissed == officer.shiftsMissed, "\(row.number)")
            #expect(
                abs(row.kilometres - officer.metres / 1_000) < 0.06,
                "\(row.number): \(row.kilometres) \(officer.metres)"
            )
            #expect(
                row.posts == officer.posts && row.orders == officer.orders && row.arrived == officer.arrived,
                "\(row.number)"
            )
            #expect(
                row.rollCalls == officer.rollCalls && row.rollCallsAnswered == officer.rollCallsAnswered,
                "\(row.number)"
            )
            #expect(row.laps == officer.laps, "\(row.number)")
            #expect(row.windows == officer.windows && row.windowsDone == officer.windowsDone, "\(row.number)")
            #expect(row.tasksDone == officer.tasksDone && row.tasksOpen == officer.tasksOpen, "\(row.number)")
            #expect(row.tasksOverdue == officer.tasksOverdue, "\(row.number)")
            #expect(row.found == officer.found && row.visits?.values.reduce(0, +) == officer.visits, "\(row.number)")
        }
    }

    /// Where help is wanted in an evening and a night, against a count of the calls one by one.
    private func compareDemand(_ incidents: [Incident], _ truth: MonthTruth, _ month: SimulatedMonth) {
        let evening = month.span.upperBound - 6 * 3_600_000..<month.span.upperBound + 2 * 3_600_000
        let demand = Demand(incidents, for: evening, zone: Self.zone)
        let weights: [(isWest: Bool?, weight: Double)] = truth.calls.compactMap { call in
            let hour = call.time % 86_400 / 3_600
            let fit = [18, 19, 20, 21, 22, 23, 0, 1].contains(hour) ? 1 : [17, 2].contains(hour) ? 0.5 : 0
            let days = max(0, Double(evening.lowerBound / 1_000 - call.time) / 86_400)
            return fit > 0 ? (call.isWest, fit * pow(0.5, days / 30)) : nil
        }
        #expect(demand.incidents == weights.count)
        let all = weights.reduce(0) { $0 + $1.weight }
        let places: [(Bool?, (latitude: Double, longitude: Double))] = [
            (true, MonthPlan.west), (false, MonthPlan.east), (nil, MonthPlan.beyond),
        ]
        for (isWest, place) in places {
            let own = weights.filter { $0.isWest == isWest }
            let spot = demand.spots.first { abs($0.place.longitude - place.longitude) < 0.000_1 }
            #expect(spot?.incidents ?? 0 == own.count)
            #expect(abs((spot?.share ?? 0) - own.reduce(0) { $0 + $1.weight } / all) < 0.02)
        }
    }

    private func compareSectors(_ report: SectorReport, _ truth: MonthTruth) throws {
        let rows = Dictionary(grouping: report.rows, by: \.device)
        #expect(Set(rows.keys) == Set(truth.sectors.keys))
        for (device, sector) in truth.sectors {
            let own = try #require(rows[device])
            // Each row is rounded to a tenth of a minute.
            let slack = 0.051 * Double(own.count) + 0.1
            func isSum(_ minutes: [Double?], _ seconds: Int64) -> Bool {
                let sum = minutes.reduce(0.0) { $0 + ($1 ?? .infinity) }
                return abs(sum - Double(seconds) / 60) <= slack
            }
            #expect(isSum(own.map(\.signed), sector.signedSeconds), "\(device)")
            #expect(isSum(own.map(\.inside), sector.insideSeconds), "\(device)")
            #expect(isSum(own.map(\.onOrders), sector.orderedSeconds), "\(device)")
            #expect(isSum(own.map(\.outside), sector.outsideSeconds), "\(device)")
            #expect(own.allSatisfy { $0.unknown == 0 })
        }
    }

    private func compareResponses(_ report: ResponseReport, _ truth: MonthTruth) {
        #expect(report.incidents == truth.incidents && report.cancelled == truth.cancelled)
        #expect(report.counted == truth.responses.count)
        let reached = truth.responses.compactMap(\.self).sorted()
        #expect(report.reached == reached.count && report.medianSeconds == reached[reached.count / 2])
        for (name, seconds) in [("1", 60.0), ("3", 180), ("5", 300)] {
            #expect(abs((report.within[name] ?? -1) - truth.share(within: seconds)) < 0.001)
        }
        #expect(abs((report.within155Seconds ?? -1) - truth.share(within: 155)) < 0.001)
        #expect(report.hours.values.map(\.counted).reduce(0, +) == report.counted)
        #expect(report.found == truth.found)
        let share = Double(truth.found) / Double(truth.incidents - truth.cancelled)
        #expect(abs((report.foundShare ?? -1) - share) < 0.001)
        #expect(report.officers.values.map(\.reached).reduce(0, +) == 2 * report.reached)
    }
}
