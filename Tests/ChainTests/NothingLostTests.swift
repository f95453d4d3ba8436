import FoundationEssentials
import Rig
import TestSupport
import Testing

@Suite("Nothing is lost", .serialized, .longWaiting, .timeLimit(.minutes(8)))
struct NothingLostTests {
    @Test("what was made before there was a broker is delivered when there is one, and acknowledged")
    func backlog() async throws {
        try await Chain.with { chain in
            try await chain.withGPSD { line in
                try await chain.withPatrold { _ in
                    try await chain.feeding(line) { try await chain.waitForRecords(70) }
                    try await chain.withBroker { _ in
                        try await chain.withRoom { _ in
                            try await chain.expectStoreEqualsOutbox(atLeast: 70)
                            try await chain.expectAcknowledged()
                        }
                    }
                }
            }
        }
    }

    @Test("a room whose store was lost gets everything again that the black boxes still have")
    func lostStore() async throws {
        try await Chain.with { chain in
            try await chain.withGPSD { line in
                try await chain.withBroker { _ in
                    try await chain.withPatrold { device in
                        try await chain.feeding(line) {
                            try await chain.withRoom { _ in
                                try await chain.waitForRecords(40)
                                try await chain.waitForStored(40)
                                try await eventually("an acknowledgement") {
                                    try await chain.outboxRows("SELECT first FROM acknowledged").isEmpty ? nil : ()
                                }
                            }
                            let files = ["", "-wal", "-shm"].map { "\(chain.folder)/room/history.sqlite\($0)" }
                            _ = try await runProgramToEnd("/bin/rm", ["-f"] + files)
                            try await chain.withRoom { _ in
                                try await chain.waitForLog("patrold.log", "The room no longer has")
                            }
                        }
                        try await chain.withRoom { _ in
                            try await chain.expectStoreEqualsOutbox(atLeast: 40)
                            try await chain.expectAcknowledged()
                        }
                        #expect(device.isAlive)
                    }
                }
            }
        }
    }

    @Test("a room that was destroyed and restored from a backup made while it ran has everything again")
    func restored() async throws {
        try await Chain.with { chain in
            let (state, file) = ("\(chain.folder)/room", "\(chain.folder)/room.backup")
            func room(_ command: String, _ more: String...) async throws -> Int32 {
                try await runProgramToEnd(
                    Places.program("command-room"),
                    [command, "--config", "\(chain.folder)/command-room.yaml", file] + more
                )
                .status
            }
            try await chain.withGPSD { line in
                try await chain.withBroker { _ in
                    try await chain.withPatrold { _ in
                        try await chain.feeding(line) {
                            try await chain.withRoom { _ in
                                try await chain.waitForStored(30)
                                #expect(try await room("backup") == 0)
                                // It is not put back under a room that runs.
                                #expect(try await room("restore", "--force") == 69)
                                try await chain.waitForStored(70)
                            }
                            _ = try await runProgramToEnd("/bin/sh", ["-c", "rm -f '\(state)'/*.sqlite*"])
                            #expect(try await room("restore") == 0)
                            try await chain.withRoom { _ in
                                try await chain.waitForLog("patrold.log", "The room no longer has")
                            }
                        }
                        try await chain.withRoom { _ in
                            try await chain.expectStoreEqualsOutbox(atLeast: 70)
                            try await chain.expectAcknowledged()
                        }
                    }
                }
            }
        }
    }

