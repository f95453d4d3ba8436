import FoundationEssentials
import Glibc
import SystemErrors
import Threading

/// Where sessions outlive a restart: a file that its owner alone may read, and that no session can be taken from,
/// because it holds hashes of the ids.
package struct SessionFile: Sendable {
    private let path: String
    /// One write after the other: the later must not be overtaken by the earlier.
    private let turn = Locked(())

    /// Why it cannot be written.
    struct Problem: Error, CustomStringConvertible {
        let description: String
    }

    /// Names the file; nothing is opened.
    package init(path: String) { self.path = path }

    /// What was kept; `nil` when there is nothing, or nothing that can be read.
    func load() -> SessionBook? {
        do {
            return try JSONDecoder().decode(SessionBook.self, from: Data(contentsOf: URL(filePath: self.path)))
        } catch {
            // Then everybody logs in again, and the next login writes a new one.
            return nil
        }
    }

    /// Writes what `book` returns, all of it or nothing; blocks for the disk.
    ///
    /// A file that cannot be written is removed: a session that was ended must not come back with a restart.
    func save(_ book: () -> SessionBook) throws(Problem) {
        try self.turn.withLock { _ throws(Problem) in
            do throws(Problem) {
                let bytes: Data
                do { bytes = try JSONEncoder().encode(book()) } catch { throw Problem(description: "\(error)") }
                try self.replace(with: bytes)
            } catch {
                unlink(self.path)
                throw error
            }
        }
    }

    private func replace(with bytes: Data) throws(Problem) {
        let new = self.path + ".new"
        let file = open(new, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard file >= 0 else { throw self.problem() }
        var rest = Array(bytes)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { write(file, $0.baseAddress, $0.count) }
            guard count > 0 else {
                let problem = self.problem()
                close(file)
                throw problem
            }
            rest = rest.dropFirst(count)
        }
        let isKept = fchmod(file, 0o600) == 0 && fsync(file) == 0
        let problem = self.problem()
        close(file)
        guard isKept else { throw problem }
        guard rename(new, self.path) == 0 else { throw self.problem() }
    }

    private func problem() -> Problem { Problem(description: "\(self.path): \(SystemError.last)") }
}
