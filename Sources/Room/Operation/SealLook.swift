import History
import PatrolWire
import TrackProof
import Units

/// Looks at one seal and the records that it covers.
struct SealLook {
    /// What became of it.
    enum Verdict: Sendable, Hashable {
        case whole
        /// Something that it needs is not there, or not yet.
        case incomplete
        case broken(RecordNumber, String)
    }

    private let reader: HistoryReader
    private let authority: String

    init(_ reader: HistoryReader, authority: String) { (self.reader, self.authority) = (reader, authority) }

    func verdict(of number: RecordNumber, of id: UnitID) throws -> Verdict {
        let (station, device) = (id.station, id.device)
        guard let body = try self.reader.seal(of: station, device, number), let record = Self.decoded(body) else {
            return .incomplete
        }
        guard let seal = TrackSeal(data: record.data) else {
            return .broken(record.identity, TrackVerifier.Fault.badSeal(.unreadable).words)
        }
        var verifier = TrackVerifier(of: device.text, at: station.text, authority: self.authority)
        for key in try self.reader.keys(of: station, device) {
            guard let said = Self.decoded(key), let certificate = SealCertificate(data: said.data) else { continue }
            verifier.take(certificate)
            if certificate.id == seal.key { break }
        }
        let covered = try self.reader.records(of: station, device, log: seal.content.log, seal.content.range)
        try verifier.take(record, body: body)
        for one in covered {
            if let record = Self.decoded(one.body) {
                try verifier.take(record, body: one.body, speaks: false)
            } else {
                // It was one when it came.
                let number = RecordNumber(log: seal.content.log, sequence: one.sequence)
                verifier.take(unreadable: one.body, as: number)
            }
        }
        let findings = verifier.verdict().findings
        // What is missing may come; what is wrong stays so, and is told at once.
        let mayPass: Set<TrackVerifier.Fault> = [
            .missing, .notSealed, .badSeal(.unknownKey), .badSeal(.certificate(.unknown)),
        ]
        let wrong = findings.first { !mayPass.contains($0.fault) }
        if let wrong { return .broken(wrong.number, wrong.fault.words) }
        return findings.contains { $0.fault != .notSealed } ? .incomplete : .whole
    }

    private static func decoded(_ body: [UInt8]) -> Record? {
        do throws(WireError) { return try WireCoder().decode(record: body) } catch { return nil }
    }
}
