package import PatrolWire

/// Holds records against the seals among them, and says which is the first that is not as its device wrote it.
///
/// Records may come in any order and twice. Of what lies after the last seal of a log nothing is known yet.
package struct TrackVerifier: Sendable {
    /// What is wrong with a record.
    package enum Fault: Sendable, Hashable {
        /// The seal was made for another record of this number.
        case altered
        /// The seal was made for a record that is not there.
        case missing
        /// It lies between sealed ones, and no seal covers it.
        case notSealed
        /// It is a seal that does not hold.
        case badSeal(BadSeal)
    }

    /// Why a seal does not hold.
    package enum BadSeal: Sendable, Hashable {
        /// Its `data` cannot be read.
        case unreadable
        /// Nobody says which certificate its key has.
        case unknownKey
        /// Its key's certificate is not good for it.
        case certificate(SealCertificate.Fault)
        /// Its signature does not fit.
        case signature
        /// Its marks fit, and its root does not.
        case root
        /// The seal before it is missing.
        case chain
    }

    /// A record that is not as its device wrote it.
    package struct Finding: Sendable, Hashable {
        /// The number that it was first given.
        package let number: RecordNumber
        /// What is wrong.
        package let fault: Fault

        /// Creates one.
        package init(number: RecordNumber, fault: Fault) { (self.number, self.fault) = (number, fault) }
    }

    /// What came of it.
    package struct Verdict: Sendable, Hashable {
        /// Records that were looked at.
        package var records = 0
        /// Those that a seal covers and that are what they were.
        package var sealed = 0
        /// Those of a seal of which a record is missing or altered: of each of them four bytes are as they were.
        package var marked = 0
        /// Seals that hold.
        package var seals = 0
        /// Records after the last seal of their log.
        package var open = 0
        /// Everything that is wrong, in the order of the records.
        package var findings: [Finding] = []
    }

    private struct Item: Sendable {
        let digest: Digest
        var cover = Cover.none
    }

    /// What a seal says of a record.
    private enum Cover: Sendable {
        case none
        /// Four bytes of it.
        case mark
        /// All of it.
        case root
    }

    private struct Held: Sendable {
        let seal: TrackSeal
        let number: RecordNumber
        let time: Int64?
    }

    /// Records that may wait for their seal: as many as one covers, and the last seal and key themselves.
    private static let mostOpen = TrackSeal.mostRecords + 2

    private let station: String
    private let device: String
    private let authority: String
    private var items: [RecordNumber: [Item]] = [:]
    private var seals: [Held] = []
    private var unreadable: [RecordNumber] = []
    /// Records of another device.
    private var strangers: [RecordNumber] = []
    private var certificates: [String: SealCertificate] = [:]
    private var logs: [String] = []
    private var count = 0

    /// Creates a verifier of one device's records.
    ///
    /// - Parameters:
    ///   - device: The device.
    ///   - station: The device's station.
    ///   - authority: The certificate of the authority that gave it its own, a PEM file.
    package init(of device: String, at station: String, authority: String) {
        (self.station, self.device, self.authority) = (station, device, authority)
    }

    /// Takes a record.
    ///
    /// - Parameters:
    ///   - record: What it says.
    ///   - body: Its bytes, as the device wrote them.
    ///   - speaks: Whether a seal or a key that it is counts: `false` where all that is asked is what another seal covers.
    /// - Throws: ``WireError`` when it breaks the contract.
    package mutating func take(_ record: Record, body: [UInt8], speaks: Bool = true) throws(WireError) {
        let digest = try Digest(of: record, body: body)
        guard self.add(digest, record.identity) else { return }
        guard record.device == self.device else {
            self.strangers.append(record.identity)
            return
        }
        guard speaks else { return }
        if record.event == .trackKey, let certificate = SealCertificate(data: record.data) {
            self.certificates[certificate.id] = certificate
        }
        guard record.event == .trackSeal else { return }
        if let seal = TrackSeal(data: record.data) {
            let time = record.timeQuality.isTrusted ? record.time : nil
            self.seals.append(Held(seal: seal, number: record.identity, time: time))
        } else {
            self.unreadable.append(record.identity)
        }
    }

    /// Takes what stands in the place of a record and is none: no device wrote it so.
    package mutating func take(unreadable body: [UInt8], as number: RecordNumber) {
        _ = self.add(Digest(of: body), number)
    }

    /// Returns whether it is new.
    private mutating func add(_ digest: Digest, _ number: RecordNumber) -> Bool {
        if self.items[number]?.contains(where: { $0.digest == digest }) == true { return false }
        self.items[number, default: []].append(Item(digest: digest))
        self.count += 1
        if !self.logs.contains(number.log) { self.logs.append(number.log) }
        return true
    }

    /// A certificate that is known besides those among the records.
    package mutating func take(_ certificate: SealCertificate) { self.certificates[certificate.id] = certificate }

    /// What came of it; to be asked once all records were taken.
    package func verdict() -> Verdict {
        var (verdict, items) = (Verdict(), self.items)
        verdict.records = self.count
        var findings = self.unreadable.map { Finding(number: $0, fault: .badSeal(.unreadable)) }
        findings += self.strangers.map { Finding(number: $0, fault: .altered) }
        var good: [Held] = []
        for held in self.seals {
            if let fault = self.fault(of: held) {
                findings.append(Finding(number: held.number, fault: .badSeal(fault)))
            } else {
                good.append(held)
            }
        }
        verdict.seals = good.count
        for held in good { findings += self.hold(held, against: &items) }
        let ends = self.chain(good, &findings)
        verdict.findings = self.sorted(findings + self.uncovered(items, findings, ends, &verdict))
        return verdict
    }

    /// Counts what is covered, and finds what is not and should be.
    private func uncovered(
        _ items: [RecordNumber: [Item]],
        _ findings: [Finding],
        _ ends: [String: Int64],
        _ verdict: inout Verdict
    ) -> [Finding] {
        // A number of which one record is not what it was is named once.
        let altered = Set(findings.filter { $0.fault == .altered }.map(\.number))
        var (open, found): ([String: [Int64]], [Finding]) = ([:], [])
        for (number, all) in items {
            for item in all {
                switch item.cover {
                case .root: verdict.sealed += 1
                case .mark: verdict.marked += 1
                case .none where altered.contains(number): break
                case .none where number.sequence > ends[number.log] ?? 0:
                    open[number.log, default: []].append(number.sequence)
                case .none: found.append(Finding(number: number, fault: .notSealed))
                }
            }
        }
        for (log, numbers) in open {
            verdict.open += numbers.count
            // What is not signed for yet are the last records of all, and no more than wait for a seal.
            let isTail = log == self.logs.last && numbers.count <= Self.mostOpen
            if !isTail, let first = numbers.min() {
                found.append(Finding(number: RecordNumber(log: log, sequence: first), fault: .notSealed))
            }
        }
        return found
    }

    /// What speaks against a seal by itself.
    private func fault(of held: Held) -> BadSeal? {
        guard let certificate = self.certificates[held.seal.key] else { return .unknownKey }
        if let fault = certificate.fault(of: self.device, authority: self.authority, at: held.time) {
            return .certificate(fault)
        }
        return certificate.fits(held.seal, of: self.device, at: self.station) ? nil : .signature
    }

    /// Holds the records of a seal against it, and notes those that are what they were.
    private func hold(_ held: Held, against items: inout [RecordNumber: [Item]]) -> [Finding] {
        let content = held.seal.content
        var (findings, digests): ([Finding], [Digest]) = ([], [])
        var chosen: [(number: RecordNumber, place: Int)] = []
        for sequence in content.range {
            guard let mark = content.mark(of: sequence) else { continue }
            let number = RecordNumber(log: content.log, sequence: sequence)
            let all = items[number] ?? []
            if let place = all.firstIndex(where: { $0.digest.bytes.starts(with: mark) }) {
                digests.append(all[place].digest)
                chosen.append((number, place))
            } else if mark.allSatisfy({ $0 == 0 }) {
                // The device had it no longer when it signed; who has it still has it without a seal.
                digests.append(.absent)
            } else {
                findings.append(Finding(number: number, fault: all.isEmpty ? .missing : .altered))
            }
        }
        if findings.isEmpty, Digest(of: digests.flatMap(\.bytes)) != content.root {
            return [Finding(number: held.number, fault: .badSeal(.root))]
        }
        // With one of them gone the root cannot be reckoned, and the rest is known by its marks alone.
        let cover: Cover = findings.isEmpty ? .root : .mark
        for (number, place) in chosen where items[number]?[place].cover != .root {
            items[number]?[place].cover = cover
        }
        return findings
    }

    /// Looks whether each seal follows another, and returns the last number that is sealed of each log.
    private func chain(_ good: [Held], _ findings: inout [Finding]) -> [String: Int64] {
        let known = Set(good.map { $0.seal.digest(of: self.device, at: self.station) })
        var ends: [String: Int64] = [:]
        // In the order of the seals' own records: that is the one in which they were made.
        for (place, held) in good.sorted(by: { self.isBefore($0.number, $1.number) }).enumerated() {
            let content = held.seal.content
            // What was before the first of all is not in the file.
            if place > 0, !(content.previous.map(known.contains) ?? false) {
                findings.append(Finding(number: held.number, fault: .badSeal(.chain)))
            }
            if let end = ends[content.log] {
                // Nobody can say how many a forger would claim: the first is named, and the rest counts as one.
                var next = RecordNumber(log: content.log, sequence: end + 1)
                while next.sequence < content.range.lowerBound, self.items[next] != nil { next.sequence += 1 }
                if next.sequence < content.range.lowerBound {
                    findings.append(Finding(number: next, fault: .missing))
                }
            }
            ends[content.log] = max(ends[content.log] ?? 0, content.range.upperBound)
        }
        return ends
    }

    /// Logs in the order in which they were first met, and numbers within them.
    private func isBefore(_ a: RecordNumber, _ b: RecordNumber) -> Bool {
        func place(_ number: RecordNumber) -> (Int, Int64) {
            (self.logs.firstIndex(of: number.log) ?? self.logs.count, number.sequence)
        }
        return place(a) < place(b)
    }

    private func sorted(_ findings: [Finding]) -> [Finding] {
        Set(findings).sorted { self.isBefore($0.number, $1.number) }
    }
}
