import Glibc
import SystemErrors

extension Findings {
    /// Looks whether a file is there and can be read.
    ///
    /// - Parameters:
    ///   - path: The file.
    ///   - key: What the configuration calls it, for the message.
    ///   - service: User that the program usually runs as: root is told what that user may not read.
    /// - Returns: Whether this process can read it.
    @discardableResult
    package mutating func readable(_ path: String, key: String, service: String) -> Bool {
        var status = stat()
        guard stat(path, &status) == 0 else {
            self.fault("\(path): \(SystemError.last); put the file there, or change '\(key)'")
            return false
        }
        guard status.st_mode & S_IFMT == S_IFREG else {
            self.fault("\(path): is no file; change '\(key)'")
            return false
        }
        guard access(path, R_OK) == 0 else {
            self.fault(
                "\(path): \(SystemError.last); '\(key)' has to be readable: chown root:\(service), chmod 640"
            )
            return false
        }
        if let user = ServiceUser(named: service), geteuid() == 0, let obstacle = user.obstacle(to: path) {
            self.warn(
                "\(path): user \(service) cannot read it because of \(obstacle); chown root:\(service), chmod 640"
            )
        }
        return true
    }

    /// Looks whether a secret is kept from others; ``Findings/readable(_:key:service:)`` is told of a missing one.
    package mutating func secret(_ path: String, service: String) {
        if let exposure = Self.exposure(of: path, service: service) { self.warn(exposure) }
    }

    /// Accounts that can read or change a secret and should not, with what to do; `nil` when there are none.
    ///
    /// Its group may read it: that is how a service gets at a file of root's.
    package static func exposure(of path: String, service: String) -> String? {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        let mode = status.st_mode & 0o777
        let who: String
        switch (mode & 0o007 != 0, mode & 0o020 != 0) {
        case (true, _): who = "everybody on this machine may get at this secret"
        case (_, true): who = "its group may change this secret"
        default: return nil
        }
        let octal = String(mode, radix: 8)
        return "\(path): \(who) (mode \(octal)); chmod 640 with chown root:\(service), or chmod 600"
    }

    /// Looks whether a folder is there and can be written, or can be made.
    package mutating func writableFolder(_ path: String, key: String) {
        var status = stat()
        if stat(path, &status) == 0 {
            guard status.st_mode & S_IFMT == S_IFDIR else {
                return self.fault("\(path): is no folder; change '\(key)'")
            }
            guard access(path, W_OK | X_OK) == 0 else {
                return self.fault("\(path): \(SystemError.last); '\(key)' has to be writable")
            }
            return
        }
        let reason = SystemError.last.description
        guard errno == ENOENT else { return self.fault("\(path): \(reason); change '\(key)'") }
        let parent = Self.parent(of: path)
        guard access(parent, W_OK | X_OK) == 0 else {
            let reason = SystemError.last.description
            return self.fault(
                "\(path): is not there and cannot be made in \(parent): \(reason); make it, or change '\(key)'"
            )
        }
        var room = statvfs()
        if statvfs(parent, &room) == 0, room.f_flag & UInt(ST_RDONLY) != 0 {
            self.fault("\(path): \(parent) is on a disk that cannot be written; change '\(key)'")
        }
    }

    private static func parent(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }
}

/// The user that a service runs as, and what it may read by the bits of the files.
private struct ServiceUser {
    private let user: uid_t
    private let groups: Set<gid_t>

    init?(named name: String) {
        guard let entry = getpwnam(name) else { return nil }
        let (user, group) = (entry.pointee.pw_uid, entry.pointee.pw_gid)
        var list = [gid_t](repeating: 0, count: 64)
        var count = CInt(list.count)
        getgrouplist(name, group, &list, &count)
        (self.user, self.groups) = (user, Set(list.prefix(Int(max(0, min(count, 64))))).union([group]))
    }

    /// The folder or file that keeps the user from reading a file; `nil` when nothing does.
    func obstacle(to path: String) -> String? {
        guard let absolute = realpath(path, nil) else { return nil }
        defer { free(absolute) }
        let full = String(cString: absolute)
        for index in full.indices.dropFirst() where full[index] == "/" {
            let folder = String(full[..<index])
            if !self.may(0o1, folder) { return "the folder \(folder)" }
        }
        return self.may(0o4, full) ? nil : "its mode"
    }

    private func may(_ bit: mode_t, _ path: String) -> Bool {
        var status = stat()
        guard stat(path, &status) == 0 else { return false }
        if status.st_uid == self.user { return status.st_mode & (bit << 6) != 0 }
        if self.groups.contains(status.st_gid) { return status.st_mode & (bit << 3) != 0 }
        return status.st_mode & bit != 0
    }
}
