import BrokerLink
import Logging
import Numbering
import Outbox
import PatrolWire
import Position
import Report
import Sealing
import Threading
import TrackProof
import Uplink

/// Seals the track with the device's own key: nobody between the receiver and a court can change a record unseen.
struct TrackSealing {
    private let parts: ChainParts
    /// `nil` where the device has no certificate: its authority is the broker's own machine.
    private var sealer: TrackSealer?
    /// The key that the room was told, and when, ms of CLOCK_BOOTTIME.
    private var told: (key: String, at: Int64)?
    private var hasComplained = false

    /// The room is told the key again after so long, ms: what it was told is deleted with the records of that day.
    private static let retelling: Int64 = 86_400_000
    private static let page = 500

    /// Takes up what was stored since the last seal.
    init(_ parts: ChainParts) async {
        self.parts = parts
        guard parts.credentials != nil else { return }
        var sealer = TrackSealer(nil)
        do {
            sealer = TrackSealer(TrackSealer.Memory(note: try await parts.outbox.note(TrackSealer.Memory.note)))
            let (log, next) = (await parts.outbox.log, await parts.outbox.nextSequence)
            // Of a log in which nothing was sealed yet all is open: its first minute may have ended with a power cut.
            let open = sealer.firstOpen(in: log) ?? 1
            if open < next {
                let first = max(open, next - TrackSealer.mostResumed)
                if first > open { parts.logger.warning("Records \(open) to \(first - 1) of the track were not sealed") }
                try await Self.resume(&sealer, from: first, before: next, in: log, parts.outbox)
            }
        } catch {
            parts.logger.error("The seals of the track begin anew: \(error)")
        }
        self.sealer = sealer
    }

    private static func resume(
        _ sealer: inout TrackSealer,
        from first: Int64,
        before next: Int64,
        in log: String,
        _ outbox: Outbox
    ) async throws {
        let boot = SystemClock.bootMilliseconds
        var (cursor, hasBegun) = (first, sealer.firstOpen(in: log) != nil)
        while cursor < next {
            let page = try await outbox.entries(from: cursor, limit: Self.page)
            for entry in page where entry.sequence >= cursor {
                // Records of an earlier log come first in this one: their seals name their first numbers.
                if !hasBegun, try WireCoder().decode(record: entry.body).was != nil {
                    cursor = entry.sequence + 1
                    continue
                }
                if !hasBegun { (cursor, hasBegun) = (entry.sequence, true) }
                // What had to be dropped for want of space has a number, and no bytes any more.
                while cursor < entry.sequence {
                    sealer.take(nil, RecordNumber(log: log, sequence: cursor), isSeal: false, at: boot)
                    cursor += 1
                }
                let number = RecordNumber(log: log, sequence: entry.sequence)
                sealer.take(entry.body, number, isSeal: false, at: boot)
                cursor += 1
            }
            if page.isEmpty { return }
        }
    }

    /// Takes up a record that became durable.
    mutating func take(_ entry: Entry, _ number: RecordNumber, isSeal: Bool = false) {
        self.sealer?.take(entry.body, number, isSeal: isSeal, at: SystemClock.bootMilliseconds)
    }

    /// Signs for what is due.
    ///
    /// - Parameters:
    ///   - moment: The clocks of the device.
    ///   - isEnd: Whether the program ends.
    ///   - draft: Makes a record of an event.
    /// - Throws: ``OutboxError`` of a kind that does not pass.
    mutating func seal(
        at moment: Moment,
        isEnd: Bool,
        _ draft: (EventKind, [String: JSONValue]) -> RecordDraft
    ) async throws {
        guard let credentials = self.parts.credentials,
            let content = self.sealer?.due(at: moment.boot, isEnd: isEnd)
        else { return }
        let (station, device) = (self.parts.station.text, self.parts.device.text)
        // Read each time: the certificate may have been renewed.
        guard let key = SealKey(key: credentials.key, certificate: credentials.certificate),
            moment.wall / 1_000 <= key.ends,
            let seal = key.sign(content, of: device, at: station)
        else {
            if !self.hasComplained {
                self.parts.logger.error(
                    "The track is not sealed: \(credentials.key) cannot be read, does not fit, or has a certificate that ended"
                )
            }
            self.hasComplained = true
            return
        }
        self.hasComplained = false
        if self.told.map({ $0.key != key.id || moment.boot - $0.at >= Self.retelling }) ?? true {
            guard try await self.store(draft(.trackKey, key.data), notes: [:], isSeal: true) else { return }
            self.told = (key.id, moment.boot)
        }
        let memory = TrackSealer.memory(of: seal, of: device, at: station)
        let notes = [TrackSealer.Memory.note: try memory.bytes()]
        guard try await self.store(draft(.trackSeal, seal.data), notes: notes, isSeal: true) else { return }
        self.sealer?.sealed(memory, at: moment.boot)
    }

    /// Durable first, then live; returns whether the disk took it.
    private mutating func store(_ draft: RecordDraft, notes: [String: [UInt8]], isSeal: Bool) async throws -> Bool {
        let writer = self.parts.writer
        let (log, entries): (String, [Entry])
        do {
            let record = Draft(.event, made: draft.stamp.time) { number in try writer.write(draft, as: number) }
            (log, entries) = try await self.parts.outbox.store([record], notes: notes)
        } catch let error as OutboxError where error.mayPass {
            // The next second tries again.
            self.parts.logger.debug("Seal not stored: \(error)")
            return false
        }
        for entry in entries {
            let number = RecordNumber(log: log, sequence: entry.sequence)
            self.take(entry, number, isSeal: isSeal)
            self.parts.uplink.offer(entry.body, number: number, isEvent: true)
        }
        return true
    }
}
