import FoundationEssentials
import Glibc
import PatrolWire
import Rig
import TestSupport
import Testing
import Threading

/// A device with a certificate, a locked broker and a room that knows the authority: what was signed is looked at.
@Suite("A sealed track, from the device to the court", .serialized, .realPrograms, .timeLimit(.minutes(10)))
struct SealedTrackTests {
    private struct Outcome {
        let status: Int32
        let text: String
    }

    private func verify(_ file: String, _ chain: Chain) async throws -> Outcome {
        let result = try await runProgramToEnd(
            Places.program("patrolctl"),
            ["track", "verify", file, "--authority", "\(chain.folder)/authority/ca.crt"]
        )
        return Outcome(status: result.status, text: result.output + result.errors)
    }

    private func export(_ file: String, _ chain: Chain, device: String = "car-01") async throws -> Outcome {
        let result = try await runProgramToEnd(
            Places.program("command-room"),
            [
                "track", device, "--config", "\(chain.folder)/command-room.yaml", "--from", "2020-01-01T00:00:00Z",
                "--to", "2100-01-01T00:00:00Z", "--output", file,
            ]
        )
        return Outcome(status: result.status, text: result.output + result.errors)
    }

    /// A number that the room counts.
    private func count(_ result: String, _ chain: Chain) async throws -> Int {
        let text = try await chain.room.ask("GET", "/metrics").text
        let line = text.split(separator: "\n").first { $0.hasPrefix("patrollink_seals_total{result=\"\(result)\"} ") }
        return line.flatMap { $0.split(separator: " ").last }.flatMap { Int($0) } ?? -1
    }

    private func drive(_ chain: Chain, seals: Int) async throws {
        let before = seals == 1 ? 0 : try await chain.outboxSequences().count
        try await chain.withGPSD { line in
            try await chain.withPatrold { _ in
                try await chain.feeding(line) { try await chain.waitForRecords(before + 8) }
                // Events go before positions, and of those that wait only the newest goes at once: on a busy machine the
                // last words, and the seal among them, would overtake what they cover.
                try await eventually("all records in the room", within: .seconds(60)) {
                    try await self.sqlite("SELECT count(*) FROM record", chain)
                        == "\(try await chain.outboxSequences().count)"
                }
            }
        }
        // It ended in order, and so signed for what there was.
        let sql = "SELECT count(*) FROM record WHERE event = 'track.seal'"
        try await eventually("seal \(seals) in the room", within: .seconds(30)) {
            try await self.sqlite(sql, chain) == "\(seals)" ? () : nil
        }
    }

    private func sqlite(_ sql: String, _ chain: Chain) async throws -> String {
        let file = "\(chain.folder)/room/history.sqlite"
        let result = try await runProgramToEnd("/usr/bin/sqlite3", [file, ".timeout 5000", sql])
        guard result.status == 0 else { throw RigError.system(sql, result.errors) }
        return result.output.trimmingPrefix("\n").split(separator: "\n").last.map(String.init) ?? ""
    }

    @Test(
        "each record is signed for; one that is changed in the room's own store is found, named and told, also after a restart"
    )
    func story() async throws {
        try await Chain.with { chain in
            let site = try await EnrolledSite.of(chain)
            try await site.withBroker { _ in
                try await chain.withRoom { _ in
                    try await self.drive(chain, seals: 1)
                    let file = "\(chain.folder)/whole.jsonl"
                    let exported = try await self.export(file, chain)
                    #expect(exported.status == 0, "\(exported.text)")
                    let whole = try await self.verify(file, chain)
                    #expect(whole.status == 0 && whole.text.contains("The track is whole."), "\(whole.text)")
                    #expect(whole.text.contains("by 1 seal, 2 after"), "\(whole.text)")
                    try await self.refuseChanged(file, chain)
                    try await eventually("the seal looked at", within: .seconds(60)) {
                        try await self.count("whole", chain) >= 1 ? () : nil
                    }
                    // The next seal covers the one before it, too; one that came twice is looked at twice.
                    try await self.drive(chain, seals: 2)
                    let both = "\(chain.folder)/both.jsonl"
                    _ = try await self.export(both, chain)
                    let second = try await self.verify(both, chain)
                    #expect(second.status == 0 && second.text.contains("by 2 seals"), "\(second.text)")
                    try await eventually("the second seal looked at", within: .seconds(60)) {
                        try await self.count("whole", chain) >= 2 ? () : nil
                    }
                    try await self.drive(chain, seals: 3)
                    let last = try await self.sqlite("SELECT max(seq) FROM record WHERE event IS NULL", chain)
                    _ = try await self.sqlite(
                        "UPDATE record SET body = CAST(replace(body, '\"lat\":', '\"lat\":1') AS BLOB) WHERE seq = \(last)",
                        chain
                    )
                    try await eventually("the change found", within: .seconds(60)) {
                        try await self.count("broken", chain) == 1 ? () : nil
                    }
                    try await self.expectNamed(last, chain)
                }
                try await chain.withRoom { _ in
                    try await eventually("the trouble, after a restart", within: .seconds(20)) {
                        try await chain.room.ask("GET", "/api/v1/units/car-01").text.contains("track_broken") ? () : nil
                    }
                }
            }
        }
    }

