import Glibc

/// What a service tells systemd, by the `sd_notify(3)` protocol: one datagram to `$NOTIFY_SOCKET`.
///
/// Spoken here and not through libsystemd because it is five lines and spares a library on every device.
package enum SystemdNotify {
    /// Says that the service works; nothing happens when systemd did not start it.
    package static func ready(status: String) { Self.send("READY=1\nSTATUS=\(status)") }

    /// Says that the service is stopping.
    package static func stopping() { Self.send("STOPPING=1") }

    /// Sets the line that `systemctl status` shows.
    package static func status(_ text: String) { Self.send("STATUS=\(text)") }

    /// How often systemd wants to hear that the service works, ms; `nil` when it does not watch.
    package static var watchdogInterval: Int64? {
        guard let text = getenv("WATCHDOG_USEC").map({ String(cString: $0) }), let microseconds = Int64(text) else {
            return nil
        }
        return microseconds / 1_000
    }

    /// Says that the service works: only to be called after it was seen to.
    package static func alive() { Self.send("WATCHDOG=1") }

    private static func send(_ message: String) {
        guard let path = getenv("NOTIFY_SOCKET").map({ String(cString: $0) }), !path.isEmpty else { return }
        let socket = Glibc.socket(AF_UNIX, CInt(SOCK_DGRAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue), 0)
        guard socket >= 0 else { return }
        defer { close(socket) }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let bytes = Array(path.utf8)
        guard bytes.count < MemoryLayout.size(ofValue: address.sun_path) else { return }
        withUnsafeMutableBytes(of: &address.sun_path) { target in
            target.copyBytes(from: bytes)
            // A leading @ names an abstract socket, whose address starts with a zero byte.
            if bytes[0] == UInt8(ascii: "@") { target[0] = 0 }
        }
        let length = socklen_t(MemoryLayout<sa_family_t>.size + bytes.count)
        let text = Array(message.utf8)
        _ = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                sendto(socket, text, text.count, 0, $0, length)
            }
        }
    }
}
