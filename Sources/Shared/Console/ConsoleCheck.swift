import FoundationEssentials
import Glibc

extension ConsoleServer.Configuration {
    /// Why the socket could not be had, as far as that can be seen without making it; `nil` when nothing is wrong.
    ///
    /// - Parameters:
    ///   - service: User that patrold usually runs as; asked about when this process is root's.
    ///   - state: The state folder: it and `/run/patrold` are made at the start and need not be there yet.
    /// - Returns: What is wrong and what to do.
    package func fault(service: String, state: String) -> String? {
        do throws(ConsoleError) {
            let most = MemoryLayout.size(ofValue: sockaddr_un().sun_path) - 1
            guard self.path.utf8.count <= most else {
                throw ConsoleError("\(self.path): too long for a socket's name; choose one of at most \(most) bytes")
            }
            try ConsoleSocket.checkPlace(self.path)
            let folder = self.path.lastIndex(of: "/").map { String(self.path[..<$0]) } ?? "."
            var status = stat()
            let isFolder = stat(folder, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
            guard isFolder || folder == state || folder == "/run/patrold" else {
                throw ConsoleError("\(self.path): \(folder) is no folder; \(ConsoleSocket.advice(self.path))")
            }
            guard let group else { return nil }
            let number = try ConsoleSocket.number(ofGroup: group)
            if geteuid() == 0, let own = Self.groupOfUnit {
                guard own == group else {
                    throw ConsoleError(
                        "'console.group' is '\(group)' and the service runs with group '\(own)', and gives nothing away: "
                            + "'systemctl edit patrold', there '[Service]' and 'Group=\(group)'"
                    )
                }
                return nil
            }
            guard Self.isMember(of: number, service: service) else {
                throw ConsoleError(
                    "'console.group' is '\(group)', of which user \(service) is no member; "
                        + "'usermod --append --groups \(group) \(service)'"
                )
            }
            return nil
        } catch {
            return error.description
        }
    }

    /// The group that the installed service runs with: as its unit and what was written beside it say; `nil` without a unit.
    private static var groupOfUnit: String? {
        let units = ["/lib", "/usr/lib", "/etc"].map { "\($0)/systemd/system/patrold.service" }
        let folder = "/etc/systemd/system/patrold.service.d"
        var more: [String] = []
        // Where the folder is not there, nothing was written beside the unit.
        do { more = try FileManager.default.contentsOfDirectory(atPath: folder) } catch { more = [] }
        let files = units + more.filter { $0.hasSuffix(".conf") }.sorted().map { "\(folder)/\($0)" }
        return files.compactMap { FileManager.default.contents(atPath: $0) }
            .flatMap { String(decoding: $0, as: UTF8.self).split(separator: "\n") }
            .last { $0.hasPrefix("Group=") }
            .map { String($0.dropFirst("Group=".count)) }
    }

    /// Whether the service may give a file to a group: root may always, so its own user is asked about, if there is one.
    private static func isMember(of group: gid_t, service: String) -> Bool {
        var list = [gid_t](repeating: 0, count: 256)
        if geteuid() == 0 {
            guard let entry = getpwnam(service) else { return true }
            var count = CInt(list.count)
            getgrouplist(service, entry.pointee.pw_gid, &list, &count)
            return list.prefix(Int(max(0, min(count, 256)))).contains(group)
        }
        let count = getgroups(CInt(list.count), &list)
        return getegid() == group || list.prefix(Int(max(0, count))).contains(group)
    }
}
