import Glibc
package import Settings

extension HardwareProfile {
    /// Finds and reads a profile.
    ///
    /// - Parameters:
    ///   - nameOrPath: A name such as `vehicle-usb-gnss`, or a path (it has a `/` in it).
    ///   - folders: Where names are looked for, in order.
    ///   - unknown: Makes the error for a name that is nowhere; it is given the names that are.
    /// - Returns: The profile.
    /// - Throws: What `unknown` makes, or the error in the profile itself.
    package static func find(
        _ nameOrPath: String,
        in folders: [String],
        unknown: (_ known: [String]) -> SettingsError
    ) throws(SettingsError) -> HardwareProfile {
        if nameOrPath.contains("/") { return try HardwareProfile(file: nameOrPath) }
        for folder in folders {
            let path = "\(folder)/\(nameOrPath).yaml"
            if unsafe access(path, F_OK) == 0 { return try HardwareProfile(file: path) }
        }
        throw unknown(Set(folders.flatMap(Self.names)).sorted())
    }

    /// The folders where profiles live: the administrator's first, then the installed ones, then those of a
    /// source tree that the program was built in.
    package static func standardFolders(executable: String) -> [String] {
        var folders = ["/etc/patrollink/HardwareProfiles", "/usr/share/patrollink/HardwareProfiles"]
        var folder = Substring(executable)
        for _ in 0..<5 {
            guard let slash = folder.lastIndex(of: "/"), slash > folder.startIndex else { break }
            folder = folder[..<slash]
            folders.append("\(folder)/HardwareProfiles")
        }
        return folders
    }

    private static func names(in folder: String) -> [String] {
        guard let directory = unsafe opendir(folder) else { return [] }
        defer { unsafe closedir(directory) }
        var names: [String] = []
        while let entry = unsafe readdir(directory) {
            let name = unsafe withUnsafeBytes(of: entry.pointee.d_name) { bytes in
                unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name.hasSuffix(".yaml") { names.append(String(name.dropLast(5))) }
        }
        return names
    }
}
