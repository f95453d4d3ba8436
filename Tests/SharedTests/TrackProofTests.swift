import FoundationEssentials
import Glibc
import PatrolWire
import Rig
import TestSupport
import Testing
import TrackProof

/// Certificates as a station's authority gives them, made by OpenSSL's own program.
private struct Papers {
    let folder: String

    init(in folder: String) async throws {
        self.folder = folder
        for authority in ["ca", "other"] {
            try await self.openssl([
                "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj",
                "/CN=\(authority)", "-days", "30", "-keyout", "\(folder)/\(authority).key", "-out",
                "\(folder)/\(authority).crt",
            ])
        }
    }

    func openssl(_ words: [String]) async throws {
        let result = try await runProgramToEnd("/usr/bin/openssl", words)
        guard result.status == 0 else { throw RigError.system("openssl \(words[0])", result.errors) }
    }

    /// A key and its certificate.
    func key(
        _ name: String,
        by authority: String = "ca",
        as file: String? = nil,
        rsa: Bool = false
    ) async throws -> SealKey {
        let path = "\(self.folder)/\(file ?? name)"
        let kind = rsa ? ["rsa:2048"] : ["ec", "-pkeyopt", "ec_paramgen_curve:P-256"]
        try await self.openssl(
            ["req", "-newkey"] + kind + [
                "-nodes", "-subj", "/CN=\(name)", "-keyout", "\(path).key", "-out", "\(path).csr",
            ]
        )
        try await self.openssl([
            "x509", "-req", "-in", "\(path).csr", "-CA", "\(self.folder)/\(authority).crt", "-CAkey",
            "\(self.folder)/\(authority).key", "-CAcreateserial", "-days", "20", "-out", "\(path).crt",
        ])
        return try #require(SealKey(key: "\(path).key", certificate: "\(path).crt"))
    }
}

/// A device's life, record by record.
private struct Life {
    let key: SealKey
    var log = "00000000000000aa"
    var next: Int64 = 1
    var records: [Record] = []
    private var open: [(number: RecordNumber, digest: Digest)] = []
    private var last: Digest?

    init(_ key: SealKey) { self.key = key }

    private mutating func record(_ event: EventKind?, _ data: [String: JSONValue]?) throws {
        var record = Record(
            device: "car-01",
            unit: "01",
            log: self.log,
            sequence: self.next,
            time: SystemTime.now + self.next * 1_000,
            timeQuality: .gnss,
            uptime: self.next * 1_000,
            trigger: event == nil ? .time : .event,
            status: .patrol
        )
        record.setPlace(latitude: 41.15 + Double(self.next) / 1e4, longitude: -8.61)
        (record.event, record.data) = (event, data)
        self.records.append(record)
        let number = RecordNumber(log: self.log, sequence: self.next)
        self.open.append((number, try Digest(of: record, body: try WireCoder().encode(record: record))))
        self.next += 1
    }

    mutating func write(_ event: EventKind, _ data: [String: JSONValue]) throws { try self.record(event, data) }

    mutating func drive(_ count: Int) throws { for _ in 0..<count { try self.record(nil, nil) } }

    mutating func tellKey() throws { try self.record(.trackKey, self.key.data) }

    mutating func seal() throws {
        let first = try #require(self.open.first?.number)
        // A seal is for one log.
        let own = self.open.prefix { $0.number.log == first.log }
        let content = TrackSeal.Content(
            log: first.log,
            first: first.sequence,
            digests: own.map(\.digest),
            previous: self.last
        )
        let seal = try #require(self.key.sign(content, of: "car-01", at: "jinzhan"))
        self.last = seal.digest(of: "car-01", at: "jinzhan")
        self.open.removeFirst(own.count)
        try self.record(.trackSeal, seal.data)
    }

    /// The log is given up, and what is there gets numbers of a new one.
    mutating func fork(to log: String) throws {
        self.records = self.records.enumerated().map { place, record in
            var record = record
            record.was = [RecordNumber(log: record.log, sequence: record.sequence)]
            (record.log, record.sequence) = (log, Int64(place) + 1)
            return record
        }
        (self.log, self.next) = (log, Int64(self.records.count) + 1)
    }

