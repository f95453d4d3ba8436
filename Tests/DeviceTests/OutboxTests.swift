import FoundationEssentials
import Logging
import Numbering
import Outbox
import PatrolWire
import Rig
import Testing

extension Outbox {
    /// Everything that is there goes out.
    fileprivate func sendAll() {
        for number in 1..<self.nextSequence { self.sent(RecordNumber(log: self.log, sequence: number)) }
    }

    /// The room's word on the log in use, all of which went out.
    fileprivate func takeOver(_ stored: SequenceRanges) throws -> Int64 {
        self.sendAll()
        var acknowledgement = Acknowledgement(log: self.log, upTo: stored.upTo, have: [])
        acknowledgement.have = stored.beyond.map { [$0.lowerBound, $0.upperBound] }
        return try self.takeOver(acknowledgement)
    }
}

/// Bodies of these tests: a text, which ends with its number.
private struct PlainRecords: RecordCodec {
    /// Whether a record says under which number it was before.
    var tellsFormer = false

    func digest(of body: [UInt8]) -> String? { nil }

    func number(of body: [UInt8]) -> RecordNumber? { nil }

    func renumbered(_ body: [UInt8], as number: RecordNumber) -> [UInt8]? {
        guard self.tellsFormer else { return body }
        let text = String(decoding: body, as: UTF8.self)
        // The third is no record any more.
        return text.hasSuffix(" 3") ? nil : Array("\(number.log) \(number.sequence) was \(text)".utf8)
    }
}

@Suite("Outbox")
struct OutboxTests {
    private static let logger: Logger = {
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        return logger
    }()

    @Sendable
    private static func body(_ number: RecordNumber) -> [UInt8] { Array("record \(number.sequence)".utf8) }

