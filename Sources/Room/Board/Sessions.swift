import Threading

/// The logins of the board: who is logged in, and who tried too often.
///
/// A session lives in memory: a restart of the room logs everybody out.
package final class Sessions: Sendable {
    /// Checks a name and a password; `nil` when they do not fit.
    package typealias Verify = @Sendable (_ name: String, _ password: String) async -> Identity?

    struct Session: Sendable {
        let identity: Identity
        /// Sent back with each act, so that another site cannot act in the browser's name.
        let token: String
        var used: Int64
        let began: Int64
    }

    private struct State: Sendable {
        var sessions: [String: Session] = [:]
        /// Failed logins by name and by address: when.
        var failures: [String: [Int64]] = [:]
    }

    /// Unused for so long, ms, a session ends: a shift and a half.
    private static let idle: Int64 = 12 * 3_600_000
    /// A session ends after so long, ms, in any case.
    private static let longest: Int64 = 24 * 3_600_000
    /// So many failures in ``window`` ms, and the next has to wait.
    private static let mostFailures = 5
    private static let window: Int64 = 60_000

    private let state = Locked(State())
    private let verify: Verify
    /// Whether the board is served over TLS.
    let isSecure: Bool

    /// Creates sessions.
    package init(isSecure: Bool, verify: @escaping Verify) { (self.isSecure, self.verify) = (isSecure, verify) }

    /// Why a login did not succeed.
    enum Refusal: Error {
        case wrong
        case tooMany
    }

    /// Logs in.
    func logIn(name: String, password: String, origin: String, now: Int64) async throws(Refusal) -> (String, Session) {
        let keys = ["name \(name)", "from \(origin)"]
        let isBlocked = self.state.withLock { state in
            state.failures = state.failures.compactMapValues { times in
                let recent = times.filter { now - $0 < Self.window }
                return recent.isEmpty ? nil : recent
            }
            return keys.contains { (state.failures[$0]?.count ?? 0) >= Self.mostFailures }
        }
        if isBlocked { throw .tooMany }
        guard let identity = await self.verify(name, password) else {
            self.state.withLock { state in for key in keys { state.failures[key, default: []].append(now) } }
            throw .wrong
        }
        let (id, token) = (randomText(), randomText())
        let session = Session(identity: identity, token: token, used: now, began: now)
        self.state.withLock { state in
            state.failures[keys[0]] = nil
            state.sessions = state.sessions.filter { !Self.isOver($0.value, now) }
            state.sessions[id] = session
        }
        return (id, session)
    }

    /// The session of an id, used now; `nil` when it is over.
    func session(_ id: String, now: Int64) -> Session? {
        self.state.withLock { state in
            guard var session = state.sessions[id], !Self.isOver(session, now) else { return nil }
            session.used = now
            state.sessions[id] = session
            return session
        }
    }

    /// Logs out.
    func end(_ id: String) { self.state.withLock { $0.sessions[id] = nil } }

    private static func isOver(_ session: Session, _ now: Int64) -> Bool {
        now - session.used > Self.idle || now - session.began > Self.longest
    }
}

/// 128 bits that nobody can guess, as hexadecimal digits.
private func randomText() -> String {
    var random = SystemRandomNumberGenerator()
    return (0..<2).map { _ in
        let text = String(random.next(), radix: 16)
        return String(repeating: "0", count: 16 - text.count) + text
    }
    .joined()
}
