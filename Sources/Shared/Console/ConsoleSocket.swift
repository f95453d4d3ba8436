import Glibc
import SystemErrors

/// Why the console could not be opened.
package struct ConsoleError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What is wrong and what to do.
    package let description: String

    /// Whether the configuration has to be changed; else the machine, or the account that runs the program.
    package let isOfConfiguration: Bool

    /// Creates one.
    package init(_ description: String, isOfConfiguration: Bool = false) {
        (self.description, self.isOfConfiguration) = (description, isOfConfiguration)
    }
}

/// The address family's own details, in one place.
enum ConsoleSocket {
    /// Makes a stream socket and hands it over with the address of `path`.
    static func make(
        _ path: String,
        _ use: (CInt, UnsafePointer<sockaddr>, socklen_t) -> CInt
    ) throws(ConsoleError) -> CInt {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let room = MemoryLayout.size(ofValue: address.sun_path)
        let bytes = Array(path.utf8)
        guard bytes.count < room else {
            throw ConsoleError(
                "\(path): too long for a socket's name; choose one of at most \(room - 1) bytes",
                isOfConfiguration: true
            )
        }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
        let socket = Glibc.socket(AF_UNIX, CInt(SOCK_STREAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue), 0)
        guard socket >= 0 else { throw ConsoleError("socket: \(SystemError.last)") }
        let outcome = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                use(socket, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        guard outcome == 0 else {
            let reason = SystemError.last.description
            close(socket)
            throw ConsoleError("\(path): \(reason)")
        }
        return socket
    }

    /// Sends a line, with its line break; returns whether all of it went.
    static func send(_ line: [UInt8], to socket: CInt, patient: Bool) -> Bool {
        let flags = CInt(MSG_NOSIGNAL) | (patient ? 0 : CInt(MSG_DONTWAIT))
        return Glibc.send(socket, line, line.count, flags) == line.count
    }

    /// Opens a socket that its owner and its group may use.
    static func listen(at path: String, group: String?) throws(ConsoleError) -> CInt {
        let number = try group.map { name throws(ConsoleError) in try Self.number(ofGroup: name) }
        try Self.checkPlace(path)
        // What an earlier process left behind; the outbox's lock says that there is no other now.
        unlink(path)
        let before = umask(0o117)
        defer { umask(before) }
        let socket: CInt
        do throws(ConsoleError) {
            socket = try Self.make(path) { socket, address, length in
                bind(socket, address, length) == 0 ? Glibc.listen(socket, 32) : -1
            }
        } catch {
            guard !error.isOfConfiguration else { throw error }
            throw ConsoleError("\(error); \(Self.advice(path))")
        }
        guard let number else { return socket }
        // The service's own group has it already, and a sandbox may forbid to give anything to anybody.
        var made = stat()
        if lstat(path, &made) == 0, made.st_gid == number { return socket }
        guard chown(path, uid_t.max, number) == 0 else {
            let reason = SystemError.last.description
            close(socket)
            unlink(path)
            let group = group ?? ""
            throw ConsoleError(
                "\(path): cannot be given to group '\(group)': \(reason); let the service run with it: 'systemctl edit patrold', "
                    + "there '[Service]' and 'Group=\(group)'"
            )
        }
        return socket
    }

    /// Refuses a path that is something else than a socket: it may be a slip of the pen, and is not to be removed.
    static func checkPlace(_ path: String) throws(ConsoleError) {
        var status = stat()
        guard lstat(path, &status) == 0, status.st_mode & S_IFMT != S_IFSOCK else { return }
        throw ConsoleError(
            "\(path): is there and is no socket; choose another 'console.socket'",
            isOfConfiguration: true
        )
    }

    /// Finds a group.
    ///
    /// - Throws: ``ConsoleError`` when there is none of that name.
    static func number(ofGroup name: String) throws(ConsoleError) -> gid_t {
        guard let entry = getgrnam(name) else {
            throw ConsoleError(
                "'console.group' is '\(name)', which is no group here; make it with 'groupadd --system \(name)'",
                isOfConfiguration: true
            )
        }
        return entry.pointee.gr_gid
    }

    /// What to do about a folder that is not there.
    static func advice(_ path: String) -> String {
        let folder = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
        return folder == "/run/patrold"
            ? "under systemd 'RuntimeDirectory=patrold' in the unit makes that folder"
            : "'console.socket' needs a folder that patrold may write to, such as /run/patrold"
    }
}

/// Collects bytes into lines.
struct LineBuffer {
    private var rest: [UInt8] = []
    /// No request is longer; more is rubbish.
    private static let longest = 65_536

    /// Adds bytes and returns the lines that are complete; `nil` when the other side talks rubbish.
    mutating func add(_ bytes: ArraySlice<UInt8>) -> [[UInt8]]? {
        self.rest += bytes
        var lines: [[UInt8]] = []
        while let end = self.rest.firstIndex(of: 10) {
            lines.append(Array(self.rest[..<end]))
            self.rest.removeSubrange(...end)
        }
        return self.rest.count > Self.longest ? nil : lines
    }
}