    /// Whoever asks is told which record it is.
    private func expectNamed(_ number: String, _ chain: Chain) async throws {
        let metrics = try await chain.room.ask("GET", "/metrics").text
        #expect(metrics.contains("patrollink_units_trouble{trouble=\"track_broken\"} 1"))
        let log = readFile("\(chain.folder)/command-room.log")
        #expect(
            log.contains("The track of jinzhan/car-01 is not as the device wrote it: record \(number) "),
            "\(log.suffix(2_000))"
        )
        let answer = try await chain.room.ask("GET", "/api/v1/units/car-01/track?from=0&format=sealed")
        let file = "\(chain.folder)/told.jsonl"
        try writeFile(file, answer.text)
        let told = try await self.verify(file, chain)
        #expect(told.status == 65 && told.text.contains("record \(number) of log"), "\(told.text)")
        #expect(told.text.contains("is not what its device signed for"), "\(told.text)")
        let refused = try await chain.room.ask("GET", "/api/v1/units/car-01/track?format=sealed&more=1")
        #expect(refused.status == 400)
    }

    /// A file that was cut, mended or is none is one line each.
    private func refuseChanged(_ file: String, _ chain: Chain) async throws {
        let lines = readFile(file).split(separator: "\n").map(String.init)
        let place = try #require(lines.firstIndex { $0.contains("\"lat\"") })
        var without = lines
        without.remove(at: place)
        var changed = lines
        changed[place] = changed[place].replacing("\"st\":\"", with: "\"st\":\"x")
        let mended = without.map {
            $0.replacing("\"records\":\(lines.count - 3)", with: "\"records\":\(lines.count - 4)")
        }
        let cases: [(String, [String])] = [
            ("its end is missing", lines.dropLast()), ("its end is missing", without),
            ("is missing: its device signed for it", mended), ("is not what its device signed for", changed),
            ("is no line of a signed track", ["{}"] + lines), ("comes before the head", Array(lines.dropFirst())),
            ("is no signed track", []), ("after the end", lines + lines),
        ]
        for (reason, text) in cases {
            let path = "\(chain.folder)/changed.jsonl"
            try writeFile(path, text.map { $0 + "\n" }.joined())
            let result = try await self.verify(path, chain)
            #expect(result.status == 65 && result.text.contains(reason), "\(reason): \(result.text)")
        }
        // A file without all keys of its room says so.
        let cut = "\(chain.folder)/cut.jsonl"
        let head = lines[0].replacing("\"made\":", with: "\"more_keys\":true,\"made\":")
        try writeFile(cut, ([head] + lines.dropFirst()).map { $0 + "\n" }.joined())
        let lacking = try await self.verify(cut, chain)
        #expect(lacking.status == 0 && lacking.text.contains("holds older keys"), "\(lacking.text)")
        #expect(!lines[0].contains("more_keys"))
        let twice = try await self.export(file, chain)
        #expect(twice.status == 69 && twice.text.contains("not there yet"), "\(twice.text)")
        let nobody = try await self.export("\(chain.folder)/nobody.jsonl", chain, device: "car-99")
        #expect(nobody.status == 65 && nobody.text.contains("no record of that time"), "\(nobody.text)")
        let foreign = try await runProgramToEnd(
            Places.program("patrolctl"),
            ["track", "verify", file, "--authority", "\(chain.folder)/nothing"]
        )
        #expect(foreign.status == 65 && foreign.errors.contains("--authority names"), "\(foreign.errors)")
    }
}
