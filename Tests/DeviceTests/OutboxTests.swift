import FoundationEssentials
import Logging
import Outbox
import PatrolWire
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
            let middle = bytes.count / 2 / 4_096 * 4_096
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

@Suite("Outbox: delivery and space")
struct OutboxDeliveryTests {
    private static let logger: Logger = {
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        return logger
    }()

    private func withOutbox<R>(
        _ records: Int,
        budget: Int64? = nil,
        bytes: Int = 100,
        _ body: (Outbox) async throws -> R
    ) async throws -> R {
        try await withTemporaryFolder("outbox") { folder in
            let outbox = try Outbox(folder: folder, spaceBudget: budget, logger: Self.logger)
            for number in 1...records {
                _ = try await outbox.append(number % 10 == 0 ? .event : .position, made: Int64(number)) { _ in
                    [UInt8](repeating: 65, count: bytes)
                }
            }
            return try await body(outbox)
        }
    }

    @Test("what is acknowledged is not sent again, in holes as well")
    func pending() async throws {
        try await self.withOutbox(100) { outbox in
            #expect(try await outbox.takeOver(SequenceRanges([1...40, 50...59])).again == 0)
            let first = try await outbox.pending(after: 0, through: .max, limit: 15, bytes: 10_000)
            #expect(first.entries.map(\.sequence) == Array(41...49) + Array(60...65))
            let second = try await outbox.pending(after: 65, through: 70, limit: 60, bytes: 10_000)
            #expect(second.entries.map(\.sequence) == Array(66...70))
            let few = try await outbox.pending(after: 70, through: .max, limit: 60, bytes: 303)
            #expect(few.entries.map(\.sequence) == [71, 72, 73])
            let waiting = try await outbox.waiting()
            #expect(waiting.count == 50 && waiting.oldest == 41)
        }
    }

    @Test("what the room asks for again is sent again, as far as it is there")
    func resend() async throws {
        try await self.withOutbox(100) { outbox in
            _ = try await outbox.takeOver(SequenceRanges([1...100]))
            #expect(try await outbox.resend(41...60) == 20)
            #expect(try await outbox.resend(90...5_000) == 11)
            let pending = try await outbox.pending(after: 0, through: .max, limit: 1_000, bytes: .max)
            #expect(pending.entries.map(\.sequence) == Array(41...60) + Array(90...100))
            #expect(try await outbox.resend(200...300) == 0)
            // What no device can have made is not believed.
            _ = try await outbox.takeOver(SequenceRanges([1...5_000_000_000]))
            #expect(try await outbox.append(.position, made: 1) { _ in [1] }.sequence == 101)
            let left = try await outbox.pending(after: 0, through: .max, limit: 9, bytes: .max).entries
            #expect(left.map(\.sequence) == [101])
        }
    }

    @Test("what the room no longer has is sent again, and declared as dropped where it is gone here too")
    func forgetfulRoom() async throws {
        try await self.withOutbox(1_500, budget: 1_048_576, bytes: 500) { outbox in
            _ = try await outbox.takeOver(SequenceRanges([1...1_400]))
            for _ in 1...1_000 {
                _ = try await outbox.append(.position, made: 1) { _ in [UInt8](repeating: 65, count: 500) }
            }
            let kept = try await outbox.entries(from: 1, limit: 10_000).map(\.sequence)
            let oldest = try #require(kept.first)
            #expect(oldest > 1 && oldest < 1_400)
            let again = try await outbox.takeOver(SequenceRanges([2_500...2_500])).again
            #expect(again == 1_400 - oldest + 1)
            let pending = try await outbox.pending(after: 0, through: .max, limit: 10_000, bytes: .max)
            #expect(pending.entries.map(\.sequence) == Array(oldest...2_499))
            #expect(pending.dropped == [1...oldest - 1])
            #expect(try await outbox.takeOver(SequenceRanges([1...2_500])).again == 0)
            #expect(try await outbox.waiting().count == 0)
        }
    }

