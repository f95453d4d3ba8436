import Glibc
import Rig
import TestSupport
import Testing
import Threading

/// What systemd hears of the room, with a socket of this test in systemd's place.
@Suite("The room under a service manager", .realPrograms, .timeLimit(.minutes(5)))
struct WatchdogTests {
    /// The manager's end: collects what it is told.
    private final class Manager: Sendable {
        private let socket: CInt

        init(path: String) throws {
            self.socket = Glibc.socket(AF_UNIX, CInt(SOCK_DGRAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue), 0)
            var address = sockaddr_un()
            address.sun_family = sa_family_t(AF_UNIX)
            withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8.prefix($0.count - 1)) }
            let isBound = withUnsafePointer(to: &address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    bind(self.socket, $0, socklen_t(MemoryLayout<sockaddr_un>.size)) == 0
                }
            }
            guard isBound else { throw RigError.system("bind", path) }
        }

        deinit { close(self.socket) }

        /// What was told since the last look.
        func heard() -> [String] {
            var messages: [String] = []
            var bytes = [UInt8](repeating: 0, count: 4_096)
            while true {
                let count = recv(self.socket, &bytes, bytes.count, CInt(MSG_DONTWAIT))
                guard count > 0 else { return messages }
                messages.append(String(decoding: bytes[..<count], as: UTF8.self))
            }
        }
    }

    @Test("hears that it is ready, and then again and again that it works, until it hangs")
    func beats() async throws {
        try await Chain.with { chain in
            let path = "\(chain.folder)/notify"
            let manager = try Manager(path: path)
            try await chain.withRoom(wrapper: "export NOTIFY_SOCKET=\(path) WATCHDOG_USEC=1500000; exec \"$@\"") {
                room in
                var heard: [String] = []
                try await eventually("ready and three beats") {
                    heard += manager.heard()
                    return heard.contains { $0.hasPrefix("READY=1") }
                        && heard.count { $0 == "WATCHDOG=1" } >= 3 ? () : nil
                }
                // A process that is stopped is one that hangs: nothing feeds the watchdog from elsewhere.
                room.send(SIGSTOP)
                await pause(for: .milliseconds(300))
                _ = manager.heard()
                await pause(for: .milliseconds(1_500))
                #expect(manager.heard().isEmpty)
                room.send(SIGCONT)
                try await eventually("another beat") { manager.heard().contains("WATCHDOG=1") ? () : nil }
            }
        }
    }
}
