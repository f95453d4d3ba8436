import Foundation
import FoundationEssentials
import Glibc
import SystemErrors

/// A word in the state folder that says that its stores are being exchanged: while it is there they may be of two times.
///
/// A restore writes it before it touches the first store and takes it away after the last. After a power cut between the
/// two no store of the folder is opened until a restore has run to its end.
package struct UnfinishedRestore: Sendable {
    /// Name of the file.
    static let name = "restore.unfinished"

    /// What a restore that goes on has to know of the one that was cut short.
    struct State: Codable {
        /// The number under which files are set aside.
        let stamp: Int64
        /// The backup that it was begun with.
        let backup: String
        /// The room's own files that were there before.
        let before: Set<String>
        /// Files that a backup puts there.
        var puts: Set<String>
    }

    private let folder: String
    private var path: String { "\(self.folder)/\(Self.name)" }

    init(in folder: String) { self.folder = folder }

    /// Whether it is there.
    var isThere: Bool { unsafe access(self.path, F_OK) == 0 }

    /// What it says; `nil` where it is not there.
    ///
    /// - Throws: ``HistoryError`` when it cannot be read.
    func state() throws -> State? {
        guard self.isThere else { return nil }
        do { return try JSONDecoder().decode(State.self, from: Data(contentsOf: URL(filePath: self.path))) } catch {
            throw HistoryError(
                path: self.path,
                reason: "cannot be read",
                remedy:
                    "look at what lies beside it as '.before-NUMBER', put the stores of one time in place and delete it"
            )
        }
    }

    /// Writes it, whole or not at all.
    ///
    /// - Throws: ``HistoryError``; then it is as it was before, or it is there, and nothing was exchanged yet.
    func begin(_ state: State) throws {
        let part = self.path + ".part"
        do {
            let file = try OutputFile(part)
            try file.write(JSONEncoder().encode(state))
            try file.close()
            guard unsafe rename(part, self.path) == 0 else { throw Errors.last(self.path) }
        } catch {
            unsafe unlink(part)
            throw error
        }
        try Self.settle(self.folder)
    }

    /// Takes it away, once all that was moved is on the disk.
    ///
    /// - Throws: ``HistoryError``.
    func end() throws {
        try Self.settle(self.folder)
        guard unsafe unlink(self.path) == 0 || errno == ENOENT else { throw Errors.last(self.path) }
    }

    /// Whether a restore was cut short in a state folder.
    package static func isThere(in folder: String) -> Bool { UnfinishedRestore(in: folder).isThere }

    /// Refuses stores of two times.
    ///
    /// - Parameter folder: The room's state.
    /// - Throws: ``HistoryError``.
    package static func refuse(_ folder: String) throws(HistoryError) {
        let unfinished = UnfinishedRestore(in: folder)
        guard unfinished.isThere else { return }
        var backup = "the backup"
        do { backup = try unfinished.state()?.backup ?? backup } catch { backup = "a backup" }
        throw HistoryError(
            path: folder,
            reason: "a restore was cut short here, so its stores may be of two times",
            remedy: "run 'command-room restore' once more with \(backup) or another one"
        )
    }

    /// Waits until the disk has the names of a folder.
    ///
    /// - Throws: ``HistoryError``.
    static func settle(_ folder: String) throws {
        let descriptor = unsafe open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw Errors.last(folder) }
        defer { close(descriptor) }
        // Not every file system can wait for a folder: such a one keeps its names as well as it can.
        guard fsync(descriptor) == 0 || errno == EINVAL || errno == ENOTSUP else { throw Errors.last(folder) }
    }

    private enum Errors {
        static func last(_ path: String) -> HistoryError { HistoryError(path: path, reason: "\(SystemError.last)") }
    }
}
