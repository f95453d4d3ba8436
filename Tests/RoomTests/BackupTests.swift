import FoundationEssentials
import Glibc
import History
import PatrolWire
import Rig
import Testing

@Suite("Backup and restore")
struct BackupTests {
    private func fill(_ folder: String, minutes: Int64 = 30) async throws {
        var log = HandMadeLog()
        log.positions(60_000...minutes * 60_000)
        let history = try History(folder: folder)
        _ = try await history.store([log.delivery(log.records)])
        let casebook = try Casebook(folder: folder)
        let item = Casebook.Item(kind: "incident", id: "i", time: 1, isOpen: true, version: 1, body: Array("{}".utf8))
        try casebook.save(item, Casebook.Deed(time: 1, actor: "li", origin: "test", what: "open", subject: "i"))
        try writeFile("\(folder)/plan.geojson", "a plan")
        try writeFile("\(folder)/sessions.json", "[]")
    }

    private func count(_ folder: String) async throws -> (records: Int, items: Int, deeds: Int) {
        let history = try History(folder: folder)
        let (records, _) = try await history.track(
            of: try #require(.init("jinzhan")),
            try #require(.device("car-01")),
            from: 0,
            to: 1 << 50,
            limit: 100_000
        )
        let casebook = try Casebook(folder: folder)
        return (
            records.count, try casebook.items("incident", from: 0, to: .max).count,
            try casebook.deeds(before: nil, limit: 10).0.count
        )
    }

    private func refusal(_ body: () throws(HistoryError) -> Void) -> HistoryError? {
        do throws(HistoryError) {
            try body()
            return nil
        } catch {
            return error
        }
    }

