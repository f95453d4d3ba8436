import Foundation
import Testing

/// Seen with systemd itself: a unit that takes these calls away ends its program with SIGSYS before it has said a word.
@Suite("systemd units")
struct UnitFileTests {
    private func lines(_ unit: String) throws -> [String] {
        let root = URL(filePath: #filePath)
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        return try String(contentsOf: root.appending(path: "systemd/\(unit).service"), encoding: .utf8)
            .split(separator: "\n").map(String.init)
    }

    @Test(
        "what is asked for in vain is an error and no end, a priority is granted and not given, the clock is out of reach",
        arguments: ["patrold", "command-room", "command-room-backup"]
    )
    func calls(unit: String) throws {
        let lines = try self.lines(unit)
        let filters = lines.filter { $0.hasPrefix("SystemCallFilter=") }
        #expect(
            filters.last == "SystemCallFilter=~setpriority:0" && filters.dropLast().last?.contains("@resources") == true
        )
        #expect(!filters.contains { $0.contains("adjtimex") || $0.contains("chown") })
        for line in ["SystemCallErrorNumber=EPERM", "ProtectClock=yes", "PrivateUsers=yes", "ProcSubset=pid"] {
            #expect(lines.contains(line), "\(line)")
        }
    }

    @Test("the device's unit makes the console's folder and lets its inputs' chips through")
    func device() throws {
        let lines = try self.lines("patrold")
        let needed = [
            "RuntimeDirectory=patrold", "RuntimeDirectoryMode=0755", "DeviceAllow=char-gpiochip rw", "Group=patrol",
            "Environment=BOOT_ID=%b",
        ]
        for line in needed { #expect(lines.contains(line), "\(line)") }
        #expect(!lines.contains("PrivateDevices=yes"))
    }
}