    @Test("a log whose disk was set back goes on behind the numbers that the room has, and keeps to that")
    func setBack() async throws {
        try await withTemporaryFolder("outbox") { folder in
            do {
                let outbox = try Outbox(folder: folder, logger: Self.logger)
                for _ in 1...20 { _ = try await outbox.append(.position, made: 1) { _ in [1] } }
            }
            do {
                let outbox = try Outbox(folder: folder, logger: Self.logger)
                for _ in 1...5 { _ = try await outbox.append(.position, made: 1) { _ in [1] } }
                let taken = try await outbox.takeOver(SequenceRanges([1...400]))
                // What this run has made so far has numbers that the room knows as others.
                #expect(taken.collided == 21...25 && taken.again == 0)
                #expect(try await outbox.append(.position, made: 1) { _ in [1] }.sequence == 401)
            }
            let outbox = try Outbox(folder: folder, logger: Self.logger)
            #expect(await outbox.nextSequence == 402)
            let left = try await outbox.pending(after: 0, through: .max, limit: 9, bytes: .max).entries
            #expect(left.map(\.sequence) == [401])
        }
    }

    @Test("who is renamed begins a new log, but not before what waits under the old name is delivered")
    func renamed() async throws {
        try await withTemporaryFolder("outbox") { folder in
            func open(_ owner: String) throws -> Outbox {
                try Outbox(folder: folder, owner: owner, logger: Self.logger)
            }
            let log: String
            do {
                let outbox = try open("jinzhan/car-01")
                log = outbox.log
                for _ in 1...3 { _ = try await outbox.append(.position, made: 1) { _ in [1] } }
            }
            #expect { _ = try open("jinzhan/car-02") } throws: { error in
                "\(error)".contains("holds 3 records of 'jinzhan/car-01'")
            }
            do {
                let outbox = try open("jinzhan/car-01")
                #expect(outbox.log == log)
                _ = try await outbox.takeOver(SequenceRanges([1...3]))
            }
            let outbox = try open("jinzhan/car-02")
            #expect(outbox.log != log)
            #expect(await outbox.nextSequence == 1)
            let names = try FileManager.default.contentsOfDirectory(atPath: folder)
            #expect(names.contains { $0.hasPrefix("outbox.sqlite.former-") })
        }
    }

    @Test("acknowledgements survive a restart")
    func survives() async throws {
        try await withTemporaryFolder("outbox") { folder in
            do {
                let outbox = try Outbox(folder: folder, logger: Self.logger)
                for _ in 1...20 { _ = try await outbox.append(.position, made: 1) { _ in [1] } }
                _ = try await outbox.takeOver(SequenceRanges([1...7, 9...12]))
            }
            let outbox = try Outbox(folder: folder, logger: Self.logger)
            let pending = try await outbox.pending(after: 0, through: .max, limit: 60, bytes: 1_000)
            #expect(pending.entries.map(\.sequence) == [8] + Array(13...20))
        }
    }

    @Test(
        "when space ends, acknowledged records go first, then the oldest positions, events last; what went is declared"
    )
    func space() async throws {
        try await self.withOutbox(4_000, budget: 1_048_576, bytes: 1_000) { outbox in
            let pending = try await outbox.pending(after: 0, through: .max, limit: 10_000, bytes: .max)
            #expect(try await outbox.usedBytes() <= 1_048_576 + 64 * 1_100)
            // All 400 events are there, and the newest positions.
            #expect(pending.entries.filter { $0.kind == .event }.count == 400)
            let dropped = SequenceRanges(pending.dropped)
            #expect(dropped.count + Int64(pending.entries.count) == 4_000)
            #expect(dropped.contains(1) && !dropped.contains(10) && !dropped.contains(4_000))
            // Once the room knows, nothing is declared any more.
            _ = try await outbox.takeOver(dropped)
            #expect(try await outbox.pending(after: 0, through: .max, limit: 1, bytes: .max).dropped.isEmpty)
        }
    }

    @Test("acknowledged records are the black box until space ends, and go without a word")
    func blackBox() async throws {
        try await self.withOutbox(1_500, budget: 1_048_576, bytes: 500) { outbox in
            _ = try await outbox.takeOver(SequenceRanges([1...1_000]))
            for _ in 1...1_000 {
                _ = try await outbox.append(.position, made: 1) { _ in [UInt8](repeating: 65, count: 500) }
            }
            let pending = try await outbox.pending(after: 0, through: .max, limit: 10_000, bytes: .max)
            #expect(pending.entries.first?.sequence == 1_001 && pending.entries.count == 1_500)
            #expect(pending.dropped.isEmpty)
        }
    }
}
