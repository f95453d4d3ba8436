import Glibc
import Rig
import TestSupport
import Testing
import Threading

@Suite("Clocks that are wrong", .serialized, .realPrograms, .timeLimit(.minutes(3)))
struct ClockFaultTests {
    private static let weeks: Int64 = 1_024 * 7 * 86_400

    /// Runs patrold with a system clock that is off by what a file says, in seconds; its CLOCK_BOOTTIME stays true.
    ///
    /// Through `env`: the first process changes its own environment, and then Swift does not find its arguments.
    private func wrapper(_ chain: Chain) -> String {
        """
        export LD_PRELOAD=$(ls /usr/lib/*/faketime/libfaketimeMT.so.1) FAKETIME_TIMESTAMP_FILE=\(chain.folder)/clock \
        FAKETIME_NO_CACHE=1 FAKETIME_DONT_FAKE_MONOTONIC=1; exec env "$@"
        """
    }

    private func setClock(_ chain: Chain, seconds: Int64) throws {
        // Renamed into place: patrold must never read half a file.
        try writeFile("\(chain.folder)/clock.new", "\(seconds < 0 ? "-" : "+")\(abs(seconds))\n")
        let (new, file) = ("\(chain.folder)/clock.new", "\(chain.folder)/clock")
        guard rename(new, file) == 0 else { throw RigError.system("rename \(new)", "errno \(errno)") }
    }

    /// Each stored record: when it was made by the room's reckoning, and CLOCK_BOOTTIME.
    private func times(_ chain: Chain) async throws -> [(made: Int64, up: Int64)] {
        try await chain.storeRows("SELECT made || ' ' || up FROM record ORDER BY seq").map { row in
            let numbers = row.split(separator: " ").compactMap { Int64($0) }
            try #require(numbers.count == 2, "not dated: \(row)")
            return (numbers[0], numbers[1])
        }
    }

    /// All records lie where this machine's own clocks have them.
    ///
    /// On a busy machine a fix reaches the device some seconds late. Its record says when it was measured, which is right,
    /// and `up` when it came; a jump is larger than that by far, and no record is ahead.
    private func expectTrue(_ chain: Chain) async throws {
        let offset = SystemClock.wallMilliseconds - SystemClock.bootMilliseconds
        for (made, up) in try await self.times(chain) {
            let error = made - up - offset
            guard !(-30_000..<2_000).contains(error) else { continue }
            let record = try await chain.storeRows("SELECT * FROM record WHERE up = \(up)")
            Issue.record("\(record) is off by \(error) ms")
        }
    }

    @Test(
        "a system clock that jumps by an hour and by 1024 weeks, both ways, moves no record",
        .disabled(if: Places.areSanitized, "a sanitizer's runtime does not start with libfaketime before it")
    )
    func systemJumps() async throws {
        try await Chain.with { chain in
            try self.setClock(chain, seconds: 0)
            try await chain.withBroker { _ in
                try await chain.withRoom { _ in
                    try await chain.withGPSD { line in
                        try await chain.withPatrold(wrapper: self.wrapper(chain)) { _ in
                            try await chain.feeding(line) {
                                try await chain.waitForStored(10)
                                for jump in [0, 3_600, -3_600, -Self.weeks, Self.weeks, 0] {
                                    try self.setClock(chain, seconds: jump)
                                    let count = try await chain.outboxSequences().count
                                    try await chain.waitForRecords(count + 20)
                                }
                            }
                        }
                        // Stopped and started once more, so that its last event goes out.
                        try await chain.withPatrold { _ in
                            try await chain.expectStoreEqualsOutbox(atLeast: 120)
                            try await self.expectTrue(chain)
                        }
                    }
                }
            }
        }
    }

    @Test(
        "a device that starts 1024 weeks in the past: what it made before it knew better is dated in the room",
        .disabled(if: Places.areSanitized, "a sanitizer's runtime does not start with libfaketime before it")
    )
    func startsInThePast() async throws {
        try await Chain.with { chain in
            try self.setClock(chain, seconds: -Self.weeks)
            try await chain.withBroker { _ in
                try await chain.withRoom { _ in
                    try await chain.withPatrold(wrapper: self.wrapper(chain)) { _ in
                        try await chain.waitForStored(1)
                        #expect(
                            try await chain.storeRows("SELECT tq || ' ' || ifnull(made, '?') FROM record") == ["none ?"]
                        )
                        try await chain.withGPSD { line in
                            try await chain.feeding(line) { try await chain.waitForStored(20) }
                            try await chain.expectStoreEqualsOutbox(atLeast: 20)
                            try await self.expectTrue(chain)
                        }
                    }
                    try await chain.withPatrold { _ in
                        try await chain.expectStoreEqualsOutbox(atLeast: 22)
                        try await self.expectTrue(chain)
                    }
                }
            }
        }
    }

    @Test("a receiver whose date falls by 1024 weeks and whose time is an hour off costs neither place nor time")
    func receiverJumps() async throws {
        try await Chain.with { chain in
            let error = Locked<Int64>(0)
            try await chain.withBroker { _ in
                try await chain.withRoom { _ in
                    try await chain.withGPSD { line in
                        try await chain.withPatrold { _ in
                            try await chain.feeding(line, clockError: error) {
                                try await chain.waitForStored(10)
                                for jump in [0, -Self.weeks * 1_000, 3_600_000, 0] {
                                    error.withLock { $0 = jump }
                                    let count = try await chain.outboxSequences().count
                                    try await chain.waitForRecords(count + 20)
                                }
                            }
                            try await chain.expectStoreEqualsOutbox(atLeast: 80)
                            try await self.expectTrue(chain)
                        }
                    }
                }
            }
        }
    }
}
