/// Lets two passwords be checked at a time: each check takes 32 MB and a core.
actor LoginQueue {
    /// Checks at a time.
    private static let atOnce = 2
    /// So many wait, and the rest are sent away.
    private static let mostWaiting = 16
    /// Places that are kept for addresses from which the name logged in before.
    private static let kept = 4

    private var running = 0
    private var waiting: [(isKnown: Bool, turn: CheckedContinuation<Void, Never>)] = []

    /// Waits for a turn, which ``leave()`` ends; `false` where too many wait already.
    func enter(isKnown: Bool) async -> Bool {
        if self.running < Self.atOnce {
            self.running += 1
            return true
        }
        guard self.waiting.count < Self.mostWaiting - (isKnown ? 0 : Self.kept) else { return false }
        await withCheckedContinuation { self.waiting.append((isKnown, $0)) }
        // Whoever left handed the turn over.
        return true
    }

    /// Ends a turn: those whose address is known come first.
    func leave() {
        guard let next = self.waiting.firstIndex(where: { $0.isKnown }) ?? self.waiting.indices.first else {
            self.running -= 1
            return
        }
        self.waiting.remove(at: next).turn.resume()
    }
}
