import Rig
import TestSupport
import Testing

@Suite("A disk in trouble loses nothing", .serialized, .realPrograms, .timeLimit(.minutes(8)))
struct StoreFaultTests {
    /// Holds the write lock of a database for so many seconds, as an administrator's forgotten shell would.
    private func lock(_ file: String, seconds: Int) async throws {
        let result = try await runProgramToEnd(
            "/usr/bin/sqlite3",
            ["-cmd", ".timeout 5000", file, "BEGIN IMMEDIATE", ".shell sleep \(seconds)", "COMMIT"]
        )
        guard result.status == 0 else { throw RigError.system("sqlite3 \(file)", result.errors) }
    }

    @Test(
        "the room's disk is full: said once, nothing is acknowledged that is not stored, and all comes when there is room",
        .disabled(if: Places.areSanitized, "a sanitizer's runtime does not live under a file-size limit"),
        .chain(.broker)
    )
    func roomDiskFull() async throws {
        let chain = try Chain.current
        try await chain.withRoom(wrapper: "trap '' XFSZ; ulimit -S -f 700; exec \"$@\"") { room in
            try await chain.withGPSD { line in
                try await chain.withPatrold { _ in
                    try await chain.feeding(line) {
                        try await chain.waitForLog("command-room.log", "Records not stored")
                        let count = try await chain.outboxSequences().count
                        try await chain.waitForRecords(count + 30)
                        #expect(room.isAlive)
                        #expect(readFile("\(chain.folder)/command-room.log").components(of: "not stored") == 1)
                    }
                    let freed = try await runProgramToEnd(
                        "/usr/bin/prlimit",
                        ["--pid", "\(room.pid)", "--fsize=unlimited:"]
                    )
                    try #require(freed.status == 0, "\(freed.errors)")
                    try await chain.expectStoreEqualsOutbox(atLeast: 40)
                    try await chain.expectAcknowledged()
                }
            }
        }
    }

    @Test("the room's store is locked by somebody else")
    func roomLocked() async throws {
        try await Chain.with { chain in
            try await chain.withBroker { _ in
                try await chain.withRoom { room in
                    try await chain.withGPSD { line in
                        try await chain.withPatrold { _ in
                            try await chain.feeding(line) {
                                try await chain.waitForStored(5)
                                try await self.lock("\(chain.folder)/room/history.sqlite", seconds: 8)
                                try await chain.waitForRecords(60)
                            }
                            #expect(room.isAlive && room.log.contains("Records not stored"))
                            try await chain.expectStoreEqualsOutbox(atLeast: 50)
                            try await chain.expectAcknowledged()
                        }
                    }
                }
            }
        }
    }

    @Test("the device's outbox is locked by somebody else: said once, and tracking goes on afterwards")
    func outboxLocked() async throws {
        try await Chain.with { chain in
            try await chain.withBroker { _ in
                try await chain.withRoom { _ in
                    try await chain.withGPSD { line in
                        try await chain.withPatrold { patrold in
                            try await chain.feeding(line) {
                                try await chain.waitForRecords(5)
                                try await self.lock("\(chain.folder)/state/outbox.sqlite", seconds: 8)
                                #expect(patrold.isAlive && patrold.log.components(of: "has locked it") == 1)
                                let count = try await chain.outboxSequences().count
                                try await chain.waitForRecords(count + 20)
                            }
                            let made = try await chain.outboxSequences()
                            #expect(made == Array(1...made.count))
                            try await chain.expectStoreEqualsOutbox(atLeast: 25)
                        }
                    }
                }
            }
        }
    }

    @Test("gpsd is killed and started again: the loss and the return are events, and records go on", .chain(.patrold))
    func gpsdRestarted() async throws {
        let chain = try Chain.current
        for round in 1...2 {
            try await chain.withGPSD { line in
                try await chain.feeding(line) { try await chain.waitForRecords(round * 20) }
            }
            guard round == 1 else { continue }
            try await eventually("gnss.lost") {
                try await chain.outbox().contains { $0.contains("gnss.lost") } ? () : nil
            }
        }
        #expect(try await chain.outbox().contains { $0.contains("gnss.restored") })
    }
}
