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
        "what is needed is given back after it was taken away with its group, and the rest is an error and no end",
        arguments: [
            ("patrold", ["adjtimex", "clock_adjtime", "@chown"]), ("command-room", ["adjtimex", "clock_adjtime"]),
        ]
    )
    func calls(unit: String, needed: [String]) throws {
        let lines = try self.lines(unit)
        let filters = lines.filter { $0.hasPrefix("SystemCallFilter=") }
        let last = try #require(filters.last)
        #expect(!last.contains("~"))
        for call in needed { #expect(last.contains(call), "\(last)") }
        #expect(lines.contains("SystemCallErrorNumber=EPERM") && !lines.contains("ProtectClock=yes"))
    }

    @Test("the device's unit makes the console's folder and lets its inputs' chips through")
    func device() throws {
        let lines = try self.lines("patrold")
        for line in ["RuntimeDirectory=patrold", "RuntimeDirectoryMode=0755", "DeviceAllow=char-gpiochip rw"] {
            #expect(lines.contains(line))
        }
        #expect(!lines.contains("PrivateDevices=yes"))
    }
}
