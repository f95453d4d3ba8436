import FoundationEssentials
import Logging
import Outbox
import Rig
import Testing

@Suite("Outbox")
struct OutboxTests {
    private static let logger: Logger = {
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        return logger
    }()

    private static func body(_ sequence: Int64) -> [UInt8] { Array("record \(sequence)".utf8) }

    /// Opens, appends and lets go again: the actor and its lock end with this call.
    @discardableResult
    private func append(_ count: Int, in folder: String) async throws -> (log: String, sequences: [Int64]) {
        let outbox = try Outbox(folder: folder, logger: Self.logger)
        var sequences: [Int64] = []
        for _ in 0..<count {
            sequences.append(try await outbox.append(.position, made: 1, body: Self.body).sequence)
        }
        return (outbox.log, sequences)
    }

    @Test("numbers from one, keeps log and numbers over a restart")
    func numbers() async throws {
        try await withTemporaryFolder("outbox") { folder in
            let first = try await self.append(3, in: folder)
            let second = try await self.append(2, in: folder)
            #expect(first.sequences == [1, 2, 3] && second.sequences == [4, 5])
            #expect(first.log == second.log && first.log.count == 16)
            let outbox = try Outbox(folder: folder, logger: Self.logger)
            let entries = try await outbox.entries(from: 2, limit: 3)
            #expect(entries.map(\.sequence) == [2, 3, 4])
            #expect(entries.map(\.body) == [2, 3, 4].map(Self.body))
            #expect(await outbox.nextSequence == 6)
        }
    }

    @Test("a body that cannot be made costs no number")
    func failingBody() async throws {
        struct Failure: Error {}
        try await withTemporaryFolder("outbox") { folder in
            let outbox = try Outbox(folder: folder, logger: Self.logger)
            await #expect(throws: Failure.self) { try await outbox.append(.event, made: 1) { _ in throw Failure() } }
            #expect(try await outbox.append(.event, made: 1, body: Self.body).sequence == 1)
        }
    }

    @Test("counts connections over restarts")
    func connections() async throws {
        try await withTemporaryFolder("outbox") { folder in
            for expected in 1...3 as ClosedRange<Int64> {
                let outbox = try Outbox(folder: folder, logger: Self.logger)
                #expect(try await outbox.countConnection() == expected)
            }
        }
    }

    @Test("is for one process at a time")
    func inUse() async throws {
        try await withTemporaryFolder("outbox") { folder in
            let outbox = try Outbox(folder: folder, logger: Self.logger)
            #expect(throws: OutboxError.inUse(path: folder)) { try Outbox(folder: folder, logger: Self.logger) }
            #expect(await outbox.nextSequence == 1)
        }
    }

    @Test("a file that is no database is set aside, byte for byte, and a new log begun")
    func rubbishFile() async throws {
        try await withTemporaryFolder("outbox") { folder in
            let rubbish = String(repeating: "this is no database ", count: 500)
            try writeFile("\(folder)/outbox.sqlite", rubbish)
            #expect(try await self.append(1, in: folder).sequences == [1])
            let kept = try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0.contains(".damaged-") }
            #expect(kept.count == 1)
            #expect(readFile("\(folder)/\(kept.first ?? "")") == rubbish)
        }
    }

    @Test("a damaged page is found at the start, and the file kept")
    func damagedPage() async throws {
        try await withTemporaryFolder("outbox") { folder in
            let path = "\(folder)/outbox.sqlite"
            let first = try await self.append(400, in: folder)
            var bytes = Array(try Data(contentsOf: URL(filePath: path)))
            let middle = bytes.count / 2
            for index in middle..<middle + 2_000 { bytes[index] = 0xA5 }
            try Data(bytes).write(to: URL(filePath: path))
            let second = try await self.append(1, in: folder)
            #expect(second.log != first.log && second.sequences == [1])
            let kept = try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0.contains(".damaged-") }
            #expect(try Array(Data(contentsOf: URL(filePath: "\(folder)/\(kept.first ?? "")"))) == bytes)
        }
    }

    @Test("refuses the file of a newer program and leaves it alone")
    func tooNew() async throws {
        try await withTemporaryFolder("outbox") { folder in
            try await self.append(1, in: folder)
            let path = "\(folder)/outbox.sqlite"
            _ = try await runProgramToEnd("/usr/bin/sqlite3", [path, "PRAGMA user_version = 99"])
            #expect(throws: OutboxError.tooNew(path: path, version: 99)) {
                try Outbox(folder: folder, logger: Self.logger)
            }
        }
    }
}
