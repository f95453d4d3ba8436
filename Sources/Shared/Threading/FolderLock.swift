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

    /// Whether a process holds the folder, without taking it; `nil` when that cannot be seen.
    package static func isHeld(_ folder: String) -> Bool? {
        var status = stat()
        guard stat(folder + "/lock", &status) == 0 else { return errno == ENOENT ? false : nil }
        guard let file = fopen("/proc/locks", "re") else { return nil }
        defer { fclose(file) }
        // "1: FLOCK  ADVISORY  WRITE 4242 08:01:131081 0 EOF": the last of the three numbers is the file's.
        var (line, size): (UnsafeMutablePointer<CChar>?, Int) = (nil, 0)
        defer { free(line) }
        while getline(&line, &size, file) >= 0 {
            let words = line.map { String(cString: $0) }?.split(whereSeparator: \.isWhitespace) ?? []
            guard words.contains("FLOCK"), !words.contains("->") else { continue }
            if words.contains(where: { $0.split(separator: ":").count == 3 && $0.hasSuffix(":\(status.st_ino)") }) {
                return true
            }
        }
        return false
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
