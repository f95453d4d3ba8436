import ArgumentParser
import FoundationEssentials
import Glibc
import PatrolWire
import PlainText
import Program
import TrackProof

/// `patrolctl track`.
struct TrackCommands: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "track",
        abstract: say("Prove that a track is as its device wrote it.", "校验轨迹是否与终端原始记录一致。"),
        discussion: say(
            """
            A device signs for its records once a minute, with the key of its certificate. The replay page's 'Signed track', or \
            'command-room track', writes the records and the signatures to a file; 'verify' holds one against the other, on any \
            machine that has the authority's certificate.
            """,
            """
            终端每分钟用证书私钥对记录签名。回放页面的“签名轨迹”或 command-room track 把记录和签名写入文件；\
            verify 在任何一台有机构证书的电脑上核对。
            """
        ),
        subcommands: [Verify.self]
    )

    struct Verify: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: say(
                "Say whether a signed track is whole, and which is the first record that is not.",
                "说明签名轨迹是否完整，并指出第一条不符的记录。"
            ),
            discussion: say(
                """
                Exit status: 0 every record is signed for and as it was (of the last minute nothing can be said yet), 65 something is \
                not, or the file cannot be read.
                """,
                "退出码：0 全部记录已签名且一致（最后一分钟尚未签名），65 有不符或文件无法读取。"
            )
        )
        @Argument(help: "The file, as the replay page or 'command-room track' wrote it.") var file: String
        @Option(help: "The certificate of the authority that gave the device its own.")
        var authority = "/etc/patrollink/authority/ca.crt"

        func run() async throws {
            guard SealCertificate.isThere(self.authority) else {
                throw ProgramFailure(
                    .data,
                    "\(self.authority): holds no certificate that can be read; --authority names the certificate that 'patrolctl pki init' made"
                )
            }
            var reading = TrackReading(authority: self.authority, file: self.file)
            try reading.read()
            let verdict = try reading.verdict()
            print(reading.summary(verdict))
            if reading.lacksKeys {
                print(
                    say(
                        "The room holds older keys of this device than the file: what was signed with them cannot be proved; export a later time.",
                        "指挥室存有此终端更早的密钥，未写入文件：用这些密钥签名的记录无法校验；请导出较晚的时段。"
                    )
                )
            }
            for finding in verdict.findings.prefix(Self.mostShown) {
                let (sequence, log) = (finding.number.sequence, finding.number.log)
                print(say("record \(sequence) of log \(log) ", "日志 \(log) 的记录 \(sequence) ") + finding.fault.said)
            }
            if verdict.findings.count > Self.mostShown {
                let more = verdict.findings.count - Self.mostShown
                print(say("and \(more) more", "另有 \(more) 处"))
            }
            if verdict.seals == 0 {
                throw ProgramFailure(
                    .data,
                    say(
                        "\(self.file): nothing in it is signed: the device has no certificate, or is older than this",
                        "\(self.file)：其中没有签名：终端没有证书，或其程序版本较旧"
                    )
                )
            }
            guard let first = verdict.findings.first else { return print(say("The track is whole.", "轨迹完整。")) }
            throw ProgramFailure(
                .data,
                say(
                    "\(self.file): not whole: record \(first.number.sequence) of log \(first.number.log) is the first that is not as it was",
                    "\(self.file)：不完整：日志 \(first.number.log) 的记录 \(first.number.sequence) 是第一条不符的记录"
                )
            )
        }

        private static let mostShown = 20
    }
}

/// Reads the lines of a signed track.
struct TrackReading {
    private let authority: String
    private let file: String
    private var head: TrackFile.Head?
    private var end: TrackFile.End?
    private var verifier: TrackVerifier?
    private var records = 0
    private var first: Int64?
    private var last: Int64?

    /// What tells the lines apart.
    private struct Kind: Decodable {
        let track: Int?
        let key: String?
        let end: Bool?
        let v: Int?
        let log: String?
        let seq: Int64?
    }

    /// Whether the file has not all keys that its room holds.
    var lacksKeys: Bool { self.head?.hasMoreKeys == true }

    init(authority: String, file: String) { (self.authority, self.file) = (authority, file) }