    /// Opens, appends and lets go again: the actor and its lock end with this call.
    @discardableResult
    private func append(_ count: Int, in folder: String) async throws -> (log: String, sequences: [Int64]) {
        let outbox = try Outbox(folder: folder, logger: Self.logger)
        var sequences: [Int64] = []
        for _ in 0..<count {
            sequences.append(try await outbox.append(.position, made: 1, body: Self.body).sequence)
        }
        return (await outbox.log, sequences)
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
            #expect(entries.map(\.body) == [2, 3, 4].map { Array("record \($0)".utf8) })
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

    @Test("a damaged page is found at the start, the file is kept, and what is whole in it is sent under new numbers")
    func damagedPage() async throws {
        try await withTemporaryFolder("outbox") { folder in
            let path = "\(folder)/outbox.sqlite"
            let first = try await self.append(400, in: folder)
            var bytes = Array(try Data(contentsOf: URL(filePath: path)))
            let middle = bytes.count / 2 / 4_096 * 4_096
            for index in middle..<middle + 2_000 { bytes[index] = 0xA5 }
            try Data(bytes).write(to: URL(filePath: path))
            let second = try await self.append(1, in: folder)
            #expect(second.log != first.log)
            // A page holds some hundred of these.
            let whole = try #require(second.sequences.first) - 1
            #expect((200...400).contains(whole))
            let outbox = try Outbox(folder: folder, codec: PlainRecords(), logger: Self.logger)
            try await outbox.adoptFormer(limit: 1_000)
            let bodies = try await outbox.entries(from: 1, limit: 1_000).map(\.body)
            #expect(bodies.count == Int(whole) + 1 && bodies.first == Array("record 1".utf8))
            #expect(bodies.dropLast().last == Array("record 400".utf8))
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
            #expect(try await outbox.takeOver(SequenceRanges([1...40, 50...59])) == 0)
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
            let again = try await outbox.takeOver(SequenceRanges([2_500...2_500]))
            #expect(again == 1_400 - oldest + 1)
            let pending = try await outbox.pending(after: 0, through: .max, limit: 10_000, bytes: .max)
            #expect(pending.entries.map(\.sequence) == Array(oldest...2_499))
            #expect(pending.dropped == [1...oldest - 1])
            #expect(try await outbox.takeOver(SequenceRanges([1...2_500])) == 0)
            #expect(try await outbox.waiting().count == 0)
        }
    }

    @Test(
        "a log whose numbers were given twice ends: what it holds is numbered anew, before all that comes, also over a restart"
    )
    func forked() async throws {
        try await withTemporaryFolder("outbox") { folder in
            @Sendable func body(_ number: RecordNumber) -> [UInt8] { Array("\(number.log) \(number.sequence)".utf8) }
            let (old, new): (String, String)
            do {
                let outbox = try Outbox(folder: folder, codec: PlainRecords(tellsFormer: true), logger: Self.logger)
                old = await outbox.log
                for _ in 1...5 { _ = try await outbox.append(.position, made: 1, body: body) }
                var acknowledgement = Acknowledgement(log: old, stored: SequenceRanges([1...5]))
                acknowledgement.forked = true
                #expect(try await outbox.takeOver(acknowledgement) == 5)
                new = await outbox.log
                #expect(new != old && new.count == 16)
                // The word on the old log means nothing any more.
                #expect(try await outbox.takeOver(acknowledgement) == 0)
                #expect(try await outbox.append(.event, made: 2, body: body).sequence == 6)
                try await outbox.adoptFormer(limit: 2)
            }
            let outbox = try Outbox(folder: folder, codec: PlainRecords(tellsFormer: true), logger: Self.logger)
            #expect(await outbox.log == new)
            try await outbox.adoptFormer(limit: 2)
            try await outbox.adoptFormer(limit: 2)
            try await outbox.adoptFormer(limit: 2)
            let pending = try await outbox.pending(after: 0, through: .max, limit: 9, bytes: .max)
            let texts = pending.entries.map { String(decoding: $0.body, as: UTF8.self) }
            let expected = [1, 2, 4, 5].map { "\(new) \($0) was \(old) \($0)" } + ["\(new) 6"]
            #expect(texts == expected)
            #expect(pending.dropped == [3...3])
            #expect(await outbox.nextSequence == 7)
        }
    }

    @Test(
        "a room that has more of a log than was made here ends it, and one whose message has no place for all does not"
    )
    func beyond() async throws {
        try await self.withOutbox(1_000) { outbox in
            let log = await outbox.log
            _ = try await outbox.takeOver(SequenceRanges([1...1_000]))
            let holes = SequenceRanges((1...400).map { $0 * 2...$0 * 2 })
            let part = Acknowledgement(log: log, stored: holes)
            #expect(part.part == true && part.have.count == Acknowledgement.mostRanges)
            // Of what lies beyond the last range that has a place nothing is said.
            #expect(try await outbox.takeOver(part) == 256)
            #expect(try await outbox.takeOver(SequenceRanges([1...1_001])) == 1_000)
            #expect(await outbox.log != log)
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
                log = await outbox.log
                for _ in 1...3 { _ = try await outbox.append(.position, made: 1) { _ in [1] } }
            }
            #expect { _ = try open("jinzhan/car-02") } throws: { error in
                "\(error)".contains("holds 3 records of 'jinzhan/car-01'")
            }
            do {
                let outbox = try open("jinzhan/car-01")
                #expect(await outbox.log == log)
                _ = try await outbox.takeOver(SequenceRanges([1...3]))
            }
            let outbox = try open("jinzhan/car-02")
            #expect(await outbox.log != log)
            #expect(await outbox.nextSequence == 1)
            let names = try FileManager.default.contentsOfDirectory(atPath: folder)
            #expect(names.contains { $0.hasPrefix("outbox.sqlite.former-") })
        }
    }

    @Test(
        "the room's word on a record that never went out from here is not believed: it may have another under its number"
    )
    func neverSent() async throws {
        try await self.withOutbox(10) { outbox in
            let log = await outbox.log
            await outbox.sent(RecordNumber(log: log, sequence: 2))
            let word = Acknowledgement(log: log, stored: SequenceRanges([1...10]))
            #expect(try await outbox.takeOver(word) == 0)
            let left = try await outbox.pending(after: 0, through: .max, limit: 20, bytes: .max).entries
            #expect(left.map(\.sequence) == [1] + Array(3...10))
            // What the backlog hands out has gone out, until the link breaks.
            _ = try await outbox.backlog(after: 0, through: 5, isChecked: false, limit: 20, bytes: .max)
            await outbox.doubtSent()
            _ = try await outbox.backlog(after: 5, through: 8, isChecked: false, limit: 20, bytes: .max)
            #expect(try await outbox.takeOver(word) == 0)
            let rest = try await outbox.pending(after: 0, through: .max, limit: 20, bytes: .max).entries
            #expect(rest.map(\.sequence) == [1, 3, 4, 5, 9, 10])
        }
    }

    @Test("a copied file begins a new log with what the room has not, however often it is copied")
    func copied() async throws {
        try await withTemporaryFolder("outbox") { folder in
            let original: String
            do {
                let outbox = try Outbox(folder: folder, codec: PlainRecords(), logger: Self.logger)
                original = await outbox.log
                for _ in 1...10 { _ = try await outbox.append(.position, made: 1) { _ in [1] } }
                _ = try await outbox.takeOver(SequenceRanges([1...7]))
            }
            var logs: Set<String> = [original]
            for copy in 1...3 {
                let place = "\(folder)/copy\(copy)"
                _ = try await runProgramToEnd("/bin/mkdir", [place])
                _ = try await runProgramToEnd("/bin/cp", ["\(folder)/outbox.sqlite", place])
                let outbox = try Outbox(folder: place, codec: PlainRecords(), logger: Self.logger)
                logs.insert(await outbox.log)
                #expect(await outbox.nextSequence == 4)
                let part = try await outbox.backlog(after: 0, through: .max, isChecked: false, limit: 20, bytes: .max)
                #expect(part.bodies.count == 3 && part.last == 3)
            }
            #expect(logs.count == 4)
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
