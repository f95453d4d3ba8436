import FoundationEssentials
import Glibc
import SystemPackage

/// A file that is read part by part: a store may be larger than memory.
final class InputFile {
    private let descriptor: FileDescriptor

    /// Opens a file for reading.
    ///
    /// - Throws: `Errno`.
    init(_ path: String) throws { self.descriptor = try FileDescriptor.open(FilePath(path), .readOnly) }

    deinit {
        // Only read from: there is nothing that a failing close could lose.
        do { try self.descriptor.close() } catch { return }
    }

    /// The next part, at most so many bytes; `nil` at the end.
    func next(_ count: Int) throws -> Data? {
        var bytes = [UInt8](repeating: 0, count: count)
        let read = try unsafe bytes.withUnsafeMutableBytes { try unsafe self.descriptor.read(into: $0) }
        return read == 0 ? nil : Data(bytes.prefix(read))
    }
}

/// A new file that is written part by part, and on the disk when it is closed.
struct OutputFile {
    private let descriptor: FileDescriptor

    /// Creates a file that only its owner can read, or empties the one that is there.
    ///
    /// - Throws: `Errno`.
    init(_ path: String) throws {
        self.descriptor = try FileDescriptor.open(
            FilePath(path),
            .writeOnly,
            options: [.create, .truncate],
            permissions: [.ownerReadWrite]
        )
    }

    /// Writes a part, all of it.
    func write(_ body: Data) throws {
        try unsafe body.withUnsafeBytes { _ = try unsafe self.descriptor.writeAll($0) }
    }

    /// Waits until the disk has it.
    func close() throws {
        defer { do { try self.descriptor.close() } catch { () } }
        guard fsync(self.descriptor.rawValue) == 0 else { throw Errno(rawValue: errno) }
    }
}