    private enum SystemTime { static let now = Int64(Date().timeIntervalSince1970 * 1_000) }
}

@Suite("A track that its device signed", .timeLimit(.minutes(5)))
struct TrackProofTests {
    private func verdict(
        _ records: [Record],
        _ papers: Papers,
        authority: String = "ca",
        device: String = "car-01",
        station: String = "jinzhan"
    ) throws -> TrackVerifier.Verdict {
        var verifier = TrackVerifier(of: device, at: station, authority: "\(papers.folder)/\(authority).crt")
        for record in records { try verifier.take(record, body: try WireCoder().encode(record: record)) }
        return verifier.verdict()
    }

    private func withLife(_ body: (Life, Papers) async throws -> Void) async throws {
        try await withTemporaryFolder("track") { folder in
            let papers = try await Papers(in: folder)
            var life = Life(try await papers.key("car-01"))
            try life.drive(5)
            try life.tellKey()
            try life.seal()
            try life.drive(60)
            try life.seal()
            try life.drive(60)
            try life.seal()
            try life.drive(3)
            try await body(life, papers)
        }
    }

    @Test("one that is as it was is whole, in whatever order and however often its records come")
    func whole() async throws {
        try await self.withLife { life, papers in
            let verdict = try self.verdict(life.records, papers)
            #expect(verdict.findings.isEmpty)
            #expect(verdict.records == 132 && verdict.seals == 3)
            // The last seal is signed itself, and of what comes after it nothing is known yet.
            #expect(verdict.sealed == 128 && verdict.open == 4)
            let mixed = try self.verdict((life.records + life.records).shuffled(), papers)
            #expect(mixed.findings.isEmpty && mixed.records == 132 && mixed.sealed == 128)
        }
    }

    @Test("whatever is changed in a record, that record is named")
    func altered() async throws {
        try await self.withLife { life, papers in
            let changes: [(Int, (inout Record) -> Void)] = [
                (0, { $0.latitude = 41.2 }), (40, { $0.time += 1 }), (60, { $0.status = .scene }),
                (67, { $0.unit = "02" }), (100, { $0.grids = ["a"] }), (127, { $0.satellites = 4 }),
            ]
            for (index, change) in changes {
                var records = life.records
                change(&records[index])
                let number = RecordNumber(log: records[index].log, sequence: records[index].sequence)
                let verdict = try self.verdict(records, papers)
                #expect(verdict.findings == [TrackVerifier.Finding(number: number, fault: .altered)], "\(index)")
            }
            // The first is named first.
            var two = life.records
            (two[100].latitude, two[30].latitude) = (1, 1)
            #expect(try self.verdict(two, papers).findings.map(\.number.sequence) == [31, 101])
        }
    }