    @Test("what was stored is there again, byte for byte, and nothing that belongs to the run of the room alone")
    func roundTrip() async throws {
        try await withTemporaryFolder("backup") { folder in
            let (state, other, file) = ("\(folder)/state", "\(folder)/other", "\(folder)/room.backup")
            for path in [state, other] {
                try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
            }
            try await self.fill(state)
            // The stores are open and have unfolded writes: that is how a room runs.
            let history = try History(folder: state)
            let made = try Backup.make(of: state, into: file, version: "1", now: 7)
            // A backup must not read itself.
            #expect(
                self.refusal { () throws(HistoryError) in
                    _ = try Backup.make(of: state, into: "\(state)/own.backup", version: "1", now: 7)
                } != nil
            )
            #expect(Set(made.files.keys) == ["history.sqlite", "casebook.sqlite", "plan.geojson"])
            _ = history
            let back = try Backup.restore(file, into: other, isForced: false, now: 9)
            #expect(back == made && back.made == 7)
            let (before, after) = (try await self.count(state), try await self.count(other))
            #expect(before == after && after.records == 30 && after.items == 1 && after.deeds == 1)
            #expect(readFile("\(other)/plan.geojson") == "a plan")
            #expect(!FileManager.default.fileExists(atPath: "\(other)/sessions.json"))
            #expect(
                try FileManager.default.contentsOfDirectory(atPath: folder).sorted() == [
                    "other", "room.backup", "state",
                ]
            )
        }
    }

    @Test("of a folder the oldest go, never the new one, whatever the clock says, and nothing of anybody else")
    func folder() async throws {
        try await withTemporaryFolder("backup") { folder in
            let (state, backups) = ("\(folder)/state", "\(folder)/backups")
            for path in [state, backups] {
                try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
            }
            try await self.fill(state)
            for name in ["notes.txt", "room-20250101T000000Z.backup.unfinished", "other.backup"] {
                try writeFile("\(backups)/\(name)", "x")
            }
            let first: Int64 = 1_795_900_000_000
            func make(_ time: Int64) throws -> [String] {
                try BackupFolder(path: backups).make(of: state, version: "1", now: time, kept: 2).gone
            }
            func names() throws -> [String] { try FileManager.default.contentsOfDirectory(atPath: backups).sorted() }
            #expect(try make(first).isEmpty)
            #expect(try make(first + 86_400_000).isEmpty)
            let strangers = ["notes.txt", "other.backup"]
            #expect(try names().filter { !$0.hasPrefix("room-") } == ["notes.txt", "other.backup"].sorted())
            #expect(try names().count == 2 + strangers.count)
            let gone = try make(first + 2 * 86_400_000)
            #expect(gone == ["room-20261128T210640Z.backup"], "\(gone)")
            // A clock that was never set: its backup is the newest all the same.
            #expect(try make(5_000) == ["room-20261129T210640Z.backup"])
            #expect(try names().contains("room-19700101T000005Z.backup"))
            // A second one at the same moment is refused, and nothing goes.
            let before = try names()
            #expect(throws: HistoryError.self) { _ = try make(5_000) }
            #expect(try names() == before)
        }
    }

    @Test("nothing is overwritten unasked; what was there is set aside")
    func force() async throws {
        try await withTemporaryFolder("backup") { folder in
            let (state, file) = ("\(folder)/state", "\(folder)/room.backup")
            try FileManager.default.createDirectory(atPath: state, withIntermediateDirectories: true)
            try await self.fill(state, minutes: 5)
            _ = try Backup.make(of: state, into: file, version: "1", now: 7)
            #expect(
                self.refusal { () throws(HistoryError) in
                    _ = try Backup.make(of: state, into: file, version: "1", now: 7)
                } != nil
            )
            try await self.fill(state, minutes: 30)
            let refused = self.refusal { () throws(HistoryError) in
                _ = try Backup.restore(file, into: state, isForced: false, now: 9_000)
            }
            #expect(refused?.description.contains("--force") == true)
            #expect(try await self.count(state).records == 30)
            _ = try Backup.restore(file, into: state, isForced: true, now: 9_000)
            #expect(try await self.count(state).records == 5)
            #expect(FileManager.default.fileExists(atPath: "\(state)/history.sqlite.before-9"))
        }
    }

    @Test(
        "after a cut another backup makes it whole too, nothing of the first stays, and what was there is aside together"
    )
    func otherBackup() async throws {
        try await withTemporaryFolder("backup") { folder in
            let (state, with, without) = ("\(folder)/state", "\(folder)/with.backup", "\(folder)/without.backup")
            try FileManager.default.createDirectory(atPath: state, withIntermediateDirectories: true)
            try await self.fill(state, minutes: 5)
            _ = try Backup.make(of: state, into: with, version: "1", now: 7)
            try await self.fill(state, minutes: 12)
            unlink("\(state)/plan.geojson")
            _ = try Backup.make(of: state, into: without, version: "1", now: 7)
            try await self.fill(state, minutes: 30)
            try writeFile("\(state)/plan.geojson", "the plan of now")
            // It was found damaged while it was in use: that is no word on what is put in its place.
            try writeFile("\(state)/history.sqlite.damaged", "")
            _ = try Backup.restore(with, into: state, isForced: true, now: 9_000)
            #expect(try await self.count(state).records == 5 && readFile("\(state)/plan.geojson") == "a plan")
            // As it is when the power fails before the last step.
            let names = #"["casebook.sqlite","history.sqlite","plan.geojson"]"#
            try writeFile(
                "\(state)/restore.unfinished",
                #"{"stamp":9,"backup":"\#(with)","before":\#(names),"puts":\#(names)}"#
            )
            #expect(throws: HistoryError.self) { _ = try History(folder: state) }
            #expect(throws: HistoryError.self) { _ = try History.reading(state) }
            let refused = self.refusal { () throws(HistoryError) in
                _ = try Backup.make(of: state, into: "\(folder)/half.backup", version: "1", now: 8)
            }
            #expect(refused?.description.contains("once more with \(with) or another one") == true)
            _ = try Backup.restore(without, into: state, isForced: false, now: 20_000)
            #expect(try await self.count(state).records == 12)
            let left = try FileManager.default.contentsOfDirectory(atPath: state).filter { $0 != "sessions.json" }
            #expect(
                Set(left) == [
                    "casebook.sqlite", "history.sqlite", "casebook.sqlite.before-9", "history.sqlite.before-9",
                    "history.sqlite.before-9.damaged", "plan.geojson.before-9",
                ],
                "\(left.sorted())"
            )
            #expect(readFile("\(state)/plan.geojson.before-9") == "the plan of now")
            for name in ["history.sqlite", "casebook.sqlite"] {
                try FileManager.default.createDirectory(atPath: "\(folder)/aside", withIntermediateDirectories: true)
                try FileManager.default.copyItem(atPath: "\(state)/\(name).before-9", toPath: "\(folder)/aside/\(name)")
            }
            #expect(try await self.count("\(folder)/aside").records == 30)
        }
    }

    @Test(
        "a backup with one wrong byte, a cut one, another database and no file are refused before anything is touched"
    )
    func damaged() async throws {
        try await withTemporaryFolder("backup") { folder in
            let (state, file) = ("\(folder)/state", "\(folder)/room.backup")
            try FileManager.default.createDirectory(atPath: state, withIntermediateDirectories: true)
            try await self.fill(state)
            _ = try Backup.make(of: state, into: file, version: "1", now: 7)
            let whole = Array(try Data(contentsOf: URL(filePath: file)))
            func refused(_ bytes: [UInt8], _ name: String) throws {
                let (other, into) = ("\(folder)/\(name)", "\(folder)/into-\(name)")
                try Data(bytes).write(to: URL(filePath: other))
                try FileManager.default.createDirectory(atPath: into, withIntermediateDirectories: true)
                let error = self.refusal { () throws(HistoryError) in
                    _ = try Backup.restore(other, into: into, isForced: true, now: 9)
                }
                #expect(error != nil, "\(name)")
                #expect(try FileManager.default.contentsOfDirectory(atPath: into).isEmpty, "\(name)")
            }
            for place in stride(from: 5_000, to: whole.count, by: whole.count / 12) {
                var bytes = whole
                bytes[place] ^= 0x5A
                // A byte that no page uses may be anything.
                let isSeen = self.refusal { () throws(HistoryError) in
                    let path = "\(folder)/probe"
                    do { try Data(bytes).write(to: URL(filePath: path)) } catch { return }
                    _ = try Backup.restore(path, into: state, isForced: true, now: Int64(place) * 1_000)
                }
                if isSeen == nil {
                    #expect(try await self.count(state).records == 30)
                } else {
                    try refused(bytes, "byte-\(place)")
                }
            }
            try refused(Array(whole.prefix(whole.count / 2)), "cut")
            try refused(Array("no database".utf8), "text")
            try refused(Array(try Data(contentsOf: URL(filePath: "\(state)/casebook.sqlite"))), "store")
            #expect(
                self.refusal { () throws(HistoryError) in
                    _ = try Backup.restore("\(folder)/none", into: state, isForced: true, now: 9)
                } != nil
            )
        }
    }
}
