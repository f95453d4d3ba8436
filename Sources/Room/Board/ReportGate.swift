import HTTPTypes

/// Reports that are being made: one of each person at a time, and two in all.
///
/// A report of a month reads millions of records. A person who asks again waits for the first one, and so cannot
/// take everybody's store and memory by pressing a key often.
actor ReportGate {
    private struct Waiting {
        let number: Int
        let person: String
        let continuation: CheckedContinuation<Void, any Error>
    }

    private let most: Int
    private let mostWaiting: Int
    private var running: Set<String> = []
    private var waiting: [Waiting] = []
    private var number = 0

    /// No queue of all persons is longer.
    private static let longest = 64

    /// Creates a gate.
    ///
    /// - Parameters:
    ///   - most: So many reports are made at the same time.
    ///   - mostWaiting: So many of one person wait at most.
    init(most: Int = 2, mostWaiting: Int = 4) { (self.most, self.mostWaiting) = (most, mostWaiting) }

    /// Does the work when it is the person's turn.
    ///
    /// - Throws: A problem document when too many wait already; `CancellationError` when the caller has gone.
    nonisolated func pass<R: Sendable>(_ person: String, _ work: () async throws -> R) async throws -> R {
        try await self.enter(person)
        do {
            let result = try await work()
            await self.leave(person)
            return result
        } catch {
            await self.leave(person)
            throw error
        }
    }

    /// How many wait.
    var waitingCount: Int { self.waiting.count }

    private func enter(_ person: String) async throws {
        if self.running.count < self.most, !self.running.contains(person) {
            self.running.insert(person)
            return
        }
        guard self.waiting.count(where: { $0.person == person }) < self.mostWaiting, self.waiting.count < Self.longest
        else {
            throw Problem(
                .tooManyRequests,
                "\(self.mostWaiting) of your reports wait already; ask again when the first of them is there"
            )
        }
        self.number += 1
        let number = self.number
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
                guard !Task.isCancelled else { return continuation.resume(throwing: CancellationError()) }
                self.waiting.append(Waiting(number: number, person: person, continuation: continuation))
            }
        } onCancel: {
            Task { await self.giveUp(number) }
        }
    }

    private func giveUp(_ number: Int) {
        guard let index = self.waiting.firstIndex(where: { $0.number == number }) else { return }
        self.waiting.remove(at: index).continuation.resume(throwing: CancellationError())
    }

    private func leave(_ person: String) {
        self.running.remove(person)
        while self.running.count < self.most,
            let index = self.waiting.firstIndex(where: { !self.running.contains($0.person) })
        {
            let next = self.waiting.remove(at: index)
            self.running.insert(next.person)
            next.continuation.resume()
        }
    }
}
