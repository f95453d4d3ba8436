/// The stages of one connection, and how long each may take: nothing in it waits and nothing reads a clock.
///
/// What comes in is told with its time; ``verdict(at:buffered:)`` says whether the other side has had its time.
package struct ConnectionWatch: Sendable {
    /// How long each stage may take.
    package struct Limits: Sendable, Hashable {
        /// From the connection to the end of the TLS handshake, ms.
        package var handshake: Int64 = 10_000
        /// From the connection, or from a header's first byte, to the header's last byte, ms.
        package var header: Int64 = 10_000
        /// For a body, whatever its size, ms.
        package var body: Int64 = 30_000
        /// What a body gets besides: a ms for so many bytes that came.
        package var bodyBytesPerMillisecond: Int64 = 4
        /// Without a request between two of them, ms.
        package var idle: Int64 = 60_000
        /// Without taking ``leastTaken`` bytes of what was written, ms.
        package var writing: Int64 = 30_000
        /// What a slow reader must take in ``writing`` ms, bytes.
        package var leastTaken: Int64 = 4_096

        /// The usual limits.
        package init() {}
    }

    /// What a connection did not do in time.
    package enum Overdue: Sendable, Hashable {
        case handshake
        case header
        case body
        case request
        case reading
    }

    private enum Stage {
        case handshake(since: Int64)
        case header(since: Int64)
        case body(since: Int64, bytes: Int64)
        case between(since: Int64)
    }

    private let limits: Limits
    private var stage: Stage
    /// Requests whose answers are not at their end.
    private var answersDue = 0
    private var written: Int64 = 0
    /// Bytes taken when the other side last took enough of them, and when that was; `nil` while nothing waits.
    private var slow: (taken: Int64, since: Int64)?

    /// Begins with a new connection.
    ///
    /// - Parameters:
    ///   - limits: How long each stage may take.
    ///   - isSecure: Whether a TLS handshake comes first.
    ///   - now: ms of a clock that never jumps.
    package init(_ limits: Limits = Limits(), isSecure: Bool, at now: Int64) {
        self.limits = limits
        self.stage = isSecure ? .handshake(since: now) : .header(since: now)
    }

    /// The TLS handshake is done.
    package mutating func shookHands(at now: Int64) {
        if case .handshake = self.stage { self.stage = .header(since: now) }
    }

    /// Bytes came in, before anybody made sense of them.
    package mutating func received(_ bytes: Int, at now: Int64) {
        if case .between = self.stage, bytes > 0 { self.stage = .header(since: now) }
    }

    /// A header was complete.
    package mutating func headCame(at now: Int64) {
        self.stage = .body(since: now, bytes: 0)
        self.answersDue += 1
    }

    /// A part of a body came.
    package mutating func bodyCame(_ bytes: Int) {
        guard case .body(let since, let before) = self.stage else { return }
        self.stage = .body(since: since, bytes: before + Int64(bytes))
    }

    /// A request was complete.
    package mutating func requestEnded(at now: Int64) { self.stage = .between(since: now) }

    /// An answer was written to its end.
    package mutating func answerEnded(at now: Int64) {
        self.answersDue = max(0, self.answersDue - 1)
        guard self.answersDue == 0 else { return }
        // Meanwhile nothing more may have been read: the other side's time begins now.
        switch self.stage {
        case .between: self.stage = .between(since: now)
        case .header: self.stage = .header(since: now)
        case .handshake, .body: break
        }
    }

    /// Bytes were handed over to be sent.
    package mutating func wrote(_ bytes: Int) { self.written += Int64(bytes) }

    /// Looks whether something is overdue.
    ///
    /// - Parameters:
    ///   - now: ms of the same clock.
    ///   - buffered: Bytes that were written and not taken yet.
    /// - Returns: What is overdue; `nil` while all is in time.
    package mutating func verdict(at now: Int64, buffered: Int) -> Overdue? {
        if self.readsTooSlowly(at: now, buffered: Int64(buffered)) { return .reading }
        switch self.stage {
        case .handshake(let since): return now - since >= self.limits.handshake ? .handshake : nil
        case .header(let since):
            return self.answersDue == 0 && now - since >= self.limits.header ? .header : nil
        case .body(let since, let bytes):
            let allowed = self.limits.body + bytes / self.limits.bodyBytesPerMillisecond
            return now - since >= allowed ? .body : nil
        case .between(let since): return self.answersDue == 0 && now - since >= self.limits.idle ? .request : nil
        }
    }

    private mutating func readsTooSlowly(at now: Int64, buffered: Int64) -> Bool {
        guard buffered > 0 else {
            self.slow = nil
            return false
        }
        let taken = self.written - buffered
        guard let slow, taken - slow.taken < self.limits.leastTaken else {
            self.slow = (taken, now)
            return false
        }
        return now - slow.since >= self.limits.writing
    }
}
