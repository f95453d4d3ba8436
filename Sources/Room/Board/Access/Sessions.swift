import Crypto
import FoundationEssentials
package import Logging
import Threading

/// The logins of the board: open sessions, and tries that were too many.
///
/// Sessions follow the accounts, and outlive a restart in a file. The id is the browser's alone: here there is only
/// its hash.
package final class Sessions: Sendable {
    /// What became of a name and a password.
    package enum Outcome: Sendable, Hashable {
        /// They fit.
        case fits(SessionBook.Account)
        case wrong
        /// Nobody can tell: the accounts cannot be read.
        case unavailable
    }

    /// Checks a name and a password.
    package typealias Verify = @Sendable (_ name: String, _ password: String) async -> Outcome

    struct Session: Sendable {
        let identity: Identity
        /// Sent back with each act, so that another site cannot act in the browser's name.
        let token: String
        /// What the session is kept under.
        let key: String
    }

    private struct State: Sendable {
        var book = SessionBook()
        var limits = LoginLimits()
        var complaint: String?
    }

    private let state = Locked(State())
    private let queue = LoginQueue()
    private let verify: Verify
    private let file: SessionFile
    private let logger: Logger
    /// Whether the board is served over TLS.
    let isSecure: Bool

    /// Takes up the sessions that a file has kept.
    package init(isSecure: Bool, file: SessionFile, logger: Logger, verify: @escaping Verify) {
        (self.isSecure, self.file, self.logger, self.verify) = (isSecure, file, logger, verify)
        if let book = file.load() { self.state.withLock { $0.book = book } }
    }

    /// Why a login did not succeed.
    enum Refusal: Error {
        case wrong
        /// `isNews` for the first that is told so.
        case wait(seconds: Int, isNews: Bool)
        case unavailable
    }

    /// Logs in; the try counts before the password is looked at.
    ///
    /// - Returns: The id for the browser, and the session.
    func logIn(name: String, password: String, origin: String, now: Int64) async throws(Refusal) -> (String, Session) {
        let place = Address.group(origin)
        let name = String(String.UnicodeScalarView(name.unicodeScalars.prefix(Self.longestName)))
        let (verdict, isKnown) = self.state.withLock { state in
            let isKnown = state.book.isKnown(name, from: place)
            return (state.limits.begin(name: name, address: place, isKnown: isKnown, at: now), isKnown)
        }
        if case .wait(let seconds, let isNews) = verdict { throw .wait(seconds: seconds, isNews: isNews) }
        guard await self.queue.enter(isKnown: isKnown) else {
            self.state.withLock { $0.limits.takeBack(name: name, address: place) }
            throw .wait(seconds: 2, isNews: false)
        }
        let outcome = await self.verify(name, password)
        await self.queue.leave()
        switch outcome {
        case .wrong: throw .wrong
        case .unavailable: throw .unavailable
        case .fits(let account):
            let id = randomText()
            let key = digest("session \(id)")
            let entry = SessionBook.Entry(name: name, role: account.role, mark: account.mark, began: now, used: now)
            self.state.withLock { state in
                state.limits.succeeded(name: name, address: place)
                state.book.begin(key, entry, from: place)
            }
            return (id, Self.session(id, key, entry))
        }
    }

    /// Names are shorter; what is longer fits no account anyway.
    private static let longestName = 64

    private static func session(_ id: String, _ key: String, _ entry: SessionBook.Entry) -> Session {
        Session(identity: Identity(name: entry.name, role: entry.role), token: digest("token \(id)"), key: key)
    }

    /// The session of an id, used now; `nil` when it is over.
    func session(_ id: String, now: Int64) -> Session? {
        guard id.utf8.count <= Self.longestName else { return nil }
        let key = digest("session \(id)")
        return self.state.withLock { $0.book.use(key, at: now) }.map { Self.session(id, key, $0) }
    }

    /// Whether a session goes on; asking counts as use.
    func isGoingOn(_ key: String, now: Int64) -> Bool { self.state.withLock { $0.book.use(key, at: now) != nil } }

    /// Logs out, for good also over a restart; returns who that was, `nil` where there was no session.
    func end(_ id: String) async -> Identity? {
        guard id.utf8.count <= Self.longestName else { return nil }
        guard let entry = self.state.withLock({ $0.book.end(digest("session \(id)")) }) else { return nil }
        await self.save()
        return Identity(name: entry.name, role: entry.role)
    }

    /// Ends the sessions whose account is gone or has another password, and takes over roles; writes what changed.
    ///
    /// - Parameters:
    ///   - accounts: All accounts by name; `nil` while they cannot be read, which ends nobody.
    ///   - now: ms since 1970 UTC.
    package func follow(_ accounts: [String: SessionBook.Account]?, now: Int64) async {
        let hasChanged = self.state.withLock { state in
            if let accounts { state.book.follow(accounts, at: now) }
            return state.book.hasChanged
        }
        if hasChanged { await self.save() }
    }

    private func save() async {
        let problem = await onOwnThread("sessions") { [self] () -> String? in
            do throws(SessionFile.Problem) {
                try self.file.save {
                    self.state.withLock { state in
                        state.book.hasChanged = false
                        return state.book
                    }
                }
                return nil
            } catch {
                return "\(error)"
            }
        }
        let isNews = self.state.withLock { state in
            if problem != nil { state.book.hasChanged = true }
            defer { state.complaint = problem }
            return problem != state.complaint
        }
        if let problem, isNews {
            self.logger.error("Sessions cannot be kept, so a restart logs everybody out: \(problem)")
        }
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

/// SHA-256, hexadecimal digits.
private func digest(_ text: String) -> String {
    SHA256.hash(data: Data(text.utf8)).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
}
