import AccountFile
import Board
import FoundationEssentials
import Glibc
import Logging
import Program
import ServiceLifecycle
import Threading

/// The accounts file, read anew for each login: an account that was removed cannot log in any more.
struct AccountBook: Sendable {
    let file: String

    /// Reads the file.
    ///
    /// - Throws: `ProgramFailure` that says what is wrong with it.
    func load() throws -> AccountFile {
        do {
            let text = String(decoding: try Data(contentsOf: URL(filePath: self.file)), as: UTF8.self)
            return try AccountFile(text, path: self.file)
        } catch let problem as AccountFile.Problem {
            throw ProgramFailure(.configuration, "\(problem)")
        } catch {
            throw ProgramFailure(
                .configuration,
                "\(self.file): cannot be read; make it with 'patrolctl account add --file \(self.file) NAME'"
            )
        }
    }

    /// Whether name and password fit an account.
    func outcome(name: String, password: String, logger: Logger) async -> Sessions.Outcome {
        // A tenth of a second of computing: on a thread of its own, so that nothing else waits for it.
        await onOwnThread("login") {
            do {
                guard let account = try self.load().account(name: name, password: password),
                    let role = Role(rawValue: account.role)
                else { return .wrong }
                return .fits(SessionBook.Account(role: role, mark: account.mark))
            } catch {
                logger.error("Nobody can log in: \(error)")
                return .unavailable
            }
        }
    }

    /// All accounts by name, as sessions follow them.
    func accounts() throws -> [String: SessionBook.Account] {
        var accounts: [String: SessionBook.Account] = [:]
        for account in try self.load().accounts {
            guard let role = Role(rawValue: account.role) else { continue }
            accounts[account.name] = SessionBook.Account(role: role, mark: account.mark)
        }
        return accounts
    }
}

/// Lets sessions follow the accounts file: one whose account is gone, or has another password, ends within a second.
struct AccountWatch: Service {
    let book: AccountBook
    let sessions: Sessions
    let logger: Logger

    private static let beat: Duration = .milliseconds(500)
    /// A file that was written so shortly ago, ns, may be written again within the same tick of the file system's clock.
    private static let fresh = 3_000_000_000

    /// What tells a file from the one before without reading it.
    private struct Look: Equatable {
        let inode: UInt64
        let size: Int
        let written: Int
    }

    func run() async throws {
        var accounts: [String: SessionBook.Account]?
        var last: Look?
        var complaint: String?
        while !Task.isShuttingDownGracefully, !Task.isCancelled {
            let look = self.look()
            if look == nil || look != last || self.isFresh(look) {
                let (read, problem) = await self.read()
                if let read { accounts = read }
                if let problem, problem != complaint {
                    self.logger.error("Sessions go on as they are, and nobody can log in: \(problem)")
                }
                complaint = problem
            }
            last = look
            await self.sessions.follow(complaint == nil ? accounts : nil, now: SystemClock.wallMilliseconds)
            await cancelWhenGracefulShutdown { await pause(for: Self.beat) }
        }
        await self.sessions.follow(nil, now: SystemClock.wallMilliseconds)
    }

    private func look() -> Look? {
        var status = stat()
        guard stat(self.book.file, &status) == 0 else { return nil }
        let written = Int(status.st_mtim.tv_sec) &* 1_000_000_000 &+ Int(status.st_mtim.tv_nsec)
        return Look(inode: UInt64(status.st_ino), size: Int(status.st_size), written: written)
    }

    private func isFresh(_ look: Look?) -> Bool {
        guard let look else { return false }
        let now = Int(SystemClock.wallMilliseconds) * 1_000_000
        return abs(now - look.written) < Self.fresh
    }

    private func read() async -> (accounts: [String: SessionBook.Account]?, problem: String?) {
        await onOwnThread("accounts") {
            do { return (try self.book.accounts(), nil) } catch { return (nil, "\(error)") }
        }
    }
}
