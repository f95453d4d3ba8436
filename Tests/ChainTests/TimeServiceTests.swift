import Glibc
import Rig
import TestSupport
import Testing
import Threading

private let bus = "/usr/bin/dbus-daemon"
private let timedated = "/lib/systemd/systemd-timedated"
private var isThere: Bool { access(bus, X_OK) == 0 && access(timedated, X_OK) == 0 }

/// What a service that may not ask the kernel is told of the clock: by a real systemd-timedated on a bus of the test's own.
@Suite(
    "The time service",
    .realPrograms,
    .timeLimit(.minutes(3)),
    .enabled(if: isThere, "dbus-daemon or systemd-timedated is not installed")
)
struct TimeServiceTests {
    private func ask() async -> Bool? { await onOwnThread("ask") { TimeService.ask() } }

    @Test("says of the clock what the kernel says, and nothing where it is not there")
    func agrees() async throws {
        try await withTemporaryFolder("bus") { folder in
            let address = "unix:path=\(folder)/bus"
            setenv("DBUS_SYSTEM_BUS_ADDRESS", address, 1)
            defer { unsetenv("DBUS_SYSTEM_BUS_ADDRESS") }
            #expect(await self.ask() == nil)
            let arguments = ["--session", "--nofork", "--nopidfile", "--address=\(address)"]
            try await withProgram(bus, arguments, logFile: "\(folder)/bus.log") { _ in
                _ = try await eventually("the bus") { access("\(folder)/bus", F_OK) == 0 ? true : nil }
                #expect(await self.ask() == nil)
                try await withProgram(timedated, [], logFile: "\(folder)/timedated.log") { _ in
                    let said = try await eventually("an answer") { await self.ask() }
                    #expect(said == SystemClock.isSynchronised)
                }
            }
        }
    }
}
