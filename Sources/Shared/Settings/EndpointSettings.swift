/// Host and TCP port of a service.
package struct HostPort: Sendable, Hashable, CustomStringConvertible {
    /// Name or address.
    package let host: String

    /// TCP port.
    package let port: UInt16

    /// Creates one.
    package init(host: String, port: UInt16) {
        self.host = host
        self.port = port
    }

    /// Whether the host can only be this machine.
    package var isLoopback: Bool {
        self.host == "localhost" || self.host == "::1" || self.host.hasPrefix("127.")
    }

    /// `host:port`.
    package var description: String {
        self.host.contains(":") ? "[\(self.host)]:\(self.port)" : "\(self.host):\(self.port)"
    }
}

extension SettingsReader {
    /// Takes `host` and `port` out of this group.
    package mutating func hostPort(defaultPort: UInt16) throws(SettingsError) -> HostPort {
        let host = try self.string("host", example: "127.0.0.1")
        let port = try self.optionalInteger("port", in: 1...65_535)
        return HostPort(host: host, port: port.flatMap { UInt16(exactly: $0) } ?? defaultPort)
    }
}
