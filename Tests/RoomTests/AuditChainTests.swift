import History
import Rig
import TestSupport
import Testing

@Suite("The audit's chain", .realPrograms)
struct AuditChainTests {
    private func sql(_ text: String, on folder: String) async throws {
        let result = try await runProgramToEnd("/usr/bin/sqlite3", ["\(folder)/casebook.sqlite", text])
        guard result.status == 0 else { throw RigError.system("sqlite3", result.errors) }
    }

    private func deed(_ number: Int) -> Casebook.Deed {
        Casebook.Deed(
            time: Int64(number) * 1_000,
            actor: "li",
            origin: "10.0.0.7",
            what: "assign",
            subject: "incident \(number)"
        )
    }

    /// A casebook with so many lines; returns the newest mark.
    private func write(_ lines: Int, in folder: String) async throws -> AuditMark {
        let casebook = try Casebook(folder: folder)
        for number in 1...lines { try await casebook.note(self.deed(number)) }
        return try #require(try casebook.auditHead())
    }

    /// What somebody does who may write the file.
    private static let unlock = "DROP TRIGGER audit_stays; DROP TRIGGER audit_is_kept;"

    @Test(
        "one line that is changed, taken out or put in is named",
        arguments: [
            ("UPDATE audit SET subject = 'incident 9' WHERE number = 3", 3),
            ("UPDATE audit SET time = 1 WHERE number = 5", 5),
            ("UPDATE audit SET actor = 'l', origin = 'i10.0.0.7' WHERE number = 2", 2),
            ("DELETE FROM audit WHERE number = 4", 4),
            ("DELETE FROM audit WHERE number = 1", 1),
            ("DROP TRIGGER audit_is_marked; INSERT INTO audit VALUES (7, 1, 'l', 'i', 'a', 's', NULL)", 7),
            ("INSERT INTO audit VALUES (9, 1, 'l', 'i', 'a', 's', x'00')", 7),
            ("INSERT INTO audit VALUES (-9223372036854775808, 1, 'l', 'i', 'a', 's', x'00')", 1),
            ("DELETE FROM audit WHERE number = 4; UPDATE audit SET number = number - 1 WHERE number > 4", 4),
        ]
    )
    func broken(change: String, line: Int64) async throws {
        try await withTemporaryFolder("audit") { folder in
            let head = try await self.write(6, in: folder)
            let path = "\(folder)/casebook.sqlite"
            #expect(try Casebook.verifyAudit(path) == .whole(head))
            #expect(head.number == 6)
            // As long as the triggers are there the file refuses what is no line of its own.
            if !change.contains("x'00'"), !change.contains("TRIGGER") {
                await #expect(throws: RigError.self) { try await self.sql(change, on: folder) }
            }
            try await self.sql(Self.unlock + change, on: folder)
            guard case .broken(line, _) = try Casebook.verifyAudit(path) else {
                Issue.record("\(try Casebook.verifyAudit(path))")
                return
            }
        }
    }

    @Test("lines that were taken off the end are missed by who has a mark, and the chain goes on over restarts")
    func end() async throws {
        try await withTemporaryFolder("audit") { folder in
            let path = "\(folder)/casebook.sqlite"
            let noted = try await self.write(4, in: folder)
            // It is written down as text, and read again.
            let known = try #require(AuditMark("\(noted)"))
            #expect(known == noted && AuditMark("4:12") == nil && AuditMark("x") == nil)
            let head = try await self.write(2, in: folder)
            #expect(head.number == 6)
            #expect(try Casebook.verifyAudit(path, known: known) == .whole(head))
            try await self.sql(Self.unlock + "DELETE FROM audit WHERE number > 3", on: folder)
            guard case .whole(let shorter?) = try Casebook.verifyAudit(path) else {
                Issue.record("a shorter chain is whole by itself")
                return
            }
            #expect(shorter.number == 3)
            guard case .broken(4, let reason) = try Casebook.verifyAudit(path, known: known) else {
                Issue.record("the mark is not missed")
                return
            }
            #expect(reason.contains("ends at 3"))
            // Whoever writes other lines in their place reckons another mark.
            _ = try await self.write(1, in: folder)
            guard case .broken(4, let other) = try Casebook.verifyAudit(path, known: known) else {
                Issue.record("another line 4 goes for the first one")
                return
            }
            #expect(other.contains("was written down"))
        }
    }

    @Test("a text with a zero byte is marked as it will be read; a line without a mark stops neither room nor look")
    func texts() async throws {
        try await withTemporaryFolder("audit") { folder in
            let casebook = try Casebook(folder: folder)
            var odd = self.deed(1)
            odd.subject = "grid\u{0}x \u{1F6A8} é"
            try await casebook.note(odd)
            try await casebook.note(self.deed(2))
            let path = "\(folder)/casebook.sqlite"
            let head = try #require(try casebook.auditHead())
            #expect(try Casebook.verifyAudit(path) == .whole(head))
            try await self.sql(
                "DROP TRIGGER audit_is_marked; INSERT INTO audit (time, actor, origin, what, subject) VALUES (1, '', '', '', '')",
                on: folder
            )
            try await casebook.note(self.deed(4))
            guard case .broken(3, _) = try Casebook.verifyAudit(path) else {
                Issue.record("a line without a mark is not named")
                return
            }
        }
    }

    @Test("an audit of the version before is marked when it is opened, and goes on")
    func older() async throws {
        try await withTemporaryFolder("audit") { folder in
            let values = (1...3).map { "(\($0), \($0 * 1_000), 'li', '10.0.0.7', 'assign', 'incident \($0)')" }
            try await self.sql(
                """
                CREATE TABLE grdb_migrations (identifier TEXT NOT NULL PRIMARY KEY);
                INSERT INTO grdb_migrations VALUES ('1: items and audit');
                CREATE TABLE item (kind TEXT NOT NULL, id TEXT NOT NULL, time INTEGER NOT NULL, open INTEGER NOT NULL,
                    version INTEGER NOT NULL, body BLOB NOT NULL, PRIMARY KEY (kind, id)) STRICT;
                CREATE TABLE audit (number INTEGER PRIMARY KEY, time INTEGER NOT NULL, actor TEXT NOT NULL,
                    origin TEXT NOT NULL, what TEXT NOT NULL, subject TEXT NOT NULL) STRICT;
                CREATE TRIGGER audit_stays BEFORE UPDATE ON audit BEGIN SELECT RAISE(ABORT, 'no'); END;
                CREATE TRIGGER audit_is_kept BEFORE DELETE ON audit BEGIN SELECT RAISE(ABORT, 'no'); END;
                INSERT INTO audit VALUES \(values.joined(separator: ", "));
                """,
                on: folder
            )
            let casebook = try Casebook(folder: folder)
            try await casebook.note(self.deed(4))
            let path = "\(folder)/casebook.sqlite"
            let whole = try Casebook.verifyAudit(path)
            // The same lines, written by this version, have the same marks.
            try await withTemporaryFolder("fresh") { fresh in
                let head = try await self.write(4, in: fresh)
                #expect(whole == .whole(head))
            }
            await #expect(throws: RigError.self) { try await self.sql("UPDATE audit SET time = 0", on: folder) }
        }
    }
}
