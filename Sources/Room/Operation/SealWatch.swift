package import History
package import Logging
package import PatrolWire
import ServiceLifecycle
import Threading
import TrackProof
package import Units

/// Holds what devices sent against what they signed, and tells of the first record that is not what it was.
///
/// A seal comes before the positions that it covers, and some of those come with the backlog of the day after: what is not
/// there yet is looked at again.
package final class SealWatch: Service {
    /// What became of the seals so far.
    package enum Outcome: String, Sendable, Hashable, CaseIterable {
        /// All that it covers is as its device wrote it.
        case whole
        /// Some of what it covers never came: a device that runs out of space drops its oldest positions.
        case incomplete
        /// Something is not as its device wrote it.
        case broken
        /// More came at once than can be looked at.
        case unchecked
    }

    private struct Seal: Sendable, Hashable {
        let id: UnitID
        let number: RecordNumber
    }

    private struct Look: Sendable {
        var attempt = 0
        var due: Int64
    }

    private struct State: Sendable {
        var waiting: [Seal: Look] = [:]
        /// How many of them are a device's.
        var own: [UnitID: Int] = [:]
        var counts: [Outcome: Int] = [:]
        var faults: [UnitID: TrackFault] = [:]
    }

    private let history: History
    private let authority: String
    private let changed: @Sendable (UnitID, Bool) -> Void
    private let logger: Logger
    private let now: @Sendable () -> Int64
    private let state = Locked(State())

    /// After so long, ms, a seal is looked at for the first, second, third and last time.
    private static let attempts: [Int64] = [20_000, 600_000, 6 * 3_600_000, 24 * 3_600_000]
    /// Seals that wait at most, and of one device: a day's are 1,440, and a device says what it likes.
    private static let (mostWaiting, mostOfOne) = (200_000, 2_000)
    /// Seals of a log that are looked at after the room was started anew.
    private static let recalled = 30
    /// Seals that are looked at before others have their turn.
    private static let portion = 100
    private static let round: Duration = .seconds(5)
    private static let breath: Duration = .milliseconds(50)
    /// A fault is shown at its device for so long, ms; the store keeps it for good.
    private static let shown: Int64 = 7 * 86_400_000

    /// Creates the watch.
    ///
    /// - Parameters:
    ///   - history: The records.
    ///   - authority: The certificate of the authority that gave the devices theirs, PEM.
    ///   - logger: Log.
    ///   - now: ms since 1970 UTC.
    ///   - changed: Told of a device whether its track is not what it was.
    package init(
        history: History,
        authority: String,
        logger: Logger,
        now: @escaping @Sendable () -> Int64 = { SystemClock.wallMilliseconds },
        changed: @escaping @Sendable (UnitID, Bool) -> Void
    ) {
        (self.history, self.authority, self.changed) = (history, authority, changed)
        (self.logger, self.now) = (logger, now)
    }

    /// How many seals came to what, by ``Outcome``'s words.
    package var results: [String: Int] {
        let counts = self.state.withLock { $0.counts }
        return Dictionary(uniqueKeysWithValues: Outcome.allCases.map { ($0.rawValue, counts[$0] ?? 0) })
    }

    /// The first fault of each device's track that was found lately.
    package var faults: [UnitID: TrackFault] { self.state.withLock { $0.faults } }

    /// A seal has come.
    package func heard(_ record: Record, of id: UnitID) {
        let number = RecordNumber(log: record.log, sequence: record.sequence)
        self.wait(for: Seal(id: id, number: number), Look(due: self.now() + Self.attempts[0]))
    }

    private func wait(for seal: Seal, _ look: Look) {
        self.state.withLock { state in
            guard state.waiting[seal] == nil else { return }
            guard state.waiting.count < Self.mostWaiting, state.own[seal.id] ?? 0 < Self.mostOfOne else {
                state.counts[.unchecked, default: 0] += 1
                return
            }
            state.waiting[seal] = look
            state.own[seal.id, default: 0] += 1
        }
    }

    /// Runs until graceful shutdown.
    package func run() async throws {
        await cancelWhenGracefulShutdown {
            await self.recall()
            while !Task.isCancelled {
                while !Task.isCancelled, await self.look() > 0 { await pause(for: Self.breath) }
                self.forget()
                await pause(for: Self.round)
            }
        }
    }

    /// What was found before the room was started anew, and the seals that may not have been looked at yet.
    private func recall() async {
        let (since, last, limit) = (self.now() - Self.shown, self.now() - 86_400_000, Self.recalled)
        let seals = await onQuietThread("seals") { [history] in
            Result { try history.reader().seals(since: last, limit: limit) }
        }
        switch seals {
        case .success(let seals):
            for one in seals {
                let id = UnitID(station: one.station, device: one.device)
                self.wait(for: Seal(id: id, number: one.number), Look(due: self.now() + Self.attempts[0]))
            }
        case .failure(let error): self.logger.error("The last seals of tracks cannot be read: \(error)")
        }
        let found = await onQuietThread("seals") { [history] in
            Result { try history.reader().trackFaults(since: since) }
        }
        switch found {
        case .success(let faults): self.note(faults)
        case .failure(let error): self.logger.error("What was wrong with tracks cannot be read: \(error)")
        }
    }

    private func note(_ faults: [TrackFault]) {
        let new = self.state.withLock { state in
            faults.compactMap { fault -> UnitID? in
                let id = UnitID(station: fault.station, device: fault.device)
                guard state.faults[id] == nil else { return nil }
                state.faults[id] = fault
                return id
            }
        }
        for id in new { self.changed(id, true) }
    }

    /// What was found long ago is no longer shown.
    private func forget() {
        let since = self.now() - Self.shown
        let old = self.state.withLock { state in
            let old = state.faults.filter { $0.value.found < since }.map(\.key)
            for id in old { state.faults[id] = nil }
            return old
        }
        for id in old { self.changed(id, false) }
    }

    /// Looks at some of the seals that are due, and returns how many those were.
    package func look() async -> Int {
        let now = self.now()
        let due = self.state.withLock { state -> [(seal: Seal, look: Look)] in
            let due = Array(
                state.waiting.lazy.filter { $0.value.due <= now }.prefix(Self.portion)
                    .map { (seal: $0.key, look: $0.value) }
            )
            for (seal, _) in due {
                state.waiting[seal] = nil
                let left = (state.own[seal.id] ?? 1) - 1
                state.own[seal.id] = left > 0 ? left : nil
            }
            return due
        }
        guard !due.isEmpty else { return 0 }
        let (history, authority) = (self.history, self.authority)
        let looked = await onQuietThread("seals") {
            due.map { one in
                Result {
                    try SealLook(history.reader(), authority: authority).verdict(of: one.seal.number, of: one.seal.id)
                }
            }
        }
        for (one, result) in zip(due, looked) {
            switch result {
            case .success(let verdict): await self.settle(one.seal, one.look, verdict)
            case .failure(let error):
                let (number, id) = (one.seal.number.sequence, one.seal.id)
                self.logger.error("Seal \(number) of \(id) cannot be looked at: \(error)")
                self.again(one.seal, one.look, or: .unchecked)
            }
        }
        return due.count
    }

    private func settle(_ seal: Seal, _ look: Look, _ verdict: SealLook.Verdict) async {
        switch verdict {
        case .whole: self.count(.whole)
        case .incomplete: self.again(seal, look, or: .incomplete)
        case .broken(let number, let what):
            self.count(.broken)
            // One of a device is told and kept while it is shown: whoever spoils a track can spoil all of it.
            guard self.faults[seal.id] == nil else { return }
            let (station, device) = (seal.id.station, seal.id.device)
            let fault = TrackFault(station: station, device: device, number: number, what: what, found: self.now())
            self.logger.critical(
                "The track of \(seal.id) is not as the device wrote it: record \(number.sequence) of log \(number.log): \(what)"
            )
            self.note([fault])
            do throws(HistoryError) {
                try await self.history.keep([fault])
            } catch {
                self.logger.error("That is not kept: \(error)")
            }
        }
    }

    private func again(_ seal: Seal, _ look: Look, or outcome: Outcome) {
        guard look.attempt + 1 < Self.attempts.count else { return self.count(outcome) }
        let due = look.due - Self.attempts[look.attempt] + Self.attempts[look.attempt + 1]
        self.wait(for: seal, Look(attempt: look.attempt + 1, due: due))
    }

    private func count(_ outcome: Outcome) { self.state.withLock { $0.counts[outcome, default: 0] += 1 } }
}
