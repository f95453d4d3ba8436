import Rig
import TestSupport
import Testing
import Threading

@Suite("Clocks that are wrong", .serialized, .longWaiting, .timeLimit(.minutes(6)))
struct ClockFaultTests {
    private static let weeks: Int64 = 1_024 * 7 * 86_400

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
        .disabled(if: Places.areSanitized, "a sanitizer's runtime wants to be loaded first")
    )
    func systemJumps() async throws {
        try await Chain.with { chain in
            let clock = try await WrongClock(in: chain.folder)
            try await chain.withBroker { _ in
                try await chain.withRoom { _ in
                    try await chain.withGPSD { line in
                        try await chain.withPatrold(wrapper: clock.wrapper) { _ in
                            try await chain.feeding(line) {
                                try await chain.waitForStored(10)
                                for jump in [0, 3_600, -3_600, -Self.weeks, Self.weeks, 0] {
                                    try clock.set(seconds: jump)
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
        .disabled(if: Places.areSanitized, "a sanitizer's runtime wants to be loaded first")
    )
    func startsInThePast() async throws {
        try await Chain.with { chain in
            let clock = try await WrongClock(in: chain.folder)
            try clock.set(seconds: -Self.weeks)
            try await chain.withBroker { _ in
                try await chain.withRoom { _ in
                    try await chain.withPatrold(wrapper: clock.wrapper) { _ in
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

    @Test(
        "what waited on a device whose clock is 1024 weeks behind is delivered like anything else",
        .disabled(if: Places.areSanitized, "a sanitizer's runtime wants to be loaded first")
    )
    func backlogInThePast() async throws {
        try await Chain.with { chain in
            let clock = try await WrongClock(in: chain.folder)
            try clock.set(seconds: -Self.weeks)
            try await chain.withGPSD { line in
                try await chain.withPatrold(wrapper: clock.wrapper) { _ in
                    try await chain.feeding(line) { try await chain.waitForRecords(40) }
                    try await chain.withBroker { _ in
                        try await chain.withRoom { _ in try await chain.expectStoreEqualsOutbox(atLeast: 40) }
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
