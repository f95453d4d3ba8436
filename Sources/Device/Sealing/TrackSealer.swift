import FoundationEssentials
package import PatrolWire
package import TrackProof

/// Gathers what is to be signed: the digests of the records since the last seal.
///
/// Pure: it reads no clock and no key. A seal is for one log; when the log is given up, what was made in it is sealed first.
package struct TrackSealer: Sendable {
    /// What has to be known of the seals after a restart; it is kept in the transaction that stores a seal.
    package struct Memory: Sendable, Hashable, Codable {
        /// The log of the last seal.
        package var log: String
        /// The last number that it covers.
        package var upTo: Int64
        /// What the next seal names it by, 64 hex digits.
        package var digest: String

        /// Its name among the notes.
        package static let note = "seal"

        /// Creates one.
        package init(log: String, upTo: Int64, digest: String) {
            (self.log, self.upTo, self.digest) = (log, upTo, digest)
        }

        /// Reads it back; `nil` when there is none, or it cannot be read.
        package init?(note: [UInt8]?) {
            guard let note else { return nil }
            do { self = try JSONDecoder().decode(Memory.self, from: Data(note)) } catch { return nil }
        }

        /// The bytes that are kept.
        package func bytes() throws -> [UInt8] { Array(try JSONEncoder().encode(self)) }
    }

    private struct Stretch: Sendable {
        let log: String
        var first: Int64
        var digests: [Digest]
        /// When the first record was made that is no seal, ms of CLOCK_BOOTTIME: seals alone are not worth another.
        var since: Int64?
        /// The last number that is no seal's.
        var worth: Int64?

        var next: Int64 { self.first + Int64(self.digests.count) }
    }

    /// Records are sealed after so long, ms.
    package static let patience: Int64 = 60_000
    /// Records since the last seal that are taken up again after a restart; of more, those before are left without one.
    package static let mostResumed: Int64 = 3_000
    /// Records that wait for a key which cannot be read; of more, the oldest are left without a seal.
    static let mostOpen = 20_000

    private var stretches: [Stretch] = []
    private var memory: Memory?

    /// Creates a sealer that goes on from its last seal.
    package init(_ memory: Memory?) { self.memory = memory }

    /// The first number that no seal covers yet; `nil` when nothing was sealed in this log.
    package func firstOpen(in log: String) -> Int64? {
        self.memory.flatMap { $0.log == log ? $0.upTo + 1 : nil }
    }

    /// Takes up a record that became durable.
    ///
    /// - Parameters:
    ///   - body: Its bytes; `nil` for one that is not there any more.
    ///   - number: Its number.
    ///   - isSeal: Whether it is itself a seal.
    ///   - boot: ms of CLOCK_BOOTTIME.
    package mutating func take(_ body: [UInt8]?, _ number: RecordNumber, isSeal: Bool, at boot: Int64) {
        if self.stretches.reduce(0, { $0 + $1.digests.count }) >= Self.mostOpen { self.dropOldest() }
        let digest = body.map { Digest(of: $0) } ?? .absent
        if let last = self.stretches.indices.last, self.stretches[last].log == number.log,
            self.stretches[last].next == number.sequence
        {
            self.stretches[last].digests.append(digest)
        } else {
            self.stretches.append(Stretch(log: number.log, first: number.sequence, digests: [digest], since: nil))
        }
        let last = self.stretches.index(before: self.stretches.endIndex)
        guard !isSeal else { return }
        self.stretches[last].worth = number.sequence
        if self.stretches[last].since == nil { self.stretches[last].since = boot }
    }

    /// As many as one seal covers are left without one.
    private mutating func dropOldest() {
        var first = self.stretches.removeFirst()
        guard first.digests.count > TrackSeal.mostRecords else { return }
        first.first += Int64(TrackSeal.mostRecords)
        first.digests.removeFirst(TrackSeal.mostRecords)
        self.stretches.insert(first, at: 0)
    }

    /// What is to be sealed now.
    ///
    /// - Parameters:
    ///   - boot: ms of CLOCK_BOOTTIME.
    ///   - isEnd: Whether nothing comes after it: then it is not waited for.
    /// - Returns: What to sign; `nil` when nothing is due.
    package func due(at boot: Int64, isEnd: Bool = false) -> TrackSeal.Content? {
        guard let first = self.stretches.first(where: { $0.since != nil }), let since = first.since else { return nil }
        let isGivenUp = self.stretches.last?.log != first.log
        guard
            isEnd || isGivenUp || boot - since >= Self.patience || boot < since
                || first.digests.count >= TrackSeal.mostRecords
        else { return nil }
        return TrackSeal.Content(
            log: first.log,
            first: first.first,
            digests: Array(first.digests.prefix(TrackSeal.mostRecords)),
            previous: self.memory.flatMap { Digest(hex: $0.digest) }
        )
    }

    /// What is kept with a seal.
    package static func memory(of seal: TrackSeal, of device: String, at station: String) -> Memory {
        Memory(
            log: seal.content.log,
            upTo: seal.content.range.upperBound,
            digest: seal.digest(of: device, at: station).hex
        )
    }

    /// A seal became durable; what it covers is done with.
    package mutating func sealed(_ memory: Memory, at boot: Int64) {
        self.memory = memory
        self.stretches.removeAll { $0.log == memory.log && $0.next <= memory.upTo + 1 }
        // Seals that were the last records of a log that was given up: each is signed itself.
        let log = self.stretches.last?.log
        self.stretches.removeAll { $0.since == nil && $0.log != log }
        guard let index = self.stretches.firstIndex(where: { $0.log == memory.log && $0.first <= memory.upTo }) else {
            return
        }
        let rest = self.stretches[index]
        let worth = rest.worth.flatMap { $0 > memory.upTo ? $0 : nil }
        self.stretches[index] = Stretch(
            log: rest.log,
            first: memory.upTo + 1,
            digests: Array(rest.digests.dropFirst(Int(memory.upTo + 1 - rest.first))),
            since: worth == nil ? nil : boot,
            worth: worth
        )
    }
}
