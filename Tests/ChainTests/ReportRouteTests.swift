import FoundationEssentials
import History
import Ledger
import PatrolWire
import Rig
import TestSupport
import Testing

@Suite("Reports over HTTP", .serialized, .realPrograms, .timeLimit(.minutes(5)))
struct ReportRouteTests {
    /// 24 November 2026, 00:00 UTC, ms.
    private static let midnight: Int64 = 1_795_478_400_000
    private static let span = "from=\(midnight)&to=\(midnight + 86_400_000)"

    /// A room whose stores were written beforehand.
    private func withRoom(_ body: (Chain) async throws -> Void) async throws {
        try await Chain.with { chain in
            let folder = "\(chain.folder)/room"
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            try await self.writeHistory(folder)
            try self.writeCasebook(folder)
            try await chain.withBroker { _ in try await chain.withRoom { _ in try await body(chain) } }
        }
    }

    private func writeHistory(_ folder: String) async throws {
        let history = try History(folder: folder)
        let device = try #require(Name.device("car-01"))
        for station in ["jinzhan", "lido"] {
            var records: [StoredRecord] = []
            for number in 0..<Int64(120) {
                var record = Record(
                    device: "car-01",
                    unit: "01",
                    log: "00112233aabbccdd",
                    sequence: number + 1,
                    time: Self.midnight + number * 60_000,
                    timeQuality: .gnss,
                    uptime: number,
                    trigger: .time,
                    status: .patrol
                )
                record.setPlace(latitude: 40.02, longitude: 116.55 + (station == "lido" ? 0.01 : 0))
                if number == 0 {
                    record.event = .gridEnter
                    record.data = ["grid": .string("=1+1")]
                }
                records.append(
                    StoredRecord(record: record, body: try WireCoder().encode(record), received: record.time)
                )
            }
            let name = LogName(station: try #require(Name(station)), device: device, log: "00112233aabbccdd")
            _ = try await history.store([LogDelivery(name: name, records: records)])
        }
    }

    /// More incidents than any page of them has.
    private func writeCasebook(_ folder: String) throws {
        let casebook = try Casebook(folder: folder)
        for number in 0..<450 {
            let received = Self.midnight + Int64(number / 2) * 60_000
            let text =
                #"{"id":"i-\#(number)","station":"jinzhan","received":\#(received),"actor":"desk","#
                + #""changed":\#(received),"version":1,"state":"cleared","taken":{},"entries":[],"#
                + #""report":{"latitude":40.02,"longitude":-8.61,"priority":2,"note":"=cmd()","place":"东区"},"#
                + #""assignments":[{"station":"jinzhan","device":"car-01","unit":"01","order":"o","actor":"desk","#
                + #""assigned":\#(received),"arrived":\#(received + 100_000),"offered":[]}]}"#
            try casebook.save(
                Casebook.Item(
                    kind: "incident",
                    id: "i-\(number)",
                    time: received,
                    isOpen: false,
                    version: 1,
                    body: Array(text.utf8)
                ),
                Casebook.Deed(time: received, actor: "desk", origin: "here", what: "open", subject: "i-\(number)")
            )
        }
    }

    @Test("parameters that are not known are refused with those that are, on every report")
    func unknown() async throws {
        try await self.withRoom { chain in
            for path in ["presence", "workload", "response", "incidents", "heatmap"] {
                let answer = try await chain.room.ask("GET", "/api/v1/reports/\(path)?form=2026")
                #expect(answer.status == 400 && answer.text.contains("'form'"), "\(path)")
                #expect(answer.text.contains("from, to"), "\(path)")
                let format = try await chain.room.ask("GET", "/api/v1/reports/\(path)?format=xml")
                #expect(format.status == 400 && format.text.contains("'format'"), "\(path)")
                let both = try await chain.room.ask("GET", "/api/v1/reports/\(path)?from=5&to=5")
                #expect(both.status == 400 && both.text.contains("before 'to'"), "\(path)")
            }
            let audit = try await chain.room.ask("GET", "/api/v1/audit?form=2026")
            #expect(audit.status == 400 && audit.text.contains("before, limit"))
        }
    }

    private struct Heat: Decodable {
        struct Cell: Decodable {
            let count: Int
        }

        let cells: [Cell]
        let of: String
    }

    @Test("the heat map comes in the format and of what was asked")
    func heatMap() async throws {
        try await self.withRoom { chain in
            func ask(_ more: String) async throws -> RoomClient.Answer {
                try await chain.room.ask("GET", "/api/v1/reports/heatmap?\(Self.span)\(more)")
            }
            let points = try await ask("")
            #expect(points.head.lowercased().contains("content-type: application/geo+json"))
            #expect(points.text.contains(#""type":"FeatureCollection""#) && points.text.contains(#""count":119"#))
            let json = try await ask("&format=json").decode(Heat.self)
            #expect(json.cells.map(\.count) == [119, 119] && json.of == "positions")
            let table = try await ask("&format=csv")
            #expect(table.text.hasPrefix("\u{FEFF}lat,lon,count\r\n40.0") && table.text.contains(",119\r\n"))
            #expect(try await ask("&format=json&of=incidents").decode(Heat.self).cells.map(\.count) == [450])
            #expect(try await ask("&of=people").status == 400)
        }
    }

    private struct Incidents: Decodable {
        struct Incident: Decodable {
            struct Unit: Decodable {
                let arrived: Int64?
            }

            let id: String
            let units: [Unit]
        }

        let incidents: [Incident]
    }

    private struct Response: Decodable {
        let incidents: Int
        let counted: Int
        let reached: Int
        let within: [String: Double]
    }

    @Test("all incidents of a time come with the times of their steps, as JSON and as a table without formulas")
    func incidents() async throws {
        try await self.withRoom { chain in
            let path = "/api/v1/reports/incidents?\(Self.span)"
            let all = try await chain.room.ask("GET", path).decode(Incidents.self).incidents
            #expect(Set(all.map(\.id)).count == 450 && all.allSatisfy { $0.units.first?.arrived != nil })
            let table = try await chain.room.ask("GET", path + "&format=csv")
            let lines = table.text.split(separator: "\r\n")
            #expect(lines.count == 451 && lines[0].hasPrefix("\u{FEFF}id,station,received"))
            #expect(lines[1].contains(",'=cmd(),") && lines[1].contains(",-8.61,") && lines[1].contains("东区"))
            #expect(table.head.lowercased().contains("content-type: text/csv"))
            let report = try await chain.room.ask("GET", "/api/v1/reports/response?\(Self.span)").decode(Response.self)
            #expect(report.incidents == 450 && report.counted == 450 && report.reached == 450)
            #expect(report.within == ["1": 0, "3": 1, "5": 1])
        }
    }

    private struct Presence: Decodable {
        struct Grid: Decodable {
            let id: String
            let minutes: Double
            let visits: Int
        }

        let grids: [Grid]
    }

    private struct Workload: Decodable {
        struct Unit: Decodable {
            let station: String
            let positions: Int
        }

        let units: [Unit]
    }

    @Test(
        "presence and workload tell two stations apart, and many who ask at once all get an answer or a clear refusal"
    )
    func stations() async throws {
        try await self.withRoom { chain in
            let presence = try await chain.room.ask("GET", "/api/v1/reports/presence?\(Self.span)").decode(
                Presence.self
            )
            #expect(presence.grids.map(\.minutes) == [238] && presence.grids.map(\.visits) == [2])
            let table = try await chain.room.ask("GET", "/api/v1/reports/presence?\(Self.span)&format=csv").text
            #expect(table.contains("grid,'=1+1,,238.0,2,"))
            let workload = try await chain.room.ask("GET", "/api/v1/reports/workload?\(Self.span)").decode(
                Workload.self
            )
            #expect(workload.units.map(\.station) == ["jinzhan", "lido"])
            #expect(workload.units.map(\.positions) == [119, 119])
            let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 0..<12 {
                    group.addTask { try await chain.room.ask("GET", "/api/v1/reports/workload?\(Self.span)").status }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(statuses.contains(200) && statuses.allSatisfy { $0 == 200 || $0 == 429 })
        }
    }

    private struct Audit: Decodable {
        struct Deed: Decodable {
            let number: Int64
            let subject: String
        }

        let audit: [Deed]
        let more: Bool
    }

    @Test("the audit is read to its first line, page by page")
    func audit() async throws {
        try await self.withRoom { chain in
            var subjects: [String] = []
            var (before, isMore) = ("", true)
            while isMore {
                let page = try await chain.room.ask("GET", "/api/v1/audit?limit=200\(before)").decode(Audit.self)
                subjects += page.audit.map(\.subject)
                (before, isMore) = ("&before=\(page.audit.last?.number ?? 1)", page.more)
            }
            #expect(subjects.filter { $0.hasPrefix("i-") } == (0..<450).reversed().map { "i-\($0)" })
            #expect(try await chain.room.ask("GET", "/api/v1/audit?before=x").status == 400)
        }
    }
}
