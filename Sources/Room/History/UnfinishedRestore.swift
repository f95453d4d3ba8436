import FoundationEssentials
import Glibc
import SystemErrors

/// A word in the state folder that says that its stores are being exchanged: while it is there they may be of two times.
///
/// A restore writes it before it touches the first store and takes it away after the last. After a power cut between the
/// two nothing of the folder is used until a restore has run to its end.
package struct UnfinishedRestore: Sendable {
    /// Name of the file.
    static let name = "restore.unfinished"

    private let folder: String
    private var path: String { "\(self.folder)/\(Self.name)" }

    init(in folder: String) { self.folder = folder }

    /// Whether it is there.
    var isThere: Bool { unsafe access(self.path, F_OK) == 0 }

    /// The number under which it has set files aside; `nil` where it is not there or says none.
    var stamp: Int64? {
        guard let text = FileManager.default.contents(atPath: self.path) else { return nil }
        return String(decoding: text, as: UTF8.self).split(separator: "\n").first.flatMap { Int64($0) }
    }

    /// Writes it.
    ///
    /// - Parameters:
    ///   - backup: What is restored.
    ///   - stamp: The number under which files are set aside.
    /// - Throws: ``HistoryError``.
    func begin(_ backup: String, _ stamp: Int64) throws {
        let file = try OutputFile(self.path)
        try file.write(Data("\(stamp)\n\(backup)\n".utf8))
        try file.close()
        try Self.settle(self.folder)
    }

    /// Takes it away, once all that was moved is on the disk.
    ///
    /// - Throws: ``HistoryError``.
    func end() throws {
        try Self.settle(self.folder)
        guard unsafe unlink(self.path) == 0 || errno == ENOENT else {
            throw HistoryError(path: self.path, reason: "\(SystemError.last)")
        }
        try Self.settle(self.folder)
    }

    /// Refuses stores of two times.
    ///
    /// - Parameter folder: The room's state.
    /// - Throws: ``HistoryError``.
    package static func refuse(_ folder: String) throws(HistoryError) {
        guard UnfinishedRestore(in: folder).isThere else { return }
        throw HistoryError(
            path: folder,
            reason: "a restore was cut short here, so its stores are of two times",
            remedy: "run 'command-room restore' once more; \(folder)/\(Self.name) names the backup"
        )
    }

    /// Waits until the disk has the names of a folder.
    static func settle(_ folder: String) throws {
        let descriptor = unsafe open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw HistoryError(path: folder, reason: "\(SystemError.last)") }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw HistoryError(path: folder, reason: "\(SystemError.last)") }
    }
}