    /// Reads the file, a line at a time.
    mutating func read() throws {
        guard let handle = fopen(self.file, "re") else { throw ProgramFailure(.data, "\(self.file): cannot be read") }
        defer { fclose(handle) }
        var buffer: UnsafeMutablePointer<CChar>?
        var (room, number) = (0, 0)
        defer { free(buffer) }
        while true {
            let count = getline(&buffer, &room, handle)
            guard count > 0, let buffer else { break }
            number += 1
            guard count <= TrackFile.mostLine + 1 else { throw self.fault(number, "is longer than any record") }
            let line = UnsafeRawBufferPointer(start: buffer, count: count).filter { $0 != 10 }
            if line.isEmpty { continue }
            try self.take(line, number)
        }
        guard ferror(handle) == 0 else { throw ProgramFailure(.data, "\(self.file): cannot be read") }
    }

    private mutating func take(_ line: [UInt8], _ number: Int) throws {
        guard self.end == nil else { throw self.fault(number, "stands after the end of the track") }
        let kind: Kind
        do { kind = try JSONDecoder().decode(Kind.self, from: Data(line)) } catch {
            throw self.fault(number, "is no line of a signed track")
        }
        if kind.v != nil {
            guard self.verifier != nil else { throw self.fault(number, "comes before the head of the track") }
            try self.take(record: line, kind, number)
        } else if let track = kind.track {
            guard track == 1, self.head == nil, let head = Self.decoded(TrackFile.Head.self, line) else {
                throw self.fault(number, "is no head that this version knows")
            }
            guard let station = Name(head.station), let device = Name.device(head.device) else {
                throw self.fault(number, "names no device")
            }
            self.head = head
            self.verifier = TrackVerifier(of: device.text, at: station.text, authority: self.authority)
        } else if kind.end != nil {
            self.end = Self.decoded(TrackFile.End.self, line)
        } else if kind.key != nil, let data = Self.decoded([String: JSONValue].self, line),
            let certificate = SealCertificate(data: data)
        {
            self.verifier?.take(certificate)
        } else {
            throw self.fault(number, "is no line of a signed track")
        }
    }

    private mutating func take(record line: [UInt8], _ kind: Kind, _ number: Int) throws {
        self.records += 1
        do throws(WireError) {
            let record = try WireCoder().decode(record: line)
            try self.verifier?.take(record, body: line)
            guard record.timeQuality.isTrusted else { return }
            (self.first, self.last) = (min(self.first ?? .max, record.time), max(self.last ?? .min, record.time))
        } catch {
            // It says whose place it stands in, and no device wrote it so.
            guard let log = kind.log, LogID.isValid(log), let sequence = kind.seq, sequence > 0 else {
                throw self.fault(number, "is no record: \(error)")
            }
            self.verifier?.take(unreadable: line, as: RecordNumber(log: log, sequence: sequence))
        }
    }

    private static func decoded<T: Decodable>(_ type: T.Type, _ line: [UInt8]) -> T? {
        do { return try JSONDecoder().decode(type, from: Data(line)) } catch { return nil }
    }

    private func fault(_ line: Int, _ what: String) -> ProgramFailure {
        ProgramFailure(.data, "\(self.file):\(line): \(what); export the track anew")
    }

    /// What holding records and seals against each other came to.
    func verdict() throws -> TrackVerifier.Verdict {
        guard let verifier, self.head != nil else {
            throw ProgramFailure(
                .data,
                "\(self.file): is no signed track; the replay page or 'command-room track' writes one"
            )
        }
        guard let end, end.records == self.records else {
            throw ProgramFailure(.data, "\(self.file): its end is missing, or lines of it are; export the track anew")
        }
        return verifier.verdict()
    }

    /// Whose track it is, from when to when, and how much of it is signed for.
    func summary(_ verdict: TrackVerifier.Verdict) -> String {
        let span = [self.first, self.last].map { $0.map { utc($0) } ?? "?" }.joined(separator: " to ")
        let counts = [(verdict.records, "record"), (verdict.seals, "seal")]
            .map { "\($0.0) \($0.1)\($0.0 == 1 ? "" : "s")" }
        guard !Tongue.isChinese else {
            return """
                \(self.head?.station ?? "") 的 \(self.head?.device ?? "")，\(span.replacing(" to ", with: " 至 "))
                记录 \(verdict.records) 条，其中 \(verdict.sealed) 条有 \(verdict.seals) 个签名，最后一个签名之后 \(verdict.open) 条
                """
        }
        return """
            \(self.head?.device ?? "") of \(self.head?.station ?? ""), \(span)
            \(counts[0]), \(verdict.sealed) signed for by \(counts[1]), \(verdict.open) after the last of them
            """
    }
}

/// A moment as people write it, to the second.
private func utc(_ milliseconds: Int64) -> String {
    Date(timeIntervalSince1970: Double(milliseconds) / 1_000).ISO8601Format()
}
