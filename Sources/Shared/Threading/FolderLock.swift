import Glibc
import SystemErrors

/// Holds a folder for one process; the kernel lets go when the process ends, however it ends.
package final class FolderLock: Sendable {
    /// Why a folder cannot be held.
    package enum Failure: Error, Sendable, Hashable {
        /// Another process holds it.
        case inUse(path: String)
        /// It cannot be made, or its lock not be written.
        case failed(path: String, reason: String)
    }

    private let descriptor: CInt

    private init(_ descriptor: CInt) { self.descriptor = descriptor }

    deinit {
        // Not by closing alone: a child that is about to run another program holds a copy for a moment.
        flock(self.descriptor, LOCK_UN)
        close(self.descriptor)
    }

    /// Takes the folder, making it where it is missing.
    package static func take(_ folder: String) throws(Failure) -> FolderLock {
        guard mkdir(folder, 0o750) == 0 || errno == EEXIST else {
            throw .failed(path: folder, reason: "cannot be made: \(SystemError.last)")
        }
        let path = folder + "/lock"
        let descriptor = Glibc.open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o640)
        guard descriptor >= 0 else { throw .failed(path: path, reason: SystemError.last.description) }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            close(descriptor)
            throw .inUse(path: folder)
        }
        return FolderLock(descriptor)
    }
}
