import Glibc
import NIOCore

/// The addresses that requests come from, as they are compared and counted.
enum Address {
    /// An address in the form that it is compared in; `nil` for a text that is none.
    ///
    /// IPv4 that came over an IPv6 socket is IPv4 again.
    static func canonical(_ text: some StringProtocol) -> String? {
        guard text.utf8.count <= 45 else { return nil }
        do {
            let address = try SocketAddress(ipAddress: String(text), port: 0).ipAddress ?? String(text)
            return address.hasPrefix("::ffff:") && address.contains(".") ? String(address.dropFirst(7)) : address
        } catch {
            return nil
        }
    }

    /// The address at the other end of a connection; `here` for a socket of this machine that has no address.
    static func of(_ channel: any Channel) -> String {
        guard let address = channel.remoteAddress?.ipAddress else { return "here" }
        return Self.canonical(address) ?? address
    }

    /// What is counted as one: an IPv4 address, or the network of an IPv6 one, whose owner has 2⁶⁴ of them.
    static func group(_ address: String) -> String {
        guard address.contains(":") else { return address }
        var bytes = [UInt8](repeating: 0, count: 16)
        // Safety: AF_INET6 writes the 16 bytes that are there.
        guard inet_pton(AF_INET6, address, &bytes) == 1 else { return address }
        return bytes.prefix(8).map { String($0, radix: 16) }.joined(separator: ".") + "/64"
    }

    /// Whether it is this machine.
    static func isThisMachine(_ address: String) -> Bool {
        address == "::1" || address == "here" || address.hasPrefix("127.") || address.hasPrefix("::ffff:127.")
    }
}
