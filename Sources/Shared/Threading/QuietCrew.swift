/// Does pieces of blocking work on some threads that give way to all others, the calling one among them.
///
/// Call it on a thread of ``onQuietThread(_:_:)``: it blocks until all is done. A thread that the machine cannot give is not
/// waited for.
///
/// - Parameters:
///   - name: Of the threads.
///   - threads: So many at most.
///   - pieces: How many pieces there are: `work` is called with `0` to one less.
///   - work: Does a piece. Once one has failed no further piece is begun.
/// - Returns: What each piece returned, in their order.
/// - Throws: What the first piece threw that failed.
package func onQuietCrew<Made: Sendable>(
    _ name: String,
    threads: Int,
    pieces: Int,
    _ work: @escaping @Sendable (Int) throws -> Made
) throws -> [Made] {
    let crew = QuietCrew(pieces: pieces, work)
    for _ in 1..<max(1, min(threads, pieces)) { crew.hire(name) }
    return try crew.finish()
}

private final class QuietCrew<Made: Sendable>: Sendable {
    private struct State {
        var next = 0
        /// Pieces that somebody is at.
        var running = 0
        var made: [Made?]
        var failure: (any Error)?
    }

    private let state: Locked<State>
    private let done = Latch()
    private let pieces: Int
    private let work: @Sendable (Int) throws -> Made

    init(pieces: Int, _ work: @escaping @Sendable (Int) throws -> Made) {
        (self.pieces, self.work) = (pieces, work)
        self.state = Locked(State(made: [Made?](repeating: nil, count: pieces)))
    }

    func hire(_ name: String) {
        startThread(name) {
            makeThreadQuiet()
            self.run()
        }
    }

    /// Works along, and waits for those who are at their last pieces.
    func finish() throws -> [Made] {
        self.run()
        if self.pieces > 0 { self.done.wait() }
        return try self.state.withLock { state in
            if let failure = state.failure { throw failure }
            return state.made.compactMap(\.self)
        }
    }

    private func run() {
        while let piece = self.begin() {
            let result = Result { try self.work(piece) }
            self.state.withLock { state in
                state.running -= 1
                switch result {
                case .success(let made): state.made[piece] = made
                case .failure(let error):
                    if state.failure == nil { state.failure = error }
                    state.next = self.pieces
                }
                if state.running == 0, state.next >= self.pieces { self.done.open() }
            }
        }
    }

    /// The next piece; `nil` when there is none left.
    private func begin() -> Int? {
        self.state.withLock { state in
            guard state.next < self.pieces else { return nil }
            state.next += 1
            state.running += 1
            return state.next - 1
        }
    }
}
