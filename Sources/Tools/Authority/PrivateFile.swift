import Crypto
import FoundationEssentials
package import Glibc
import SystemErrors

/// Files that are written whole or not at all, and are never readable for more than they should be, not even for a moment.
package enum PrivateFile {
    /// Writes a file.
    ///
    /// Owner and group of a file that is there stay.
    ///
    /// - Throws: ``AuthorityError``.
    package static func write(_ text: String, to path: String, mode: mode_t) throws(AuthorityError) {
        let draft = path + ".part"
        unlink(draft)
        let descriptor = open(draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode)
        guard descriptor >= 0 else { throw AuthorityError("\(path): cannot be written: \(SystemError.last)") }
        var old = stat()
        if stat(path, &old) == 0 { _ = fchown(descriptor, old.st_uid, old.st_gid) }
        fchmod(descriptor, mode)
        var isWritten = true
        var rest = ArraySlice(Array(text.utf8))
        while !rest.isEmpty, isWritten {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count > 0 { rest = rest.dropFirst(count) } else if count < 0, errno != EINTR { isWritten = false }
        }
        isWritten = isWritten && fsync(descriptor) == 0
        let failure = SystemError.last
        close(descriptor)
        guard isWritten, rename(draft, path) == 0 else {
            unlink(draft)
            throw AuthorityError("\(path): cannot be written: \(isWritten ? SystemError.last : failure)")
        }
        Self.settle(path)
    }

    /// Reads a file; `nil` only when there is none.
    ///
    /// - Throws: ``AuthorityError`` for one that is there and cannot be read: nobody may take it for an empty one.
    static func text(of path: String) throws(AuthorityError) -> String? {
        var status = stat()
        if stat(path, &status) != 0, errno == ENOENT { return nil }
        do { return String(decoding: try Data(contentsOf: URL(filePath: path)), as: UTF8.self) } catch {
            throw AuthorityError("\(path): is there and cannot be read; mend that first, nothing was changed")
        }
    }

    /// Makes the new name last a power cut.
    private static func settle(_ path: String) {
        let folder = path.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(separator: "/")
        let descriptor = open(folder.isEmpty ? "." : folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { return }
        fsync(descriptor)
        close(descriptor)
    }

    /// The key in a file; where there is none a new one is made.
    ///
    /// - Throws: ``AuthorityError`` for a file that is no such key.
    static func key(at path: String) throws(AuthorityError) -> P256.Signing.PrivateKey {
        guard access(path, F_OK) == 0 else {
            let key = P256.Signing.PrivateKey()
            try Self.write(key.pemRepresentation + "\n", to: path, mode: 0o600)
            return key
        }
        return try Self.existingKey(at: path)
    }

    /// The key in a file.
    ///
    /// - Throws: ``AuthorityError`` for a file that is no such key, or not there.
    static func existingKey(at path: String) throws(AuthorityError) -> P256.Signing.PrivateKey {
        guard let text = try? Data(contentsOf: URL(filePath: path)),
            let key = try? P256.Signing.PrivateKey(pemRepresentation: String(decoding: text, as: UTF8.self))
        else { throw AuthorityError("\(path): is not there, or no P-256 key that this account can read") }
        return key
    }
}

/// Makes a folder that only its owner sees.
///
/// - Throws: ``AuthorityError``.
func makePrivateFolder(_ path: String) throws(AuthorityError) {
    guard mkdir(path, 0o700) != 0 else { return }
    var status = stat()
    guard errno == EEXIST, stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else {
        throw AuthorityError("\(path): cannot be made: \(SystemError.last)")
    }
    guard status.st_mode & 0o077 == 0 else {
        throw AuthorityError("\(path): others may look into this folder; chmod 700")
    }
}