    @Test("a device whose disk was set back, the file in place, loses nothing: both records of a number are kept")
    func diskSetBack() async throws {
        try await Chain.with { chain in
            let (state, kept) = ("\(chain.folder)/state", "\(chain.folder)/kept")
            func shell(_ text: String) async throws {
                let result = try await runProgramToEnd("/bin/sh", ["-c", text])
                try #require(result.status == 0, "\(result.errors)")
            }
            try await chain.withGPSD { line in
                try await chain.withBroker { _ in
                    try await chain.withRoom { _ in
                        let lost = try await chain.feeding(line) { () -> [String] in
                            try await chain.withPatrold { _ in try await chain.waitForRecords(10) }
                            try await shell("cp -r '\(state)' '\(kept)'")
                            try await chain.withPatrold { _ in
                                try await chain.waitForRecords(60)
                                try await chain.waitForStored(60)
                            }
                            // What only the room knows from now on.
                            let lost = try await chain.storeContents()
                            try await shell(
                                "rm -f '\(state)'/outbox.sqlite-*; cat '\(kept)/outbox.sqlite' > '\(state)/outbox.sqlite'; "
                                    + "cp '\(kept)'/outbox.sqlite-* '\(state)/' 2>/dev/null || true"
                            )
                            // Made without a word from the room, past the numbers that it has: no acknowledgement tells.
                            try chain.writeDevice(broker: 1)
                            try await chain.withPatrold { _ in try await chain.waitForRecords(110) }
                            try chain.writeDevice(broker: chain.broker)
                            try await chain.withPatrold { _ in
                                try await chain.waitForLog("patrold.log", "has forked")
                            }
                            return lost
                        }
                        try await chain.withPatrold { _ in
                            try await chain.expectAcknowledged()
                            try await eventually("each record once, whatever its number", within: .seconds(60)) {
                                () -> Void? in
                                let made = try await chain.outboxContents()
                                let stored = try await chain.storeContents()
                                let all = Set(stored)
                                guard made.allSatisfy({ all.contains($0) }), lost.allSatisfy({ all.contains($0) })
                                else { return nil }
                                return all.count == stored.count ? () : nil
                            }
                        }
                    }
                }
            }
        }
    }

    @Test("a record that the device's disk has spoilt costs none of those beside it")
    func spoiltRecord() async throws {
        try await Chain.with { chain in
            try await chain.withGPSD { line in
                try await chain.withPatrold { _ in
                    try await chain.feeding(line) { try await chain.waitForRecords(70) }
                    _ = try await chain.outboxRows("UPDATE record SET body = X'7B226465' WHERE seq = 20")
                    try await chain.withBroker { _ in
                        try await chain.withRoom { _ in
                            try await chain.expectStoreEqualsOutbox(atLeast: 69)
                            try await chain.expectAcknowledged()
                        }
                    }
                    #expect(readFile("\(chain.folder)/patrold.log").components(of: "Record 20 is damaged") == 1)
                    #expect(
                        try await chain.outboxRows("SELECT name FROM note WHERE name LIKE 'dam%'") == ["damaged 20"]
                    )
                }
            }
        }
    }

    @Test(
        "device, room and broker killed in turn, the broker wiped: the store is equal to the outbox, record by record"
    )
    func kills() async throws {
        try await Chain.with { chain in
            try await chain.withGPSD { line in
                var made = 0
                try await chain.feeding(line) {
                    for round in 0..<6 {
                        try await chain.withBroker { broker in
                            try await chain.withRoom { room in
                                try await chain.withPatrold { device in
                                    try await chain.waitForRecords(made + 25)
                                    let victim = [device, room, broker][round % 3]
                                    victim.send(9)
                                    try await eventually("its end") { victim.isAlive ? nil : () }
                                    if round % 3 != 0 { try await chain.waitForRecords(made + 35) }
                                }
                            }
                        }
                        made = try await chain.outbox().count
                    }
                }
                // The broker of each round had no persistence: what it held is gone.
                try await chain.withBroker { _ in
                    try await chain.withRoom { _ in
                        try await chain.withPatrold { _ in
                            try await chain.expectStoreEqualsOutbox(atLeast: made)
                            try await chain.expectAcknowledged()
                        }
                    }
                }
            }
        }
    }

    @Test("a room that is killed again and again, while devices go on, ends with everything once")
    func roomRestarts() async throws {
        try await Chain.with { chain in
            try await chain.withGPSD { line in
                try await chain.withBroker { _ in
                    try await chain.withPatrold { _ in
                        try await chain.feeding(line) {
                            for round in 1...3 {
                                try await chain.withRoom { room in
                                    try await chain.waitForRecords(round * 40)
                                    room.send(9)
                                    try await eventually("the end of the room") { room.isAlive ? nil : () }
                                }
                            }
                        }
                        try await chain.withRoom { _ in
                            try await chain.expectStoreEqualsOutbox(atLeast: 120)
                            try await chain.expectAcknowledged()
                        }
                    }
                }
            }
        }
    }

    @Test(
        "a restored backup of the outbox begins a new log, and everything is stored once, of the original and of the copy"
    )
    func restoredBackup() async throws {
        try await Chain.with { chain in
            let (state, backup) = ("\(chain.folder)/state", "\(chain.folder)/backup")
            try await chain.withGPSD { line in
                try await chain.withBroker { _ in
                    try await chain.withRoom { _ in
                        func record(upTo count: Int) async throws {
                            try await chain.withPatrold { _ in
                                try await chain.feeding(line) { try await chain.waitForRecords(count) }
                                try await chain.expectAcknowledged()
                            }
                        }
                        try await record(upTo: 10)
                        _ = try await runProgramToEnd("/bin/cp", ["-a", state, backup])
                        try await record(upTo: 30)
                        var made = Set(try await chain.outboxContents())
                        let log = try await chain.outboxRows("SELECT value FROM meta WHERE key = 'log'")
                        // Aside and not away, so that the copy cannot get the original's inode.
                        _ = try await runProgramToEnd("/bin/mv", [state, "\(state)-original"])
                        _ = try await runProgramToEnd("/bin/mv", [backup, state])
                        try await record(upTo: 30)
                        #expect(readFile("\(chain.folder)/patrold.log").contains("is a copy"))
                        #expect(try await chain.outboxRows("SELECT value FROM meta WHERE key = 'log'") != log)
                        // The last event is made while the device stops, and goes out at the next start.
                        made.formUnion(try await chain.outboxContents())
                        try await chain.withPatrold { _ in try await chain.expectAcknowledged() }
                        let stored = try await chain.storeContents()
                        #expect(made.isSubset(of: stored) && Set(stored).count == stored.count)
                    }
                }
            }
        }
    }
}

