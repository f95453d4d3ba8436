import Glibc
package import Plan

/// The system's zone files.
package enum ZoneFiles {
    private static let folder = "/usr/share/zoneinfo"
    /// No zone file is larger.
    private static let mostBytes = 1 << 20

    /// Reads the zone of a name such as `Asia/Shanghai`; `nil` when there is none.
    package static func zone(named name: String) -> LocalZone? {
        // A plan comes from outside: it must not open other files.
        guard !name.hasPrefix("/"), !name.split(separator: "/").contains(".."), !name.isEmpty,
            let handle = unsafe fopen("\(Self.folder)/\(name)", "re")
        else { return nil }
        defer { unsafe fclose(handle) }
        var bytes = [UInt8](repeating: 0, count: Self.mostBytes)
        let count = unsafe fread(&bytes, 1, bytes.count, handle)
        return LocalZone(name: name, tzif: Array(bytes[..<count]))
    }
}