    @Test("a record that is taken out, put in, or exchanged for another number's is named")
    func missing() async throws {
        try await self.withLife { life, papers in
            var records = life.records
            records.remove(at: 50)
            let gone = RecordNumber(log: life.log, sequence: 51)
            #expect(
                try self.verdict(records, papers).findings == [TrackVerifier.Finding(number: gone, fault: .missing)]
            )
            // Two records of one number: the one that was signed for is there, the other is not.
            var twice = life.records
            var other = twice[50]
            other.latitude = 40
            twice.append(other)
            let verdict = try self.verdict(twice, papers)
            #expect(verdict.findings == [TrackVerifier.Finding(number: gone, fault: .notSealed)])
            // Of a seal of which one is gone the others are known by four bytes each, and not counted as signed for.
            let rest = try self.verdict(records, papers)
            #expect(rest.marked == 60 && rest.sealed == 128 - 61)
        }
    }

    @Test("seals that are taken out with all that they cover leave a gap, and a chain that does not hold")
    func chain() async throws {
        try await self.withLife { life, papers in
            // The second seal and its sixty records, and that seal's own record, which the third covers.
            let cut = life.records.filter { !(8...68).contains($0.sequence) }
            let faults = try self.verdict(cut, papers).findings
            #expect(
                faults.contains(
                    TrackVerifier.Finding(number: RecordNumber(log: life.log, sequence: 8), fault: .missing)
                )
            )
            #expect(faults.contains { $0.fault == .badSeal(.chain) })
            // A seal alone.
            let sealless = life.records.filter { $0.sequence != 68 }
            let without = try self.verdict(sealless, papers).findings
            #expect(without.contains { $0.number.sequence == 68 && $0.fault == .missing })
            #expect(without.contains { $0.number.sequence == 8 && $0.fault == .notSealed })
        }
    }

    @Test("a seal by a key of another authority, of another device, or of nobody's is none")
    func keys() async throws {
        try await self.withLife { life, papers in
            func faults(_ verdict: TrackVerifier.Verdict) -> Set<TrackVerifier.Fault> {
                Set(verdict.findings.map(\.fault))
            }
            #expect(
                faults(try self.verdict(life.records, papers, authority: "other"))
                    == [.badSeal(.certificate(.foreign))]
            )
            #expect(faults(try self.verdict(life.records, papers, device: "car-02")) == [.altered])
            // That is no forgery: nobody can say.
            #expect(
                faults(try self.verdict(life.records, papers, authority: "nothing"))
                    == [.badSeal(.certificate(.unknown))]
            )
            let left = life.key.ends - Int64(Date().timeIntervalSince1970)
            #expect((19 * 86_400...20 * 86_400).contains(left))
            #expect(SealKey(key: "\(papers.folder)/ca.key", certificate: "\(papers.folder)/car-01.crt") == nil)
            // What was signed at one station proves nothing at another.
            #expect(faults(try self.verdict(life.records, papers, station: "wangjing")) == [.badSeal(.signature)])
            let unknown = try self.verdict(life.records.filter { $0.event != .trackKey }, papers)
            #expect(faults(unknown) == [.badSeal(.unknownKey)])
            var late = life.records
            for index in late.indices where late[index].event == .trackSeal { late[index].time += 90 * 86_400_000 }
            #expect(faults(try self.verdict(late, papers)).contains(.badSeal(.certificate(.time))))
        }
    }

    @Test("a forger with a certificate of the station for another device cannot seal this one's track")
    func forger() async throws {
        try await self.withLife { life, papers in
            var forged = Life(try await papers.key("car-02"))
            try forged.drive(5)
            try forged.tellKey()
            try forged.seal()
            let verdict = try self.verdict(forged.records, papers)
            #expect(verdict.findings.first?.fault == .badSeal(.certificate(.name("car-02"))))
            #expect(verdict.seals == 0)
        }
    }

    @Test("records that got numbers of a new log are still those that were signed for")
    func forked() async throws {
        try await withTemporaryFolder("track") { folder in
            let papers = try await Papers(in: folder)
            var life = Life(try await papers.key("car-01", rsa: true))
            try life.tellKey()
            try life.drive(10)
            try life.seal()
            try life.drive(4)
            try life.fork(to: "00000000000000bb")
            // What was made in the old log is sealed under its old numbers.
            try life.seal()
            try life.drive(7)
            try life.seal()
            let verdict = try self.verdict(life.records, papers)
            #expect(verdict.findings.isEmpty, "\(verdict)")
            #expect(verdict.seals == 3 && verdict.sealed == life.records.count - 1)
            var altered = life.records
            altered[5].latitude = 1
            let named = try self.verdict(altered, papers).findings
            #expect(named.map(\.number) == [RecordNumber(log: "00000000000000aa", sequence: 6)])
        }
    }

    @Test("what is no seal is said to be none, and no number in it costs more than a seal may")
    func rubbish() async throws {
        try await self.withLife { life, papers in
            let good = try #require(life.records.first { $0.event == .trackSeal }?.data)
            let changes: [[String: JSONValue]] = [
                ["to": .int(.max)], ["from": .int(0)], ["from": .int(9), "to": .int(1)], ["marks": .string("")],
                ["root": .string("zz")], ["log": .string("x")], ["sig": .string("!")], ["key": .null],
                ["prev": .string("00")], ["marks": .string(String(repeating: "A", count: 1_996))],
            ]
            for change in changes {
                #expect(TrackSeal(data: good.merging(change) { $1 }) == nil, "\(change)")
            }
            #expect(TrackSeal(data: nil) == nil && TrackSeal(data: good) != nil)
            var records = life.records
            let index = try #require(records.firstIndex { $0.event == .trackSeal })
            records[index].data = ["to": .int(.max)]
            let verdict = try self.verdict(records, papers)
            #expect(verdict.findings.contains { $0.fault == .badSeal(.unreadable) })
            // A key that says it is another's.
            var key = try #require(life.records.first { $0.event == .trackKey }?.data)
            key["key"] = .string("0000000000000000")
            #expect(SealCertificate(data: key) == nil)
        }
    }

    @Test("what nobody signed for is the end of the track, and no more than waits for a seal")
    func tail() async throws {
        try await self.withLife { life, papers in
            // All that comes after the second seal is forged, and the seals are taken out.
            var cut = life.records.filter { $0.sequence <= 68 }
            let forged = Life(life.key)
            for number in 69...400 as ClosedRange<Int64> {
                var record = try #require(life.records.first)
                record.sequence = number
                cut.append(record)
            }
            let many = try self.verdict(cut, papers)
            let first = RecordNumber(log: life.log, sequence: 68)
            #expect(many.findings == [TrackVerifier.Finding(number: first, fault: .notSealed)])
            // A log of which nothing is signed for stands before another: it is not the end.
            var invented = try #require(life.records.first)
            invented.log = "00000000000000cc"
            let before = try self.verdict([invented] + life.records, papers)
            #expect(before.findings.map(\.fault) == [.notSealed] && before.findings[0].number.log == invented.log)
            #expect(forged.log == life.log)
            // Another device's record in the file is none of this one's.
            var other = life.records
            other[131].device = "car-02"
            #expect(try self.verdict(other, papers).findings.map(\.fault) == [.altered])
        }
    }

    @Test("a log that is taken out between two others is missed")
    func logs() async throws {
        try await withTemporaryFolder("track") { folder in
            let papers = try await Papers(in: folder)
            var life = Life(try await papers.key("car-01"))
            for log in ["00000000000000aa", "00000000000000bb", "00000000000000cc"] {
                (life.log, life.next) = (log, 1)
                if log == "00000000000000aa" { try life.tellKey() }
                try life.drive(5)
                // First what was left of the log before.
                if log != "00000000000000aa" { try life.seal() }
                try life.seal()
            }
            #expect(try self.verdict(life.records, papers).findings.isEmpty)
            let without = life.records.filter { $0.log != "00000000000000bb" }
            #expect(try self.verdict(without, papers).findings.contains { $0.fault == .badSeal(.chain) })
        }
    }

    @Test("no number that a device can sign for brings the verifier down")
    func extremes() async throws {
        try await withTemporaryFolder("track") { folder in
            let papers = try await Papers(in: folder)
            let life = Life(try await papers.key("car-01"))
            let content = TrackSeal.Content(log: life.log, first: .max, digests: [.absent], previous: nil)
            let seal = try #require(life.key.sign(content, of: "car-01", at: "jinzhan"))
            #expect(TrackSeal(data: seal.data) == nil)
            let last = TrackSeal.Content(log: life.log, first: 1 << 53, digests: [.absent], previous: nil)
            var records: [Record] = []
            var made = life
            try made.tellKey()
            for _ in 0..<3 {
                let seal = try #require(life.key.sign(last, of: "car-01", at: "jinzhan"))
                try made.write(.trackSeal, seal.data)
            }
            records += made.records
            #expect(try self.verdict(records, papers).findings.isEmpty == false)
        }
    }
}