@Suite("A hostile device", .realPrograms, .timeLimit(.minutes(5)))
struct HostileTests {
    private struct Health: Decodable {
        let stored: Int
        let rejected: [String: Int]
        let duplicates: Int
    }

    @Test(
        "that speaks in another's name, replays or sends a megabyte of rubbish is rejected and counted, and the room goes on"
    )
    func hostile() async throws {
        try await Chain.with { chain in
            try await chain.withBroker { _ in
                try await chain.withRoom { room in
                    func publish(_ topic: String, _ payload: String) async throws {
                        let file = "\(chain.folder)/payload"
                        try writeFile(file, payload)
                        let result = try await runProgramToEnd(
                            "/usr/bin/mosquitto_pub",
                            ["-p", "\(chain.broker)", "-V", "5", "-q", "1", "-t", topic, "-f", file]
                        )
                        try #require(result.status == 0, "\(result.errors)")
                    }
                    let good =
                        #"{"v":1,"dev":"car-09","unit":"09","log":"00112233aabbccdd","seq":1,"t":1795314000123,"tq":"gnss","up":1,"#
                        + #""lat":40.02,"lon":116.55,"trg":"time","st":"patrol"}"#
                    try await publish("patrol/1/jinzhan/car-09/pos", good)
                    try await publish("patrol/1/jinzhan/car-09/pos", good)
                    try await publish("patrol/1/jinzhan/car-66/pos", good)
                    try await publish("patrol/1/jinzhan/car-66/pos", String(repeating: "rubbish ", count: 131_072))
                    try await publish(
                        "patrol/1/jinzhan/car-66/log",
                        #"{"v":1,"log":"00112233aabbccdd","records":[{"v":1}]}"#
                    )
                    try await publish("patrol/1/jinzhan/car-66/evt", #"{"v":7}"#)
                    let endless = #"{"v":1,"log":"00112233aabbccdd","records":[],"dropped":[[1,9223372036854775807]]}"#
                    try await publish("patrol/1/jinzhan/car-09/log", endless)
                    let never = good.replacing(
                        #""seq":1,"t":1795314000123"#,
                        with: #""seq":2,"t":-9223372036854775808"#
                    )
                    try await publish("patrol/1/jinzhan/car-09/pos", never)
                    try await eventually("all of it being counted") {
                        let health = try await chain.room.ask("GET", "/healthz").decode(Health.self)
                        let expected = ["impostor": 1, "malformed": 4, "version": 1]
                        return health.stored == 1 && health.duplicates == 1 && health.rejected == expected ? () : nil
                    }
                    #expect(room.isAlive)
                    #expect(try await chain.room.ask("GET", "/api/v1/units").text.contains("car-66") == false)
                }
            }
        }
    }
}
