import FoundationEssentials
import History
import Ledger
import PatrolWire
import Rig
import TestSupport
import Testing

/// A power cut at any step of a backup and of a restore.
@Suite(
    "A backup and a restore, cut short at each step",
    .realPrograms,
    .timeLimit(.minutes(15)),
    .enabled(if: CutShort.isThere, "strace is not there")
)
struct CutShortStoreTests {
    /// What the two stores of a room hold.
    private struct Held: Equatable {
        let records: Int
        let items: [String]
    }

    private static let first = Held(records: 5, items: ["a"])
    private static let second = Held(records: 30, items: ["a", "b"])

    /// Stores records up to a number, and an item.
    private func fill(_ folder: String, to count: Int64, _ item: String) async throws {
        let name = LogName(
            station: try #require(Name("jinzhan")),
            device: try #require(Name.device("car-01")),
            log: "00112233aabbccdd"
        )
        let records = try (1...count).map { number in
            var record = Record(
                device: "car-01",
                unit: "01",
                log: name.log,
                sequence: number,
                time: 1_795_478_400_000 + number * 1_000,
                timeQuality: .gnss,
                uptime: number,
                trigger: .time,
                status: .patrol
            )
            record.setPlace(latitude: 40.02, longitude: 116.55)
            return StoredRecord(record: record, body: try WireCoder().encode(record), received: record.time)
        }
        _ = try await History(folder: folder).store([LogDelivery(name: name, records: records)])
        try Casebook(folder: folder).save(
            Casebook.Item(kind: "incident", id: item, time: 1, isOpen: true, version: 1, body: Array("{}".utf8)),
            Casebook.Deed(time: 1, actor: "li", origin: "test", what: "open", subject: item)
        )
    }

    /// What is there; `nil` where the folder says itself that a restore was cut short.
    private func held(_ folder: String) async throws -> Held? {
        do {
            let history = try History(folder: folder)
            let (station, device) = (try #require(Name("jinzhan")), try #require(Name.device("car-01")))
            let (records, _) = try await history.track(of: station, device, from: 0, to: 1 << 50, limit: 1_000)
            let items = try Casebook(folder: folder).items("incident", from: 0, to: .max).map(\.id).sorted()
            return Held(records: records.count, items: items)
        } catch let error as HistoryError where error.reason.contains("cut short") {
            return nil
        }
    }

    /// A room that has stored more since its backup was made.
    private func withRoom(_ body: (_ folder: String, _ cut: ([String]) -> CutShort) async throws -> Void) async throws {
        try await withTemporaryFolder("cut") { folder in
            let before = "\(folder)/before"
            try FileManager.default.createDirectory(atPath: "\(before)/state", withIntermediateDirectories: true)
            try await self.fill("\(before)/state", to: 5, "a")
            try writeFile("\(before)/state/plan.geojson", "the plan of then")
            let work = "\(folder)/work"
            try writeFile(
                "\(before)/command-room.yaml",
                """
                stations: [jinzhan]
                broker: { host: 127.0.0.1, port: 1883 }
                http: { host: 127.0.0.1, port: 8080 }
                state: \(work)/state
                roads: \(work)/none.roads
                timezone: UTC
                """
            )
            try await body(folder) { words in
                CutShort(before: before, folder: work, program: Places.program("command-room"), words: words)
            }
        }
    }

    @Test("a backup is whole or not there, and the next one takes away what was left of it")
    func backup() async throws {
        try await self.withRoom { folder, cut in
            let (work, config) = ("\(folder)/work", "\(folder)/work/command-room.yaml")
            try FileManager.default.createDirectory(
                atPath: "\(folder)/before/backups",
                withIntermediateDirectories: true
            )
            let making = cut(["backup", "--config", config, "\(work)/backups", "--keep", "3"])
            let count = try await making.eachStep { step, again in
                // Two of one second have one name: then the first was whole.
                let isDone = again.status == 0 || again.errors.contains("is there already")
                #expect(isDone, "\(step): \(again)")
                let names = try FileManager.default.contentsOfDirectory(atPath: "\(work)/backups").sorted()
                #expect(
                    names.allSatisfy { $0.hasSuffix(".backup") } && (1...2).contains(names.count),
                    "\(step): \(names)"
                )
                let newest = try #require(names.last)
                let other = "\(folder)/other"
                _ = try await runProgramToEnd("/bin/rm", ["-rf", other])
                try FileManager.default.createDirectory(atPath: other, withIntermediateDirectories: true)
                _ = try Backup.restore("\(work)/backups/\(newest)", into: other, isForced: false, now: 1)
                let held = try await self.held(other)
                #expect(held == Self.first, "\(step): \(String(describing: held))")
            }
            #expect(count > 5)
        }
    }

    @Test(
        "a restore is done or not begun; in between the stores are used by nobody, and nothing that was there is lost"
    )
    func restore() async throws {
        try await self.withRoom { folder, cut in
            let (before, work) = ("\(folder)/before", "\(folder)/work")
            _ = try Backup.make(of: "\(before)/state", into: "\(before)/room.backup", version: "1", now: 7)
            try await self.fill("\(before)/state", to: 30, "b")
            try writeFile("\(before)/state/plan.geojson", "the plan of now")
            let words = ["restore", "--config", "\(work)/command-room.yaml", "--force", "\(work)/room.backup"]
            var kinds: Set<String> = []
            let count = try await cut(words).eachStep { step in
                let held = try await self.held("\(work)/state")
                let plan = readFile("\(work)/state/plan.geojson")
                switch held {
                case Self.first: #expect(plan == "the plan of then", "\(step)")
                case Self.second: #expect(plan == "the plan of now", "\(step)")
                default: #expect(held == nil, "\(step): half")
                }
                kinds.insert(held.map { "\($0.records)" } ?? "refused")
                guard held == nil else { return }
                let check = try await runProgramToEnd(
                    Places.program("command-room"),
                    ["check", "--config", "\(work)/command-room.yaml"]
                )
                #expect(check.errors.contains("a restore was cut short"), "\(step): \(check)")
                let audit = try await runProgramToEnd(
                    Places.program("command-room"),
                    ["audit", "--config", "\(work)/command-room.yaml"]
                )
                #expect(audit.status == 69 && audit.errors.contains("a restore was cut short"), "\(step): \(audit)")
            } whole: { step, again in
                #expect(again.status == 0, "\(step): \(again)")
                let held = try await self.held("\(work)/state")
                #expect(held == Self.first, "\(step): \(String(describing: held))")
                let names = try FileManager.default.contentsOfDirectory(atPath: "\(work)/state").sorted()
                #expect(names.allSatisfy { !$0.contains("restore") }, "\(step): \(names)")
                #expect(readFile("\(work)/state/plan.geojson") == "the plan of then", "\(step)")
                // What was there before stands beside it, each store with the other of the same time.
                let aside = Set(names.filter { $0.contains(".before-") }.compactMap { $0.split(separator: "-").last })
                var found = false
                for stamp in aside {
                    let other = "\(folder)/aside"
                    _ = try await runProgramToEnd("/bin/rm", ["-rf", other])
                    try FileManager.default.createDirectory(atPath: other, withIntermediateDirectories: true)
                    for name in ["history.sqlite", "casebook.sqlite"] {
                        _ = try await runProgramToEnd(
                            "/bin/cp",
                            ["\(work)/state/\(name).before-\(stamp)", "\(other)/\(name)"]
                        )
                    }
                    if try await self.held(other) == Self.second { found = true }
                }
                #expect(found, "\(step): \(names)")
            }
            #expect(count > 10 && kinds.isSuperset(of: ["30", "refused"]), "\(count) \(kinds)")
        }
    }
}
